//! The tour of the article, as it ran on one machine: raw times and results of every section.
//!
//! Separate because nothing here is a study: each section shows one thing, once. Whatever is
//! derived (medians, densities that theory expects, sentences) is derived in [`crate::tour`]. Times
//! are nanoseconds after the section began, unless a field says otherwise. Next:
//! `source/article.rs` fills it; `docs/formats.md` tells the fields.

use serde::{Deserialize, Serialize};

use super::{Limits, Machine, State};

/// One run of `parzen article`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tour {
    /// Name of the file it was read from, without its directory.
    pub file_name: String,
    /// When it ran, in seconds since 1970 (UTC), if known.
    pub created_unix_s: Option<u64>,
    /// Version of the program that ran it, if known.
    pub program_version: Option<String>,
    /// Seed of its random numbers, if known.
    pub seed: Option<u64>,
    /// Where it ran.
    pub machine: Machine,
    /// What the program was allowed to use.
    pub limits: Limits,
    /// What the machine was doing.
    pub state: State,
    /// In the order of the article; at least one.
    pub sections: Vec<Section>,
}

/// One part of the article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Its name, as on the command line.
    pub name: String,
    /// How long it took, if known.
    pub elapsed_ns: Option<u64>,
    /// What went wrong while it went on.
    pub incidents: Vec<String>,
    /// How far it came, if it was interrupted and has data all the same.
    pub incomplete: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It could not be finished, or is not available there: why.
    Failed(String),
    /// Process and queue.
    Queue(Queue),
    /// The calls of a pool.
    Pool(Pool),
    /// Shared against distributed memory.
    Memory(Memory),
    /// The window in three dimensions.
    Window(Window),
    /// The sample and its densities.
    Data(Sampled),
    /// The article's benchmark.
    Benchmark(Measured),
    /// Tasks that compute against tasks that wait.
    Waiting(Waiting),
}

/// Strings that processes put into a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queue {
    /// Processes, at least 1.
    pub workers: u64,
    /// Characters asked for.
    pub length: u64,
    /// In order of arrival; a lost worker's is missing.
    #[serde(default)]
    pub strings: Vec<Arrival>,
}

/// One string.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    /// The process's place in the list of processes, from 0.
    pub position: u64,
    /// What it made.
    pub text: String,
    /// Its number in the system, if known.
    pub process_id: Option<u64>,
    /// When the process was started.
    pub started_ns: u64,
    /// When its function began.
    pub began_ns: u64,
    /// When its function ended; not before it began.
    pub ended_ns: u64,
    /// When the caller had the string.
    pub received_ns: u64,
}

/// The same tasks handed to a pool in several ways.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pool {
    /// Processes of the pool, at least 1.
    pub workers: u64,
    /// The argument of each task.
    #[serde(default)]
    pub inputs: Vec<i64>,
    /// One way after the other.
    #[serde(default)]
    pub calls: Vec<Call>,
}

/// All tasks handed over in one way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Name of the method, as `apply_async`.
    pub call: String,
    /// When the caller had control again, after the start of the call.
    pub returned_ns: u64,
    /// When the caller had all results, after the start of the call.
    pub collected_ns: u64,
    /// In the order in which the caller has them; `None` for a lost task.
    #[serde(default)]
    pub results: Vec<Option<i64>>,
    /// In order of arrival.
    #[serde(default)]
    pub tasks: Vec<Task>,
}

/// One task of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its argument.
    pub input: i64,
    /// Which worker did it, from 0.
    pub worker: u64,
    /// When the caller handed it over.
    pub submitted_ns: u64,
    /// When the worker began.
    pub began_ns: u64,
    /// When the worker ended; not before it began.
    pub ended_ns: u64,
    /// When the caller had the result.
    pub received_ns: u64,
}

/// What workers cost that share memory, and what those cost that do not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Workers of each way, at least 1.
    pub workers: u64,
    /// Size of the samples that every worker needs.
    pub sample_bytes: u64,
    /// How often starting, sending and ending was measured.
    pub repetitions: u64,
    /// One after the other.
    #[serde(default)]
    pub ways: Vec<Way>,
}

/// One way to have workers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Way {
    /// Its name, as `processes-copied`.
    pub way: String,
    /// Whether this machine can do it.
    pub available: bool,
    /// Why not.
    pub reason: Option<String>,
    /// Time to start all workers.
    #[serde(default)]
    pub start_ns: Vec<u64>,
    /// Time to bring them the samples.
    #[serde(default)]
    pub send_ns: Vec<u64>,
    /// Time to end them.
    #[serde(default)]
    pub end_ns: Vec<u64>,
    /// Memory that each worker sees in use.
    #[serde(default)]
    pub resident_bytes: Vec<u64>,
    /// Memory that is there because of each worker.
    #[serde(default)]
    pub private_bytes: Vec<u64>,
    /// What a worker's death did, if it was tried.
    pub crash: Option<Crash>,
}

/// What a worker's death did to the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crash {
    /// How the worker died.
    pub what: String,
    /// Other workers that lived on.
    pub others_alive: u64,
    /// Other workers there were.
    pub others: u64,
    /// Whether the caller lived on.
    pub caller_alive: bool,
    /// When the caller knew, after the death; `None` if it never did.
    pub noticed_after_ns: Option<u64>,
}

/// A window with points in it and around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Width, above 0.
    pub h: f64,
    /// Its middle.
    pub center: [f64; 3],
    /// The samples, at least one.
    pub points: Vec<[f64; 3]>,
    /// Whether each is inside.
    pub inside: Vec<bool>,
    /// How many are inside.
    pub count: u64,
    /// How many there are.
    pub n: u64,
    /// The density that follows.
    pub density: f64,
}

/// A sample of a bivariate normal distribution, counted around the origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampled {
    /// Samples, at least 1.
    pub n: u64,
    /// Seed of the sample, if known.
    pub seed: Option<u64>,
    /// Of the distribution.
    pub mean: [f64; 2],
    /// Of the distribution: symmetric, and far enough from a line.
    pub covariance: [[f64; 2]; 2],
    /// Whether it is the article's own sample, bit for bit.
    pub is_articles: bool,
    /// The widths that the article printed.
    #[serde(default)]
    pub twelve: Vec<Density>,
    /// Many widths, for a curve.
    #[serde(default)]
    pub curve: Vec<Counted>,
}

/// A width with the two densities that were made of its count.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Density {
    /// Width.
    pub h: f64,
    /// Samples in the window.
    pub count: u64,
    /// Divided by h, as the article does.
    pub as_published: f64,
    /// Divided by h².
    pub density: f64,
}

/// A width with its count.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// Width.
    pub h: f64,
    /// Samples in the window.
    pub count: u64,
}

/// Where the article's benchmark was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Name of the study's file, in the folder of the tour.
    pub study: String,
}

/// Tasks of several kinds on several numbers of workers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// Tasks of one measurement, at least 1.
    pub tasks: u64,
    /// CPUs that the workers may use, at least 1.
    pub cpus: u64,
    /// What the tasks do.
    #[serde(default)]
    pub kinds: Vec<Kind>,
}

/// Tasks of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kind {
    /// Short name, as `cpu`.
    pub kind: String,
    /// What one task does, in words.
    pub task: String,
    /// Numbers of workers, ascending.
    #[serde(default)]
    pub workers: Vec<Walls>,
}

/// All tasks done by so many workers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Walls {
    /// Workers, at least 1.
    pub workers: u64,
    /// Time from the first task to the last result, one for each block.
    pub wall_ns: Vec<u64>,
}
