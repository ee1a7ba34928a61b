//! `parzen list`: everything that a command line can name, and whether it is available here.
//!
//! Iterates the tables that own the names, so that it never goes stale. Next:
//! [`crate::output::list`], the layout.

use crate::article;
use crate::backend::{self, Mode};
use crate::budget::Bytes;
use crate::machine::{self, Capture};
use crate::output::list::{Entry, Group};
use crate::placement::Choice;
use crate::study::preset::{self, Facts};
use crate::workload::Level;
use crate::workload::sizes::Room;
use crate::{output, placement};

/// Arguments of `parzen list`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the names.
///
/// # Errors
/// Only if standard output cannot be written.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let groups = groups(&machine::capture());
    output::to_stdout(|out| {
        if arguments.json { output::json(out, &groups) } else { output::list::write(out, &groups) }
    })
}

fn groups(capture: &Capture) -> Vec<Group> {
    vec![
        Group { name: "presets", option: "--preset", entries: presets() },
        Group { name: "backends", option: "--backend", entries: backends() },
        Group { name: "modes", option: "--mode", entries: modes() },
        Group {
            name: "sizes",
            option: "--size",
            entries: sizes(&Facts::of(capture, &Choice::default())),
        },
        Group { name: "placements", option: "--placement", entries: placements() },
        Group { name: "instruction sets", option: "--isa", entries: isas() },
        Group { name: "sections", option: "--section", entries: sections() },
        Group { name: "algorithms", option: "--algorithm", entries: algorithms() },
    ]
}

fn presets() -> Vec<Entry> {
    preset::ALL.iter().map(|preset| Entry::available(preset.name, preset.summary)).collect()
}

fn backends() -> Vec<Entry> {
    let entry = |backend: &&'static dyn backend::Backend| Entry {
        unavailable: backend.availability().err().map(Into::into),
        ..Entry::available(backend.name(), backend.summary())
    };
    backend::ALL.iter().map(entry).collect()
}

fn modes() -> Vec<Entry> {
    Mode::ALL.iter().map(|mode| Entry::available(mode.name(), mode.summary())).collect()
}

fn sizes(facts: &Facts<'_>) -> Vec<Entry> {
    let entry = |level: &Level| {
        let (caches, memory_bytes) = (facts.caches, facts.memory_bytes);
        let sized = level.workload(Room { caches, memory_bytes, copies: 1, widths_per_scan: 1 });
        let bytes = Bytes((sized.workload.n * sized.workload.d * size_of::<f64>()) as u64);
        let assumed = sized.assumed.map_or(String::new(), |cache| format!(" (for {cache})"));
        let summary = format!("{}: {bytes} here{assumed}", level.summary());
        Entry { unavailable: sized.shortfall, ..Entry::available(level.name(), &summary) }
    };
    Level::ALL.iter().map(entry).collect()
}

fn placements() -> Vec<Entry> {
    let policies = placement::ALL.iter();
    let mut entries: Vec<Entry> =
        policies.map(|policy| Entry::available(policy.name, policy.summary)).collect();
    entries.push(Entry::available("0,2,4-7", "worker w on CPU number w of a list"));
    entries
}

fn isas() -> Vec<Entry> {
    let entry = |isa: &kernel::isa::Isa| {
        let requires = isa.requires();
        let missing = (!isa.is_available()).then(|| format!("this CPU lacks {requires}"));
        Entry { unavailable: missing, ..Entry::available(isa.name(), requires) }
    };
    kernel::isa::ALL.iter().map(entry).collect()
}

fn sections() -> Vec<Entry> {
    article::ALL.iter().map(|section| Entry::available(section.name(), section.title())).collect()
}

fn algorithms() -> Vec<Entry> {
    let entry = |algorithm: &kernel::algorithm::Algorithm| {
        let weights = if algorithm.takes_weights() { "; takes weights" } else { "" };
        Entry::available(algorithm.name(), &format!("{}{weights}", algorithm.about()))
    };
    kernel::algorithm::ALL.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::groups;
    use crate::machine::Capture;

    #[test]
    fn every_group_has_entries_and_every_entry_a_name() {
        for group in groups(&Capture::default()) {
            assert!(!group.entries.is_empty(), "{}", group.name);
            assert!(group.entries.iter().all(|entry| !entry.name.is_empty()), "{}", group.name);
        }
    }
}
