//! What it costs to hand work out and to collect it: a pass that has nothing to count.
//!
//! Every backend that can have two workers does passes of two tasks over a single sample, so that
//! almost nothing but dispatch and reduction is left; beside them stand rayon's `join` on a warm pool
//! and Python's `multiprocessing.Pool`. All stay alive, and are asked in turn in random order, so that
//! the machine does the same to all. Apart from [`crate::session`] because that one pins its thread,
//! and a pinned caller would sit on a worker's CPU. Next: `benches/dispatch.rs`.

use std::cell::RefCell;
use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use kernel::isa;
use runner::backend::{self, Job, Mode, Question, Scaling};
use runner::input::AnySamples;
use runner::machine::affinity;
use runner::placement;

/// Two workers, as many as the smallest machine with a question about scaling has CPUs.
pub const WORKERS: usize = 2;
/// How long an answer of a worker may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Does passes of two tasks on two workers: nanoseconds of one pass, the mean of so many.
pub type Pass<'a> = Box<dyn FnMut(NonZeroUsize) -> Result<f64, Box<dyn Error>> + 'a>;

/// A way to hand two tasks to two workers.
pub struct Way<'a> {
    /// As in the table.
    pub name: String,
    /// Does passes, and checks their answers.
    pub pass_ns: Pass<'a>,
}

impl std::fmt::Debug for Way<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Way({})", self.name)
    }
}

/// One sample, at the origin of the line.
///
/// # Panics
/// Never: the sample is finite.
pub fn samples() -> AnySamples {
    let samples = kernel::Samples::from_rows(&[0.0], 1);
    AnySamples::Double(samples.unwrap_or_else(|error| panic!("{error}")))
}

/// A task for each worker: does the window around the origin hold the sample?
///
/// # Panics
/// Never: the question fits the sample.
pub fn job(samples: &AnySamples) -> Job<'_> {
    let question = Question {
        isa: isa::best().name().into(),
        center: vec![0.0],
        widths: vec![1.0; WORKERS],
        widths_per_scan: NonZeroUsize::MIN,
        parts: NonZeroUsize::MIN,
    };
    Job::new(samples, question, Mode::Strong).unwrap_or_else(|error| panic!("{error}"))
}

/// Every backend that can have two workers here, ready.
///
/// # Errors
/// What [`backend::Backend::prepare`] says.
pub fn backends<'a>(job: &'a Job<'a>) -> Result<Vec<Way<'a>>, backend::Error> {
    let placement = placement::in_order(WORKERS, affinity::allowed());
    let able = backend::ALL
        .iter()
        .filter(|backend| backend.scaling() == Scaling::Any && backend.availability().is_ok());
    able.map(|backend| {
        let mut team = backend.prepare(job, &placement, PATIENCE)?;
        let pass_ns: Pass<'a> = Box::new(move |passes| {
            let mut counts = [0; WORKERS];
            let sample = team.measure(passes, &mut counts)?;
            right(counts == [1; WORKERS], &counts)?;
            Ok(sample.wall_ns as f64 / passes.get() as f64)
        });
        Ok(Way { name: backend.name().into(), pass_ns })
    })
    .collect()
}

/// rayon's `join`, called by a thread of its pool: what a program pays that is inside already.
///
/// # Errors
/// What the system says if it gives no threads.
pub fn join() -> Result<Way<'static>, rayon::ThreadPoolBuildError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(WORKERS).build()?;
    let one = || std::hint::black_box(1_usize);
    let pass_ns: Pass<'static> = Box::new(move |passes| {
        let passes = passes.get();
        let (elapsed, answers) = pool.install(|| {
            let began = Instant::now();
            let pairs = (0..passes).map(|_| rayon::join(one, one));
            let answers: usize = pairs.map(|(a, b)| a + b).sum();
            (began.elapsed(), answers)
        });
        right(answers == WORKERS * passes, &answers)?;
        Ok(elapsed.as_nanos() as f64 / passes as f64)
    });
    Ok(Way { name: "rayon::join".into(), pass_ns })
}

fn right(is_right: bool, answer: &dyn std::fmt::Debug) -> Result<(), String> {
    if is_right { Ok(()) } else { Err(format!("wrong answer {answer:?}, expected 1 of each task")) }
}

/// Python's `multiprocessing.Pool`, with `map` and with `apply`.
///
/// # Errors
/// Why there is none.
pub fn python() -> Result<Vec<Way<'static>>, Box<dyn Error>> {
    let python = Rc::new(RefCell::new(Python::start()?));
    let version = python.borrow_mut().answer()?;
    let way = |way: &'static str| {
        let python = Rc::clone(&python);
        let name = format!("Python {version} Pool.{way}");
        Way { name, pass_ns: Box::new(move |passes| python.borrow_mut().pass_ns(way, passes)) }
    };
    Ok(["map", "apply"].map(way).into())
}

/// A running `peers/pool.py`.
#[derive(Debug)]
struct Python {
    process: Child,
    /// `None` when it is to end.
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Python {
    fn start() -> Result<Self, Box<dyn Error>> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/pool.py");
        let mut process = Command::new("python3")
            .arg(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("python3 cannot be started: {error}"))?;
        let questions = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().ok_or("python3 has no output")?);
        Ok(Self { process, questions, answers })
    }

    fn pass_ns(&mut self, way: &str, passes: NonZeroUsize) -> Result<f64, Box<dyn Error>> {
        let questions = self.questions.as_mut().ok_or("python3 was told to end")?;
        writeln!(questions, "{way} {passes}")?;
        Ok(self.answer()?.parse()?)
    }

    fn answer(&mut self) -> Result<String, Box<dyn Error>> {
        let mut line = String::new();
        match self.answers.read_line(&mut line)? {
            0 => Err("python3 has ended without an answer".into()),
            _ => Ok(line.trim().to_owned()),
        }
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // It ends at the end of its input, and its workers with it. (Killed, it would leave them.)
        self.questions = None;
        let _reaped = self.process.wait();
    }
}
