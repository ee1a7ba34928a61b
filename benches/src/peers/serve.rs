//! The side of the protocol that answers, for peers that are in Rust.
//!
//! Apart from [`super::running`], which asks: they run in different processes and share the words alone.
//! The thread that answers is not the main thread, so that a peer may pin it. Next: `ours.rs`.

use std::io::{self, BufRead as _, Write as _};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, bail};

use super::files::{self, Data};
use super::{loops, ours, trees};

/// One whole job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Time to prepare; 0 if there is nothing to prepare.
    pub build_ns: u64,
    /// Time to answer.
    pub query_ns: u64,
    /// Center after center.
    pub counts: Vec<u64>,
}

impl Round {
    /// A job without an index.
    pub(super) fn of(query: impl FnOnce() -> Vec<u64>) -> Self {
        let began = Instant::now();
        let counts = query();
        Self { build_ns: 0, query_ns: began.elapsed().as_nanos() as u64, counts }
    }

    /// A job that builds an index first.
    pub(super) fn with_index<I>(
        build: impl FnOnce() -> I,
        query: impl FnOnce(&I) -> Vec<u64>,
    ) -> Self {
        let began = Instant::now();
        let index = build();
        let build_ns = began.elapsed().as_nanos() as u64;
        Self { build_ns, ..Self::of(|| query(&index)) }
    }
}

/// Does the job once, and again whenever it is called.
pub type Job<'a> = Box<dyn FnMut() -> Round + 'a>;

/// A peer in Rust.
#[derive(Clone, Copy, Debug)]
pub struct Own {
    /// Its name on the command line of `serve`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Gets ready for (samples, threads); the error says what it refuses.
    pub prepare: for<'a> fn(&'a Data, usize) -> Result<Job<'a>, String>,
}

/// Every peer in Rust.
pub const ALL: &[Own] = &[
    ours::PARZEN,
    ours::TOTALS,
    loops::SERIAL,
    loops::PARALLEL,
    loops::QUOTIENT,
    trees::VISITOR,
    trees::PARALLEL,
    trees::LIST,
];

/// Answers until the input ends, as the peer `name`, on the files in `folder`.
///
/// # Errors
/// There is no such peer, a file cannot be read, or a question is not understood.
pub fn serve(name: &str, folder: &Path, threads: usize) -> anyhow::Result<()> {
    let own = ALL.iter().find(|own| own.name == name);
    let own = own.with_context(|| format!("there is no peer {name:?}"))?;
    let data = Data::read(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    std::thread::scope(|scope| {
        let answering = scope.spawn(|| answer(own, &data, threads));
        answering.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn answer(own: &Own, data: &Data, threads: usize) -> anyhow::Result<()> {
    let mut out = io::stdout();
    let mut job = match (own.prepare)(data, threads) {
        Ok(job) => job,
        Err(reason) => return Ok(writeln!(out, "refused {reason}")?),
    };
    writeln!(out, "ready {}", own.version)?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let mut words = line.splitn(4, ' ');
        let (Some("round"), Some(number), Some(passes)) =
            (words.next(), words.next(), words.next())
        else {
            bail!("not understood: {line:?}");
        };
        let (mut build_ns, mut query_ns, mut counts) = (0, 0, Vec::new());
        for _ in 0..passes.parse::<u32>()? {
            let round = job();
            (build_ns, query_ns) = (build_ns + round.build_ns, query_ns + round.query_ns);
            counts = round.counts;
        }
        if let Some(path) = words.next() {
            files::write_answer(Path::new(path), &counts)?;
        }
        writeln!(out, "{number} {build_ns} {query_ns}")?;
    }
    Ok(())
}
