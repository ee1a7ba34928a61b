//! Measures every entry on one job, block by block in random order.
//!
//! An entry is started once, answers one job that is checked and not timed, and then waits for its rounds
//! while the others have theirs. A round repeats short jobs until the clock's own error is small. A block
//! holds ours and every entry whose turn it is; what takes long has a turn only in some blocks, always
//! beside ours. It ends when the ratio of every entry to ours is known well enough or the time is used up,
//! but not before every entry had its fewest rounds; then one more answer is checked. An interrupt ends it
//! at once. Next: [`super::record`].

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bench_report::statistics::FEWEST_BLOCKS;
use runner::failure::Failure;
use runner::machine::state::State;
use runner::output::progress::{Bar, Steps as _};
use runner::study::interrupt::Interrupt;
use runner::study::order;

use super::enough::is_enough;
use super::entry::{Entry, Role};
use super::files::Data;
use super::record::{Measured, Record};
use super::running::{Running, Taken, Trouble};
use super::score;
use super::task::{Question, Task};
use crate::workload::SEED;

/// How long to measure one job.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// All blocks together.
    pub budget: Duration,
    /// Half the width of an interval, as a part of the ratio, that is good enough.
    pub precision: f64,
    /// So many rounds of every entry, whatever else is said.
    pub rounds: Option<usize>,
    /// A round lasts at least this long, if it has not been said to be one job.
    pub round: Duration,
    /// An answer may take this long, if the entry has not been slower before.
    pub patience: Duration,
}

impl Effort {
    /// For figures.
    pub const FULL: Self = Self {
        budget: Duration::from_mins(5),
        precision: 0.05,
        rounds: None,
        round: Duration::from_millis(20),
        patience: Duration::from_mins(2),
    };
    /// To see that it works: one job each.
    pub const ONCE: Self = Self { rounds: Some(1), round: Duration::ZERO, ..Self::FULL };

    /// The longest job that fits in: its fewest rounds may take a third of the budget.
    pub fn longest(&self) -> Duration {
        self.budget / (3 * FEWEST_BLOCKS as u32)
    }
}

/// Blocks that the quickest entries have before anything is judged.
const USUAL_BLOCKS: usize = 30;
/// So much longer than before an answer may take.
const SLOWER: u32 = 10;
/// Jobs in one round at most.
const MOST_PASSES: f64 = 1e5;

/// Between two turns: threads of the one before may spin so long before they sleep.
const REST: Duration = Duration::from_millis(20);
/// Rounds from which the others are planned.
const WARM_ROUNDS: usize = 2;
/// A round that lasts longer is not warmed up: its first job was long enough to tell.
const LONGEST_TO_WARM: Duration = Duration::from_secs(1);
/// So many times the samples an entry may hold: rows, columns or an index, and what it makes on the way.
const COPIES: usize = 4;

/// What every entry is given.
struct Job<'a> {
    question: Question,
    data: &'a Data,
    exact: &'a [u64],
    folder: &'a Path,
}

/// An entry that takes part.
struct Seat {
    running: Option<Running>,
    record: Record,
    passes: u32,
    /// How long a round lasts.
    round: Duration,
    /// It has a turn in every such block.
    stride: usize,
}

/// What entries do on faces and beside NaN, by question and name: asked once for all jobs.
pub type Probed = BTreeMap<(Question, String), String>;

/// Measures `entries` on `task`. `keep` is handed what there is after every block.
///
/// # Errors
/// The samples cannot be made or written, or `keep` fails. What goes wrong with an entry is in its record.
pub fn measure(
    task: &Task,
    entries: &[Entry],
    effort: &Effort,
    probed: &mut Probed,
    scratch: &Path,
    interrupt: &Interrupt,
    keep: &mut dyn FnMut(&Measured) -> io::Result<()>,
) -> anyhow::Result<Measured> {
    let data = task.data()?;
    let exact = task.exact(&data);
    let unwritable = || Failure::Unwritable(format!("cannot write to {}", scratch.display()));
    let folder = tempfile::tempdir_in(scratch).with_context(unwritable)?;
    data.write(folder.path()).context(Failure::Unwritable("cannot write the samples".into()))?;
    let job = Job { question: task.question, data: &data, exact: &exact, folder: folder.path() };
    let seat = |entry| seat(entry, &job, effort, probed, interrupt);
    let mut seats: Vec<_> = entries.iter().map(seat).collect();
    drop(data);
    share_out(&mut seats, effort);
    let mut last = measured(task, &seats);
    let began = Instant::now();
    let mut bar = Bar::start("peers", effort.budget.as_secs().max(1));
    let mut shown = 0;
    for (block, order) in order::blocks(SEED, 0, seats.len()).enumerate() {
        for place in order {
            if interrupt.is_requested() {
                return Ok(last);
            }
            seats[place].turn(block, effort, interrupt);
            let passed = began.elapsed().min(effort.budget).as_secs();
            bar.advance(passed.saturating_sub(shown));
            shown = passed.max(shown);
        }
        last = measured(task, &seats);
        keep(&last).with_context(unwritable)?;
        if is_enough(&last, block + 1, effort, began.elapsed()) {
            break;
        }
    }
    for seat in &mut seats {
        seat.check_again(&exact, folder.path(), effort, interrupt);
    }
    last = measured(task, &seats);
    keep(&last).with_context(unwritable)?;
    Ok(last)
}

fn measured(task: &Task, seats: &[Seat]) -> Measured {
    let records = seats.iter().map(|seat| seat.record.clone()).collect();
    Measured { task: task.clone(), records }
}

/// Starts an entry and checks its first answer.
fn seat(
    entry: &Entry,
    &Job { question, data, exact, folder }: &Job<'_>,
    effort: &Effort,
    probed: &mut Probed,
    interrupt: &Interrupt,
) -> Seat {
    let mut seat = Seat {
        running: None,
        record: Record::new(entry),
        passes: 1,
        round: Duration::ZERO,
        stride: 1,
    };
    let Ok(launch) = &entry.launch else { return seat };
    if interrupt.is_requested() {
        return seat;
    }
    if let Some(reason) = lacking_memory(data) {
        seat.record.trouble = Some(reason);
        return seat;
    }
    let path = folder.join("answer");
    let first = || -> Result<(Running, Taken), Trouble> {
        let patience = effort.patience;
        let mut running = Running::start(launch, folder, entry.workers, patience, interrupt)?;
        let taken = running.round(1, Some(&path), patience).map_err(Trouble::Failed)?;
        Ok((running, taken))
    };
    match first() {
        Err(trouble) => {
            seat.record.has_failed = matches!(trouble, Trouble::Failed(_));
            seat.record.trouble = Some(trouble.reason());
        }
        Ok((running, taken)) => {
            let mut score = score::of_answer(&path, data, exact);
            let note = probed.entry((question, entry.name.clone())).or_insert_with(|| {
                score::probe(question, launch, entry.workers, folder, interrupt)
            });
            let notes = [score.note.as_str(), note].map(str::to_owned);
            score.note =
                notes.into_iter().filter(|note| !note.is_empty()).collect::<Vec<_>>().join("; ");
            seat.record.version = Some(running.version.clone());
            seat.record.score = Some(score);
            seat.expect(taken, effort);
            seat.running = Some(running);
            seat.warm_up(effort, interrupt);
        }
    }
    let _may_not_be_there = std::fs::remove_file(&path);
    seat
}

/// Why one more entry cannot have memory; every entry holds its samples until the end of the job.
fn lacking_memory(data: &Data) -> Option<String> {
    let free = State::now().available_memory_bytes?;
    let need = (COPIES * size_of_val(data.rows.as_slice())) as u64;
    (need > free).then(|| {
        let [need, free] = [need, free].map(|bytes| bytes as f64 / 1e9);
        format!("needs about {need:.1} GB of memory, and {free:.1} GB are free")
    })
}

/// Gives every entry its turns: what takes long has fewer.
fn share_out(seats: &mut [Seat], effort: &Effort) {
    if effort.rounds.is_some() {
        return;
    }
    let taking_part = seats.iter().filter(|seat| seat.running.is_some()).count().max(1);
    let fair = effort.budget.as_secs_f64() / taking_part as f64;
    for seat in seats {
        seat.stride = match seat.record.role {
            Role::Reference => 1,
            Role::Control | Role::Other => stride(seat.round.as_secs_f64(), fair),
        };
    }
}

/// In which part of [`USUAL_BLOCKS`] a round of `round_s` has a turn, if an entry may take `fair_s`.
fn stride(round_s: f64, fair_s: f64) -> usize {
    let fitting = (fair_s / round_s.max(1e-9)) as usize;
    USUAL_BLOCKS / fitting.clamp(FEWEST_BLOCKS, USUAL_BLOCKS)
}

impl Seat {
    /// Plans rounds from what one job took.
    fn expect(&mut self, taken: Taken, effort: &Effort) {
        let job_s = taken.total_ns().max(1.0) / 1e9;
        self.passes = (effort.round.as_secs_f64() / job_s).ceil().clamp(1.0, MOST_PASSES) as u32;
        self.round = Duration::from_secs_f64(job_s * f64::from(self.passes));
    }

    /// Plans anew from rounds that are not the first, because the first job is a cold one.
    fn warm_up(&mut self, effort: &Effort, interrupt: &Interrupt) {
        for _ in 0..WARM_ROUNDS {
            if self.round > LONGEST_TO_WARM || effort.round.is_zero() {
                return;
            }
            if let Some(taken) = self.ask(None, effort, interrupt) {
                self.expect(taken, effort);
            }
        }
    }

    /// One round, if it is its turn.
    fn turn(&mut self, block: usize, effort: &Effort, interrupt: &Interrupt) {
        if self.running.is_none() || !block.is_multiple_of(self.stride) {
            return;
        }
        std::thread::sleep(REST);
        if let Some(taken) = self.ask(None, effort, interrupt) {
            self.record.rounds.push((block, taken));
        }
    }

    /// One more answer after the rounds: is it still right?
    fn check_again(
        &mut self,
        exact: &[u64],
        folder: &Path,
        effort: &Effort,
        interrupt: &Interrupt,
    ) {
        let path = folder.join("answer");
        if self.ask(Some(&path), effort, interrupt).is_some() {
            let wrong = score::wrong_counts(&path, exact);
            if let Some(score) = self.record.score.as_mut().filter(|score| wrong > score.wrong) {
                score.wrong = wrong;
                score.note = format!("{}; more are wrong after the rounds", score.note);
            }
        }
        let _may_not_be_there = std::fs::remove_file(&path);
    }

    /// One round; one job whose counts go to `counts`, if given. `None` if it is gone: then it is told why,
    /// unless it was us who ended it.
    fn ask(
        &mut self,
        counts: Option<&Path>,
        effort: &Effort,
        interrupt: &Interrupt,
    ) -> Option<Taken> {
        let running = self.running.as_mut()?;
        let passes = if counts.is_some() { 1 } else { self.passes };
        let patience = effort.patience.max(self.round * SLOWER);
        match running.round(passes, counts, patience) {
            Ok(taken) => Some(taken),
            Err(trouble) => {
                self.running = None;
                if !interrupt.is_requested() {
                    self.record.trouble = Some(trouble);
                    self.record.has_failed = true;
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_rounds_have_fewer_turns_but_enough_for_an_interval() {
        assert_eq!(stride(0.02, 15.0), 1);
        assert_eq!(stride(1.0, 15.0), 2);
        assert_eq!(stride(60.0, 15.0), USUAL_BLOCKS / FEWEST_BLOCKS);
        assert!(USUAL_BLOCKS.is_multiple_of(FEWEST_BLOCKS));
    }
}
