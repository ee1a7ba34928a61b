//! The machine around a study: as it is now, and as a journal remembers it.
//!
//! Separate because a study may only go on where it began: same program, same machine, same CPUs.
//! Whatever differs is named with both values. What changes from hour to hour (load, clock) or from start
//! to start (the size of memory) is stamped on the journal and is no reason to refuse; [`deviations`](super::deviations) warn
//! of it. Next: [`super::journal::Header`], the stamp.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use super::grid::{self, Configuration};
use super::journal::{self, Header, Journal, Resumed};
use super::warning::Warning;
use super::{Error, Options, Plan, conditions, unix_s};
use crate::backend;
use crate::machine::counters::SystemReader;
use crate::machine::topology::cores_of;
use crate::machine::{self, Capture, Limits, Tree, clock};
use crate::placement::workers::gaps;
use crate::placement::{self, Choice, Placement};

/// What a study is measured on.
pub(super) struct Surroundings {
    capture: Capture,
    placement: Choice,
    /// Counts what happens around samples.
    pub(super) reader: SystemReader,
    /// The clocks.
    pub(super) timer: clock::Timer,
}

impl Surroundings {
    /// Looks around.
    ///
    /// # Errors
    /// [`Error::Placement`] if workers cannot sit where `options` want them.
    pub(super) fn capture(options: &Options) -> Result<Self, Error> {
        let around = Self {
            capture: machine::capture(),
            reader: SystemReader::find(&Tree::new(Path::new("/"))),
            timer: clock::timer(),
            placement: options.placement.clone(),
        };
        around.place(1)?;
        Ok(around)
    }

    /// Seats for so many workers.
    pub(super) fn seat(&self, workers: usize) -> Placement {
        let placed = self.place(workers);
        // What can be wrong does not depend on the number of workers, and was tried for one.
        placed.unwrap_or_else(|error| unreachable!("{error}"))
    }

    fn place(&self, workers: usize) -> Result<Placement, placement::Error> {
        self.placement.place(workers, &self.capture.machine.topology, self.allowed())
    }

    /// The CPUs that per-CPU figures are about.
    pub(super) fn allowed(&self) -> &[usize] {
        &self.capture.limits.allowed_cpus
    }

    /// The first line of a journal.
    ///
    /// # Errors
    /// [`Error::Samples`] if more are asked for than a file may hold.
    pub(super) fn header(&self, options: &Options) -> Result<Header, Error> {
        let mut configurations: Vec<Configuration> = Vec::new();
        for series in &options.series {
            let (cells, _) = grid::cells(backend::ALL[0], series, &|workers| self.seat(workers));
            options.extent.most_blocks(cells.len() + 1)?;
            configurations.extend(cells.iter().map(grid::Cell::configuration));
        }
        let Capture { machine, limits, state } = self.capture.clone();
        let mut warnings = conditions::of_machine(&machine, &limits, &configurations);
        warnings.extend(self.of_seats(&configurations));
        warnings.extend(conditions::of_clocks(&state, &self.timer));
        let warnings: BTreeSet<String> = warnings.iter().map(ToString::to_string).collect();
        Ok(Header {
            format: journal::FORMAT.into(),
            version: journal::VERSION,
            created_unix_s: unix_s(),
            program: program().into(),
            seed: options.seed,
            isa: options.isa.name().into(),
            plan: options.plan(),
            machine,
            limits,
            state,
            timer: self.timer,
            warnings: warnings.into_iter().collect(),
        })
    }

    /// What is known of the seats before anything is measured.
    fn of_seats(&self, configurations: &[Configuration]) -> Vec<Warning> {
        let topology = &self.capture.machine.topology;
        let seats = self.placement.within(self.allowed());
        let cores = cores_of(&topology.usable(&seats));
        let quota_cpus =
            self.capture.limits.quota_cpus.map_or(usize::MAX, |cpus| cpus.ceil() as usize);
        let cores = cores.min(quota_cpus);
        let workers = configurations.iter().map(|one| one.workers).collect();
        let gaps = gaps(&workers, cores);
        let not_measured = (!gaps.is_empty()).then_some(Warning::NotMeasured { gaps, cores });
        let slow = self.placement.slow_start(topology, self.allowed());
        let slow = slow.map(|(cpu, fastest)| Warning::SlowBaseline { cpu, fastest });
        not_measured.into_iter().chain(slow).collect()
    }

    /// The line with which a study goes on.
    pub(super) fn resumed(&self, options: &Options) -> Resumed {
        Resumed {
            unix_s: unix_s(),
            budget_s: options.plan().budget_s,
            state: Some(self.capture.state.clone()),
            timer: Some(self.timer),
        }
    }

    /// Refuses to go on where anything differs that figures depend on.
    pub(super) fn compare(&self, options: &Options, journal: &Journal) -> Result<(), Error> {
        let Some(header) = journal.content().header() else { return Ok(()) };
        let plan = Plan { budget_s: header.plan.budget_s, ..options.plan() };
        let pairs = [
            ("program", json(&header.program), json(&program())),
            ("seed", json(&header.seed), json(&options.seed)),
            ("isa", json(&header.isa), json(&options.isa.name())),
            ("plan", json(&header.plan), json(&plan)),
            ("limits", json(&lasting(&header.limits)), json(&lasting(&self.capture.limits))),
            ("machine", json(&header.machine.lasting()), json(&self.capture.machine.lasting())),
        ];
        for (what, then, now) in pairs {
            if let Some((path, then, now)) = difference(&then, &now) {
                return Err(Error::Changed { what: format!("{what}{path}"), then, now });
            }
        }
        Ok(())
    }
}

/// Limits without the name of the file that sets the quota: it holds the name of a session, which is
/// another one after every login, and under which nothing need have changed.
fn lasting(limits: &Limits) -> Limits {
    Limits { quota_file: None, ..limits.clone() }
}

fn json(value: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The first place where two values differ, as a path, and both values there.
pub(super) fn difference(
    then: &serde_json::Value,
    now: &serde_json::Value,
) -> Option<(String, String, String)> {
    use serde_json::Value;
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => {
            let keys: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
            keys.into_iter().find_map(|key| {
                let at = |object: &serde_json::Map<String, Value>| {
                    object.get(key).cloned().unwrap_or_default()
                };
                let (path, then, now) = difference(&at(then), &at(now))?;
                Some((format!(".{key}{path}"), then, now))
            })
        }
        (Value::Array(then), Value::Array(now)) => {
            let places = 0..then.len().max(now.len());
            let at = |array: &[Value], place| array.get(place).cloned().unwrap_or_default();
            let mut different = places.filter_map(|place| {
                let (path, then, now) = difference(&at(then, place), &at(now, place))?;
                Some((format!("[{place}]{path}"), then, now))
            });
            let lengths = || (".length".into(), then.len().to_string(), now.len().to_string());
            different.next().or_else(|| (then.len() != now.len()).then(lengths))
        }
        _ if then == now => None,
        _ => Some((String::new(), then.to_string(), now.to_string())),
    }
}

/// Version and checksum of this program: another build measures something else.
fn program() -> &'static str {
    static PROGRAM: OnceLock<String> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let version = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
        match std::env::current_exe().and_then(std::fs::read) {
            Ok(bytes) => format!("{version}, xxh3:{:016x}", twox_hash::XxHash3_64::oneshot(&bytes)),
            Err(_) => version.into(),
        }
    })
}
