//! A pool of worker processes, and the ways to call it: those of Python's `multiprocessing.Pool`.
//!
//! Separate from the manager, which owns the workers on a thread of its own: everything here only hands
//! orders in and makes handles. That is why the calls that say `async` do not block, however long the
//! queue is, and why a pool may be shared between threads.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::handle::{Arrivals, Handle, MapHandle};
use super::manager::Manager;
use super::order::{OnLoss, Order, Outcome};
use super::{Done, Error, Function, Loss, Record};
use crate::machine::clock;

/// How a pool behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long one task may take, and how long a worker may take to start, before the worker is killed
    /// as hung. [`Duration::MAX`] waits for ever.
    pub patience: Duration,
}

impl Default for Options {
    /// A patience of ten minutes.
    fn default() -> Self {
        Self { patience: Duration::from_mins(10) }
    }
}

/// Worker processes that do tasks. Dropping it kills all of them, whatever they do, and waits until they
/// are gone; tasks that are not over by then are told as [`Error::Closed`].
#[derive(Debug)]
pub struct Pool {
    manager: Manager,
}

impl Pool {
    /// Starts so many workers, at least one, and waits until all can be called.
    ///
    /// They sit on no particular CPU: the system moves them, as it moves Python's.
    ///
    /// # Errors
    /// - [`Error::Unavailable`] if this system, or this program, cannot have workers;
    /// - [`Error::Start`] if the system gives none.
    pub fn start(workers: usize, options: Options) -> Result<Self, Error> {
        let manager = Manager::start(workers.max(1), options.patience, OnLoss::Replace)?;
        manager.await_ready()?;
        Ok(Self { manager })
    }

    /// Ids of the workers' processes now, by number: a worker that was replaced has another one.
    pub fn processes(&self) -> Vec<u32> {
        self.manager.processes()
    }

    /// Workers that were lost so far, in the order in which it was noticed.
    pub fn losses(&self) -> Vec<Loss> {
        self.manager.losses()
    }

    /// One task. Waits for its value.
    ///
    /// # Errors
    /// What became of the task instead.
    pub fn apply<I: Serialize, O: DeserializeOwned>(
        &self,
        function: &Function<I, O>,
        input: I,
    ) -> Result<O, Error> {
        self.apply_async(function, input).get()
    }

    /// One task. Does not wait.
    pub fn apply_async<I: Serialize, O: DeserializeOwned>(
        &self,
        function: &Function<I, O>,
        input: I,
    ) -> Handle<O> {
        let (sender, handle) = Handle::new();
        self.hand_in(function, input, move |outcome| {
            // Whoever dropped the handle does not want to know.
            let _unwanted = sender.send((0, outcome));
        });
        handle
    }

    /// One task for each input. Waits for all values, which come in the order of the inputs.
    ///
    /// # Errors
    /// The first input's error that has one.
    pub fn map<I: Serialize, O: DeserializeOwned>(
        &self,
        function: &Function<I, O>,
        inputs: impl IntoIterator<Item = I>,
    ) -> Result<Vec<O>, Error> {
        self.map_async(function, inputs).get()
    }

    /// One task for each input. Does not wait.
    pub fn map_async<I: Serialize, O: DeserializeOwned>(
        &self,
        function: &Function<I, O>,
        inputs: impl IntoIterator<Item = I>,
    ) -> MapHandle<O> {
        let inputs: Vec<I> = inputs.into_iter().collect();
        let (sender, handle) = MapHandle::new(inputs.len());
        self.hand_in_all(function, inputs, &sender);
        handle
    }

    /// One task for each input. Does not wait; the results come in order of arrival.
    pub fn unordered<I: Serialize, O: DeserializeOwned>(
        &self,
        function: &Function<I, O>,
        inputs: impl IntoIterator<Item = I>,
    ) -> Arrivals<O> {
        let inputs: Vec<I> = inputs.into_iter().collect();
        let (sender, arrivals) = Arrivals::new(inputs.len());
        self.hand_in_all(function, inputs, &sender);
        arrivals
    }

    /// As [`apply`](Self::apply), with the record of the task.
    pub fn apply_recorded<I: Serialize, O: DeserializeOwned>(
        &self,
        function: &Function<I, O>,
        input: I,
    ) -> Done<O> {
        self.apply_async(function, input).done()
    }

    /// As [`map`](Self::map), with the record of each task and with every error.
    pub fn map_recorded<I: Serialize, O: DeserializeOwned>(
        &self,
        function: &Function<I, O>,
        inputs: impl IntoIterator<Item = I>,
    ) -> Vec<Done<O>> {
        self.map_async(function, inputs).done()
    }

    /// Waits until every task that was handed in is over, then tells the workers to end and waits until
    /// they are gone.
    ///
    /// # Errors
    /// [`Error::Died`] or [`Error::Hung`] for a worker that did not end as it should.
    pub fn close(self) -> Result<(), Error> {
        self.manager.close()
    }

    fn hand_in_all<I: Serialize, O>(
        &self,
        function: &Function<I, O>,
        inputs: Vec<I>,
        sender: &std::sync::mpsc::Sender<(usize, Outcome)>,
    ) {
        for (task, input) in inputs.into_iter().enumerate() {
            let sender = sender.clone();
            self.hand_in(function, input, move |outcome| {
                let _unwanted = sender.send((task, outcome));
            });
        }
    }

    fn hand_in<I: Serialize, O>(
        &self,
        function: &Function<I, O>,
        input: I,
        deliver: impl FnOnce(Outcome) + Send + 'static,
    ) {
        hand_in(&self.manager, function, input, deliver);
    }
}

/// Encodes an input and hands its task in; `deliver` is told how it ends, in any case.
pub(super) fn hand_in<I: Serialize, O>(
    manager: &Manager,
    function: &Function<I, O>,
    input: I,
    deliver: impl FnOnce(Outcome) + Send + 'static,
) {
    let submitted_ns = clock::now_ns();
    match postcard::to_stdvec(&input) {
        Ok(input) => {
            manager.hand_in(Order::new(function.name(), input, submitted_ns, deliver));
        }
        Err(error) => {
            let record = Record { submitted_ns, received_ns: submitted_ns, ..Record::default() };
            deliver((record, Err(Error::Encoding { problem: error.to_string() })));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Options, Pool};
    use crate::tasks::{Error, Function, Process, Queue};

    static SAME: Function<u8, u8> = Function::new("same", Ok);

    /// The standard harness owns `main`: it does not serve, and would run all tests again as a worker.
    #[test]
    fn a_program_that_does_not_serve_has_no_workers() {
        let error = Pool::start(1, Options::default()).map(drop).unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{error}");
        let queue = Queue::new();
        assert!(Process::start(&SAME, 1, &queue).is_err());
        assert_eq!(queue.get(), Err(Error::Empty));
    }
}
