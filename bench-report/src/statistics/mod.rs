//! Statistics of times on shared machines, and the laws of scaling: pure functions on numbers.
//!
//! The one home of medians, intervals, tests and fits, for reports as for benchmarks: two places
//! that compute would differ some day. Nothing here reads a file, a clock or the machine, and every
//! random draw has a fixed seed: same numbers in, same bytes out.
//!
//! No normal distribution is assumed of times, because times on a shared machine are not normal
//! (Hoefler & Belli, "Scientific Benchmarking of Parallel Computing Systems", SC 2015, rules 5 to
//! 8). Ratios are taken of sums or centers, never averaged (rule 4).
//!
//! # The map
//!
//! ```text
//! center, ranks, bootstrap,        one list of numbers: where it lies, and how well that is known
//! independent
//! blocks (drawn)                   several lists of the same blocks: ratios and differences
//! tukey, difference, proportion    outliers by name, whether groups differ, a share of yes
//!
//! series ──► scaling               complete blocks of times ──► speed-up, efficiency, M_k, e(N)
//!    └─────► fit ──► choice        which law describes them, or "cannot tell"
//!          laws │     └─ information, verdict, usl
//!               └─ problem, sums, descent
//! ```
//!
//! - [`center`]: median, spread, coefficient of variation.
//! - [`ranks`]: the interval of a median by ranks; midranks.
//! - [`bootstrap`]: draws of whole blocks, and the intervals read from them.
//! - [`independent`]: the median of samples that come without blocks, and its interval.
//! - [`blocks`]: the estimator behind every ratio that is printed, with its interval.
//! - [`tukey`]: how many values are far out, and how far. Nothing is ever dropped.
//! - [`difference`]: Kruskal-Wallis, Mann-Whitney, Holm.
//! - [`proportion`]: Wilson's interval, and what chance alone may do to a share.
//! - [`unpaired`]: the ratio of two medians from lists that share no block; [`lags`]: how many
//!   independent samples a list is worth.
//! - [`series`]: times of one series of worker counts in complete blocks, checked.
//! - [`scaling`]: speed-up, efficiency, what each worker adds, Karp-Flatt.
//! - [`laws`]: the table of laws. [`mod@fit`] fits one, [`choice`] lays all fits side by side, and
//!   [`verdict`] decides by [`information`] and by prediction.
//! - [`least`]: which of several configurations is the fastest, and how sure that is.
//! - [`normal_box`]: how much of a bivariate normal distribution a window holds; [`mise`]: how far
//!   off the density is that counts in windows give, and the best width.
//! - [`usl`]: what the two coefficients of the universal law allow to say.

pub mod blocks;
pub mod bootstrap;
pub mod center;
pub mod choice;
mod descent;
pub mod difference;
mod drawn;
pub mod fit;
pub mod independent;
pub mod information;
pub mod lags;
pub mod laws;
pub mod least;
pub mod mise;
pub mod normal_box;
mod problem;
pub mod proportion;
pub mod ranks;
pub mod scaling;
pub mod series;
mod sums;
pub mod tukey;
pub mod unpaired;
pub mod usl;
pub mod verdict;

pub use blocks::ratio;
pub use bootstrap::{FEWEST_BLOCKS, RESAMPLES, Resamples, percentile_interval};
pub use center::median;
pub use independent::median_with_interval;
pub use ranks::rank_interval;
