//! What this machine is: the frame without which a measured figure means nothing.
//!
//! [`capture`] tells it in three parts that change at different paces: the [`Machine`] itself, the
//! [`Limits`] of this process on it, and its [`State`] at this moment. Every value is optional: what
//! the system does not tell is `None`, printed as "unknown", and never guessed. Reading is apart from
//! measuring, and everything under `/sys` and `/proc` goes through a [`Tree`] whose root is passed in,
//! so that tests can make up machines.
//!
//! Next: [`identity`], [`limits`], [`state`], the three parts; [`topology`], where each CPU sits;
//! [`clock`] and [`counters`], which are read around measurements; [`affinity`] and [`pages`], which
//! also act; [`resident`], what a process holds.

pub mod affinity;
pub mod build;
pub mod cgroup;
pub mod clock;
pub mod counters;
pub mod identity;
pub mod limits;
pub mod pages;
pub mod resident;
pub mod state;
pub mod system;
pub mod topology;
pub mod tree;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use identity::{IsaSupport, Machine, describe};
pub use limits::Limits;
pub use state::State;
pub use topology::{Cache, Topology};
pub use tree::Tree;

/// All that is known about where something is measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Capture {
    /// The machine and the build: equal for all runs that may be compared.
    pub machine: Machine,
    /// What this process may use of it.
    pub limits: Limits,
    /// What was going on.
    pub state: State,
}

/// The machine this program runs on. Call [`affinity::allowed`] first thing in `main`: the limits hold
/// the mask that it remembers.
pub fn capture() -> Capture {
    let tree = Tree::new(Path::new("/"));
    let limits = Limits::read(&tree, affinity::allowed());
    Capture {
        machine: Machine::this(&tree),
        limits: Limits { mask_unknown: !affinity::is_known(), ..limits },
        state: State::now(),
    }
}
