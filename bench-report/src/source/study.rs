//! Reads `study.json`, version 1: the shape of the file, and its way into the model.
//!
//! Tolerant where a newer writer may add (unknown fields are ignored, the machine may be unknown),
//! strict where a wrong number would become a wrong claim. Next: `check.rs`, the strict part.

mod check;

use std::{fs, path::Path};

use serde::Deserialize;

use super::{Source, shown};
use crate::{
    Error,
    model::{self, Report},
};

/// The value of `format` in every such file.
const FORMAT: &str = "parzen-study";

/// The only version that this reader knows.
const VERSION: u64 = 1;

/// The file that `parzen study` writes.
#[derive(Clone, Copy, Debug)]
pub struct Study;

impl Source for Study {
    fn name(&self) -> &'static str {
        "study"
    }

    fn add(&self, path: &Path, report: &mut Report) -> Result<(), Error> {
        report.studies.push(read(path)?);
        Ok(())
    }
}

/// Reads one study.
///
/// # Errors
///
/// The file cannot be read, is no study of version 1, or its sizes contradict each other.
pub fn read(path: &Path) -> Result<model::Study, Error> {
    let bytes = fs::read(path).map_err(|source| Error::Read { path: path.into(), source })?;
    let parse = |source| Error::Parse { path: path.into(), source };
    let header: Header = serde_json::from_slice(&bytes).map_err(parse)?;
    header.expect_known(path)?;
    let file: File = serde_json::from_slice(&bytes).map_err(parse)?;
    let inconsistent = |(place, problem)| Error::Inconsistent { path: path.into(), place, problem };
    check::file(&file).map_err(inconsistent)?;
    Ok(file.into_study(path))
}

/// What says whether the rest can be understood; read first, so that a file of another kind is
/// called that and not "missing field".
#[derive(Deserialize)]
struct Header {
    #[serde(default)]
    format: String,
    #[serde(default)]
    version: u64,
}

impl Header {
    fn expect_known(self, path: &Path) -> Result<(), Error> {
        let path = path.to_path_buf();
        if self.format != FORMAT {
            return Err(Error::Format { path, found: shown(&self.format), expected: FORMAT });
        }
        if self.version != VERSION {
            return Err(Error::Version { path, found: self.version, expected: VERSION });
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct File {
    created_unix_s: Option<u64>,
    seed: Option<u64>,
    isa: Option<String>,
    machine: Option<Machine>,
    workloads: Vec<Workload>,
    #[serde(default)]
    warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Workload {
    name: String,
    title: Option<String>,
    n: u64,
    d: u64,
    element: Option<String>,
    generator: Option<String>,
    sample_seed: Option<u64>,
    checksum: Option<String>,
    center: Vec<f64>,
    widths: Vec<f64>,
    task: Option<String>,
    bytes: Option<u64>,
    pages: Option<Pages>,
    counts: Vec<u64>,
    configurations: Vec<Configuration>,
    passes: u64,
    blocks: Vec<Vec<Measured>>,
    warm_up_passes: Option<u64>,
}

#[derive(Deserialize)]
struct Pages {
    bytes: u64,
    huge_bytes: u64,
    base_page_bytes: Option<u64>,
}

#[derive(Deserialize)]
struct Configuration {
    backend: String,
    workers: u64,
    #[serde(default)]
    cpus: Vec<u64>,
    #[serde(default)]
    oversubscribed: bool,
}

#[derive(Deserialize)]
struct Measured {
    configuration: usize,
    wall_ns: u64,
    #[serde(default)]
    workers: Vec<Worker>,
}

#[derive(Deserialize)]
struct Worker {
    cpu_ns: Option<u64>,
    pinned: Option<bool>,
}

/// Every field may be null or missing: unknown.
#[derive(Default, Deserialize)]
struct Machine {
    cpu: Option<String>,
    architecture: Option<String>,
    logical_cpus: Option<u64>,
    physical_cores: Option<u64>,
    allowed_cpus: Option<Vec<u64>>,
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

/// Text that may be unknown.
fn known(text: Option<String>) -> String {
    text.map_or_else(|| "unknown".into(), |text| shown(&text))
}

fn shown_if_known(text: Option<String>) -> Option<String> {
    text.map(|text| shown(&text))
}

impl File {
    fn into_study(self, path: &Path) -> model::Study {
        let file_name = path.file_name().unwrap_or_default().to_string_lossy();
        model::Study {
            file_name: shown(&file_name),
            created_unix_s: self.created_unix_s,
            seed: self.seed,
            isa: known(self.isa),
            machine: self.machine.unwrap_or_default().into_machine(),
            workloads: self.workloads.into_iter().map(Workload::into_workload).collect(),
            warnings: self.warnings.iter().map(|warning| shown(warning)).collect(),
        }
    }
}

impl Workload {
    fn into_workload(self) -> model::Workload {
        let order = self.blocks.iter().map(|block| block.iter().map(|m| m.configuration).collect());
        let order: Vec<Vec<usize>> = order.collect();
        let mut entries: Vec<_> =
            self.configurations.into_iter().map(Configuration::into_entry).collect();
        for measured in self.blocks.into_iter().flatten() {
            entries[measured.configuration].samples.push(measured.into_sample());
        }
        let pages = self.pages.map(|pages| model::Pages {
            bytes: pages.bytes,
            huge_bytes: pages.huge_bytes,
            base_page_bytes: pages.base_page_bytes,
        });
        model::Workload {
            name: shown(&self.name),
            title: shown(&self.title.unwrap_or_default()),
            n: self.n,
            d: self.d,
            element: known(self.element),
            generator: known(self.generator),
            sample_seed: self.sample_seed,
            checksum: known(self.checksum),
            center: self.center,
            widths: self.widths,
            task: known(self.task),
            bytes: self.bytes,
            pages,
            counts: self.counts,
            passes: self.passes,
            warm_up_passes: self.warm_up_passes,
            entries,
            order,
        }
    }
}

impl Configuration {
    fn into_entry(self) -> model::Entry {
        model::Entry {
            backend: shown(&self.backend),
            workers: self.workers,
            cpus: self.cpus,
            oversubscribed: self.oversubscribed,
            samples: Vec::new(),
        }
    }
}

impl Measured {
    fn into_sample(self) -> model::Sample {
        let cpu_ns = self
            .workers
            .iter()
            .try_fold(0_u64, |sum, worker| worker.cpu_ns.map(|ns| sum.saturating_add(ns)))
            .filter(|_| !self.workers.is_empty());
        let told = self.workers.iter().filter_map(|worker| worker.pinned);
        let pinned = told.clone().filter(|&pinned| pinned).count() as u64;
        model::Sample { wall_ns: self.wall_ns, cpu_ns, pinned: (pinned, told.count() as u64) }
    }
}

impl Machine {
    fn into_machine(self) -> model::Machine {
        let cache = |cache: Cache| model::Cache {
            level: cache.level,
            kind: known(cache.kind),
            bytes: cache.bytes,
            shared_by_cpus: cache.shared_by_cpus.unwrap_or_default(),
        };
        let isa = |isa: Isa| model::Isa { name: shown(&isa.name), available: isa.available };
        model::Machine {
            cpu: shown_if_known(self.cpu),
            architecture: shown_if_known(self.architecture),
            logical_cpus: self.logical_cpus,
            physical_cores: self.physical_cores,
            allowed_cpus: self.allowed_cpus.unwrap_or_default(),
            caches: self.caches.unwrap_or_default().into_iter().map(cache).collect(),
            memory_bytes: self.memory_bytes,
            base_page_bytes: self.base_page_bytes,
            transparent_huge_pages: shown_if_known(self.transparent_huge_pages),
            os: shown_if_known(self.os),
            kernel: shown_if_known(self.kernel),
            hypervisor: shown_if_known(self.hypervisor),
            quota_cpus: self.quota_cpus.filter(|&quota| quota > 0.0),
            governor: shown_if_known(self.governor),
            nominal_mhz: self.nominal_mhz.filter(|&mhz| mhz > 0.0),
            rustc: shown_if_known(self.rustc),
            target: shown_if_known(self.target),
            profile: shown_if_known(self.profile),
            isas: self.isas.unwrap_or_default().into_iter().map(isa).collect(),
        }
    }
}
