//! The main of an autopsy for the top of a page: how much of the flawed figure is explained, which flaws
//! mattered, what the formula did, and the verdict on the last core.
//!
//! Separate because the chapter tells all of it in full; figures and words are those of the chapter, for the
//! pool whose waterfall it draws. Next: `flaws.rs`.

use super::{Machine, density, flaws, last_core};
use crate::{
    compare::autopsy::{Pool, Sum, Verdict, decomposed},
    model::{
        Report,
        autopsy::{Autopsy, Engine},
    },
};

/// What each autopsy says in short: a name and the text for each of its parts.
pub fn answers(report: &Report) -> Vec<(String, String)> {
    report.autopsies.iter().flat_map(of_autopsy).collect()
}

fn of_autopsy(autopsy: &Autopsy) -> Vec<(String, String)> {
    let named = |part: String, text| (format!("Autopsy, {}, {part}", autopsy.file_name), text);
    let engines = autopsy.engines.iter().flat_map(|engine| {
        of_engine(engine)
            .into_iter()
            .map(|(part, text)| named(format!("{}, {part}", engine.name), text))
    });
    let formula = autopsy.density.as_ref().and_then(density::formula);
    let formula = formula.map(|text| named("the formula".into(), text));
    let verdict = last_core::answer(&autopsy.last_core, Machine::of(autopsy));
    engines.chain(formula).chain([named("the last core".into(), verdict)]).collect()
}

/// Nothing if it was not measured; the chapter says why.
fn of_engine(engine: &Engine) -> Vec<(&'static str, String)> {
    let Some(decomposed) = decomposed(engine) else { return Vec::new() };
    let Some(pool) = flaws::headline(&decomposed.pools) else { return Vec::new() };
    let told = [
        ("how much is explained", explained(engine, pool)),
        ("which flaws matter", which(engine, pool)),
    ];
    told.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

/// Both figures, and what the effects of each flaw alone leave of the flawed one.
fn explained(engine: &Engine, pool: &Pool) -> String {
    if engine.flaws.is_empty() {
        return flaws::both_ends(pool);
    }
    let sum = Sum::of(pool.unexplained);
    let told = flaws::sum_told(std::slice::from_ref(pool), sum);
    let left = match sum {
        Sum::AddsUp => format!(" What is left is {} of the figure.", flaws::unexplained(pool)),
        Sum::Unexplained | Sum::CannotTell => String::new(),
    };
    format!("{}{told}{left}", flaws::both_ends(pool))
}

/// The flaws alone, by what can be said of each.
fn which(engine: &Engine, pool: &Pool) -> String {
    let verdicts = [Verdict::Raises, Verdict::Lowers, Verdict::DoesNotMatter, Verdict::CannotTell];
    let judged = || engine.flaws.iter().zip(&pool.alone);
    let is_reproduced = |flaw: &str| flaws::not_reproduced(engine, flaw).is_none();
    let by_verdict = verdicts.map(|verdict| {
        let of = judged().filter(|(flaw, one)| one.verdict == verdict && is_reproduced(flaw));
        (flaws::words(verdict), of.map(|(flaw, _)| flaw.as_str()).collect::<Vec<_>>())
    });
    let idle = engine.flaws.iter().map(String::as_str).filter(|flaw| !is_reproduced(flaw));
    let untestable = engine.untestable.iter().map(|(flaw, _)| flaw.as_str());
    let rest = [
        ("not reproduced here".to_owned(), idle.collect()),
        ("not testable here".to_owned(), untestable.collect()),
    ];
    let all = by_verdict.into_iter().chain(rest).filter(|(_, flaws)| !flaws.is_empty());
    let parts: Vec<String> = all
        .map(|(words, of)| {
            let titles: Vec<&str> = of.into_iter().map(flaws::title).collect();
            format!("{}: {}.", flaws::sentence(&words), titles.join("; "))
        })
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("Each alone, with {}. {}", flaws::workers(pool), parts.join(" "))
}
