//! What the scheduler counts for the calling thread.
//!
//! Separate from [`system`](super::system) because a worker reads this on its own thread. Every thread
//! opens its two files once and reads them again from the start: 3 µs for both, a quarter of what
//! opening them each time took. (`getrusage` for one thread would be faster still, but it does not
//! tell the time in the run queue, and `rustix` does not offer it.)

use serde::{Deserialize, Serialize};

use super::difference;

/// Waiting and switches of one thread since it started, or between two readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadCounters {
    /// Time it could have run but waited for a CPU, be it for other threads or for a quota.
    pub run_queue_ns: Option<u64>,
    /// How often it gave its CPU away, to wait for something.
    pub voluntary_switches: Option<u64>,
    /// How often its CPU was taken away.
    pub forced_switches: Option<u64>,
}

impl ThreadCounters {
    /// The counters of the calling thread, as far as the system counts.
    pub fn read() -> Self {
        let [schedstat, status] = files::read();
        Self::parse(&schedstat, &status)
    }

    /// What was counted after `earlier`, which is a reading of the same thread.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            run_queue_ns: difference(self.run_queue_ns, earlier.run_queue_ns),
            voluntary_switches: difference(self.voluntary_switches, earlier.voluntary_switches),
            forced_switches: difference(self.forced_switches, earlier.forced_switches),
        }
    }

    /// From `schedstat` (time on a CPU, time in the run queue, time slices; ns) and `status`.
    fn parse(schedstat: &str, status: &str) -> Self {
        let run_queue_ns = match schedstat.split_ascii_whitespace().collect::<Vec<_>>()[..] {
            [_, waited, _] => waited.parse().ok(),
            _ => None,
        };
        let count = |key: &str| {
            let value = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
            value?.trim().parse().ok()
        };
        Self {
            run_queue_ns,
            voluntary_switches: count("voluntary_ctxt_switches"),
            forced_switches: count("nonvoluntary_ctxt_switches"),
        }
    }
}

#[cfg(target_os = "linux")]
mod files {
    use std::fs::File;
    use std::os::unix::fs::FileExt as _;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// More than either file holds on any machine.
    const LIMIT_BYTES: usize = 8 << 10;
    /// Threads beyond so many open their files for each reading: a process may have 1024 open, and a
    /// study 1024 workers.
    const KEEPERS: usize = 128;

    /// Threads that keep their files open.
    static KEEPING: AtomicUsize = AtomicUsize::new(0);

    thread_local! {
        static KEPT: Option<Kept> = Kept::new();
    }

    /// What the thread's own folder of `/proc` holds; it means this thread for ever after.
    struct Kept([Option<File>; 2]);

    impl Kept {
        /// `None` if too many threads keep theirs.
        fn new() -> Option<Self> {
            let one_more = |keeping| (keeping < KEEPERS).then_some(keeping + 1);
            let granted = KEEPING.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
            granted.is_ok().then(|| Self(open()))
        }
    }

    impl Drop for Kept {
        fn drop(&mut self) {
            KEEPING.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn open() -> [Option<File>; 2] {
        ["schedstat", "status"].map(|name| File::open(format!("/proc/thread-self/{name}")).ok())
    }

    /// The texts of both files; empty where there is none.
    pub(super) fn read() -> [String; 2] {
        KEPT.with(|kept| match kept {
            Some(Kept(files)) => files.each_ref().map(|file| text(file.as_ref())),
            None => open().map(|file| text(file.as_ref())),
        })
    }

    /// The file from its start, in one read: the kernel writes it anew for each.
    fn text(file: Option<&File>) -> String {
        let mut buffer = [0; LIMIT_BYTES];
        let length = file.and_then(|file| file.read_at(&mut buffer, 0).ok()).unwrap_or(0);
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    }

    #[cfg(test)]
    mod tests {
        use super::{KEEPERS, read};
        use std::sync::Barrier;

        #[test]
        fn more_threads_than_keep_their_files_can_read_at_the_same_time() {
            let together = Barrier::new(KEEPERS + 8);
            std::thread::scope(|scope| {
                for _ in 0..KEEPERS + 8 {
                    scope.spawn(|| {
                        let first = read();
                        together.wait(); // every thread has its files, or was refused
                        let second = read();
                        assert!(
                            first.iter().zip(&second).all(|(a, b)| a.is_empty() == b.is_empty())
                        );
                        assert!(second[1].contains("nonvoluntary_ctxt_switches"), "{second:?}");
                    });
                }
            });
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod files {
    /// Nothing: this system has no such files.
    pub(super) fn read() -> [String; 2] {
        [String::new(), String::new()]
    }
}

#[cfg(test)]
mod tests {
    use super::ThreadCounters;

    const STATUS: &str = "Name:\tx\nvoluntary_ctxt_switches:\t7\nnonvoluntary_ctxt_switches:\t3\n";

    #[test]
    fn both_files_are_understood() {
        let read = ThreadCounters::parse("81487 74526 2\n", STATUS);
        let expected = ThreadCounters {
            run_queue_ns: Some(74_526),
            voluntary_switches: Some(7),
            forced_switches: Some(3),
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn damaged_files_are_unknown() {
        for schedstat in ["", "1 2", "1 x 3", "1 2 3 4"] {
            assert_eq!(ThreadCounters::parse(schedstat, "x: 1").run_queue_ns, None, "{schedstat}");
        }
        assert_eq!(ThreadCounters::parse("", ""), ThreadCounters::default());
    }

    #[test]
    fn differences_are_known_where_both_readings_are() {
        let earlier = ThreadCounters::parse("1 100 1", "");
        let later = ThreadCounters::parse("1 250 1", STATUS);
        let expected = ThreadCounters { run_queue_ns: Some(150), ..ThreadCounters::default() };
        assert_eq!(later.since(earlier), expected);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_thread_that_waits_is_seen_to_give_its_cpu_away() {
        let counted = std::thread::spawn(|| {
            let before = ThreadCounters::read();
            std::thread::sleep(std::time::Duration::from_millis(1));
            ThreadCounters::read().since(before)
        });
        assert!(counted.join().unwrap().voluntary_switches.is_none_or(|switches| switches > 0));
    }
}
