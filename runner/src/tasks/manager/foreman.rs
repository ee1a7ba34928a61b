//! What the manager's thread does: hands tasks to idle workers, hears what all of them say, and
//! replaces those that are lost.
//!
//! It sleeps until a command comes, a worker says something, or one reads on in a long input; it waits
//! nowhere else, so that a worker which stops keeps nothing from the others. Every state of a worker has an end: one
//! that starts or works is given up after the pool's patience, one that is idle and dies is noticed at
//! once. Separate from [`Manager`](super::Manager), which runs on its callers' threads.

use std::collections::VecDeque;
use std::io::{self, Read as _};
use std::mem;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};

use super::{Command, Known};
use crate::backend::processes::Returned;
use crate::backend::processes::callee::{Callee, News, Unsent, sleep};
use crate::machine::clock;
use crate::tasks::order::{OnLoss, Order};
use crate::tasks::{Error, Loss, Record};

/// A worker, and what it is doing.
struct Seat {
    callee: Callee,
    state: State,
}

/// What a worker is doing.
enum State {
    /// It has not said hello since then.
    Starting { since_ns: u64 },
    /// It waits.
    Idle,
    /// It does a task since then.
    Busy { order: Order, since_ns: u64 },
}

impl State {
    fn since_ns(&self) -> Option<u64> {
        match self {
            Self::Idle => None,
            Self::Starting { since_ns } | Self::Busy { since_ns, .. } => Some(*since_ns),
        }
    }
}

/// The workers and their work.
pub(super) struct Foreman {
    /// By number; `None` where a worker was not replaced.
    seats: Vec<Option<Seat>>,
    queue: VecDeque<Order>,
    patience: Duration,
    on_loss: OnLoss,
    known: Arc<Mutex<Known>>,
    commands: Receiver<Command>,
    bell: UnixStream,
    /// Told once, when all workers can be called or one cannot.
    ready: Option<Sender<Result<(), Error>>>,
    /// Why there is a seat without a worker.
    why_fewer: Error,
    is_closing: bool,
}

impl Foreman {
    /// Starts the workers' processes.
    ///
    /// # Errors
    /// The system's refusal.
    pub(super) fn start(
        workers: usize,
        patience: Duration,
        on_loss: OnLoss,
        known: Arc<Mutex<Known>>,
        commands: Receiver<Command>,
        bell: UnixStream,
        ready: Sender<Result<(), Error>>,
    ) -> io::Result<Self> {
        let start = |_| seat(patience).map(Some);
        let seats = (0..workers).map(start).collect::<io::Result<Vec<_>>>()?;
        let (queue, ready, why_fewer) = (VecDeque::new(), Some(ready), Error::Closed);
        let foreman = Self {
            seats,
            queue,
            patience,
            on_loss,
            known,
            commands,
            bell,
            ready,
            why_fewer,
            is_closing: false,
        };
        foreman.publish();
        Ok(foreman)
    }

    /// Works until told to end.
    ///
    /// # Errors
    /// What befell a worker that was told to end, or that was not replaced.
    pub(super) fn run(mut self) -> Result<(), Error> {
        loop {
            if !self.take_commands() {
                return Ok(());
            }
            self.hand_out();
            if self.is_closing && self.queue.is_empty() && self.is_quiet() {
                return self.quit();
            }
            self.sleep();
            for worker in 0..self.seats.len() {
                self.hear(worker);
            }
            self.give_up();
        }
    }

    /// Takes what was commanded; whether to go on.
    fn take_commands(&mut self) -> bool {
        // Emptied before the commands are looked for: a later one rings again.
        while matches!(self.bell.read(&mut [0; 64]), Ok(read) if read > 0) {}
        loop {
            match self.commands.try_recv() {
                Ok(Command::Do(order)) => self.queue.push_back(order),
                Ok(Command::Close) => self.is_closing = true,
                Ok(Command::Stop) => return false,
                Err(std::sync::mpsc::TryRecvError::Empty) => return true,
                Err(std::sync::mpsc::TryRecvError::Disconnected) => return self.is_closing,
            }
        }
    }

    /// Whether no worker has anything to do.
    fn is_quiet(&self) -> bool {
        !self.seats.iter().flatten().any(|seat| matches!(seat.state, State::Busy { .. }))
    }

    /// Gives idle workers the tasks that have waited longest.
    fn hand_out(&mut self) {
        for worker in 0..self.seats.len() {
            while self.is_idle(worker) {
                let Some(order) = self.queue.pop_front() else { return };
                self.assign(worker, order);
            }
        }
        if self.seats.iter().all(Option::is_none) {
            for order in mem::take(&mut self.queue) {
                let record = record(&order, None);
                order.deliver(record, Err(self.why_fewer.clone()));
            }
        }
    }

    fn is_idle(&self, worker: usize) -> bool {
        matches!(self.seats[worker], Some(Seat { state: State::Idle, .. }))
    }

    fn assign(&mut self, worker: usize, order: Order) {
        let Some(seat) = &mut self.seats[worker] else { return };
        match seat.callee.call(order.function, &order.input) {
            Ok(()) => seat.state = State::Busy { order, since_ns: clock::now_ns() },
            Err(Unsent::TooLong(bytes)) => {
                let record = record(&order, None);
                order.deliver(record, Err(too_long(bytes)));
            }
            // It died idle, and no byte of the task had left: the next one gets it. A task of which one
            // has heard is over when that one is lost, or it could take along worker after worker.
            Err(Unsent::Lost(how)) => {
                self.queue.push_front(order);
                self.lose(worker, &|worker, process| died(worker, process, &how));
            }
        }
    }

    /// Sleeps until there is news, or somebody's time is over.
    fn sleep(&self) {
        let now_ns = clock::now_ns();
        let left = |since_ns: u64| {
            let waited = Duration::from_nanos(now_ns.saturating_sub(since_ns));
            // A millisecond more, so that time has run out when this wakes up for nothing.
            self.patience.saturating_sub(waited).saturating_add(Duration::from_millis(1))
        };
        let seats = self.seats.iter().flatten();
        let time = seats.clone().filter_map(|seat| seat.state.since_ns()).map(left).min();
        let mut fds: Vec<PollFd<'_>> =
            seats.map(|seat| PollFd::new(&seat.callee, seat.callee.awaits())).collect();
        fds.push(PollFd::new(&self.bell, PollFlags::IN));
        if sleep(&mut fds, time.unwrap_or(Duration::MAX)).is_err() {
            // The system lacks the memory to sleep: look again later.
            std::thread::yield_now();
        }
    }

    /// Takes what a worker has said.
    fn hear(&mut self, worker: usize) {
        let Some(seat) = &mut self.seats[worker] else { return };
        match seat.callee.news() {
            Ok(News::None) => {}
            Ok(News::Ready) if matches!(seat.state, State::Starting { .. }) => {
                seat.state = State::Idle;
                self.tell_ready();
            }
            Ok(News::Returned { began_ns, ended_ns, how, output })
                if matches!(seat.state, State::Busy { .. }) =>
            {
                let process = seat.callee.id();
                let State::Busy { order, .. } = mem::replace(&mut seat.state, State::Idle) else {
                    return;
                };
                let record = Record {
                    began_ns: Some(began_ns),
                    ended_ns: Some(ended_ns),
                    ..record(&order, Some((worker, process)))
                };
                let value = value(how, output, order.function);
                order.deliver(record, value);
            }
            Ok(said) => {
                let how = format!("it says {said:?} out of turn");
                self.lose(worker, &|worker, process| died(worker, process, &how));
            }
            Err(how) => self.lose(worker, &|worker, process| died(worker, process, &how)),
        }
    }

    /// Gives up workers whose time is over.
    fn give_up(&mut self) {
        let now_ns = clock::now_ns();
        let patience = self.patience;
        for worker in 0..self.seats.len() {
            let since_ns = self.seats[worker].as_ref().and_then(|seat| seat.state.since_ns());
            let waited = since_ns.map(|since_ns| now_ns.saturating_sub(since_ns));
            if waited.is_some_and(|ns| u128::from(ns) > patience.as_nanos()) {
                self.lose(worker, &|worker, process| Error::Hung { worker, process, patience });
            }
        }
    }

    /// A worker is of no use any more: ends it, starts another, and tells whoever waits for its task.
    fn lose(&mut self, worker: usize, error: &dyn Fn(usize, u32) -> Error) {
        let Some(mut seat) = self.seats[worker].take() else { return };
        let noticed_ns = clock::now_ns();
        let process = seat.callee.id();
        let error = error(worker, process);
        seat.callee.kill();
        drop(seat.callee);
        let order = match seat.state {
            State::Busy { order, .. } => Some(order),
            State::Idle => None,
            // The next one would fail in the same way, and for ever.
            State::Starting { .. } => {
                self.retire(Error::Start { reason: error.to_string() });
                self.note(Loss { error, noticed_ns, function: None });
                self.publish();
                return;
            }
        };
        let function = order.as_ref().map(|order| order.function);
        self.note(Loss { error: error.clone(), noticed_ns, function });
        match self.on_loss {
            OnLoss::Retire => self.retire(error.clone()),
            OnLoss::Replace => match self::seat(self.patience) {
                Ok(seat) => self.seats[worker] = Some(seat),
                Err(refused) => self.retire(Error::Start { reason: refused.to_string() }),
            },
        }
        self.publish();
        if let Some(order) = order {
            let record =
                Record { received_ns: noticed_ns, ..record(&order, Some((worker, process))) };
            order.deliver(record, Err(error));
        }
    }

    /// A seat stays empty.
    fn retire(&mut self, why: Error) {
        self.why_fewer = why.clone();
        if let Some(ready) = self.ready.take() {
            let _not_waited_for = ready.send(Err(why));
        }
    }

    fn tell_ready(&mut self) {
        let starting = |seat: &Seat| matches!(seat.state, State::Starting { .. });
        if self.seats.iter().flatten().any(starting) {
            return;
        }
        if let Some(ready) = self.ready.take() {
            let _not_waited_for = ready.send(Ok(()));
        }
    }

    fn note(&self, loss: Loss) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).losses.push(loss);
    }

    /// Lets the pool know which processes there are.
    fn publish(&self) {
        let processes = self.seats.iter().flatten().map(|seat| seat.callee.id()).collect();
        self.known.lock().unwrap_or_else(PoisonError::into_inner).processes = processes;
    }

    /// Tells all workers to end and waits until they are gone.
    fn quit(mut self) -> Result<(), Error> {
        for seat in self.seats.iter_mut().flatten() {
            seat.callee.quit();
        }
        let patience = self.patience;
        for (worker, seat) in self.seats.iter_mut().enumerate() {
            let Some(seat) = seat else { return Err(self.why_fewer.clone()) };
            let process = seat.callee.id();
            seat.callee.ended(patience).map_err(|how| died(worker, process, &how))?;
        }
        Ok(())
    }
}

impl Drop for Foreman {
    fn drop(&mut self) {
        // All are killed before the first is waited for, so that they end at the same time.
        for seat in self.seats.iter_mut().flatten() {
            seat.callee.kill();
        }
    }
}

fn seat(patience: Duration) -> io::Result<Seat> {
    let callee = Callee::start(patience)?;
    Ok(Seat { callee, state: State::Starting { since_ns: clock::now_ns() } })
}

fn died(worker: usize, process: u32, how: &str) -> Error {
    Error::Died { worker, process, how: how.to_owned() }
}

/// The record of a task that is over now.
fn record(order: &Order, worker: Option<(usize, u32)>) -> Record {
    Record {
        worker: worker.map(|(worker, _)| worker),
        process: worker.map(|(_, process)| process),
        submitted_ns: order.submitted_ns,
        received_ns: clock::now_ns(),
        ..Record::default()
    }
}

fn value(how: Returned, output: Vec<u8>, name: &'static str) -> Result<Vec<u8>, Error> {
    match how {
        Returned::Value => Ok(output),
        Returned::Failure(message) => Err(Error::Failed { message }),
        Returned::Panic(message) => Err(Error::Panicked { message }),
        Returned::Unknown(known) => Err(Error::Unknown { name, known }),
        Returned::TooLong(bytes) => Err(too_long(bytes)),
    }
}

fn too_long(bytes: usize) -> Error {
    Error::Encoding { problem: format!("{bytes} bytes are more than a message may have") }
}
