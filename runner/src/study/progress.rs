//! Says how far a study is and how long it will still take, on standard error.
//!
//! Separate from [`crate::output::progress`], whose bar draws itself from a thread of its own: during
//! a study that thread would disturb what is measured. Here everything is drawn by the caller,
//! between two samples. Without a terminal there are a few plain lines instead of a bar, or none.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Where progress is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A bar on the terminal behind standard error.
    Bar,
    /// A line for each workload on standard error.
    Lines,
    /// Nowhere.
    Silent,
}

impl Progress {
    /// A bar if standard error is a terminal, otherwise lines.
    pub fn on_stderr() -> Self {
        if stderr().is_terminal() { Self::Bar } else { Self::Lines }
    }

    /// Tells one line about what happens next.
    pub fn tell(self, line: &str) {
        if self != Self::Silent {
            // Nobody is left to be told that standard error is closed.
            let _closed = writeln!(stderr().lock(), "{line}");
        }
    }

    /// Begins `blocks` blocks of a workload, each of which takes about `block_ns`.
    pub(super) fn blocks(self, workload: &str, blocks: usize, block_ns: u64) -> Steps {
        let plain = format!(
            "{workload}: measuring {blocks} x all configurations, about {} left",
            seconds(block_ns.saturating_mul(blocks as u64))
        );
        if self != Self::Bar {
            self.tell(&plain);
        }
        let target = if self == Self::Bar {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(blocks as u64), target);
        let style = ProgressStyle::with_template("{prefix} {wide_bar} block {pos} of {len}{msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(workload.to_owned());
        Steps { bar, done: 0, blocks: blocks as u64, spent_ns: 0 }
    }
}

/// A workload that is being measured; the bar disappears when this is dropped.
#[derive(Debug)]
pub(super) struct Steps {
    bar: ProgressBar,
    done: u64,
    blocks: u64,
    spent_ns: u64,
}

impl Steps {
    /// One more block is done, and took `block_ns`.
    pub(super) fn done(&mut self, block_ns: u64) {
        self.done += 1;
        self.spent_ns = self.spent_ns.saturating_add(block_ns);
        let left_ns = self.spent_ns / self.done * self.blocks.saturating_sub(self.done);
        self.bar.set_message(format!(", about {} left", seconds(left_ns)));
        self.bar.inc(1);
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Whole seconds, rounded up: an estimate should not promise too much.
fn seconds(ns: u64) -> String {
    format!("{} s", Duration::from_nanos(ns).as_millis().div_ceil(1000))
}

#[cfg(test)]
mod tests {
    use super::{Progress, seconds};

    #[test]
    fn estimates_round_up() {
        assert_eq!(seconds(0), "0 s");
        assert_eq!(seconds(1_000_001), "1 s");
        assert_eq!(seconds(12_001_000_000), "13 s");
    }

    #[test]
    fn steps_count_blocks() {
        let mut steps = Progress::Silent.blocks("w", 3, 10);
        steps.done(5);
        steps.done(7);
        assert_eq!((steps.done, steps.spent_ns, steps.bar.position()), (2, 12, 2));
    }
}
