//! Reads `peers.json`: other implementations of the same job, measured beside ours.
//!
//! Separate because the programs that write it are many and small, in any language, so the format
//! is as simple as it can be; `docs/formats.md` tells it field by field. `check.rs` says what makes
//! sense. Next: [`crate::model::Peers`].

mod check;

use std::path::Path;

use serde::Deserialize;

use super::{Header, Source, file_name, shown};
use crate::{
    Error,
    model::{self, Answers, Peer, PeerWorkload, Report},
};

/// The value of `format` in every such file.
const FORMAT: &str = "parzen-peers";

/// The file that programs which measure implementations side by side write.
#[derive(Clone, Copy, Debug)]
pub struct Peers;

impl Source for Peers {
    fn name(&self) -> &'static str {
        "peers"
    }

    fn format(&self) -> Option<&'static str> {
        Some(FORMAT)
    }

    fn add(&self, bytes: &[u8], path: &Path, report: &mut Report) -> Result<(), Error> {
        report.peers.push(parse(bytes, path)?);
        Ok(())
    }
}

/// The file as it is written. What is no `Option` is needed; null and missing mean unknown.
#[derive(Deserialize)]
struct File {
    created_unix_s: Option<u64>,
    cpu: Option<String>,
    workloads: Vec<Workload>,
}

#[derive(Deserialize)]
struct Workload {
    name: String,
    title: Option<String>,
    n: u64,
    d: u64,
    centers: u64,
    widths: u64,
    reference: Option<String>,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    version: Option<String>,
    ours: Option<bool>,
    control: Option<bool>,
    workers: Option<u64>,
    build_ns: Option<Vec<f64>>,
    query_ns: Option<Vec<f64>>,
    blocks: Option<Vec<u64>>,
    answers: Option<Comparison>,
    absent: Option<String>,
}

#[derive(Deserialize)]
struct Comparison {
    checked: u64,
    wrong: u64,
    note: Option<String>,
}

/// Understands the bytes of the file at `path`.
///
/// # Errors
///
/// They are no such file of version 1, or contradict themselves.
pub fn parse(bytes: &[u8], path: &Path) -> Result<model::Peers, Error> {
    Header::of(bytes, path)?.expect_version_1(path, FORMAT)?;
    let parsed = serde_json::from_slice(bytes);
    let file: File = parsed.map_err(|source| Error::Parse { path: path.into(), source })?;
    let peers = model::Peers {
        file_name: file_name(path),
        created_unix_s: file.created_unix_s,
        cpu: text(file.cpu),
        workloads: file.workloads.into_iter().map(workload).collect(),
    };
    check(&peers, path)?;
    Ok(peers)
}

/// Checks what the model promises about peers.
///
/// # Errors
///
/// Something is out of its range.
pub(super) fn check(peers: &model::Peers, path: &Path) -> Result<(), Error> {
    check::peers(peers).map_err(|(place, problem)| Error::Inconsistent {
        path: path.into(),
        place,
        problem,
    })
}

fn text(text: Option<String>) -> Option<String> {
    text.map(|text| shown(&text))
}

fn workload(workload: Workload) -> PeerWorkload {
    PeerWorkload {
        name: shown(&workload.name),
        title: shown(&workload.title.unwrap_or_default()),
        n: workload.n,
        d: workload.d,
        centers: workload.centers,
        widths: workload.widths,
        reference: text(workload.reference),
        entries: workload.entries.into_iter().map(entry).collect(),
    }
}

fn entry(entry: Entry) -> Peer {
    let note = entry.answers.as_ref().filter(|answers| answers.wrong == 0);
    let note = note.and_then(|answers| answers.note.as_deref()).map_or_else(String::new, shown);
    Peer {
        name: shown(&entry.name),
        version: text(entry.version),
        ours: entry.ours.unwrap_or(false),
        control: entry.control.unwrap_or(false),
        workers: entry.workers,
        build_ns: entry.build_ns.unwrap_or_default(),
        query_ns: entry.query_ns.unwrap_or_default(),
        blocks: entry.blocks.unwrap_or_default(),
        answers: entry.answers.map_or(Answers::Unchecked, answers),
        note,
        absent: text(entry.absent),
    }
}

/// Nothing wrong is only exact if something was checked.
fn answers(Comparison { checked, wrong, note }: Comparison) -> Answers {
    match (checked, wrong) {
        (0, 0) => Answers::Unchecked,
        (_, 0) => Answers::Exact,
        _ => Answers::Wrong { wrong, checked, note: shown(&note.unwrap_or_default()) },
    }
}
