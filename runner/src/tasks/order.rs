//! A task on its way through the manager: what is to be called, and who is to be told.
//!
//! Separate from the manager so that the rule holds wherever a task ends, in a worker, in the queue or
//! with its manager: whoever waits for it is told exactly once.

use super::{Error, Record};

/// What a manager does about a worker that is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnLoss {
    /// Starts another in its place.
    Replace,
    /// Goes on without.
    Retire,
}

/// What is told of a task: who did it, and the encoded value.
pub(super) type Outcome = (Record, Result<Vec<u8>, Error>);

/// A task that was handed in. If it is dropped, its caller is told that the pool has ended.
pub(super) struct Order {
    pub(super) function: &'static str,
    pub(super) input: Vec<u8>,
    pub(super) submitted_ns: u64,
    deliver: Option<Box<dyn FnOnce(Outcome) + Send>>,
}

impl Order {
    /// A task whose caller is told by `deliver`, which must not block.
    pub(super) fn new(
        function: &'static str,
        input: Vec<u8>,
        submitted_ns: u64,
        deliver: impl FnOnce(Outcome) + Send + 'static,
    ) -> Self {
        Self { function, input, submitted_ns, deliver: Some(Box::new(deliver)) }
    }

    /// Tells the caller how it ended.
    pub(super) fn deliver(mut self, record: Record, value: Result<Vec<u8>, Error>) {
        if let Some(deliver) = self.deliver.take() {
            deliver((record, value));
        }
    }
}

impl Drop for Order {
    fn drop(&mut self) {
        if let Some(deliver) = self.deliver.take() {
            let submitted_ns = self.submitted_ns;
            let received_ns = crate::machine::clock::now_ns();
            let record = Record { submitted_ns, received_ns, ..Record::default() };
            deliver((record, Err(Error::Closed)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Order;
    use crate::tasks::{Error, Record};
    use std::sync::mpsc::channel;

    #[test]
    fn whoever_waits_is_told_exactly_once() {
        let (tell, told) = channel();
        let order = |tell: std::sync::mpsc::Sender<_>| {
            Order::new("f", vec![1], 7, move |(record, value): (Record, _)| {
                tell.send((record.submitted_ns, value)).unwrap();
            })
        };
        let record = Record { submitted_ns: 7, ..Record::default() };
        order(tell.clone()).deliver(record, Ok(vec![2]));
        drop(order(tell));
        assert_eq!(told.iter().collect::<Vec<_>>(), [(7, Ok(vec![2])), (7, Err(Error::Closed))]);
    }
}
