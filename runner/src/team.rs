//! The threads of a pool as the kernel's team: it builds and asks indexes in parts and starts no thread itself.
//!
//! Next: [`crate::query`], which has a pool.

use kernel::{Part, Team};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

/// The rayon pool that the caller runs in.
#[derive(Clone, Copy, Debug)]
pub struct InPool;

impl Team for InPool {
    fn size(&self) -> usize {
        rayon::current_num_threads()
    }

    fn run(&self, parts: Vec<Part<'_>>) {
        parts.into_par_iter().for_each(|part| part());
    }
}
