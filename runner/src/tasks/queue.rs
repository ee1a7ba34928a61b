//! One process for one call, and a queue of results in order of arrival: the article's first part.
//!
//! Separate from the pool, because here a process lives for one task. Other than Python's, a queue knows
//! how many results it is owed: a process that dies gives an error in its place, and
//! [`Queue::get`] never waits for nobody.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::handle::done;
use super::manager::Manager;
use super::order::{OnLoss, Outcome};
use super::pool::hand_in;
use super::{Done, Error, Function, Options};

/// Results of processes, in order of arrival.
#[derive(Debug)]
pub struct Queue<T> {
    sender: Sender<(usize, Outcome)>,
    arriving: Mutex<Receiver<(usize, Outcome)>>,
    started: AtomicUsize,
    owed: AtomicUsize,
    value: std::marker::PhantomData<fn() -> T>,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        let (sender, arriving) = channel();
        Self {
            sender,
            arriving: Mutex::new(arriving),
            started: AtomicUsize::new(0),
            owed: AtomicUsize::new(0),
            value: std::marker::PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Queue<T> {
    /// A queue that nobody owes anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next value to arrive. Waits for it.
    ///
    /// # Errors
    /// What became of a process instead of giving its value; [`Error::Empty`] if every process has
    /// given its own.
    pub fn get(&self) -> Result<T, Error> {
        self.get_done().map_or(Err(Error::Empty), |done| done.value)
    }

    /// The next value or error to arrive, with its record; `task` is the number of the process in the
    /// order in which they were started. Waits; `None` if every process has given its own.
    pub fn get_done(&self) -> Option<Done<T>> {
        let owed = |owed: usize| owed.checked_sub(1);
        self.owed.fetch_update(Ordering::AcqRel, Ordering::Acquire, owed).ok()?;
        let arriving = self.arriving.lock().unwrap_or_else(PoisonError::into_inner);
        arriving.recv().ok().map(|(task, outcome)| done(task, outcome))
    }
}

/// A process that calls one function, gives the value to a queue, and ends. Dropping it kills it.
#[derive(Debug)]
pub struct Process {
    manager: Manager,
}

impl Process {
    /// Starts a process that calls `function` with `input`; the value goes to `queue`. Does not wait for
    /// it, nor for the process to be up.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Start`], as [`Pool::start`](super::Pool::start); then the
    /// queue is owed nothing. A process that starts and is no worker is told through the queue.
    pub fn start<I: Serialize, O: DeserializeOwned>(
        function: &Function<I, O>,
        input: I,
        queue: &Queue<O>,
    ) -> Result<Self, Error> {
        let manager = Manager::start(1, Options::default().patience, OnLoss::Retire)?;
        let task = queue.started.fetch_add(1, Ordering::AcqRel);
        queue.owed.fetch_add(1, Ordering::AcqRel);
        let sender = queue.sender.clone();
        hand_in(&manager, function, input, move |outcome| {
            // A queue that is gone wants no results.
            let _unwanted = sender.send((task, outcome));
        });
        Ok(Self { manager })
    }

    /// Id of the process.
    pub fn id(&self) -> u32 {
        self.manager.processes().first().copied().unwrap_or(0)
    }

    /// Waits until the function has returned and the process has ended.
    ///
    /// # Errors
    /// [`Error::Died`] or [`Error::Hung`] if it did not end as it should. What became of its task is told
    /// by the queue.
    pub fn join(self) -> Result<(), Error> {
        self.manager.close()
    }
}
