//! The machine around a study: as it is now, and as a journal remembers it.
//!
//! Separate because a study may only go on where it began: same program, same machine, same CPUs.
//! Whatever differs is named with both values. What changes from hour to hour (load, clock) is stamped
//! on the journal and not compared. Next: [`super::journal::Header`], the stamp.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use super::grid::{self, Configuration};
use super::journal::{self, Header, Journal};
use super::{Error, Options, Plan, conditions, unix_s};
use crate::backend;
use crate::machine::counters::SystemReader;
use crate::machine::{self, Capture, Tree, clock};
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

    /// Refuses to go on where anything differs that figures depend on.
    pub(super) fn compare(&self, options: &Options, journal: &Journal) -> Result<(), Error> {
        let Some(header) = journal.content().header() else { return Ok(()) };
        let plan = Plan { budget_s: header.plan.budget_s, ..options.plan() };
        let pairs = [
            ("program", json(&header.program), json(&program())),
            ("seed", json(&header.seed), json(&options.seed)),
            ("isa", json(&header.isa), json(&options.isa.name())),
            ("plan", json(&header.plan), json(&plan)),
            ("limits", json(&header.limits), json(&self.capture.limits)),
            ("machine", json(&header.machine), json(&self.capture.machine)),
        ];
        for (what, then, now) in pairs {
            if let Some((path, then, now)) = difference(&then, &now) {
                return Err(Error::Changed { what: format!("{what}{path}"), then, now });
            }
        }
        Ok(())
    }
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
