//! The command line of `cargo peers`, and the run from set-up to the last file.
//!
//! Apart from [`super::measure`], which knows neither names nor folders. Set-up is over before the first
//! measurement. Next: [`super::set_up`], [`super::measure`].

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};
use runner::failure::Failure;
use runner::machine::{self, affinity};
use runner::study::interrupt::Interrupt;

use super::entry::{Entry, Role};
use super::measure::{Effort, Probed, measure};
use super::record::{self, Kept, Measured, Record};
use super::set_up::{Means, SetUp, chosen};
use super::table::Peer;
use super::task::{self, Task};
use super::{serve, shown};

/// Measures other implementations of the job beside ours, and writes peers.json.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
#[command(name = "peers", version, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Jobs, separated by commas; all if there are none
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    workload: Vec<String>,
    /// Peers, separated by semicolons; all if there are none. Ours always takes part
    #[arg(long, value_name = "NAME", value_delimiter = ';')]
    peer: Vec<String>,
    /// Where peers.json goes [default: target/parzen/peers; with --test target/peers/test]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Set up everything anew [default: what is missing]
    #[arg(long, conflicts_with = "no_set_up")]
    set_up: bool,
    /// Use what is there, and fetch nothing
    #[arg(long)]
    no_set_up: bool,
    /// Seconds to measure each job
    #[arg(long, value_name = "SECONDS", default_value_t = Effort::FULL.budget.as_secs())]
    budget: u64,
    /// Go on until every ratio to ours is known to so many per cent
    #[arg(long, value_name = "PERCENT", default_value_t = Effort::FULL.precision * 100.0)]
    precision: f64,
    /// Measure exactly so many rounds of every entry
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// Do small jobs once, and fail if what is present fails
    #[arg(long)]
    test: bool,
    /// Show the jobs and who is present
    #[arg(long)]
    list: bool,
    /// Print the ratios as JSON
    #[arg(long)]
    json: bool,
}

/// What the program does for itself.
#[derive(Debug, Subcommand)]
enum Command {
    /// Be a peer
    #[command(hide = true)]
    Serve {
        /// Which one
        name: String,
        /// Where the files are
        folder: PathBuf,
        /// How many threads to use
        threads: usize,
    },
}

/// Does what was asked.
///
/// # Errors
/// Bad input, samples or files that cannot be written, a wrong count of ours; with `--test`, a peer that is
/// present but fails.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if let Some(Command::Serve { name, folder, threads }) = &arguments.command {
        end_with_parent();
        return serve::serve(name, folder, *threads);
    }
    if !(arguments.precision.is_finite() && arguments.precision > 0.0) {
        bail!("--precision is {}, expected more than 0", arguments.precision);
    }
    let interrupt = Interrupt::on_signals().context("cannot catch signals")?;
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target");
    let peers = chosen(&arguments.peer).map_err(anyhow::Error::msg)?;
    let tasks = arguments.tasks()?;
    let set_up = SetUp::new(&target.join("peers"), arguments.means(), &peers);
    let this = std::env::current_exe().context("cannot find this program")?;
    let cpus = affinity::allowed().len().max(1);
    let entries = |task: &Task| entries(&peers, &set_up, &this, cpus, task, &arguments.effort());
    if arguments.list {
        return list(&tasks, entries);
    }
    let out = arguments.out.clone().unwrap_or_else(|| {
        // A trial must not replace what was measured, nor be read as if it had been.
        target.join(if arguments.test { "peers/test" } else { "parzen/peers" })
    });
    std::fs::create_dir_all(&out)
        .with_context(|| Failure::Unwritable(format!("cannot make {}", out.display())))?;
    let jobs: Vec<_> = tasks.iter().map(|task| (task, entries(task))).collect();
    let measured = measured(&jobs, &arguments.effort(), &out, &interrupt)?;
    if interrupt.is_requested() {
        let kept =
            format!("interrupted; finished blocks are in {}", out.join("peers.json").display());
        return Err(Failure::Interrupted(kept).into());
    }
    arguments.show(&measured, &out)?;
    judge_ours(&measured)?;
    if arguments.test {
        judge_others(&measured)?;
    }
    Ok(())
}

/// A peer must not outlive whoever asks it, however that one ends.
fn end_with_parent() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};
        // Without it, the end of its input ends it a job later.
        let _later = set_parent_process_death_signal(Some(Signal::KILL));
    }
}

impl Arguments {
    fn means(&self) -> Means {
        match (self.set_up, self.no_set_up || self.list) {
            (true, _) => Means::Anew,
            (false, true) => Means::None,
            (false, false) => Means::Missing,
        }
    }

    fn effort(&self) -> Effort {
        let base = if self.test { Effort::ONCE } else { Effort::FULL };
        Effort {
            budget: Duration::from_secs(self.budget),
            precision: self.precision / 100.0,
            rounds: self.rounds.map(usize::from).or(base.rounds),
            ..base
        }
    }

    fn tasks(&self) -> anyhow::Result<Vec<Task>> {
        let all = if self.test { task::tiny() } else { task::all() };
        let known: Vec<_> = all.iter().map(|task| task.workload.name).collect();
        if let Some(name) = self.workload.iter().find(|name| !known.contains(&name.as_str())) {
            bail!("there is no job {name:?}; known: {}", known.join(", "));
        }
        let is_asked = |task: &Task| {
            self.workload.is_empty() || self.workload.iter().any(|name| name == task.workload.name)
        };
        Ok(all.into_iter().filter(is_asked).collect())
    }

    fn show(&self, measured: &[Measured], out: &Path) -> anyhow::Result<()> {
        let rows = shown::rows(measured);
        let mut stdout = io::stdout().lock();
        if self.json {
            serde_json::to_writer_pretty(&mut stdout, &rows).map_err(io::Error::from)?;
            writeln!(stdout)?;
        } else {
            write!(stdout, "{}", shown::markdown(&rows))?;
            writeln!(stdout, "wrote {}", out.join("peers.json").display())?;
        }
        Ok(())
    }
}

/// Every entry, absent if a job would take too long. Ours never is: without it nothing can be compared.
fn entries(
    peers: &[&Peer],
    set_up: &SetUp,
    this: &Path,
    cpus: usize,
    task: &Task,
    effort: &Effort,
) -> Vec<Entry> {
    let longest_s = effort.longest().as_secs_f64();
    let of = |peer: &&Peer| {
        let mut entries = set_up.entries(peer, this, cpus);
        for entry in &mut entries {
            let cost_s = peer.cost_s(&task.shape(), entry.workers, cpus);
            let may_be_left_out = entry.role == Role::Other && entry.launch.is_ok();
            if cost_s > longest_s && may_be_left_out {
                let reason = format!("one job would take about {cost_s:.0} s");
                entry.launch = Err(reason);
            }
        }
        entries
    };
    peers.iter().filter(|peer| peer.answers(task.question)).flat_map(of).collect()
}

fn measured(
    jobs: &[(&Task, Vec<Entry>)],
    effort: &Effort,
    out: &Path,
    interrupt: &Interrupt,
) -> anyhow::Result<Vec<Measured>> {
    let cpu = machine::capture().machine.cpu;
    let kept = Kept::read(out, &cpu);
    let (mut done, mut probed) = (Vec::new(), Probed::new());
    for (task, entries) in jobs {
        if interrupt.is_requested() {
            break;
        }
        eprintln!("{}: {}", task.workload.name, task.workload.title);
        let mut keep = |now: &Measured| {
            let mut all: Vec<Measured> = done.clone();
            all.push(now.clone());
            record::write(out, &all, &cpu, &kept).map(drop)
        };
        let measured = measure(task, entries, effort, &mut probed, out, interrupt, &mut keep)?;
        done.push(measured);
    }
    Ok(done)
}

fn list(tasks: &[Task], entries: impl Fn(&Task) -> Vec<Entry>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    for task in tasks {
        writeln!(out, "{}: {}", task.workload.name, task.workload.title)?;
        for entry in entries(task) {
            let absent = entry.launch.err().map(|reason| format!(" (absent: {reason})"));
            writeln!(out, "  {}{}", entry.name, absent.unwrap_or_default())?;
        }
    }
    Ok(())
}

/// Our counts must be right, and we must have been measured.
fn judge_ours(measured: &[Measured]) -> Result<(), Failure> {
    for (at, record) in named(measured).filter(|(_, record)| record.role == Role::Reference) {
        match &record.score {
            Some(score) if score.wrong > 0 => {
                let (wrong, checked) = (score.wrong, score.checked);
                let wrong = format!("{at}: {wrong} of {checked} counts are wrong");
                return Err(Failure::WrongCount(wrong));
            }
            _ => {}
        }
        if let Some(trouble) = &record.trouble {
            return Err(Failure::Measurement(format!("{at}: {trouble}")));
        }
    }
    Ok(())
}

/// Whoever is present must have answered to the end. Wrong counts of others are for the table to tell.
fn judge_others(measured: &[Measured]) -> Result<(), Failure> {
    let mut failed = named(measured).filter(|(_, record)| record.has_failed);
    failed.next().map_or(Ok(()), |(at, record)| {
        let trouble = record.trouble.as_deref().unwrap_or_default();
        Err(Failure::Measurement(format!("{at}: {trouble}")))
    })
}

/// Every record with the name of its job.
fn named(measured: &[Measured]) -> impl Iterator<Item = (String, &Record)> {
    measured.iter().flat_map(|Measured { task, records }| {
        let name = |record: &Record| format!("{}, {}", task.workload.name, record.name);
        records.iter().map(move |record| (name(record), record))
    })
}

#[cfg(test)]
mod tests {
    use super::super::score::Score;
    use super::*;

    #[test]
    fn a_wrong_count_of_ours_and_a_peer_that_fails_are_errors() {
        let record = |role| {
            let launch = Err(String::new());
            let entry = Entry { name: "it".into(), workers: 1, role, launch };
            Record { trouble: None, ..Record::new(&entry) }
        };
        let of = |record| [Measured { task: task::tiny()[0].clone(), records: vec![record] }];
        let wrong = Some(Score { checked: 5, wrong: 1, note: String::new() });
        let ours = of(Record { score: wrong.clone(), ..record(Role::Reference) });
        assert!(matches!(judge_ours(&ours), Err(Failure::WrongCount(_))));
        let other = of(Record { score: wrong, ..record(Role::Other) });
        assert!(judge_ours(&other).is_ok() && judge_others(&other).is_ok());
        let died = Record { trouble: Some("gone".into()), has_failed: true, ..record(Role::Other) };
        assert!(matches!(judge_others(&of(died)), Err(Failure::Measurement(_))));
        let absent = Record { trouble: Some("not installed".into()), ..record(Role::Other) };
        assert!(judge_others(&of(absent)).is_ok());
    }
}
