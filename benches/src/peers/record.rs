//! What was measured, and `peers.json` made of it.
//!
//! Apart from measuring, which adds a round here and knows no file. The file is written whole or not at
//! all, after every block, so that an end of any kind loses nothing; jobs of an earlier run stay in it. `docs/formats.md` tells its fields.
//! Next: [`super::shown`].

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::Value;
use tempfile::NamedTempFile;

use super::entry::{Entry, Role};
use super::running::Taken;
use super::score::Score;
use super::task::{Tables, Task};
use crate::paired::{Ratio, Rounds};

/// One entry on one job.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its name.
    pub name: String,
    /// Threads or processes.
    pub workers: usize,
    /// Whether it is ours.
    pub role: Role,
    /// What it says of itself.
    pub version: Option<String>,
    /// How its answers compare.
    pub score: Option<Score>,
    /// (block, what the round took), in order.
    pub rounds: Vec<(usize, Taken)>,
    /// Why it was not measured, or not any more.
    pub trouble: Option<String>,
    /// Whether it was started and then died, did not answer or answered rubbish.
    pub has_failed: bool,
}

impl Record {
    /// Of an entry that has done nothing yet.
    pub fn new(entry: &Entry) -> Self {
        Self {
            name: entry.name.clone(),
            workers: entry.workers,
            role: entry.role,
            version: None,
            score: None,
            rounds: Vec::new(),
            trouble: entry.launch.as_ref().err().cloned(),
            has_failed: false,
        }
    }

    /// Its time over that of `reference`, of the blocks in which both were measured: whole jobs, and
    /// answers alone. `None` if there is no such block.
    pub fn ratios(&self, reference: &Self) -> Option<[Ratio; 2]> {
        let pairs: Vec<[Taken; 2]> = self
            .rounds
            .iter()
            .filter_map(|&(block, taken)| {
                let at = reference.rounds.binary_search_by_key(&block, |&(block, _)| block).ok()?;
                Some([taken, reference.rounds[at].1])
            })
            .collect();
        let ratio = |ns: fn(Taken) -> f64| {
            let pass_ns = pairs.iter().map(|pair| pair.map(ns)).collect();
            Rounds { passes: [1, 1], pass_ns }.ratio()
        };
        (!pairs.is_empty()).then(|| [ratio(Taken::total_ns), ratio(|taken| taken.query_ns)])
    }
}

/// Every entry on one job.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The job.
    pub task: Task,
    /// In the order of the table.
    pub records: Vec<Record>,
}

/// Entries that are compared with one of them.
#[derive(Debug)]
pub struct Table<'a> {
    /// Unique among all jobs.
    pub name: String,
    /// The job.
    pub task: &'a Task,
    /// Ours.
    pub reference: Option<&'a Record>,
    /// All, ours included.
    pub records: Vec<&'a Record>,
}

impl Measured {
    /// The entries side by side as the job asks for it.
    pub fn tables(&self) -> Vec<Table<'_>> {
        let (task, name) = (&self.task, self.task.workload.name);
        let ours = || self.records.iter().filter(|record| record.role == Role::Reference);
        if task.tables == Tables::One {
            let (records, reference) = (self.records.iter().collect(), ours().next());
            return vec![Table { name: name.into(), task, reference, records }];
        }
        let mut threads: Vec<_> = ours().map(|record| record.workers).collect();
        threads.dedup();
        // Numbers of workers that ours has not are with the largest that it has.
        let belongs = |record: &&Record, workers: usize| {
            let last = threads.last() == Some(&workers) && !threads.contains(&record.workers);
            last || record.workers == workers
        };
        let table = |&workers: &usize| {
            let records = self.records.iter().filter(|record| belongs(record, workers)).collect();
            let reference = ours().find(|record| record.workers == workers);
            let s = if workers == 1 { "" } else { "s" };
            Table { name: format!("{name}, {workers} thread{s}"), task, reference, records }
        };
        threads.iter().map(table).collect()
    }
}

/// The value of `format` in the file.
const FORMAT: &str = "parzen-peers";
/// Of the format.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct File<'a> {
    format: &'static str,
    version: u32,
    created_unix_s: Option<u64>,
    cpu: &'a Option<String>,
    workloads: Vec<Value>,
}

#[derive(Serialize)]
struct Workload<'a> {
    name: String,
    title: &'static str,
    n: usize,
    d: usize,
    centers: usize,
    widths: usize,
    reference: Option<&'a str>,
    entries: Vec<Written<'a>>,
}

#[derive(Serialize)]
struct Written<'a> {
    name: &'a str,
    version: &'a Option<String>,
    ours: bool,
    control: bool,
    workers: usize,
    build_ns: Vec<f64>,
    query_ns: Vec<f64>,
    blocks: Vec<usize>,
    answers: Option<Score>,
    absent: Option<&'a str>,
}

impl<'a> From<&'a Record> for Written<'a> {
    fn from(record: &'a Record) -> Self {
        let rounds = || record.rounds.iter();
        let builds = rounds().any(|(_, taken)| taken.build_ns > 0.0);
        let mut answers = record.score.clone();
        // What stopped it later must not hide what it did before.
        if let (Some(score), Some(trouble), false) =
            (&mut answers, &record.trouble, record.rounds.is_empty())
        {
            score.note = format!("{}; stopped: {trouble}", score.note);
        }
        let absent = record.trouble.as_deref().unwrap_or("not measured yet");
        Self {
            name: &record.name,
            version: &record.version,
            ours: record.role != Role::Other,
            control: record.role == Role::Control,
            workers: record.workers,
            // A clock may miss a short build; its shortest time is the best that is known then.
            build_ns: rounds().filter(|_| builds).map(|(_, t)| t.build_ns.max(1.0)).collect(),
            query_ns: rounds().map(|(_, taken)| taken.query_ns).collect(),
            blocks: rounds().map(|&(block, _)| block).collect(),
            answers,
            absent: record.rounds.is_empty().then_some(absent),
        }
    }
}

impl<'a> From<Table<'a>> for Workload<'a> {
    fn from(table: Table<'a>) -> Self {
        let workload = &table.task.workload;
        Self {
            name: table.name,
            title: workload.title,
            n: workload.n,
            d: workload.d,
            centers: table.task.m(),
            widths: workload.widths.count,
            reference: table.reference.map(|record| record.name.as_str()),
            entries: table.records.into_iter().map(Written::from).collect(),
        }
    }
}

/// Writes `peers.json` into `folder`. Jobs that are in `kept` and were not measured now stay.
///
/// # Errors
/// The system's refusal; then the old file is as it was.
pub fn write(
    folder: &Path,
    measured: &[Measured],
    cpu: &Option<String>,
    kept: &Kept,
) -> io::Result<PathBuf> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let created_unix_s = now.ok().map(|since| since.as_secs());
    let others = kept.0.iter().filter(|old| {
        let is_of = |task: &Task| job_of(old) == Some(task.workload.name);
        !measured.iter().any(|measured| is_of(&measured.task))
    });
    let mut workloads: Vec<Value> = others.cloned().collect();
    for table in measured.iter().flat_map(Measured::tables) {
        workloads.push(serde_json::to_value(Workload::from(table))?);
    }
    let file = File { format: FORMAT, version: VERSION, created_unix_s, cpu, workloads };
    let mut written = NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut written, &file)?;
    writeln!(written)?;
    written.as_file().sync_all()?;
    let path = folder.join("peers.json");
    written.persist(&path)?;
    Ok(path)
}

/// Jobs of an earlier run on the same kind of CPU, as they are in its file.
#[derive(Clone, Debug, Default)]
pub struct Kept(Vec<Value>);

impl Kept {
    /// Those of the file in `folder`: none if there is none, or if it is of another version or CPU.
    pub fn read(folder: &Path, cpu: &Option<String>) -> Self {
        let file = std::fs::read(folder.join("peers.json")).unwrap_or_default();
        let file: Value = serde_json::from_slice(&file).unwrap_or_default();
        let is_alike = file["format"] == FORMAT
            && file["version"] == VERSION
            && file["cpu"].as_str() == cpu.as_deref();
        let workloads = file["workloads"].as_array().filter(|_| is_alike);
        Self(workloads.cloned().unwrap_or_default())
    }
}

/// The job that a written table is of: `wide` of `wide, 2 threads`.
fn job_of(table: &Value) -> Option<&str> {
    table["name"].as_str()?.split(',').next()
}
