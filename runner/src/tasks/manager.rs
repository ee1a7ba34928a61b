//! The thread that owns the workers, as its pool sees it.
//!
//! A thread of its own for two reasons. Calls that do not wait need somebody who hands out the next task
//! meanwhile; and the system kills a worker when the *thread* that started it ends, so that thread must
//! live as long as the pool, which may move from thread to thread. Next: `foreman`, what the thread does.

mod foreman;

use std::io::Write as _;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::order::{OnLoss, Order};
use super::{Error, Loss};
use crate::backend::processes::callee;
use foreman::Foreman;

/// What a pool tells its manager.
enum Command {
    /// A task.
    Do(Order),
    /// End when all tasks are over.
    Close,
    /// End now.
    Stop,
}

/// What a manager lets its pool know.
#[derive(Debug, Default)]
struct Known {
    processes: Vec<u32>,
    losses: Vec<Loss>,
}

/// A manager and its thread. Dropping it ends both, and all workers.
#[derive(Debug)]
pub(super) struct Manager {
    commands: Sender<Command>,
    /// A byte in it wakes the manager up.
    bell: UnixStream,
    known: Arc<Mutex<Known>>,
    ready: Mutex<Receiver<Result<(), Error>>>,
    thread: Option<JoinHandle<Result<(), Error>>>,
}

impl Manager {
    /// A manager whose workers' processes have been started; they may not be up yet.
    ///
    /// # Errors
    /// [`Error::Unavailable`], or [`Error::Start`] with the system's reason.
    pub(super) fn start(
        workers: usize,
        patience: Duration,
        on_loss: OnLoss,
    ) -> Result<Self, Error> {
        if !callee::can_start() {
            let reason = "this program does not call tasks::serve_if_asked first thing in main";
            return Err(Error::Unavailable { reason });
        }
        let refused = |error: std::io::Error| Error::Start { reason: error.to_string() };
        let (bell, heard) = UnixStream::pair().map_err(refused)?;
        // A bell that rings already need not be rung again.
        bell.set_nonblocking(true).map_err(refused)?;
        heard.set_nonblocking(true).map_err(refused)?;
        let (commands, given) = channel();
        let (tell_started, started) = channel();
        let (tell_ready, ready) = channel();
        let known = Arc::new(Mutex::new(Known::default()));
        let noted = Arc::clone(&known);
        let manage = move || {
            // The workers are started here, because their lives are tied to this thread's.
            match Foreman::start(workers, patience, on_loss, noted, given, heard, tell_ready) {
                Ok(foreman) => {
                    let _caller_waits = tell_started.send(Ok(()));
                    foreman.run()
                }
                Err(error) => {
                    let _caller_waits = tell_started.send(Err(refused(error)));
                    Ok(())
                }
            }
        };
        let name = "tasks-manager".to_owned();
        let thread = std::thread::Builder::new().name(name).spawn(manage).map_err(refused)?;
        let manager =
            Self { commands, bell, known, ready: Mutex::new(ready), thread: Some(thread) };
        started.recv().unwrap_or(Err(Error::Closed))?;
        Ok(manager)
    }

    /// Waits until every worker can be called.
    ///
    /// # Errors
    /// [`Error::Start`] if one cannot.
    pub(super) fn await_ready(&self) -> Result<(), Error> {
        let ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        ready.recv().unwrap_or(Err(Error::Closed))
    }

    /// Ids of the workers' processes, by number.
    pub(super) fn processes(&self) -> Vec<u32> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).processes.clone()
    }

    /// Workers that were lost so far.
    pub(super) fn losses(&self) -> Vec<Loss> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).losses.clone()
    }

    /// Hands a task in.
    pub(super) fn hand_in(&self, order: Order) {
        self.tell(Command::Do(order));
    }

    /// Waits until all tasks are over and all workers have ended.
    ///
    /// # Errors
    /// What befell a worker that was told to end, or that was not replaced.
    pub(super) fn close(mut self) -> Result<(), Error> {
        self.tell(Command::Close);
        let ended = self.thread.take().map(JoinHandle::join);
        ended.unwrap_or(Ok(Ok(()))).unwrap_or(Err(Error::Closed))
    }

    /// Where there is no manager any more, the command is dropped, and with it the task, whose caller is
    /// told.
    fn tell(&self, command: Command) {
        let _dropped = self.commands.send(command);
        let _rings_already = (&self.bell).write(&[0]);
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        self.tell(Command::Stop);
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been printed, and every caller told.
            let _panicked = thread.join();
        }
    }
}
