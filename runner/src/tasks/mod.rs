//! Typed tasks in worker processes: functions of this program, called in other processes of it.
//!
//! What Python's `multiprocessing` offers as `Process`, `Queue` and `Pool`, on the same workers that the
//! process backends measure: each is this program, started again, and hears what to do through a
//! socket. Separate from those [backends](crate::backend::processes), which count windows under
//! measurement and fail as a whole: here any function can be called, and a worker that fails is
//! replaced.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use runner::tasks::{self, Function, Options, Pool};
//!
//! static CUBE: Function<u64, u64> = Function::new("cube", |x| Ok(x * x * x));
//!
//! fn main() -> ExitCode {
//!     // First thing in main: a worker never gets beyond this.
//!     if let Some(code) = tasks::serve_if_asked(&[&CUBE]) {
//!         return code;
//!     }
//!     cubes().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
//! }
//!
//! fn cubes() -> Result<(), tasks::Error> {
//!     let pool = Pool::start(4, Options::default())?;
//!     assert_eq!(pool.apply(&CUBE, 2)?, 8); // waits for this one
//!     assert_eq!(pool.map(&CUBE, 1..=6)?, [1, 8, 27, 64, 125, 216]); // waits for all, keeps their order
//!     let later = pool.apply_async(&CUBE, 3); // does not wait
//!     assert_eq!(later.get()?, 27); // does
//!     for done in pool.unordered(&CUBE, 1..=6) {
//!         let _in_order_of_arrival = done.value?;
//!     }
//!     Ok(())
//! }
//! ```
//!
//! `runner/examples/tasks.rs` is a whole program. What becomes of a task that fails:
//!
//! | the task | is told as | the worker | Python's `Pool` |
//! |---|---|---|---|
//! | returns `Err` | [`Error::Failed`] | lives on | raises the exception |
//! | panics | [`Error::Panicked`] with the panic's text | lives on | raises the exception |
//! | takes its process along: killed, aborted, exited | [`Error::Died`] | is replaced | waits for that result for ever |
//! | gives, or is given, more than 64 MiB | [`Error::Encoding`] | lives on | sends it |
//! | does not end within [`Options::patience`] | [`Error::Hung`] | is killed and replaced | waits for it for ever |
//!
//! The other tasks go on in each case. No worker outlives its pool, nor its program, whatever becomes of
//! it: the system kills a worker whose parent ends. Ctrl-C goes to the parent alone.
//!
//! A task must leave standard input alone, because the socket to the parent is there; its standard
//! output goes nowhere, its standard error where the parent's goes. Values travel in `postcard`'s
//! encoding, at most 64 MiB each; types with `#[serde(flatten)]` or skipped fields cannot travel in it.
//!
//! | module | what it is |
//! |---|---|
//! | `function` | a function with a name |
//! | `pool` | workers and the ways to call them |
//! | `handle` | results that are on their way |
//! | `queue` | one process for one call, and results in order of arrival |
//! | `record` | what is known of a task that is over |
//! | `manager` | the thread that owns the workers |
//!
//! Linux only: elsewhere nothing ties a child's life to its parent's, and [`Pool::start`] says so.

mod error;
mod function;
mod handle;
#[cfg(target_os = "linux")]
mod manager;
#[cfg(not(target_os = "linux"))]
mod nowhere;
mod order;
mod pool;
mod queue;
mod record;

#[cfg(not(target_os = "linux"))]
use nowhere as manager;

pub use crate::backend::processes::Callable;
pub use error::Error;
pub use function::Function;
pub use handle::{Arrivals, Handle, MapHandle};
pub use pool::{Options, Pool};
pub use queue::{Process, Queue};
pub use record::{Done, Loss, Record};

/// Serves as a worker that can be called with `functions` if the program was started as one; otherwise
/// returns at once.
///
/// To be called first thing in `main`; what it gives is the exit code of a worker whose life is over.
/// It includes [`backend::serve_if_asked`](crate::backend::serve_if_asked): a program calls one of the
/// two. Names must differ: of two functions with one name the first is called.
pub fn serve_if_asked(functions: &[&dyn Callable]) -> Option<std::process::ExitCode> {
    crate::backend::processes::serve_functions_if_asked(functions)
}
