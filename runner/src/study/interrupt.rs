//! A request to stop, as a user makes it with Ctrl-C.
//!
//! Separate because it is looked at between two samples only: nothing is torn out of a measurement,
//! and what was measured is on disk already. A second Ctrl-C ends the program at once; even then the
//! journal holds every sample that was finished. Next: `sweep`, which looks. What measures nothing has
//! nothing to finish: it leaves at once ([`Leave`]), but for the moments in which it writes a file.

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
        use signal_hook::consts::{SIGINT, SIGTERM};
        let requested = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds the flag down and raises it, the second one exits.
            let flag = Arc::clone(&requested);
            signal_hook::flag::register_conditional_shutdown(signal, EXIT_CODE.into(), flag)?;
            signal_hook::flag::register(signal, Arc::clone(&requested))?;
        }
        Ok(Self(requested))
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

/// Ends the program at once on Ctrl-C (or a plain `kill`), with [`EXIT_CODE`], except while a file is
/// written.
#[derive(Debug)]
pub struct Leave {
    at_once: Arc<AtomicBool>,
    requested: Arc<AtomicBool>,
}

impl Leave {
    /// From now on.
    ///
    /// # Errors
    /// The system's reason, if signals cannot be caught.
    pub fn on_signals() -> std::io::Result<Self> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        let at_once = Arc::new(AtomicBool::new(true));
        let requested = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            let flag = Arc::clone(&at_once);
            signal_hook::flag::register_conditional_shutdown(signal, EXIT_CODE.into(), flag)?;
            signal_hook::flag::register(signal, Arc::clone(&requested))?;
        }
        Ok(Self { at_once, requested })
    }

    /// Until the value is dropped, a signal is only remembered: whoever writes a file looks at it, and
    /// takes its temporary file away.
    pub fn while_writing(&self) -> Guarded<'_> {
        self.at_once.store(false, Ordering::SeqCst);
        Guarded(self)
    }
}

/// A time in which the program does not end at once.
#[derive(Debug)]
pub struct Guarded<'a>(&'a Leave);

impl Guarded<'_> {
    /// Whether somebody asked to stop.
    pub fn is_requested(&self) -> bool {
        self.0.requested.load(Ordering::Relaxed)
    }
}

impl Drop for Guarded<'_> {
    fn drop(&mut self) {
        self.0.at_once.store(true, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::Interrupt;

    #[test]
    fn clones_share_the_request() {
        let interrupt = Interrupt::default();
        let other = interrupt.clone();
        assert!(!interrupt.is_requested());
        other.request();
        assert!(interrupt.is_requested());
    }
}
