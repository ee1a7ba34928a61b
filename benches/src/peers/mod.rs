//! The job as other implementations do it, measured beside ours in one run.
//!
//! Apart from the benchmarks, because everything here is a program of its own, in Python, C++ or Rust, that
//! is asked line by line; ours, too, so that no side has what the other lacks. `benches/peers/README.md`
//! tells the protocol and how to add a peer. What was measured stands in `peers.json`, raw.
//!
//! ```text
//! cli ──► set_up ──► table ──► entry        (what there is here, and why the rest is not)
//!   └──► task ──► files                     (samples, centers, widths on disk, and the exact counts)
//!   └──► measure ──► running ──► program    (blocks in random order, until enough)
//!            └──► score                     (right on the job, on faces, beside NaN?)
//!            └──► record ──► shown          (peers.json after every block; a table at the end)
//! serve ──► ours, loops, trees              (the peers that are in Rust)
//! ```
//!
//! Next: [`table`] for who takes part, [`measure`] for how.

pub mod cli;
mod command;
mod enough;
pub mod entry;
pub mod files;
mod loops;
pub mod measure;
mod ours;
pub mod record;
pub mod running;
pub mod score;
pub mod serve;
pub mod set_up;
pub mod shown;
pub mod table;
pub mod task;
mod trees;
