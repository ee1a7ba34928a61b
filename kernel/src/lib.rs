//! Exact hypercube Parzen-window counts and densities.
//!
//! Given n samples s_i of d dimensions, the Parzen-window estimate with the hypercube kernel at a
//! point x is
//!
//! ```text
//! p(x) = (k / n) / h^d,    k = number of samples with |(x_j − s_ij) / h| <= 1/2 in every dimension j
//! ```
//!
//! This crate computes k, exactly: every instruction set, storage and algorithm gives the count that
//! the quotient test above gives in IEEE double precision, bit for bit.
//!
//! ```
//! use kernel::{Counter, Density, Samples, Width, Window};
//!
//! let samples = Samples::from_rows(&[0.1, 0.2, -0.3, 0.4, 2.0, 2.0, 0.5, 0.5], 2)?;
//! let width = Width::new(1.0)?;
//! let count = Counter::new(samples.all()).count(&Window::new(&[0.0, 0.0], width)?)?;
//! assert_eq!(count, 3);
//! assert_eq!(Density::uniform(samples.n(), 2, width)?.of(count), 0.75);
//! # Ok::<(), kernel::Error>(())
//! ```
//!
//! # Words
//!
//! *sample*: a point; *column*: one coordinate of all samples; *dimension* d; *window*: a hypercube
//! (or box) with *center* x and *width* h; *radius*: the exact threshold for h/2; *count* k;
//! *density*; *weight* of a sample, in *units*; *run*: a contiguous range of samples; *lane*: one element of a vector register;
//! *group*: the 64 samples that a scan takes at a time; *block*: the groups whose distances stay in
//! the L1 cache.
//!
//! # Map
//!
//! ```text
//! counter ──► algorithm ──► isa ──► samples, window
//!                            └────► ranking            density stands alone
//! ```
//!
//! [`samples`] columns in memory · [`weights`] in fixed point · [`window`] what "inside" means · [`width`] checked widths · [`query`]
//! windows around many centers · [`density`] from k to p · [`counter`] the facade · [`weighted`] the same with weights · [`algorithm`] which
//! samples need a look · [`pairs`] sums over all pairs · [`team`] who builds · [`isa`] how a run is scanned · `ranking` many widths in one
//! pass.
//!
//! The crate starts no thread, reads no clock, file or environment, and counts no CPUs: whoever
//! calls it cuts the samples into [`Run`]s and adds up.

pub mod algorithm;
pub mod counter;
pub mod density;
pub mod error;
pub mod isa;
pub mod pairs;
pub mod query;
mod ranking;
pub mod samples;
pub mod team;
pub mod weighted;
pub mod weights;
pub mod width;
pub mod window;

pub use counter::Counter;
pub use density::Density;
pub use error::Error;
pub use pairs::PairSums;
pub use query::{Query, Sizes};
pub use samples::{Draft, Element, Run, Samples};
pub use team::{Alone, Part, Team};
pub use weighted::WeightedCounter;
pub use weights::{WeightRun, Weights};
pub use width::{Faces, Radii, Width, Widths};
pub use window::{Interval, Window};
