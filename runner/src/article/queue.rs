//! *Process and Queue*: four processes, each making a random string of letters and digits.
//!
//! As in the article each process lives for one string, and the queue gives strings in order of arrival;
//! each comes with its position, so that whoever wants the article's second variant sorts by it and
//! strips it. Separate because here, other than in the pool, starting processes is part of the work.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

use super::{Ran, Since, Tour, Trouble};
use crate::tasks::{Function, Process, Queue as Results};

/// Processes of the article.
pub const WORKERS: usize = 4;
/// Characters of the article's strings.
pub const LENGTH: usize = 5;
/// What strings are made of.
const LETTERS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// The string that is wanted.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Wanted {
    /// Seed of all strings.
    pub seed: u64,
    /// Which of them, from 0.
    pub position: usize,
    /// Number of characters.
    pub length: usize,
}

/// A string of random letters and digits, with its position. A function of its input.
pub static RANDOM_STRING: Function<Wanted, (usize, String)> =
    Function::new("random-string", |wanted| {
        let mut random = ChaCha8Rng::seed_from_u64(wanted.seed);
        random.set_stream(wanted.position as u64);
        let letter = |_| char::from(LETTERS[random.random_range(0..LETTERS.len())]);
        Ok((wanted.position, (0..wanted.length).map(letter).collect()))
    });

/// The section's data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queue {
    /// Number of processes.
    pub workers: usize,
    /// Characters of each string.
    pub length: usize,
    /// The strings in order of arrival; that of a process which died is missing.
    pub strings: Vec<Arrived>,
}

/// A string that has arrived. Times in ns since the section began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arrived {
    /// Its position among the processes.
    pub position: usize,
    /// The string.
    pub text: String,
    /// Id of the process that made it.
    pub process_id: u32,
    /// When the process had been started.
    pub started_ns: u64,
    /// When its function began.
    pub began_ns: u64,
    /// When its function ended.
    pub ended_ns: u64,
    /// When its string came out of the queue.
    pub received_ns: u64,
}

/// The section.
#[derive(Clone, Copy, Debug)]
pub struct Section;

impl super::Section for Section {
    fn name(&self) -> &'static str {
        "queue"
    }

    fn title(&self) -> &'static str {
        "four processes make a random string each, and a queue gives them in order of arrival"
    }

    fn run(&self, tour: &Tour<'_>) -> Result<Ran, Trouble> {
        let (queue, incidents) = strings(tour, WORKERS, LENGTH)?;
        Ran::whole(queue, incidents).into_json()
    }
}

/// Starts `workers` processes for a string of `length` characters each; what arrived, and what did not.
///
/// # Errors
/// If processes cannot be started.
pub fn strings(
    tour: &Tour<'_>,
    workers: usize,
    length: usize,
) -> Result<(Queue, Vec<String>), Trouble> {
    let since = Since::now();
    let seed = tour.options().seed;
    let results = Results::new();
    let start = |position| {
        let process = Process::start(&RANDOM_STRING, Wanted { seed, position, length }, &results);
        process.map(|process| (since.elapsed_ns(), process))
    };
    let started = (0..workers).map(start).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<u32> = started.iter().map(|(_, process)| process.id()).collect();
    tour.watch(&ids);
    let mut queue = Queue { workers, length, strings: Vec::new() };
    let mut incidents = Vec::new();
    // Of these processes the end has been told with their string.
    let mut has_failed = vec![false; workers];
    while let Some(done) = results.get_done() {
        let record = done.record;
        match done.value {
            Ok((position, text)) => queue.strings.push(Arrived {
                position,
                text,
                process_id: record.process.unwrap_or(0),
                started_ns: started[done.task].0,
                began_ns: since.ns(record.began_ns.unwrap_or(0)),
                ended_ns: since.ns(record.ended_ns.unwrap_or(0)),
                received_ns: since.ns(record.received_ns),
            }),
            Err(error) => {
                has_failed[done.task] = true;
                incidents.push(format!("string {}: {error}", done.task));
            }
        }
    }
    for (position, (_, process)) in started.into_iter().enumerate() {
        match process.join() {
            Err(error) if !has_failed[position] => {
                incidents.push(format!("after string {position}: {error}"));
            }
            _ => {}
        }
    }
    Ok((queue, incidents))
}
