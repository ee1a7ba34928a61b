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
    /// A line for each series on standard error.
    Lines,
    /// Nowhere.
    Silent,
}

/// The parts of a bar: full when the series is done.
const PARTS: u64 = 1000;

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

    /// Begins the blocks of a series, for `people` to read.
    pub(crate) fn series(self, series: &str, configurations: usize, people: &str) -> Steps {
        if self == Self::Lines {
            self.tell(&format!("{series}: measuring {configurations} configurations, {people}"));
        }
        let target = if self == Self::Bar {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(PARTS), target);
        let style = ProgressStyle::with_template("{prefix} {wide_bar} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(series.to_owned());
        Steps { bar }
    }
}

/// A series that is being measured; the bar disappears when this is dropped.
#[derive(Debug)]
pub(crate) struct Steps {
    bar: ProgressBar,
}

/// How far a series is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Reached {
    /// Blocks done.
    pub(crate) blocks: usize,
    /// The samples of this block that are done, as a share of all.
    pub(crate) of_block: f64,
    /// The part of the series that is done, 0 to 1.
    pub(crate) part: f64,
    /// Time it may still take.
    pub(crate) left: Duration,
}

impl Steps {
    /// Draws how far the series is, and which `configuration` comes now. Called between samples only.
    pub(crate) fn at(&self, reached: Reached, configuration: &str) {
        self.bar.set_message(text(reached, configuration));
        self.bar.set_position((reached.part.clamp(0.0, 1.0) * PARTS as f64) as u64);
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn text(reached: Reached, configuration: &str) -> String {
    format!(
        "block {} ({:.0} %), {configuration}, at most about {} left",
        reached.blocks + 1,
        100.0 * reached.of_block,
        seconds(reached.left)
    )
}

/// Whole seconds, rounded up: an estimate should not promise too much.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{} s", time.as_millis().div_ceil(1000))
}

#[cfg(test)]
mod tests {
    use super::{Progress, Reached, seconds, text};
    use std::time::Duration;

    #[test]
    fn estimates_round_up() {
        assert_eq!(seconds(Duration::ZERO), "0 s");
        assert_eq!(seconds(Duration::from_millis(1)), "1 s");
        assert_eq!(seconds(Duration::from_millis(12_001)), "13 s");
    }

    #[test]
    fn steps_fill_the_bar() {
        let left = Duration::from_secs(3);
        let reached = Reached { blocks: 4, of_block: 0.25, part: 0.5, left };
        let steps = Progress::Silent.series("w", 3, "");
        steps.at(reached, "a");
        assert_eq!(steps.bar.position(), 500);
        let told = text(reached, "threads with 2 workers");
        assert_eq!(told, "block 5 (25 %), threads with 2 workers, at most about 3 s left");
        steps.at(Reached { part: 7.0, ..reached }, "a");
        assert_eq!(steps.bar.position(), 1000);
    }
}
