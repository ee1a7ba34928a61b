//! A progress bar for what takes longer than a second.
//!
//! It goes to standard error, and only if that is a terminal. Separate because it needs a clock and
//! a thread of its own: never use [`Progress`] while something is being measured; [`Bar`] has none.

use std::io::{IsTerminal as _, Write as _};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Nothing is shown before this time has passed.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two drawings.
const TICK: Duration = Duration::from_millis(200);

/// Work that is going on; the bar disappears when this is dropped.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    watcher: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts `total` units of work, described by `what`.
    pub fn start(what: &'static str, total: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent} % {eta}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what);
        let watcher = std::io::stderr().is_terminal().then(|| watch(bar.clone())).flatten();
        Self { bar, watcher }
    }

    /// `units` more are done.
    pub fn advance(&self, units: u64) {
        self.bar.inc(units);
    }
}

/// Somebody who counts units of work, between measurements.
pub trait Steps {
    /// `units` more are done.
    fn advance(&mut self, units: u64);
}

/// A bar without a thread: it is drawn by whoever advances it, so that nothing runs beside a
/// measurement. It disappears when this is dropped. Without a terminal there is a line at each tenth.
#[derive(Debug)]
pub struct Bar {
    bar: ProgressBar,
    /// What lines begin with; `None` on a terminal.
    lines: Option<&'static str>,
}

impl Bar {
    /// Starts `total` units of work, described by `what`.
    pub fn start(what: &'static str, total: u64) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let target =
            if is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent} % {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what);
        bar.tick();
        Self { bar, lines: (!is_terminal).then_some(what) }
    }
}

impl Steps for Bar {
    fn advance(&mut self, units: u64) {
        let before = tenths(self.bar.position(), self.bar.length());
        self.bar.inc(units);
        let now = tenths(self.bar.position(), self.bar.length());
        if let Some(what) = self.lines.filter(|_| now > before) {
            let part = self.bar.position() as f64 / self.bar.length().unwrap_or(1).max(1) as f64;
            let left_s = self.bar.elapsed().as_secs_f64() * (1.0 / part - 1.0);
            // Nobody is left to be told that standard error is closed.
            let line = format!("{what}: {now}0 %, about {left_s:.0} s left");
            let _closed = writeln!(std::io::stderr().lock(), "{line}");
        }
    }
}

/// How many tenths of `total` are done.
fn tenths(done: u64, total: Option<u64>) -> u64 {
    10 * done / total.unwrap_or(1).max(1)
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A thread that shows the bar once patience is at its end. Without threads there is no bar.
fn watch(bar: ProgressBar) -> Option<(Sender<()>, JoinHandle<()>)> {
    let (done, waiting) = channel();
    let show = move || {
        if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(TICK);
        }
    };
    let thread = std::thread::Builder::new().spawn(show).ok()?;
    Some((done, thread))
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.watcher.take() {
            drop(done); // wakes the watcher, if it still waits
            let _panicked = thread.join();
        }
        self.bar.finish_and_clear();
    }
}
