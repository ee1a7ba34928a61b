//! Measures what each further core adds to a Parzen count, and counts windows over files of samples.
//!
//! The library behind the program `parzen`. It is separate from `kernel`, which only counts, because
//! everything here knows about the machine: files, clocks, threads, CPU ids, pages.
//!
//! | module | what it is |
//! |---|---|
//! | [`workload`] | what is counted: generated samples, windows and the counts they must give |
//! | [`input`] | samples and centers from `.npy` and `.csv` files |
//! | [`machine`] | what this machine is: CPUs, caches, pages, limits |
//! | [`query`] | windows counted over one set of samples, in memory or chunk by chunk |
//! | [`budget`] | pure: how a count keeps within the memory that it was given |
//! | [`density`] | densities at many places, from counts |
//! | [`selection`] | which width suits the samples |
//! | [`share`], [`placement`] | pure: who counts what, and on which CPU |
//! | [`backend`] | the ways to run a job: serial, threads, rayon, processes |
//! | [`measure`] | warm-up, clock, raw samples |
//! | [`autopsy`] | the study of 2014 again, with its flaws one by one: `autopsy.json` |
//! | [`study`] | the randomised blocks that become `study.json` |
//! | [`tasks`] | functions of the program, called in other processes of it |
//! | [`article`] | the tour through the article of 2014 that becomes `article.json` |
//! | [`output`] | what the program prints |
//! | [`cli`] | the command line |
//! | [`failure`] | which error leaves with which exit code |
//!
//! Where to go next: [`cli`] for what a user can ask for, [`study`] for what a measurement is.

pub mod article;
pub mod autopsy;
pub mod backend;
pub mod budget;
pub mod cli;
pub mod density;
pub mod failure;
pub mod input;
pub mod machine;
pub mod measure;
pub mod output;
pub mod placement;
pub mod query;
pub mod selection;
pub mod share;
pub mod study;
pub mod tasks;
pub mod team;
pub mod workload;
