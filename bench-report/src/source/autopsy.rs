//! Reads `autopsy.json`: the study of 2014 again, with its flaws switched on one by one.
//!
//! Separate because runs stand there in the order measured and conditions in any order, while the model
//! has a column of blocks for each condition and size. `shape.rs` is the file as it is written, `check.rs`
//! says what makes sense. Next: [`crate::model::autopsy`].

mod check;
mod last_core;
mod shape;

use std::collections::BTreeSet;
use std::path::Path;

use super::{Header, Source, file_name, shown, study};
use crate::{
    Error,
    model::{
        Report,
        autopsy::{Autopsy, Condition, Density, Engine, Role, Timing},
    },
};

/// The value of `format` in every such file.
const FORMAT: &str = "parzen-autopsy";

/// Flaws of an engine at most. Every flaw is an effect on every pool, in every draw of blocks.
const MOST_FLAWS: usize = 16;
/// Sizes of an engine at most.
const MOST_SIZES: usize = 32;
/// Failures that are repeated.
const MOST_FAILURES: usize = 64;

/// The file that `parzen article --autopsy` writes.
#[derive(Clone, Copy, Debug)]
pub struct Dissection;

impl Source for Dissection {
    fn name(&self) -> &'static str {
        "autopsy"
    }

    fn format(&self) -> Option<&'static str> {
        Some(FORMAT)
    }

    fn add(&self, bytes: &[u8], path: &Path, report: &mut Report) -> Result<(), Error> {
        report.autopsies.push(parse(bytes, path)?);
        Ok(())
    }
}

/// Where in the file, and what is wrong there.
type Problem = (String, String);

/// Understands the bytes of the file at `path`.
///
/// # Errors
///
/// They are no such file of version 1, or contradict themselves.
pub fn parse(bytes: &[u8], path: &Path) -> Result<Autopsy, Error> {
    Header::of(bytes, path)?.expect_version_1(path, FORMAT)?;
    let unread = |source| Error::Parse { path: path.into(), source };
    let file: shape::File = serde_json::from_slice(bytes).map_err(unread)?;
    let (machine, limits, state) = study::machine_of(bytes).map_err(unread)?;
    let inconsistent = |(place, problem)| Error::Inconsistent { path: path.into(), place, problem };
    let engines = file.engines.into_iter().map(|one| {
        let place = format!("engine {:?}", shown(&one.name));
        engine(one).map_err(|problem| (place, problem))
    });
    let autopsy = Autopsy {
        file_name: file_name(path),
        created_unix_s: file.created_unix_s,
        seed: file.seed,
        complete: file.complete,
        machine,
        limits,
        state,
        engines: engines.collect::<Result<_, Problem>>().map_err(inconsistent)?,
        last_core: last_core::converted(file.last_core.unwrap_or_default())
            .map_err(|problem| inconsistent(("last_core".into(), problem)))?,
        density: file.density.map(density),
    };
    check(&autopsy, path)?;
    Ok(autopsy)
}

/// Checks what the model promises about an autopsy.
///
/// # Errors
///
/// Something is out of its range.
pub(super) fn check(autopsy: &Autopsy, path: &Path) -> Result<(), Error> {
    check::autopsy(autopsy).map_err(|(place, problem)| Error::Inconsistent {
        path: path.into(),
        place,
        problem,
    })
}

fn density(density: shape::Density) -> Density {
    let shape::Density { n, d, widths, counts, truth } = density;
    Density { n, d, widths, counts, truth }
}

/// What went wrong, as sentences.
fn failures(failures: Option<Vec<shape::Failure>>) -> Vec<String> {
    let one = |failure: shape::Failure| {
        let shape::Failure { block, what, message } = failure;
        let block = block.saturating_add(1);
        shown(&format!("block {block}, {what}: {message}"))
    };
    failures.unwrap_or_default().into_iter().take(MOST_FAILURES).map(one).collect()
}

fn engine(written: shape::Engine) -> Result<Engine, String> {
    let (conditions, sizes) = (&written.conditions, &written.sizes);
    let flaws = flaws(conditions)?;
    if flaws.len() > MOST_FLAWS || sizes.len() > MOST_SIZES {
        return Err(format!("there are more than {MOST_FLAWS} flaws or {MOST_SIZES} sizes"));
    }
    let places = places(conditions, &flaws)?;
    let mut columns = vec![vec![Vec::new(); sizes.len()]; places.len()];
    let mut unfinished_runs = 0;
    for (idx, block) in written.blocks.iter().enumerate() {
        let place = |problem| format!("block {}: {problem}", idx + 1);
        let runs = by_condition(block, conditions.len()).map_err(place)?;
        if runs.iter().any(Option::is_none) {
            unfinished_runs += block.runs.len() as u64;
            continue;
        }
        for (column, &condition) in columns.iter_mut().zip(&places) {
            let Some(run) = runs[condition] else { continue };
            let timings = by_size(run, sizes).map_err(place)?;
            column.iter_mut().zip(timings).for_each(|(size, timing)| size.push(timing));
        }
    }
    Ok(Engine {
        name: shown(&written.name),
        title: shown(&written.title.unwrap_or_default()),
        version: written.version.map(|text| shown(&text)),
        absent: written.absent.map(|text| shown(&text)),
        n: written.n,
        widths: written.widths,
        passes: written.passes,
        sizes: written.sizes,
        untestable: reasons(written.untestable),
        not_reproduced: reasons(written.not_reproduced),
        flaws: flaws.iter().map(|name| shown(name)).collect(),
        conditions: columns.into_iter().map(|sizes| Condition { sizes }).collect(),
        unfinished_runs,
        failures: failures(written.failures),
    })
}

/// Flaws with their reasons.
fn reasons(written: Option<Vec<shape::Untestable>>) -> Vec<(String, String)> {
    let one = |one: shape::Untestable| (shown(&one.flaw), shown(&one.reason));
    written.unwrap_or_default().into_iter().take(MOST_FLAWS).map(one).collect()
}

/// The flaws of the condition that has all of them, in its order.
fn flaws(conditions: &[shape::Condition]) -> Result<Vec<String>, String> {
    let mut all = conditions.iter().filter(|one| one.kind == shape::Kind::All);
    let (Some(one), None) = (all.next(), all.next()) else {
        return Err("there is not exactly one condition with all flaws".into());
    };
    let different: BTreeSet<&String> = one.flaws.iter().collect();
    if different.len() < one.flaws.len() {
        return Err("a flaw is switched on twice".into());
    }
    Ok(one.flaws.clone())
}

/// Where in the file each condition of the model stands.
fn places(conditions: &[shape::Condition], flaws: &[String]) -> Result<Vec<usize>, String> {
    use shape::Kind;
    let roles: Vec<Role> = Engine::roles(flaws.len()).collect();
    let wanted = |role: &Role| match *role {
        Role::Clean => (Kind::Clean, &flaws[..0]),
        Role::Alone(idx) => (Kind::Alone, &flaws[idx..=idx]),
        Role::Step(count) => (Kind::Step, &flaws[..count]),
        Role::All => (Kind::All, flaws),
    };
    let place = |role: &Role| {
        let (kind, flaws) = wanted(role);
        let is_it = |one: &shape::Condition| one.kind == kind && one.flaws == flaws;
        conditions.iter().position(is_it).ok_or_else(|| {
            let flaws: Vec<String> = flaws.iter().map(|name| shown(name)).collect();
            format!("there is no condition of the kind {kind:?} with the flaws {flaws:?}")
        })
    };
    let places = roles.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    if conditions.len() != roles.len() {
        return Err(format!("there are {} conditions, expected {}", conditions.len(), roles.len()));
    }
    Ok(places)
}

/// The run of each condition in a block, as far as there is one.
fn by_condition(
    block: &shape::Block,
    conditions: usize,
) -> Result<Vec<Option<&shape::Run>>, String> {
    let mut runs = vec![None; conditions];
    for run in &block.runs {
        let Some(place) = runs.get_mut(run.condition) else {
            return Err(format!("there is no condition {}", run.condition));
        };
        if place.replace(run).is_some() {
            return Err(format!("condition {} was run twice", run.condition));
        }
    }
    Ok(runs)
}

/// The timings of a run in the order of `sizes`.
fn by_size(run: &shape::Run, sizes: &[u64]) -> Result<Vec<Timing>, String> {
    if run.timings.len() != sizes.len() {
        return Err(format!("a run has {} timings, expected {}", run.timings.len(), sizes.len()));
    }
    let timing = |&size: &u64| {
        let found = run.timings.iter().find(|timing| timing.workers == size);
        let one = found.ok_or_else(|| format!("a run has no timing of {size} workers"))?;
        Ok(Timing {
            wall_ns: one.wall_ns,
            startup_ns: one.startup_ns,
            transfer_ns: one.transfer_ns,
            first_pass_ns: one.first_pass_ns,
            foreign_ns: one.foreign_ns,
            stolen_ns: one.stolen_ns,
            throttled_ns: one.throttled_ns,
        })
    };
    sizes.iter().map(timing).collect()
}
