//! The worker's side: a process that counts what its parent orders, and answers.
//!
//! A program becomes a worker by calling [`serve_if_asked`] first thing in `main`. The worker sits on
//! its CPU with its only thread, and writes into the same kind of `slot` as the threads of the other
//! backends: it is timed by the same lines.
//!
//! It must never outlive its parent. Two things see to that: the socket ends, which it notices when
//! it looks for the next order, and the system kills it, even in the middle of a task, when the
//! *thread* that started it ends (`PR_SET_PDEATHSIG`). A [`Team`](crate::backend::Team) cannot move
//! to another thread, so that is the thread that owns the team. Next: [`wire`](super::wire) for what
//! is said, [`crew`](super::crew) for the parent.

use std::io::Write as _;
use std::ops::Range;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytemuck::Pod;
use kernel::{Draft, Element, Samples};
use rustix::event::{PollFd, PollFlags};
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

use super::calls::{self, Callable};
use super::channel::{Broken, Channel, sleep};
use super::shared::Mapping;
use super::wire::{Answer, Order, PARENT, Shape, Source, VERSION, WORKER};
use crate::backend::slot::Slot;
use crate::backend::wait::{self, Manners, Waited};
use crate::backend::{Bound, Question, last_words};
use crate::machine::{affinity, clock};

/// The argument that makes a program a worker; the id of the parent's process follows.
pub const ARGUMENT: &str = "parzen-worker";

/// A worker looks so long for the next order before it sleeps.
const AWAKE_NS: u64 = 1_000_000;
/// It then wakes up so often, for nothing: a parent that dies without a trace would be noticed.
const ASLEEP: Duration = Duration::from_mins(1);
/// A parent that does not read an answer for so long is not waiting for it.
const PATIENCE: Duration = Duration::from_mins(10);

/// Whether this program can be started as a worker.
static SERVES: AtomicBool = AtomicBool::new(false);

/// Serves as a worker if the program was started as one; otherwise returns at once.
///
/// To be called first thing in `main` by every program that measures processes: it starts itself as
/// workers. A program that does not call it would run as itself, and start further ones; so the
/// backend is not available in it, unless [`set_program`](super::set_program) names another program.
pub fn serve_if_asked() -> Option<ExitCode> {
    serve_functions_if_asked(&[])
}

/// The same for a program whose workers can also call `functions`.
pub(crate) fn serve_functions_if_asked(functions: &[&dyn Callable]) -> Option<ExitCode> {
    SERVES.store(true, Ordering::Relaxed);
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != ARGUMENT {
        return None;
    }
    let parent = arguments.next().and_then(|id| id.to_str()?.parse().ok());
    Some(serve(parent.and_then(Pid::from_raw), functions))
}

/// Whether [`serve_if_asked`] was called.
pub(super) fn serves() -> bool {
    SERVES.load(Ordering::Relaxed)
}

/// A worker's whole life. Nothing is said if the parent is gone: there is nobody to read it.
fn serve(parent: Option<Pid>, functions: &[&dyn Callable]) -> ExitCode {
    // Whatever else standard input is, a terminal above all, is not to be made non-blocking.
    let stream = rustix::stdio::stdin().try_clone_to_owned().map(UnixStream::from);
    let socket = stream.ok().filter(|stream| stream.local_addr().is_ok());
    let Some((parent, socket)) = parent.zip(socket) else {
        let _unheard =
            writeln!(std::io::stderr(), "error: '{ARGUMENT}' is for a parent's use only");
        return ExitCode::from(2);
    };
    let tied = set_parent_process_death_signal(Some(Signal::KILL));
    // Had the parent died before that call, no signal would ever come.
    if tied.is_err() || getppid() != Some(parent) {
        return ExitCode::FAILURE;
    }
    Channel::new(socket, PATIENCE)
        .map_or(ExitCode::FAILURE, |channel| serve_through(channel, functions))
}

/// Follows orders until told to quit, and says why if it cannot.
fn serve_through(mut channel: Channel, functions: &[&dyn Callable]) -> ExitCode {
    let worked = catch_unwind(AssertUnwindSafe(|| work(&mut channel, functions)));
    let message = match worked {
        Ok(Ok(())) => return ExitCode::SUCCESS,
        Ok(Err(Fatal::Broken(Broken::Closed))) => return ExitCode::FAILURE,
        Ok(Err(fatal)) => fatal.to_string(),
        Err(panic) => last_words(panic.as_ref()),
    };
    let _unheard = channel.send(&Answer::Failed { message }, &[]);
    ExitCode::FAILURE
}

/// Why a worker cannot go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fatal {
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error(transparent)]
    Kernel(#[from] kernel::Error),
    #[error("it cannot map the shared samples: {0}")]
    Map(#[source] std::io::Error),
    #[error("it was told {0:?} out of turn")]
    Order(Box<Order>),
    #[error("it does not know samples of storage '{0}'; known: f8, f4")]
    Element(String),
    #[error("its report cannot be written: {0}")]
    Report(#[from] serde_json::Error),
}

/// Hello, and then until told to quit: setup and every sample, or calls of functions.
fn work(channel: &mut Channel, functions: &[&dyn Callable]) -> Result<(), Fatal> {
    let seat = hello(channel)?;
    await_order(channel)?;
    match channel.message()?.0 {
        Order::Setup { question, tasks, shape, source } => {
            let element = shape.element.as_str();
            if element == f64::NAME {
                prepare::<f64>(channel, &shape, &source)?.work(channel, seat, &question, tasks)
            } else if element == f32::NAME {
                prepare::<f32>(channel, &shape, &source)?.work(channel, seat, &question, tasks)
            } else {
                Err(Fatal::Element(element.into()))
            }
        }
        Order::Call { .. } => calls::work(channel, functions),
        Order::Quit => Ok(()),
        other => Err(Fatal::Order(other.into())),
    }
}

/// Answers the parent's hello from the seat that it assigns.
fn hello(channel: &mut Channel) -> Result<Option<usize>, Fatal> {
    await_order(channel)?;
    let seat = match channel.message()?.0 {
        Order::Hello { magic: PARENT, version: VERSION, seat } => seat,
        other => return Err(Fatal::Order(other.into())),
    };
    if let Some(cpu) = seat {
        // A refusal shows in every sample, after which the mask is read back.
        let _reported = affinity::pin(cpu);
    }
    channel.send(&Answer::Hello { magic: WORKER, version: VERSION }, &[])?;
    Ok(seat)
}

/// Samples of this worker's own, or those that all share.
enum Held<T> {
    Own(Samples<T>),
    Shared(Mapping),
}

/// The samples that the parent sends or shares.
fn prepare<T: Element + Pod>(
    channel: &mut Channel,
    shape: &Shape,
    source: &Source,
) -> Result<Held<T>, Fatal> {
    let open = |path: &str, stride_bytes: usize| {
        Mapping::open(path, stride_bytes, shape).map_err(Fatal::Map)
    };
    Ok(match source {
        Source::Stream => Held::Own(receive(channel, shape)?),
        Source::Map { path, stride_bytes } => Held::Shared(open(path, *stride_bytes)?),
        Source::CopyOf { path, stride_bytes } => Held::Own(open(path, *stride_bytes)?.copy()?),
    })
}

/// Samples from the socket into memory that this worker touches first.
fn receive<T: Element + Pod>(channel: &mut Channel, shape: &Shape) -> Result<Samples<T>, Fatal> {
    let mut draft = Draft::new(shape.n, shape.d)?;
    for column in draft.columns_mut() {
        channel.receive_raw(bytemuck::cast_slice_mut(column))?;
    }
    Ok(draft.finish()?)
}

impl<T: Element + Pod> Held<T> {
    /// Every order from the setup on.
    fn work(
        &self,
        channel: &mut Channel,
        seat: Option<usize>,
        question: &Question,
        tasks: Range<usize>,
    ) -> Result<(), Fatal> {
        let bound = question.bind(match self {
            Self::Own(samples) => samples.all(),
            Self::Shared(mapping) => mapping.run()?,
        })?;
        let mut slot = Slot::new(question, tasks);
        channel.send(&Answer::Ready, &[])?;
        loop {
            slot.waited(await_order(channel)?);
            match channel.message()?.0 {
                Order::Quit => return Ok(()),
                order => obey(&order, channel, seat, &bound, &mut slot)?,
            }
        }
    }
}

/// Follows one order inside or around a measured sample.
fn obey(
    order: &Order,
    channel: &mut Channel,
    seat: Option<usize>,
    bound: &Bound<'_>,
    slot: &mut Slot,
) -> Result<(), Fatal> {
    match *order {
        Order::Open => {
            slot.open();
            channel.send(&Answer::Ready, &[])?;
        }
        Order::Round { passes } => {
            slot.round(bound, passes);
            answer(channel, slot, slot.counts())?;
        }
        Order::Task { task } => {
            slot.single(bound, task);
            answer(channel, slot, slot.counts_of(task))?;
        }
        Order::Close { began_ns } => {
            slot.close();
            let json = serde_json::to_string(&slot.report(seat, began_ns))?;
            channel.send(&Answer::Report { json }, &[])?;
        }
        ref other => return Err(Fatal::Order(other.clone().into())),
    }
    Ok(())
}

fn answer(channel: &mut Channel, slot: &Slot, counts: &[u64]) -> Result<(), Broken> {
    let counted_ns = slot.last_round().map(|round| (round.start, round.end));
    let done = Answer::Done { counted_ns, unstable: slot.unstable() };
    channel.send(&done, bytemuck::cast_slice(counts))
}

/// Waits for the next order; what that took.
///
/// At first it only looks: whoever sleeps is woken late. Between two looks others may run, above all
/// the parent, which has no CPU of its own if there is a worker for each.
pub(super) fn await_order(channel: &mut Channel) -> Result<Waited, Broken> {
    let began_ns = clock::now_ns();
    let mut news = Ok(false);
    let never = AtomicBool::new(false);
    let mut waited = wait::until(
        || {
            news = channel.look();
            !matches!(news, Ok(false)) || clock::now_ns() - began_ns > AWAKE_NS
        },
        &never,
        Manners::Yield,
    );
    while matches!(news, Ok(false)) {
        let cpu_ns = clock::thread_cpu_ns();
        sleep(&mut [PollFd::from_borrowed_fd(channel.as_fd(), PollFlags::IN)], ASLEEP)?;
        news = channel.look();
        waited.cpu_ns += clock::thread_cpu_ns().zip(cpu_ns).map_or(0, |(end, began)| end - began);
        waited.cpu_clock_readings += 2;
    }
    news.map(|_| waited)
}

#[cfg(test)]
mod tests;
