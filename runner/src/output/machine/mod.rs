//! The machine, laid out for people.
//!
//! Pure layout, in three sections for what changes at three paces, and tables of CPUs and instruction
//! sets. What is unknown is printed as such. Next: `facts`, the lines of the sections;
//! [`crate::machine`], which finds the facts.

mod facts;

use std::io::{self, Write};

use comfy_table::{Table, presets};
use serde::Serialize;

use crate::machine::clock::Timer;
use crate::machine::pages::Pages;
use crate::machine::topology::{Cpu, Kind};
use crate::machine::{Capture, IsaSupport, Topology};

/// What `parzen machine` shows.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// One word for the identity, to compare machines by.
    pub fingerprint: String,
    /// The three parts of what is known, as a study stores them.
    #[serde(flatten)]
    pub capture: Capture,
    /// CPUs that can be used all the time under all limits.
    pub effective_cpus: f64,
    /// How fine the clocks are; `None` if they were not measured.
    pub timer: Option<Timer>,
    /// The pages that large samples really got here; `None` is unknown.
    pub large_samples_pages: Option<Pages>,
}

/// A name and its value, `None` where unknown.
type Fact = (String, Option<String>);

/// Writes everything that `report` holds.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let machine = &report.capture.machine;
    section(out, "machine and build", facts::of_machine(report))?;
    section(out, "limits of this process", facts::of_limits(report))?;
    section(out, "state at this moment", facts::of_state(report))?;
    if !machine.topology.cpus.is_empty() {
        writeln!(out, "{}\n", cores(&machine.topology).trim_fmt())?;
    }
    writeln!(out, "{}", instruction_sets(&machine.isas).trim_fmt())
}

/// A heading, and one line for each fact.
fn section(out: &mut dyn Write, title: &str, facts: Vec<Fact>) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for (name, value) in facts {
        table.add_row([name, value.unwrap_or_else(|| "unknown".into())]);
    }
    if let Some(names) = table.column_mut(0) {
        names.set_padding((2, 1));
    }
    writeln!(out, "{title}\n{}\n", table.trim_fmt())
}

/// One row for each core with all its hardware threads; CPUs of unknown cores stand alone.
fn cores(topology: &Topology) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_header([
        "cpus",
        "core",
        "package",
        "node",
        "L2",
        "L3",
        "kind",
        "capacity",
        "highest MHz",
    ]);
    for (position, first) in topology.cpus.iter().enumerate() {
        let is_same = |cpu: &&Cpu| cpu.core_key() == first.core_key();
        if topology.cpus[..position].iter().any(|cpu| is_same(&cpu)) {
            continue; // the row of its core is there already
        }
        let ids: Vec<usize> = topology.cpus.iter().filter(is_same).map(|cpu| cpu.id).collect();
        table.add_row([
            facts::ids(&ids),
            or_unknown(first.core),
            or_unknown(first.package),
            or_unknown(first.node),
            or_unknown(first.l2),
            or_unknown(first.l3),
            kind(first.kind).into(),
            or_unknown(first.capacity),
            or_unknown(first.max_mhz),
        ]);
    }
    table
}

fn or_unknown(value: Option<impl ToString>) -> String {
    value.map_or("unknown".into(), |value| value.to_string())
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Performance => "performance",
        Kind::Efficiency => "efficiency",
        Kind::Unknown => "unknown",
    }
}

fn instruction_sets(isas: &[IsaSupport]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_header(["instruction set", "available", "requires"]);
    for isa in isas {
        let available = if isa.available { "yes" } else { "no" };
        table.add_row([isa.name.as_str(), available, &isa.requires]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(report: &Report) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes, report).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_is_unknown_is_said_to_be() {
        let report = Report::default();
        let unknown = [facts::of_machine, facts::of_limits, facts::of_state]
            .iter()
            .flat_map(|facts| facts(&report))
            .filter(|(_, value)| value.is_none());
        let (lines, unknown) = (text(&report), unknown.count());
        assert!(unknown > 20, "{lines}");
        assert_eq!(lines.matches("unknown\n").count(), unknown, "{lines}");
    }

    #[test]
    fn hardware_threads_share_the_row_of_their_core() {
        let cpu = |id, core| Cpu { id, core, kind: Kind::Performance, ..Cpu::default() };
        let mut report = Report::default();
        report.capture.machine.topology.cpus =
            vec![cpu(0, Some(0)), cpu(1, None), cpu(4, Some(0)), cpu(5, None)];
        let text = text(&report);
        let rows: Vec<&str> = text.lines().filter(|line| line.contains("performance")).collect();
        assert_eq!(rows.len(), 3, "{text}");
        assert!(rows[0].contains("0, 4") && rows[1].contains("unknown"), "{text}");
    }

    #[test]
    fn json_keeps_the_three_parts_apart() {
        let json = serde_json::to_value(Report::default()).unwrap();
        for part in ["machine", "limits", "state"] {
            assert!(json[part].is_object(), "{json}");
        }
        assert!(json["timer"].is_null() && json["fingerprint"].is_string(), "{json}");
    }
}
