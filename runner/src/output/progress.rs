//! A progress bar for what takes longer than a second.
//!
//! It goes to standard error, and only if that is a terminal. Separate because it needs a clock and
//! a thread of its own: never use [`Progress`] while something is being measured; [`Bar`] has none.

use std::io::IsTerminal as _;
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
/// measurement. It disappears when this is dropped.
#[derive(Debug)]
pub struct Bar(ProgressBar);

impl Bar {
    /// Starts `total` units of work, described by `what`.
    pub fn start(what: &'static str, total: u64) -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent} % {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what);
        Self(bar)
    }
}

impl Steps for Bar {
    fn advance(&mut self, units: u64) {
        self.0.inc(units);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
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
