//! The parent's side of typed functions: one worker that is called.
//!
//! Separate from [`crew`](super::crew), whose workers fail together: here a worker that dies is one
//! worker less, and whoever owns it starts another. Nothing here waits for an answer, nor for a worker that
//! reads slowly: what its socket does not take at once leaves at the next looks. Next:
//! [`tasks`](crate::tasks), whose manager owns these.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use rustix::event::PollFlags;

use super::child::{Mask, Worker};
use super::wire::{Answer, Order, PARENT, Problem, Returned, VERSION, WORKER};

pub(crate) use super::channel::sleep;
pub(crate) use super::child::can_start;

use super::channel::Broken;

/// A worker whose socket has ended is about to end; so long it is waited for before it is killed.
const LAST_BREATH: Duration = Duration::from_millis(500);

/// One worker. Dropping it kills its process and waits for it.
#[derive(Debug)]
pub(crate) struct Callee {
    worker: Worker,
}

/// What a worker has said.
#[derive(Debug)]
pub(crate) enum News {
    /// Nothing yet.
    None,
    /// Hello: it can be called.
    Ready,
    /// How a call ended, and the encoded value if there is one.
    Returned {
        /// When the function began.
        began_ns: u64,
        /// When it ended.
        ended_ns: u64,
        /// How.
        how: Returned,
        /// Its value.
        output: Vec<u8>,
    },
}

/// Why a call could not be sent.
#[derive(Debug)]
pub(crate) enum Unsent {
    /// Its input is longer than a message may be: so many bytes. The worker has heard nothing.
    TooLong(usize),
    /// The worker is of no use any more, and why. It has heard nothing.
    Lost(String),
}

impl Callee {
    /// Starts a worker and says hello; its answer is the first [`news`](Self::news).
    ///
    /// # Errors
    /// The system's refusal.
    pub(crate) fn start(patience: Duration) -> io::Result<Self> {
        let _mask = Mask::lifted();
        let mut worker = Worker::start(patience)?;
        let hello = Order::Hello { magic: PARENT, version: VERSION, seat: None };
        // One that is gone already shows when its answer is looked for, with the reason.
        let _shows_later = worker.channel.send(&hello, &[]);
        Ok(Self { worker })
    }

    /// Id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.worker.id()
    }

    /// Tells it to call a function. Does not wait until it has read a long input: the rest leaves with
    /// the next [`news`](Self::news), for which [`awaits`](Self::awaits) tells the time.
    ///
    /// # Errors
    /// Why the call cannot be sent; no byte of it has been.
    pub(crate) fn call(&mut self, function: &str, input: &[u8]) -> Result<(), Unsent> {
        let order = Order::Call { function: function.to_owned() };
        let channel = &mut self.worker.channel;
        match channel.post(&order, input).and_then(|()| channel.push()) {
            Ok(()) => Ok(()),
            // The reason shows when its answer is looked for.
            Err(_) if channel.has_begun() => Ok(()),
            Err(Broken::Garbled(Problem::TooLong { found })) => Err(Unsent::TooLong(found)),
            Err(broken) => Err(Unsent::Lost(self.obituary(&broken))),
        }
    }

    /// What to sleep for until there can be news.
    pub(crate) fn awaits(&self) -> PollFlags {
        if self.worker.channel.has_left() { PollFlags::IN } else { PollFlags::IN | PollFlags::OUT }
    }

    /// What it has said since the last look.
    ///
    /// # Errors
    /// Why it is of no use any more, in words.
    pub(crate) fn news(&mut self) -> Result<News, String> {
        match self.worker.channel.look() {
            Ok(false) => return self.send_on().map(|()| News::None),
            Ok(true) => {}
            Err(broken) => return Err(self.obituary(&broken)),
        }
        let said = self.worker.channel.message::<Answer>();
        let (answer, output) = said.map_err(|broken| broken.to_string())?;
        match answer {
            Answer::Hello { magic: WORKER, version: VERSION } => Ok(News::Ready),
            Answer::Hello { magic: WORKER, version } => {
                Err(format!("it speaks version {version}, this program speaks {VERSION}"))
            }
            Answer::Returned { began_ns, ended_ns, how } => {
                Ok(News::Returned { began_ns, ended_ns, how, output: output.to_vec() })
            }
            Answer::Failed { message } => Err(message),
            other => Err(format!("it says {other:?}, which makes no sense")),
        }
    }

    /// Sends more of a long input.
    fn send_on(&mut self) -> Result<(), String> {
        match self.worker.channel.push() {
            // It may have said why before it ended: the next look finds that, or the end.
            Ok(()) | Err(Broken::Closed) => Ok(()),
            Err(broken) => Err(broken.to_string()),
        }
    }

    /// Tells it to end. Whether it does shows in [`ended`](Self::ended).
    pub(crate) fn quit(&mut self) {
        // One that does not read this is gone, or is killed when it is dropped.
        let _shows_later = self.worker.channel.send(&Order::Quit, &[]);
    }

    /// Kills its process, and does not wait until it is gone.
    pub(crate) fn kill(&mut self) {
        self.worker.kill();
    }

    /// Waits until it has ended after [`quit`](Self::quit).
    ///
    /// # Errors
    /// That it does not within `patience`, or how else it ended.
    pub(crate) fn ended(&mut self, patience: Duration) -> Result<(), String> {
        match self.worker.ended(patience) {
            Some(end) if end.may_be_good() => Ok(()),
            Some(end) => Err(end.to_string()),
            None => Err("it does not end".into()),
        }
    }

    /// What became of a worker whose socket is broken.
    fn obituary(&mut self, broken: &Broken) -> String {
        if !matches!(broken, Broken::Closed) {
            return broken.to_string();
        }
        match self.worker.ended(LAST_BREATH) {
            Some(end) => end.to_string(),
            None => "it has closed its socket and lives on".into(),
        }
    }
}

impl AsFd for Callee {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.worker.channel.as_fd()
    }
}
