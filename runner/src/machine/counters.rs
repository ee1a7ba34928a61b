//! What the operating system counts of a thread.

use serde::{Deserialize, Serialize};

/// Counters of one thread; `None` is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadCounters {
    /// Time that it was ready to run but did not, in ns.
    pub run_queue_ns: Option<u64>,
    /// How often it gave its CPU up to wait for something.
    pub voluntary_switches: Option<u64>,
    /// How often its CPU was taken away.
    pub forced_switches: Option<u64>,
}

impl ThreadCounters {
    /// Those of the calling thread.
    pub fn read() -> Self {
        Self::default()
    }

    /// What was added since `earlier`.
    #[must_use]
    pub fn since(self, _earlier: Self) -> Self {
        self
    }
}
