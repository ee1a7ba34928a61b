//! One end of the socket between a parent and a worker: frames in, frames out.
//!
//! Never blocks in a read: whoever sleeps there is woken some 50 µs late on a virtual machine. A
//! [`look`](Channel::look) takes what is there; how to wait between two looks is decided by those who
//! wait, the parent for any of its workers ([`crew`](super::crew)), a worker for its parent
//! ([`worker`](super::worker)). A frame leaves with one write.

use std::io::{ErrorKind, Read as _, Write as _};
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::wire::{self, Problem};

/// Bytes that one look can take.
const INBOX_BYTES: usize = 64 << 10;

/// Why the other side cannot be understood any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// It has closed its end, or is gone.
    #[error("the other side is gone")]
    Closed,
    /// It does not read what it is sent, or sends no more.
    #[error("the other side does not read")]
    Stuck,
    /// It says what makes no sense.
    #[error(transparent)]
    Garbled(#[from] Problem),
    /// The system's reason.
    #[error("the socket between the processes failed: {0}")]
    Io(std::io::Error),
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => Self::Closed,
            _ => Self::Io(error),
        }
    }
}

/// One end of a socket.
#[derive(Debug)]
pub(super) struct Channel {
    stream: UnixStream,
    inbox: Vec<u8>,
    /// What was read and is not yet consumed.
    unread: Range<usize>,
    /// The payload of the frame that was found last; part of `unread` until the next look.
    payload: Range<usize>,
    outbox: Vec<u8>,
    /// What of a posted frame has not been sent yet; part of `outbox`.
    unsent: Range<usize>,
    /// How long the other side may take to read on.
    patience: Duration,
}

impl Channel {
    pub(super) fn new(stream: UnixStream, patience: Duration) -> std::io::Result<Self> {
        stream.set_nonblocking(true)?;
        let inbox = vec![0; INBOX_BYTES];
        let (unread, payload, outbox, unsent) = (0..0, 0..0, Vec::new(), 0..0);
        Ok(Self { stream, inbox, unread, payload, outbox, unsent, patience })
    }

    /// Takes what has arrived; whether a whole frame is there. Then [`message`](Self::message) is it,
    /// until the next look.
    pub(super) fn look(&mut self) -> Result<bool, Broken> {
        self.consume();
        if self.find()? {
            return Ok(true);
        }
        self.make_room();
        match self.stream.read(&mut self.inbox[self.unread.end..]) {
            Ok(0) => Err(Broken::Closed),
            Ok(read) => {
                self.unread.end += read;
                self.find()
            }
            Err(error) if is_no_news(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The message of the frame that was found, and the numbers behind it.
    pub(super) fn message<T: DeserializeOwned>(&self) -> Result<(T, &[u8]), Broken> {
        Ok(wire::decode(&self.inbox[self.payload.clone()])?)
    }

    /// Sends a frame: `message`, then `numbers`.
    pub(super) fn send(&mut self, message: &impl Serialize, numbers: &[u8]) -> Result<(), Broken> {
        wire::encode(message, numbers, &mut self.outbox)?;
        let frame = std::mem::take(&mut self.outbox);
        let sent = self.send_raw(&frame);
        self.outbox = frame;
        sent
    }

    /// Puts a frame on its way, as [`send`](Self::send) does, and does not wait: [`push`](Self::push)
    /// sends it. Nothing else may be sent before it [has left](Self::has_left).
    pub(super) fn post(&mut self, message: &impl Serialize, numbers: &[u8]) -> Result<(), Broken> {
        self.unsent = 0..0;
        wire::encode(message, numbers, &mut self.outbox)?;
        self.unsent = 0..self.outbox.len();
        Ok(())
    }

    /// Sends of the posted frame what the socket takes now.
    pub(super) fn push(&mut self) -> Result<(), Broken> {
        while !self.has_left() {
            match self.stream.write(&self.outbox[self.unsent.clone()]) {
                Ok(written) => self.unsent.start += written,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Whether nothing of the posted frame is left to send.
    pub(super) fn has_left(&self) -> bool {
        self.unsent.is_empty()
    }

    /// Whether some of the posted frame has been sent.
    pub(super) fn has_begun(&self) -> bool {
        self.unsent.start > 0
    }

    /// Sends bytes that are no frame.
    pub(super) fn send_raw(&mut self, mut bytes: &[u8]) -> Result<(), Broken> {
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if is_no_news(&error) => self.block(PollFlags::OUT)?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Receives bytes that are no frame and follow the one that was found.
    pub(super) fn receive_raw(&mut self, mut bytes: &mut [u8]) -> Result<(), Broken> {
        self.consume();
        let early = self.unread.len().min(bytes.len());
        bytes[..early].copy_from_slice(&self.inbox[self.unread.start..self.unread.start + early]);
        self.unread.start += early;
        bytes = &mut bytes[early..];
        while !bytes.is_empty() {
            match self.stream.read(bytes) {
                Ok(0) => return Err(Broken::Closed),
                Ok(read) => bytes = &mut bytes[read..],
                Err(error) if is_no_news(&error) => self.block(PollFlags::IN)?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Drops the frame that was found last.
    fn consume(&mut self) {
        self.unread.start = self.unread.start.max(self.payload.end);
        self.payload = 0..0;
    }

    fn find(&mut self) -> Result<bool, Broken> {
        let start = self.unread.start;
        let Some(payload) = wire::payload(&self.inbox[self.unread.clone()])? else {
            return Ok(false);
        };
        self.payload = start + payload.start..start + payload.end;
        Ok(true)
    }

    /// Makes room behind what is unread: moves it to the front, or makes the inbox larger.
    fn make_room(&mut self) {
        if self.unread.is_empty() {
            self.unread = 0..0;
        } else if self.unread.end == self.inbox.len() {
            self.inbox.copy_within(self.unread.clone(), 0);
            self.unread = 0..self.unread.len();
            if self.unread.end == self.inbox.len() {
                self.inbox.resize(2 * self.unread.end, 0);
            }
        }
    }

    /// Sleeps until the socket can go on.
    fn block(&self, flags: PollFlags) -> Result<(), Broken> {
        let mut fds = [PollFd::new(&self.stream, flags)];
        match sleep(&mut fds, self.patience)? {
            0 => Err(Broken::Stuck),
            _ => Ok(()),
        }
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

/// Sleeps until one of `fds` has news, at most for `time`; how many have.
pub(crate) fn sleep(fds: &mut [PollFd<'_>], time: Duration) -> std::io::Result<usize> {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    let time = Timespec { tv_sec: seconds, tv_nsec: time.subsec_nanos().into() };
    match poll(fds, Some(&time)) {
        // A signal that has a handler: as if there were news, so that the caller looks again.
        Err(rustix::io::Errno::INTR) => Ok(1),
        other => Ok(other?),
    }
}

fn is_no_news(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests {
    use super::{Broken, Channel, INBOX_BYTES};
    use crate::backend::processes::wire::{Answer, Order};
    use std::io::Write as _;
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    fn pair(patience: Duration) -> (Channel, Channel) {
        let (a, b) = UnixStream::pair().unwrap();
        (Channel::new(a, patience).unwrap(), Channel::new(b, patience).unwrap())
    }

    #[test]
    fn frames_and_raw_bytes_arrive_in_order_whatever_their_length() {
        let (mut parent, mut worker) = pair(Duration::from_mins(1));
        let numbers: Vec<u8> = (0..3 * INBOX_BYTES).map(|i| i as u8).collect();
        let mut raw = vec![0; numbers.len()];
        std::thread::scope(|scope| {
            scope.spawn(|| {
                parent.send(&Order::Open, &[]).unwrap();
                parent.send(&Order::Round { passes: 2 }, &numbers).unwrap();
                parent.send_raw(&numbers).unwrap();
                parent.send(&Order::Quit, &[]).unwrap();
            });
            let next = |channel: &mut Channel, expected: Order, length: usize| {
                while !channel.look().unwrap() {}
                let (order, rest) = channel.message::<Order>().unwrap();
                assert_eq!((order, rest), (expected, &numbers[..length]));
            };
            next(&mut worker, Order::Open, 0);
            next(&mut worker, Order::Round { passes: 2 }, numbers.len());
            worker.receive_raw(&mut raw).unwrap();
            next(&mut worker, Order::Quit, 0);
        });
        assert_eq!(raw, numbers);
    }

    #[test]
    fn a_posted_frame_leaves_as_the_other_side_reads() {
        let (mut parent, mut worker) = pair(Duration::ZERO);
        let numbers: Vec<u8> = (0..8 << 20).map(|i| i as u8).collect();
        parent.post(&Order::Open, &numbers).unwrap();
        assert!(!parent.has_begun());
        parent.push().unwrap();
        assert!(parent.has_begun() && !parent.has_left(), "a socket takes less than that");
        while !worker.look().unwrap() {
            parent.push().unwrap();
        }
        assert!(parent.has_left());
        assert_eq!(worker.message::<Order>().unwrap(), (Order::Open, &numbers[..]));
        let too_long = vec![0; super::wire::MOST_BYTES];
        assert!(matches!(parent.post(&Order::Open, &too_long), Err(Broken::Garbled(_))));
        assert!(parent.has_left() && !parent.has_begun());
    }

    #[test]
    fn an_end_that_is_gone_and_one_that_does_not_read_are_told_apart() {
        let (mut parent, worker) = pair(Duration::ZERO);
        assert!(!parent.look().unwrap());
        let much = vec![0; 8 << 20];
        assert!(matches!(parent.send_raw(&much), Err(Broken::Stuck)));
        drop(worker);
        assert!(matches!(parent.send_raw(&much), Err(Broken::Closed)));
        let (mut parent, worker) = pair(Duration::ZERO);
        drop(worker);
        assert!(matches!(parent.look(), Err(Broken::Closed)));
    }

    #[test]
    fn text_in_place_of_a_frame_is_garbled() {
        let (mut parent, mut worker) = pair(Duration::ZERO);
        worker.stream.write_all(b"Segmentation fault").unwrap();
        assert!(matches!(parent.look(), Err(Broken::Garbled(_))));
        let (mut parent, mut worker) = pair(Duration::ZERO);
        worker.stream.write_all(&[2, 0, 0, 0, 99, 99]).unwrap();
        assert!(parent.look().unwrap());
        assert!(matches!(parent.message::<Answer>(), Err(Broken::Garbled(_))));
    }
}
