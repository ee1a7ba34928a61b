//! The parent's side: starts workers, hears what they answer, and sees to their end.
//!
//! Whatever befalls a worker is an error within `patience`: it died (its socket ends), it hangs (no
//! answer), or it says what makes no sense. Then the crew is of no use and is ended as a whole:
//! killed, and waited for, so that neither an orphan nor a zombie is left. Dropping a crew does the
//! same.
//!
//! Waiting: as long as answers may come soon, the parent looks at one socket after the other and lets
//! others run in between, because it is a third party beside workers that have a CPU each. After
//! [`AWAKE_NS`] without news it sleeps until there are some.
//!
//! Next: [`child`](super::child), one process; [`worker`](super::worker), the other side; [`team`](super::team), which hands out work.

use std::os::fd::AsFd as _;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};

use super::channel::{Broken, sleep};
use super::child::{Mask, Worker};
use super::wire::{Answer, Order, PARENT, VERSION, WORKER};
use crate::backend::Error;
use crate::machine::clock;
use crate::placement::Placement;

/// The parent looks so long for an answer before it sleeps: as long as being woken may cost, so that it
/// never wastes more than twice what the better choice would have (Karlin et al., SOSP 1991). Where
/// workers sit on all CPUs it takes time from them meanwhile; 1 ms made passes of 0.3 ms some 20 % longer
/// on two CPUs that others used, too.
const AWAKE_NS: u64 = 50_000;
/// A worker whose socket has ended is about to end; so long it is waited for before it is killed.
const LAST_BREATH: Duration = Duration::from_millis(500);

/// Workers, each with a socket. They end when this is dropped.
#[derive(Debug)]
pub(super) struct Crew {
    backend: &'static str,
    workers: Vec<Worker>,
    patience: Duration,
}

impl Crew {
    /// A worker on each seat of `placement`.
    ///
    /// # Errors
    /// [`Error::Start`], or what befell a worker before it said hello.
    pub(super) fn start(
        backend: &'static str,
        placement: &Placement,
        patience: Duration,
    ) -> Result<Self, Error> {
        let refused = |error: std::io::Error| {
            let source = Box::new(error);
            Error::Start { backend, workers: placement.workers(), source }
        };
        let mut crew = Self { backend, workers: Vec::new(), patience };
        {
            let _mask = Mask::lifted();
            for _ in &placement.seats {
                crew.workers.push(Worker::start(patience).map_err(refused)?);
            }
        }
        for (worker, &seat) in placement.seats.iter().enumerate() {
            crew.tell(worker, &Order::Hello { magic: PARENT, version: VERSION, seat })?;
        }
        crew.each(|crew, worker| match crew.answer(worker)? {
            Answer::Hello { magic: WORKER, version: VERSION } => Ok(()),
            Answer::Hello { magic: WORKER, version } => Err(crew.garbled(
                worker,
                format!("it speaks version {version}, this program speaks {VERSION}"),
            )),
            other => Err(crew.garbled(worker, format!("it says {other:?} instead of hello"))),
        })?;
        Ok(crew)
    }

    /// Ids of their processes.
    pub(super) fn ids(&self) -> Vec<u32> {
        self.workers.iter().map(Worker::id).collect()
    }

    /// Number of workers.
    pub(super) fn len(&self) -> usize {
        self.workers.len()
    }

    /// Sends an order.
    ///
    /// # Errors
    /// What befell the worker.
    pub(super) fn tell(&mut self, worker: usize, order: &Order) -> Result<(), Error> {
        let told = self.workers[worker].channel.send(order, &[]);
        self.workers[worker].is_asked = true;
        told.map_err(|broken| self.befallen(worker, broken))
    }

    /// Sends an order to all.
    ///
    /// # Errors
    /// What befell a worker.
    pub(super) fn tell_all(&mut self, order: &Order) -> Result<(), Error> {
        (0..self.len()).try_for_each(|worker| self.tell(worker, order))
    }

    /// Sends bytes that follow an order.
    ///
    /// # Errors
    /// What befell the worker.
    pub(super) fn send_raw(&mut self, worker: usize, bytes: &[u8]) -> Result<(), Error> {
        let sent = self.workers[worker].channel.send_raw(bytes);
        sent.map_err(|broken| self.befallen(worker, broken))
    }

    /// Waits for an answer of any worker that owes one; which it was. `None` if nobody does.
    ///
    /// # Errors
    /// What befell a worker.
    pub(super) fn next(&mut self) -> Result<Option<usize>, Error> {
        let mut awake_until_ns = None;
        loop {
            let mut asked = false;
            for worker in 0..self.workers.len() {
                let this = &mut self.workers[worker];
                if !this.is_asked {
                    continue;
                }
                asked = true;
                match this.channel.look() {
                    Ok(false) => {}
                    Ok(true) => {
                        (this.is_asked, this.overdue_since_ns) = (false, None);
                        return Ok(Some(worker));
                    }
                    Err(broken) => return Err(self.befallen(worker, broken)),
                }
            }
            if !asked {
                return Ok(None);
            }
            if clock::now_ns() < *awake_until_ns.get_or_insert_with(|| clock::now_ns() + AWAKE_NS) {
                std::thread::yield_now();
            } else {
                self.sleep()?;
            }
        }
    }

    /// Calls `heard` for the answer of each worker that owes one, in the order in which they come.
    ///
    /// # Errors
    /// What befell a worker, or what `heard` says.
    pub(super) fn each(
        &mut self,
        mut heard: impl FnMut(&mut Self, usize) -> Result<(), Error>,
    ) -> Result<(), Error> {
        while let Some(worker) = self.next()? {
            heard(self, worker)?;
        }
        Ok(())
    }

    /// The answer that a worker has just given.
    ///
    /// # Errors
    /// That it makes no sense, or that the worker cannot go on.
    pub(super) fn answer(&mut self, worker: usize) -> Result<Answer, Error> {
        self.answer_with_numbers(worker).map(|(answer, _)| answer)
    }

    /// The answer that a worker has just given, and the numbers behind it.
    ///
    /// # Errors
    /// As [`answer`](Self::answer).
    pub(super) fn answer_with_numbers(&self, worker: usize) -> Result<(Answer, &[u8]), Error> {
        match self.workers[worker].channel.message() {
            Ok((Answer::Failed { message }, _)) => Err(self.died(worker, &message)),
            Ok(answer) => Ok(answer),
            Err(broken) => Err(self.garbled(worker, broken.to_string())),
        }
    }

    /// Tells all to quit and waits until they are gone.
    ///
    /// # Errors
    /// What befell a worker that did not end as it should.
    pub(super) fn dismiss(mut self) -> Result<(), Error> {
        self.tell_all(&Order::Quit)?;
        for worker in 0..self.len() {
            match self.workers[worker].ended(self.patience) {
                Some(end) if end.may_be_good() => {}
                Some(end) => return Err(self.died(worker, &end.to_string())),
                None => return Err(self.hung(worker)),
            }
        }
        Ok(())
    }

    /// Sleeps until a worker that owes an answer has news.
    fn sleep(&mut self) -> Result<(), Error> {
        let now_ns = clock::now_ns();
        let mut left = self.patience;
        for worker in 0..self.workers.len() {
            let this = &mut self.workers[worker];
            if this.is_asked {
                let since_ns = *this.overdue_since_ns.get_or_insert(now_ns);
                let waited = Duration::from_nanos(now_ns - since_ns);
                left = left.min(self.patience.saturating_sub(waited));
                if left.is_zero() {
                    return Err(self.hung(worker));
                }
            }
        }
        let asked = self.workers.iter().filter(|worker| worker.is_asked);
        let mut fds: Vec<PollFd<'_>> = asked
            .map(|worker| PollFd::from_borrowed_fd(worker.channel.as_fd(), PollFlags::IN))
            .collect();
        // A millisecond more, so that time has run out when this wakes up for nothing.
        let slept = sleep(&mut fds, left.saturating_add(Duration::from_millis(1)));
        slept.map(drop).map_err(|error| self.befallen(0, error.into()))
    }

    /// The error for a worker whose socket is broken.
    fn befallen(&mut self, worker: usize, broken: Broken) -> Error {
        match broken {
            Broken::Stuck => self.hung(worker),
            Broken::Garbled(problem) => self.garbled(worker, problem.to_string()),
            Broken::Io(error) => self.died(worker, &error.to_string()),
            Broken::Closed => self.obituary(worker),
        }
    }

    /// The error for a worker that has closed its socket: what it said last, or how it ended.
    fn obituary(&mut self, worker: usize) -> Error {
        let this = &mut self.workers[worker];
        // Its last words may have come before an order that could not be sent any more.
        if this.channel.look().is_ok_and(|found| found)
            && let Err(error) = self.answer(worker)
        {
            return error;
        }
        match self.workers[worker].ended(LAST_BREATH) {
            Some(end) => self.died(worker, &end.to_string()),
            None => self.garbled(worker, "it has closed its socket and lives on".into()),
        }
    }

    fn died(&self, worker: usize, how: &str) -> Error {
        let id = self.workers[worker].id();
        let message = format!("worker {worker} (process {id}): {how}");
        Error::Died { backend: self.backend, message }
    }

    fn hung(&self, worker: usize) -> Error {
        Error::Hung { backend: self.backend, worker, patience: self.patience }
    }

    /// The error for a worker that says what makes no sense.
    pub(super) fn garbled(&self, worker: usize, problem: String) -> Error {
        Error::Garbled { backend: self.backend, worker, problem }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        // All are killed before the first is waited for, so that they end at the same time.
        for worker in &mut self.workers {
            worker.kill();
        }
    }
}
