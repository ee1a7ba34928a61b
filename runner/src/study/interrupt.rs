//! A request to stop, as a user makes it with Ctrl-C.
//!
//! Separate because it is looked at between two samples only: nothing is torn out of a measurement,
//! and what was measured is on disk already. A second Ctrl-C ends the program at once; even then the
//! journal holds every sample that was finished. Next: `sweep`, which looks. What measures nothing has
//! nothing to finish: it leaves at once ([`Leave`]), but for the moments in which it writes files.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Exit code of a program that was interrupted, as shells have it: 128 and the number of SIGINT.
pub const EXIT_CODE: u8 = 130;

/// Whether somebody asked to stop. Clones share the request.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// A request that Ctrl-C (or a plain `kill`) makes; the second one ends the program at once.
    ///
    /// # Errors
    /// The system's reason, if signals cannot be caught.
    pub fn on_signals() -> std::io::Result<Self> {
        Self::default().listening()
    }

    /// Signals make the request, and end the program once it is made.
    fn listening(self) -> std::io::Result<Self> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds the flag down and raises it, the second one exits.
            let flag = Arc::clone(&self.0);
            signal_hook::flag::register_conditional_shutdown(signal, EXIT_CODE.into(), flag)?;
            signal_hook::flag::register(signal, Arc::clone(&self.0))?;
        }
        Ok(self)
    }

    /// Asks to stop.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Ends the program at once on Ctrl-C (or a plain `kill`), with [`EXIT_CODE`], except while files are
/// written: then the first one is a request, and the second one ends the program.
///
/// It is an [`Interrupt`] that is taken to be requested already, so that every signal is the second.
#[derive(Debug)]
pub struct Leave(Interrupt);

impl Leave {
    /// From now on.
    ///
    /// # Errors
    /// The system's reason, if signals cannot be caught.
    pub fn on_signals() -> std::io::Result<Self> {
        Self::at_once().0.listening().map(Self)
    }

    fn at_once() -> Self {
        let interrupt = Interrupt::default();
        interrupt.request();
        Self(interrupt)
    }

    /// Runs `write`, which looks at the request: so it can take its temporary files away. A request that
    /// it does not see any more, because the files have their names, changes nothing.
    pub fn while_writing<R>(&self, write: impl FnOnce(&Interrupt) -> R) -> R {
        let Self(interrupt) = self;
        interrupt.0.store(false, Ordering::Relaxed);
        let written = write(interrupt);
        interrupt.request();
        written
    }
}

#[cfg(test)]
mod tests {
    use super::{Interrupt, Leave};

    #[test]
    fn clones_share_the_request() {
        let interrupt = Interrupt::default();
        let other = interrupt.clone();
        assert!(!interrupt.is_requested());
        other.request();
        assert!(interrupt.is_requested());
    }

    #[test]
    fn every_signal_is_the_second_but_while_files_are_written() {
        let leave = Leave::at_once();
        for _ in 0..2 {
            assert!(leave.0.is_requested());
            let seen = leave.while_writing(|interrupt| {
                let before = interrupt.is_requested();
                interrupt.request();
                (before, interrupt.is_requested())
            });
            assert_eq!(seen, (false, true));
        }
        assert!(leave.0.is_requested());
    }
}
