//! Machines made up as trees of small files: what is read from them, and where workers would sit.
//!
//! Next: `made_up`, the trees; `shapes`, the machines; then the tests: `facts`, `topologies`, `plans`,
//! `groups`.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod facts;
mod groups;
mod made_up;
mod plans;
mod shapes;
mod topologies;
