//! Which thing on one side is which on the other.
//!
//! Separate because the rule is what a comparison stands on: the same name, and nothing known that
//! makes it other work. Whatever finds no partner is listed with the reason; nothing is dropped
//! silently. Next: `judge.rs` compares the pairs.

use std::collections::{HashMap, hash_map::Entry};

use super::{
    Kind, LeftOut, Settings,
    measured::{Measured, Rivals},
};

/// The same thing on both sides.
#[derive(Debug)]
pub(super) struct Pair<'a> {
    /// Which of the other sides it is about.
    pub(super) other: usize,
    /// What to call it.
    pub(super) name: String,
    /// The reference first.
    pub(super) sides: [&'a Measured; 2],
    /// Pairs of one cluster may err together; those of different clusters do not.
    pub(super) cluster: usize,
}

/// Configurations of studies share their blocks, and so do peers. Benchmarks run one after the other:
/// each is a cluster of its `own`, or all that are compared with the same one.
fn cluster(kind: Kind, own: usize) -> usize {
    match kind {
        Kind::Study => 0,
        Kind::Peer => 1,
        Kind::Benchmark => 2 + own,
    }
}

/// Why a pair is none, and which of the two is to blame.
struct Obstacle {
    place: usize,
    reason: String,
}

type Index<'a> = HashMap<(Kind, &'a str), &'a Measured>;

/// Pairs the reference's list with another one's, in the order of the reference.
pub(super) fn align<'a>(
    other: usize,
    lists: [&'a [Measured]; 2],
    names: [&str; 2],
    settings: &Settings,
    pairs: &mut Vec<Pair<'a>>,
    left_out: &mut Vec<LeftOut>,
) {
    let [reference, partner] =
        [0, 1].map(|side| index(other, lists[side], names[side], settings, left_out));
    for measured in in_order(lists[0], &reference) {
        let Some(&found) = partner.get(&(measured.kind, measured.name.as_str())) else {
            left_out.push(out(other, names[0], measured, format!("not in {}", names[1])));
            continue;
        };
        let sides = [measured, found];
        match obstacle(sides) {
            Some(Obstacle { place, reason }) => {
                left_out.push(out(other, names[place], sides[place], reason));
            }
            None => pairs.push(Pair {
                other,
                name: measured.name.clone(),
                sides,
                cluster: cluster(measured.kind, pairs.len()),
            }),
        }
    }
    for measured in in_order(lists[1], &partner) {
        if !reference.contains_key(&(measured.kind, measured.name.as_str())) {
            left_out.push(out(other, names[1], measured, format!("not in {}", names[0])));
        }
    }
}

/// Pairs every implementation with the reference of its group.
pub(super) fn within<'a>(
    groups: &'a [Rivals],
    side: &str,
    settings: &Settings,
    left_out: &mut Vec<LeftOut>,
) -> Vec<Pair<'a>> {
    let mut pairs = Vec::new();
    for (own, group) in groups.iter().enumerate() {
        let reference = group.reference.and_then(|place| group.all.get(place));
        for measured in group.all.iter().filter(|measured| is_wanted(measured, settings)) {
            match rivals(reference, measured) {
                Ok(Some(reference)) => pairs.push(Pair {
                    other: 0,
                    name: format!("{} against {}", measured.name, reference.name),
                    sides: [reference, measured],
                    cluster: cluster(measured.kind, own),
                }),
                Ok(None) => {}
                Err(reason) => left_out.push(out(0, side, measured, reason)),
            }
        }
    }
    pairs
}

/// What an implementation is compared with: nothing if it is the reference itself.
fn rivals<'a>(
    reference: Option<&'a Measured>,
    measured: &Measured,
) -> Result<Option<&'a Measured>, String> {
    let Some(reference) = reference else {
        return Err("no reference is named that it could be compared with".into());
    };
    if std::ptr::eq(reference, measured) {
        return Ok(None);
    }
    if measured.is_preparation {
        return Err("implementations are compared by the time to answer, not to prepare".into());
    }
    match obstacle([reference, measured]) {
        Some(Obstacle { place: 0, reason }) => {
            Err(format!("of its reference, {}: {reason}", reference.name))
        }
        Some(Obstacle { reason, .. }) => Err(reason),
        None => Ok(Some(reference)),
    }
}

/// By kind and name; what comes twice is left out the second time.
fn index<'a>(
    other: usize,
    list: &'a [Measured],
    side: &str,
    settings: &Settings,
    left_out: &mut Vec<LeftOut>,
) -> Index<'a> {
    let mut index = Index::new();
    for measured in list.iter().filter(|measured| is_wanted(measured, settings)) {
        match index.entry((measured.kind, measured.name.as_str())) {
            Entry::Vacant(place) => {
                place.insert(measured);
            }
            Entry::Occupied(_) => {
                let reason = "it is there twice; only the first is compared".into();
                left_out.push(out(other, side, measured, reason));
            }
        }
    }
    index
}

/// What is in `index`, in the order of `list`.
fn in_order<'a>(list: &'a [Measured], index: &Index<'a>) -> impl Iterator<Item = &'a Measured> {
    list.iter().filter(|measured| {
        let found = index.get(&(measured.kind, measured.name.as_str()));
        found.is_some_and(|found| std::ptr::eq(*found, *measured))
    })
}

fn is_wanted(measured: &Measured, settings: &Settings) -> bool {
    settings.filter.as_ref().is_none_or(|text| measured.name.contains(text.as_str()))
}

/// Why two things must not be compared, if so.
fn obstacle(sides: [&Measured; 2]) -> Option<Obstacle> {
    let useless = |place: usize| Some(Obstacle { place, reason: sides[place].useless()? });
    useless(0).or_else(|| useless(1)).or_else(|| {
        let (what, one, other) = differing(&sides[0].work, &sides[1].work).next()?;
        let reason = format!("not the same work: {what} {} and {}", brief(one), brief(other));
        Some(Obstacle { place: 1, reason })
    })
}

/// Facts that both sides know and that differ.
pub(super) fn differing<'a>(
    a: &'a [(&'static str, String)],
    b: &'a [(&'static str, String)],
) -> impl Iterator<Item = (&'static str, &'a str, &'a str)> {
    a.iter().filter_map(|(name, one)| {
        let (_, other) = b.iter().find(|(known, _)| known == name)?;
        (one != other).then_some((*name, one.as_str(), other.as_str()))
    })
}

/// A fact, cut where it would fill the line.
fn brief(fact: &str) -> String {
    const LONGEST: usize = 60;
    match fact.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &fact[..end]),
        None => fact.to_owned(),
    }
}

fn out(other: usize, side: &str, measured: &Measured, reason: String) -> LeftOut {
    LeftOut { side: side.into(), name: measured.name.clone(), reason, others: vec![other] }
}
