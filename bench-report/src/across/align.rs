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
        [0, 1].map(|side| index(lists[side], names[side], settings, left_out));
    for measured in in_order(lists[0], &reference) {
        let Some(&found) = partner.get(&(measured.kind, measured.name.as_str())) else {
            left_out.push(out(names[0], measured, format!("not in {}", names[1])));
            continue;
        };
        match obstacle(measured, found) {
            Some(reason) => left_out.push(out(names[1], found, reason)),
            None => {
                pairs.push(Pair { other, name: measured.name.clone(), sides: [measured, found] });
            }
        }
    }
    for measured in in_order(lists[1], &partner) {
        if !reference.contains_key(&(measured.kind, measured.name.as_str())) {
            left_out.push(out(names[1], measured, format!("not in {}", names[0])));
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
    for group in groups {
        let Some(reference) = group.all.get(group.reference) else { continue };
        for (position, measured) in group.all.iter().enumerate() {
            let is_preparation = measured.tests.is_none() != reference.tests.is_none();
            if position == group.reference || is_preparation || !is_wanted(measured, settings) {
                continue;
            }
            match obstacle(reference, measured) {
                Some(reason) => left_out.push(out(side, measured, reason)),
                None => pairs.push(Pair {
                    other: 0,
                    name: format!("{} against {}", measured.name, reference.name),
                    sides: [reference, measured],
                }),
            }
        }
    }
    pairs
}

/// By kind and name; what comes twice is left out the second time.
fn index<'a>(
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
                left_out.push(out(side, measured, reason));
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

/// Why two things of one name must not be compared, if so.
fn obstacle(a: &Measured, b: &Measured) -> Option<String> {
    if let Some(reason) = a.unusable.as_ref().or(b.unusable.as_ref()) {
        return Some(reason.clone());
    }
    if a.times_ns.is_empty() || b.times_ns.is_empty() {
        return Some("it was not measured".into());
    }
    let is_time = |time: &f64| time.is_finite() && *time > 0.0;
    if !a.times_ns.iter().chain(&b.times_ns).all(is_time) {
        return Some("a time is not above 0".into());
    }
    let (what, one, other) = differing(&a.work, &b.work).next()?;
    Some(format!("not the same work: {what} {} and {}", brief(one), brief(other)))
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

fn out(side: &str, measured: &Measured, reason: String) -> LeftOut {
    LeftOut { side: side.into(), name: measured.name.clone(), reason }
}
