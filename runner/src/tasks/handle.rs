//! Results that are on their way.
//!
//! One store of arrivals under three faces: a single result, all of a map, and an iterator in order of
//! arrival. Separate from the pool, which only fills them: whoever holds one may outlive the pool.

use std::marker::PhantomData;
use std::sync::mpsc::{Receiver, Sender, channel};

use serde::de::DeserializeOwned;

use super::order::Outcome;
use super::{Done, Error};

/// Where results of some tasks arrive, each with its number.
#[derive(Debug)]
struct Inbox {
    expected: usize,
    arriving: Receiver<(usize, Outcome)>,
    arrived: Vec<(usize, Outcome)>,
    taken: usize,
}

/// An inbox for `expected` results, and its other end.
fn inbox(expected: usize) -> (Sender<(usize, Outcome)>, Inbox) {
    let (sender, arriving) = channel();
    (sender, Inbox { expected, arriving, arrived: Vec::new(), taken: 0 })
}

impl Inbox {
    /// Whether all have arrived. Does not wait.
    fn is_full(&mut self) -> bool {
        self.arrived.extend(self.arriving.try_iter());
        self.arrived.len() == self.expected
    }

    /// All results, by number. Waits.
    fn all(mut self) -> Vec<(usize, Outcome)> {
        let left = self.expected - self.arrived.len();
        self.arrived.extend(self.arriving.iter().take(left));
        self.arrived.sort_by_key(|(task, _)| *task);
        self.arrived
    }

    /// The next one to arrive; `None` after the last. Waits.
    fn next(&mut self) -> Option<(usize, Outcome)> {
        if self.taken == self.expected {
            return None;
        }
        self.taken += 1;
        self.arriving.recv().ok()
    }
}

/// Decodes what came from a worker.
pub(super) fn done<O: DeserializeOwned>(task: usize, (record, value): Outcome) -> Done<O> {
    let value = value.and_then(|bytes| {
        postcard::from_bytes(&bytes).map_err(|error| Error::Encoding { problem: error.to_string() })
    });
    Done { task, value, record }
}

/// One result that is on its way.
#[derive(Debug)]
pub struct Handle<O> {
    inbox: Inbox,
    value: PhantomData<fn() -> O>,
}

impl<O: DeserializeOwned> Handle<O> {
    pub(super) fn new() -> (Sender<(usize, Outcome)>, Self) {
        let (sender, inbox) = inbox(1);
        (sender, Self { inbox, value: PhantomData })
    }

    /// Whether it is here. Does not wait.
    pub fn is_ready(&mut self) -> bool {
        self.inbox.is_full()
    }

    /// The value. Waits for it.
    ///
    /// # Errors
    /// What became of the task instead.
    pub fn get(self) -> Result<O, Error> {
        self.done().value
    }

    /// The value with its record. Waits for it.
    pub fn done(self) -> Done<O> {
        let lost = (0, (super::Record::default(), Err(Error::Closed)));
        let (task, outcome) = self.inbox.all().pop().unwrap_or(lost);
        done(task, outcome)
    }
}

/// The results of a map that are on their way.
#[derive(Debug)]
pub struct MapHandle<O> {
    inbox: Inbox,
    value: PhantomData<fn() -> O>,
}

impl<O: DeserializeOwned> MapHandle<O> {
    pub(super) fn new(expected: usize) -> (Sender<(usize, Outcome)>, Self) {
        let (sender, inbox) = inbox(expected);
        (sender, Self { inbox, value: PhantomData })
    }

    /// Whether all are here. Does not wait.
    pub fn is_ready(&mut self) -> bool {
        self.inbox.is_full()
    }

    /// All values, in the order of their inputs. Waits for all.
    ///
    /// # Errors
    /// The first input's error that has one; [`done`](Self::done) gives the others nevertheless.
    pub fn get(self) -> Result<Vec<O>, Error> {
        self.done().into_iter().map(|done| done.value).collect()
    }

    /// Every value or error with its record, in the order of the inputs. Waits for all.
    pub fn done(self) -> Vec<Done<O>> {
        self.inbox.all().into_iter().map(|(task, outcome)| done(task, outcome)).collect()
    }
}

/// Results in order of arrival. The iterator waits for each, and ends after the last.
#[derive(Debug)]
pub struct Arrivals<O> {
    inbox: Inbox,
    value: PhantomData<fn() -> O>,
}

impl<O: DeserializeOwned> Arrivals<O> {
    pub(super) fn new(expected: usize) -> (Sender<(usize, Outcome)>, Self) {
        let (sender, inbox) = inbox(expected);
        (sender, Self { inbox, value: PhantomData })
    }
}

impl<O: DeserializeOwned> Iterator for Arrivals<O> {
    type Item = Done<O>;

    fn next(&mut self) -> Option<Done<O>> {
        self.inbox.next().map(|(task, outcome)| done(task, outcome))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.inbox.expected - self.inbox.taken;
        (left, Some(left))
    }
}
