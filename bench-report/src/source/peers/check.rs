//! Whether figures of peers make sense.
//!
//! Separate from the shape of the file because these rules hold for the model, wherever it was read
//! from. A problem is the pair (place in the file, what is wrong with which value).

use super::super::limits::{MOST_CONFIGURATIONS, MOST_SAMPLES, at_most};
use crate::model::{Answers, Peer, PeerWorkload, Peers};

/// Where, and what.
type Problem = (String, String);

/// Checks all of them; the first problem ends it.
pub(super) fn peers(peers: &Peers) -> Result<(), Problem> {
    if peers.workloads.is_empty() {
        return Err(("workloads".into(), "there is none, expected at least 1".into()));
    }
    peers.workloads.iter().try_for_each(|one| {
        let place = format!("workload {:?}", one.name);
        sizes(one).map_err(|problem| (place.clone(), problem))?;
        one.entries.iter().try_for_each(|peer| {
            let place = format!("{place}, entry {:?}", peer.name);
            entry(peer).map_err(|problem| (place, problem))
        })
    })
}

fn sizes(workload: &PeerWorkload) -> Result<(), String> {
    let PeerWorkload { n, d, centers, widths, reference, entries, .. } = workload;
    let entry_count = &(entries.len() as u64);
    let sizes = [("n", n), ("d", d), ("centers", centers), ("widths", widths)];
    for (name, &size) in sizes.into_iter().chain([("number of entries", entry_count)]) {
        if size == 0 {
            return Err(format!("{name} is 0, expected at least 1"));
        }
    }
    at_most("entries", entries.len(), MOST_CONFIGURATIONS)?;
    let mut names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    names.sort_unstable();
    if let Some([name, _]) = names.array_windows().find(|[name, next]| name == next) {
        return Err(format!("there are two entries {name:?}"));
    }
    let rounds = entries.iter().map(|entry| entry.blocks.len()).sum();
    at_most("rounds with blocks", rounds, MOST_SAMPLES)?;
    let Some(reference) = reference else { return Ok(()) };
    match entries.iter().find(|entry| entry.name == *reference) {
        None => Err(format!("reference {reference:?} is no entry")),
        Some(entry) if entry.control => Err(format!(
            "reference {reference:?} is marked as a control, which is compared with it"
        )),
        Some(_) => Ok(()),
    }
}

fn entry(peer: &Peer) -> Result<(), String> {
    if peer.workers == Some(0) {
        return Err("workers is 0, expected at least 1".into());
    }
    times("build_ns", &peer.build_ns)?;
    times("query_ns", &peer.query_ns)?;
    blocks(peer)?;
    match (&peer.absent, peer.query_ns.is_empty()) {
        (None, true) => return Err("query_ns is empty, and absent does not say why".into()),
        (Some(_), false) => return Err("absent says why there is no time, but there is".into()),
        _ => {}
    }
    match peer.answers {
        Answers::Wrong { wrong, checked, .. } if wrong > checked => {
            Err(format!("wrong is {wrong}, expected at most checked = {checked}"))
        }
        _ => Ok(()),
    }
}

/// None, or one for each round and none twice.
fn blocks(Peer { blocks, query_ns, .. }: &Peer) -> Result<(), String> {
    let (found, rounds) = (blocks.len(), query_ns.len());
    if found != 0 && found != rounds {
        return Err(format!("there are {found} blocks, expected one for each of {rounds} rounds"));
    }
    match blocks.array_windows().position(|[block, next]| block >= next) {
        Some(idx) => {
            let [block, next] = [blocks[idx], blocks[idx + 1]];
            Err(format!("blocks[{}] is {next}, expected more than {block}", idx + 1))
        }
        None => Ok(()),
    }
}

fn times(name: &str, times: &[f64]) -> Result<(), String> {
    if times.len() > MOST_SAMPLES {
        let rounds = times.len();
        return Err(format!("there are {rounds} times in {name}, expected at most {MOST_SAMPLES}"));
    }
    match times.iter().position(|time| !time.is_normal() || *time < 0.0) {
        Some(idx) => Err(format!("{name}[{idx}] is {}, expected more than 0", times[idx])),
        None => Ok(()),
    }
}
