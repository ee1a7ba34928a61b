//! Machine, limits and state as they are written, and their way into the model.
//!
//! Separate from `shape.rs` because nothing here decides a figure: every field may be unknown, and
//! facts that this program has no use for are repeated under their own names, so that a writer
//! that learns more about machines needs no change here. Version 1 kept all of it in `machine`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::super::limits::{MOST_CPUS, at_most};
use crate::{model, source::shown};

/// Facts of one kind that are repeated at most.
const MOST_FACTS: usize = 60;

/// Every field may be null or missing: unknown.
#[derive(Default, Deserialize)]
pub(super) struct Machine {
    cpu: Option<String>,
    architecture: Option<String>,
    logical_cpus: Option<u64>,
    physical_cores: Option<u64>,
    allowed_cpus: Option<Vec<u64>>,
    topology: Option<Vec<Cpu>>,
    caches: Option<Vec<Cache>>,
    memory_bytes: Option<u64>,
    base_page_bytes: Option<u64>,
    transparent_huge_pages: Option<String>,
    os: Option<String>,
    kernel: Option<String>,
    hypervisor: Option<String>,
    quota_cpus: Option<f64>,
    governor: Option<String>,
    nominal_mhz: Option<f64>,
    rustc: Option<String>,
    target: Option<String>,
    profile: Option<String>,
    isas: Option<Vec<Isa>>,
    #[serde(flatten)]
    more: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Cpu {
    id: u64,
    core: Option<u64>,
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Cache {
    level: u64,
    kind: Option<String>,
    bytes: u64,
    shared_by_cpus: Option<Vec<u64>>,
}

#[derive(Deserialize)]
struct Isa {
    name: String,
    available: Option<bool>,
}

#[derive(Default, Deserialize)]
pub(super) struct Limits {
    allowed_cpus: Option<Vec<u64>>,
    mask_unknown: Option<bool>,
    quota_cpus: Option<f64>,
    #[serde(flatten)]
    more: BTreeMap<String, Value>,
}

#[derive(Default, Deserialize)]
pub(super) struct State {
    governor: Option<String>,
    #[serde(flatten)]
    more: BTreeMap<String, Value>,
}

/// All three in the model; limits and state fall back to where version 1 kept them.
pub(super) fn converted(
    machine: Option<Machine>,
    limits: Option<Limits>,
    state: Option<State>,
) -> (model::Machine, model::Limits, model::State) {
    let mut machine = machine.unwrap_or_default();
    let limits = limits.unwrap_or_default();
    let state = state.unwrap_or_default();
    // Of an unknown mask the writer knows how many CPUs there are, and not which.
    let told = limits.allowed_cpus.filter(|_| limits.mask_unknown != Some(true));
    let allowed_cpus = told.or(machine.allowed_cpus.take());
    let quota_cpus = limits.quota_cpus.or(machine.quota_cpus);
    let limits = model::Limits {
        allowed_cpus: allowed_cpus.unwrap_or_default(),
        quota_cpus: quota_cpus.filter(|&quota| quota > 0.0),
        more: facts(&limits.more),
    };
    let governor = state.governor.or(machine.governor.take());
    let state = model::State { governor: text(governor), more: facts(&state.more) };
    (machine.converted(), limits, state)
}

/// The three as a file of their own has them.
#[derive(Deserialize)]
struct Capture {
    machine: Option<Machine>,
    limits: Option<Limits>,
    state: Option<State>,
}

/// Reads a file that holds these three and no study.
///
/// # Errors
///
/// The bytes are not such a file, or list more CPUs than any machine has.
pub(in crate::source) fn parse(
    bytes: &[u8],
) -> serde_json::Result<(model::Machine, model::Limits, model::State)> {
    let Capture { machine, limits, state }: Capture = serde_json::from_slice(bytes)?;
    let cpus = machine.as_ref().map_or(0, Machine::listed_cpus);
    at_most("CPUs", cpus, MOST_CPUS).map_err(serde::de::Error::custom)?;
    Ok(converted(machine, limits, state))
}

impl Machine {
    /// How many CPUs are listed.
    pub(super) fn listed_cpus(&self) -> usize {
        self.topology.as_ref().map_or(0, Vec::len)
    }

    fn converted(self) -> model::Machine {
        let cache = |cache: Cache| model::Cache {
            level: cache.level,
            kind: text(cache.kind).unwrap_or_else(|| "unknown".into()),
            bytes: cache.bytes,
            shared_by_cpus: cache.shared_by_cpus.unwrap_or_default(),
        };
        let isa = |isa: Isa| model::Isa { name: shown(&isa.name), available: isa.available };
        model::Machine {
            cpu: text(self.cpu),
            architecture: text(self.architecture),
            logical_cpus: self.logical_cpus,
            physical_cores: self.physical_cores,
            topology: self.topology.unwrap_or_default().iter().map(cpu).collect(),
            caches: self.caches.unwrap_or_default().into_iter().map(cache).collect(),
            memory_bytes: self.memory_bytes,
            base_page_bytes: self.base_page_bytes,
            transparent_huge_pages: text(self.transparent_huge_pages),
            os: text(self.os),
            kernel: text(self.kernel),
            hypervisor: text(self.hypervisor),
            nominal_mhz: self.nominal_mhz.filter(|&mhz| mhz > 0.0),
            rustc: text(self.rustc),
            target: text(self.target),
            profile: text(self.profile),
            isas: self.isas.unwrap_or_default().into_iter().map(isa).collect(),
            more: facts(&self.more),
        }
    }
}

/// A kind that this program does not know is unknown.
fn cpu(cpu: &Cpu) -> model::Cpu {
    let kind = match cpu.kind.as_deref() {
        Some("performance") => Some(model::CoreKind::Performance),
        Some("efficiency") => Some(model::CoreKind::Efficiency),
        _ => None,
    };
    model::Cpu { id: cpu.id, core: cpu.core, kind }
}

fn text(text: Option<String>) -> Option<String> {
    text.map(|text| shown(&text))
}

/// Facts under the names that the file gives them; what is null or deeply nested is left out. Of too
/// many the rest is counted.
fn facts(more: &BTreeMap<String, Value>) -> Vec<(String, String)> {
    let named = |(name, value): (&String, &Value)| Some((shown(name), said(value)?));
    let mut facts: Vec<_> = more.iter().filter_map(named).collect();
    if facts.len() > MOST_FACTS {
        let rest = facts.split_off(MOST_FACTS).len();
        facts.push(("not shown".into(), format!("{rest} more facts")));
    }
    facts
}

/// A value in words, if it has any: a scalar, a list of scalars, or names with scalars.
fn said(value: &Value) -> Option<String> {
    let words = match value {
        Value::Array(values) => values.iter().map(scalar).collect::<Option<Vec<_>>>()?.join(", "),
        Value::Object(fields) => {
            let field =
                |(name, value): (&String, &Value)| Some(format!("{name}: {}", scalar(value)?));
            fields.iter().filter_map(field).collect::<Vec<_>>().join("; ")
        }
        value => scalar(value)?,
    };
    (!words.is_empty()).then(|| shown(&words))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed<T: for<'a> Deserialize<'a>>(text: &str) -> T {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn limits_and_state_go_before_their_places_in_version_1() {
        let old = r#"{"allowed_cpus":[7],"quota_cpus":3.0,"governor":"old"}"#;
        let (_, limits, state) = converted(parsed(old), None, None);
        assert_eq!((limits.allowed_cpus, limits.quota_cpus), (vec![7], Some(3.0)));
        assert_eq!(state.governor.as_deref(), Some("old"));
        let limits = parsed(r#"{"allowed_cpus":[0,1],"quota_cpus":null}"#);
        let (_, limits, state) = converted(parsed(old), limits, parsed(r#"{"governor":"new"}"#));
        assert_eq!((limits.allowed_cpus, limits.quota_cpus), (vec![0, 1], Some(3.0)));
        assert_eq!(state.governor.as_deref(), Some("new"));
    }

    #[test]
    fn ids_of_an_unknown_mask_are_no_ids() {
        let allowed = |limits| converted(None, parsed(limits), None).1.allowed_cpus;
        assert_eq!(allowed(r#"{"allowed_cpus":[0,1],"mask_unknown":false}"#), [0, 1]);
        assert_eq!(allowed(r#"{"allowed_cpus":[0,1],"mask_unknown":true}"#), [0; 0]);
    }

    #[test]
    fn a_topology_names_cores_and_their_kinds_as_far_as_known() {
        let text = r#"{"topology":[{"id":0,"core":0,"kind":"performance","package":0},
            {"id":1,"core":1,"kind":"efficiency"},{"id":2,"core":null,"kind":"unknown"}]}"#;
        let (machine, ..) = converted(parsed(text), None, None);
        let cpu = |id, core, kind| model::Cpu { id, core, kind };
        let expected = [
            cpu(0, Some(0), Some(model::CoreKind::Performance)),
            cpu(1, Some(1), Some(model::CoreKind::Efficiency)),
            cpu(2, None, None),
        ];
        assert_eq!(machine.topology, expected);
        assert_eq!(machine.more, []);
    }

    #[test]
    fn of_too_many_facts_the_rest_is_counted() {
        let all = (0..MOST_FACTS + 3).map(|idx| (format!("fact {idx:03}"), Value::from(idx)));
        let facts = facts(&all.collect());
        assert_eq!(facts.len(), MOST_FACTS + 1);
        assert_eq!(facts[MOST_FACTS], ("not shown".into(), "3 more facts".into()));
    }

    #[test]
    fn a_machine_with_more_cpus_than_any_is_refused() {
        let cpus: Vec<Value> = (0..=MOST_CPUS).map(|id| serde_json::json!({"id": id})).collect();
        let capture = serde_json::json!({"machine": {"topology": cpus}}).to_string();
        let problem = parse(capture.as_bytes()).unwrap_err().to_string();
        assert!(problem.contains("8193 CPUs"), "{problem}");
    }

    #[test]
    fn facts_of_a_newer_writer_are_repeated_in_words() {
        let text = r#"{"cpu":"c","packages":1,"smt":"off","offline_cpus":[2,3],"unknown":null,
            "mitigations":{"b":"on","a":"off"},"cpus":[{"id":0}],"none":[]}"#;
        let (machine, ..) = converted(parsed(text), None, None);
        let facts: Vec<(&str, &str)> =
            machine.more.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected = [
            ("mitigations", "a: off; b: on"),
            ("offline_cpus", "2, 3"),
            ("packages", "1"),
            ("smt", "off"),
        ];
        assert_eq!(facts, expected);
    }
}
