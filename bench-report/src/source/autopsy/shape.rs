//! `autopsy.json` as it is written. What is no `Option` is needed; null and missing mean unknown.
//!
//! Separate from the model, which has no order of measuring. Next: [`super`].

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct File {
    pub(super) created_unix_s: Option<u64>,
    pub(super) seed: Option<u64>,
    #[serde(default)]
    pub(super) complete: bool,
    pub(super) engines: Vec<Engine>,
    pub(super) last_core: Option<LastCore>,
    pub(super) density: Option<Density>,
}

#[derive(Deserialize)]
pub(super) struct Engine {
    pub(super) name: String,
    pub(super) title: Option<String>,
    pub(super) version: Option<String>,
    pub(super) absent: Option<String>,
    pub(super) n: u64,
    pub(super) widths: u64,
    pub(super) passes: u64,
    pub(super) sizes: Vec<u64>,
    pub(super) untestable: Option<Vec<Untestable>>,
    pub(super) not_reproduced: Option<Vec<Untestable>>,
    pub(super) conditions: Vec<Condition>,
    pub(super) blocks: Vec<Block>,
    pub(super) failures: Option<Vec<Failure>>,
}

#[derive(Deserialize)]
pub(super) struct Untestable {
    pub(super) flaw: String,
    pub(super) reason: String,
}

#[derive(Deserialize)]
pub(super) struct Condition {
    pub(super) kind: Kind,
    pub(super) flaws: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Clean,
    Alone,
    Step,
    All,
}

#[derive(Deserialize)]
pub(super) struct Block {
    pub(super) runs: Vec<Run>,
}

#[derive(Deserialize)]
pub(super) struct Run {
    pub(super) condition: usize,
    pub(super) timings: Vec<Timing>,
}

#[derive(Deserialize)]
pub(super) struct Timing {
    pub(super) workers: u64,
    pub(super) wall_ns: u64,
    #[serde(default)]
    pub(super) startup_ns: u64,
    pub(super) transfer_ns: Option<u64>,
    pub(super) first_pass_ns: Option<u64>,
    pub(super) foreign_ns: Option<i64>,
    pub(super) stolen_ns: Option<u64>,
    pub(super) throttled_ns: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct Failure {
    pub(super) block: u64,
    pub(super) what: String,
    pub(super) message: String,
}

#[derive(Default, Deserialize)]
pub(super) struct LastCore {
    #[serde(default)]
    pub(super) cpus: Vec<u64>,
    pub(super) absent: Option<String>,
    #[serde(default)]
    pub(super) blocks: Vec<LastCoreBlock>,
    pub(super) failures: Option<Vec<Failure>>,
}

#[derive(Deserialize)]
pub(super) struct LastCoreBlock {
    pub(super) cpu: u64,
    pub(super) samples: Vec<LastCoreSample>,
}

#[derive(Deserialize)]
pub(super) struct LastCoreSample {
    pub(super) setting: Setting,
    pub(super) wall_ns: u64,
    pub(super) workers: Vec<Worker>,
    pub(super) foreign_ns: Option<Vec<i64>>,
    pub(super) stolen_ns: Option<Vec<u64>>,
    pub(super) injected: Option<Injected>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Setting {
    Alone,
    AllButOne,
    All,
    Beside,
}

#[derive(Deserialize)]
pub(super) struct Worker {
    pub(super) cpu: Option<u64>,
    pub(super) busy_ns: Option<u64>,
    pub(super) cpu_ns: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct Injected {
    pub(super) share: f64,
    pub(super) cpu_ns: u64,
    pub(super) wall_ns: u64,
}

#[derive(Deserialize)]
pub(super) struct Density {
    pub(super) n: u64,
    pub(super) d: u64,
    pub(super) widths: Vec<f64>,
    pub(super) counts: Vec<u64>,
    pub(super) truth: f64,
}
