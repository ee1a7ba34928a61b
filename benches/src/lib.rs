//! What is measured by `cargo bench`, each piece with the answer it must give.
//!
//! A target in `benches/*.rs` names [`Case`]s; a [`Session`] times each with criterion, and then
//! times chosen pairs of them *interleaved*, because criterion runs one benchmark after another and
//! a ratio of two of its figures also holds whatever the machine did in between. Every case is
//! checked before it is timed: a wrong answer panics, and no figure exists without a right one.
//!
//! ```text
//! benches/*.rs ──► session ──► criterion            (statistics of one case)
//!      │              └──────► paired ──► table     (ratio of two cases)
//!      └──► job, plain ──► case ──► workload        (what is timed, and what must come out)
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`workload`] | samples, windows and expected counts, in tables |
//! | [`case`](mod@case) | something to time, bound to its expected answer |
//! | [`job`] | cases that ask `kernel` |
//! | [`plain`] | what a user would write instead, as cases |
//! | [`paired`] | two cases in turn, and the interval of their ratio |
//! | [`table`] | the ratios as text, Markdown and JSON |
//! | [`dispatch`] | passes without work, on every backend and beside other pools |
//! | `program` | a program, of any language, that is asked line by line |
//! | [`peers`] | the job as other implementations do it, in programs of their own |
//! | [`kinds`] | samples of every kind, made from a seed |
//! | [`medians`] | several ways side by side |
//! | [`session`] | the order of it all, in every mode of `cargo bench` |
//!
//! Ids are paths from general to special: `roofline/<isa>/d=2/n=10000/count`. No instruction set is
//! named here: whatever `kernel::isa::ALL` holds and this CPU has is measured. Where to go next:
//! [`workload`] for what is asked, [`paired`] for how ratios are measured.

pub mod case;
pub mod dispatch;
pub mod job;
pub mod kinds;
pub mod medians;
pub mod paired;
pub mod peers;
pub mod plain;
mod program;
pub mod session;
pub mod table;
pub mod workload;

pub use case::{Answer, Case, Expected, Job};
pub use session::Session;
