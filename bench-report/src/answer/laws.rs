//! Which law of scaling describes a backend, in sentences; often the answer is "cannot tell".
//!
//! Separate from `answer.rs` because a fit is a description and never a verdict on a step. No
//! sentence here names a cause: a coefficient is no experiment. Next: `compare/law.rs` for what
//! enters a fit, [`mod@crate::statistics::choice`] for the choice.

use super::listed;
use crate::{
    compare::{
        Comparison, Description, FEWEST_COUNTS, Fitted, MOST_BACKENDS, MOST_COUNTS, MOST_TIMES,
        SecondThreads, Support, Sweep, Unfitted,
    },
    model::Estimate,
    quantity::{self, NONE},
    statistics::{
        FEWEST_BLOCKS,
        choice::{Basis, FittedParameter, LawFit},
        fit::Bound,
        laws::{Law, USL},
        usl::{Naming, Peak, Reading},
        verdict::{Doubt, Verdict},
    },
};

/// What is said about the law of backends.
#[derive(Clone, Debug)]
pub struct LawAnswer<'a> {
    /// Their names; several if the same holds for all of them.
    pub backends: String,
    /// The answer.
    pub sentence: String,
    /// The fits, if there are any.
    pub fitted: Option<&'a Fitted>,
}

/// What is said about every backend; those without fits share a sentence where it is the same.
pub fn laws(comparison: &Comparison) -> Vec<LawAnswer<'_>> {
    let mut told: Vec<LawAnswer<'_>> = Vec::new();
    for Sweep { backend, law, .. } in &comparison.sweeps {
        let (sentence, fitted) = match law {
            Description::Fitted(fitted) => (described(fitted), Some(fitted.as_ref())),
            Description::Unfitted(unfitted) => (not_described(unfitted), None),
        };
        let same = |other: &&mut LawAnswer<'_>| {
            fitted.is_none() && other.fitted.is_none() && other.sentence == sentence
        };
        match told.iter_mut().find(same) {
            Some(other) => other.backends = format!("{}, {backend}", other.backends),
            None => told.push(LawAnswer { backends: backend.clone(), sentence, fitted }),
        }
    }
    told
}

/// One line for each backend, or for several of which the same holds.
pub fn laws_in_brief(comparison: &Comparison) -> Vec<String> {
    let mut told: Vec<(String, String)> = Vec::new();
    for LawAnswer { backends, sentence, fitted } in laws(comparison) {
        let law = fitted.map_or_else(
            || sentence.trim_end_matches('.').to_owned(),
            |fitted| format!("{}{}", verdict_in_brief(fitted), peak_in_brief(fitted)),
        );
        match told.iter_mut().find(|(_, other)| *other == law) {
            Some((names, _)) => *names = format!("{names}, {backends}"),
            None => told.push((backends, law)),
        }
    }
    told.into_iter().map(|(backends, law)| format!("{backends}: {law}")).collect()
}

/// Why no law was fitted.
fn not_described(unfitted: &Unfitted) -> String {
    match unfitted {
        Unfitted::FewCounts { workers } => {
            let counts = match workers.len() {
                0 => "no number of workers was".into(),
                1 => format!("1 number of workers ({}) was", counts(workers)),
                several => format!("{several} numbers of workers ({}) were", counts(workers)),
            };
            format!(
                "{counts} measured with a core for each: too few to tell laws of scaling apart, so \
                 none is fitted; that takes at least {FEWEST_COUNTS}."
            )
        }
        Unfitted::FewBlocks { blocks } => format!(
            "{} are too few to fit a law; that takes at least {FEWEST_BLOCKS}.",
            quantity::counted(*blocks as u64, "block")
        ),
        Unfitted::ManyTimes { counts, blocks } => format!(
            "no law is fitted to {counts} numbers of workers in {blocks} blocks; at most \
             {MOST_COUNTS} numbers and {MOST_TIMES} times are."
        ),
        Unfitted::ManyBackends => {
            format!("no law is fitted; it is for the first {MOST_BACKENDS} backends of a workload.")
        }
        Unfitted::Unusable { error } => format!("no law can be fitted: {error}."),
    }
}

/// The verdict, and what may be said beside it.
fn described(fitted: &Fitted) -> String {
    let mut parts = vec![verdict(fitted)];
    // Where no verdict is given, neither a peak nor an extrapolation may stand in for it.
    if fitted.is_judged {
        if let Some(reading) = reading(fitted) {
            parts.extend(peak(fitted, &reading.peak));
            parts.extend(naming(&reading));
        }
        parts.extend(beyond(fitted));
        parts.extend(sharing(fitted));
    }
    parts.join(" ")
}

fn verdict(fitted: &Fitted) -> String {
    let counts = counts(&fitted.workers);
    if !fitted.is_judged {
        return format!(
            "No law is named for {counts} workers, because one of these configurations is not \
             judged (see the warnings); the fits stand in the table."
        );
    }
    match &fitted.choice.verdict {
        Verdict::Best(law) => {
            let fit = fitted.choice.fits.iter().find(|fit| fit.law == *law);
            format!(
                "{} describes {counts} workers best: {}{}. It is a description, not a cause.",
                law.name,
                law.formula,
                fit.map_or_else(String::new, how_well)
            )
        }
        Verdict::CannotTell { candidates, doubt } => {
            let names: Vec<&str> = candidates.iter().map(|law| law.name).collect();
            format!("Cannot tell which law describes {counts} workers: {}.", why(&names, *doubt))
        }
    }
}

/// The parameters of a law, its weight and its error.
fn how_well(fit: &LawFit) -> String {
    let weight = fit.weight.map_or_else(|| NONE.into(), |weight| quantity::per_cent(weight, 0));
    let error = fit.loo_error.map_or_else(|| NONE.into(), |error| quantity::per_cent(error, 1));
    format!(
        " with {}; Akaike weight {weight}, error in predicting a left-out number of workers {error}",
        parameters(fit)
    )
}

/// Why no law is named.
fn why(names: &[&str], doubt: Doubt) -> String {
    match (doubt, names) {
        (Doubt::AsGood, names) => {
            format!("{} are equally good (AICc less than 2 apart)", joined(names))
        }
        (Doubt::PredictsWorse, [best, rival, ..]) => format!(
            "{best} comes closest to all of them, but {rival} predicts a left-out one clearly better"
        ),
        (Doubt::Untested, [best, ..]) => format!(
            "{best} comes closest, but it needs every number that was measured, so nothing is left \
             to test it on; measure more of them"
        ),
        _ => "there are too few observations to compare laws".into(),
    }
}

/// What the universal law allows to say.
fn reading(fitted: &Fitted) -> Option<Reading> {
    fitted.choice.fits.iter().find_map(|fit| fit.reading)
}

/// A peak is told only if the universal law may hold, and not from farther than twice the largest
/// number of workers; a farther one is not visible.
fn peak(fitted: &Fitted, peak: &Peak) -> Option<String> {
    let most = fitted.workers.last().copied().unwrap_or(0);
    let not_visible = |workers: u32| format!("No peak is visible up to N = {workers}.");
    match peak {
        Peak::NotVisible { up_to_workers } => Some(not_visible(*up_to_workers)),
        Peak::At(_) if !may_hold(fitted, &USL) => None,
        Peak::At(at) if at.value > 2.0 * f64::from(most) => Some(not_visible(most)),
        Peak::At(at) => {
            Some(format!("If USL holds, throughput falls beyond N = {}.", told(*at, "workers")))
        }
    }
}

/// Whether a law is the one named, or among those that cannot be told apart.
fn may_hold(fitted: &Fitted, law: &Law) -> bool {
    match &fitted.choice.verdict {
        Verdict::Best(best) => *best == law,
        Verdict::CannotTell { candidates, .. } => candidates.contains(&law),
    }
}

/// Why the coefficients of the universal law stay without a name, if they must.
fn naming(reading: &Reading) -> Option<String> {
    let rho = reading.correlation.map(|rho| quantity::signed(rho, 2));
    let rho = rho.map_or_else(String::new, |rho| format!(" (correlation {rho})"));
    let reason = match reading.naming {
        Naming::Allowed => return None,
        Naming::FewWorkers => "so few workers do not tell them apart",
        Naming::Inseparable => "one can stand for the other",
    };
    Some(format!("s and k of USL must not be read as contention and coherency: {reason}{rho}."))
}

/// What all laws together expect beyond the counts that they were fitted to, and what was measured
/// there.
fn beyond(fitted: &Fitted) -> Option<String> {
    let ahead = || fitted.choice.averaged.iter().filter(|one| one.basis == Basis::Beyond);
    let (farthest, most) = (ahead().max_by_key(|one| one.workers)?, fitted.workers.last()?);
    let how_far =
        if farthest.workers == 2 * most { "twice the most" } else { "more than the most" };
    let told = format!(
        "All laws together, by their weights, expect {} of samples tested with {} workers on cores \
         of their own, {how_far} that was fitted ({most}): an extrapolation.",
        rate(farthest.throughput),
        farthest.workers
    );
    let measured = fitted.sharing.iter().filter_map(|shared| {
        let one = ahead().find(|one| one.workers == shared.workers)?;
        Some(format!(
            " With {} they expect {}; measured, on shared cores, were {}.",
            shared.workers,
            rate(one.throughput),
            rate(shared.tests_per_s)
        ))
    });
    Some(told + &measured.collect::<String>())
}

fn rate(estimate: Estimate) -> String {
    told(estimate, "work/s")
}

/// The counts that share cores, and what a second hardware thread gives if that can be told.
fn sharing(fitted: &Fitted) -> Option<String> {
    if fitted.sharing.is_empty() {
        return None;
    }
    let given = fitted.second_threads.as_ref().and_then(second_thread).unwrap_or_default();
    let counts = counts(&fitted.sharing.iter().map(|one| one.workers).collect::<Vec<_>>());
    Some(format!("{counts} workers share cores and are in none of these fits{given}."))
}

/// What a second hardware thread gives, and what that stands on.
fn second_thread(threads: &SecondThreads) -> Option<String> {
    let mut parameters = threads.fit.parameters.iter();
    let given = parameters.find(|given| given.parameter.symbol == "r_T")?;
    let worth = told(given.estimate, "");
    Some(match threads.support {
        Support::NoneBetter => format!(
            "; with them no law is better than capacity, and a second thread gives {worth} of a core"
        ),
        Support::Untested => format!(
            "; by the capacity law a second thread gives {worth} of a core, but that rests on one \
             number of workers, untested"
        ),
    })
}

/// The verdict in few words.
fn verdict_in_brief(fitted: &Fitted) -> String {
    match &fitted.choice.verdict {
        _ if !fitted.is_judged => "not judged".into(),
        Verdict::Best(law) => {
            let fit = fitted.choice.fits.iter().find(|fit| fit.law == *law);
            let shape = fit.map(|fit| fit.parameters.iter().skip(1).map(parameter));
            let shape: Vec<String> = shape.into_iter().flatten().collect();
            let with = if shape.is_empty() { "" } else { " with " };
            format!("{}{with}{}, a description, not a cause", law.name, shape.join(", "))
        }
        Verdict::CannotTell { candidates, doubt: Doubt::AsGood } => {
            let names: Vec<&str> = candidates.iter().map(|law| law.name).collect();
            format!("cannot tell between {}", joined(&names))
        }
        Verdict::CannotTell { .. } => "cannot tell".into(),
    }
}

fn peak_in_brief(fitted: &Fitted) -> String {
    match reading(fitted).map(|reading| reading.peak).filter(|_| fitted.is_judged) {
        Some(Peak::NotVisible { up_to_workers }) => {
            format!("; no peak is visible up to N = {up_to_workers}")
        }
        _ => String::new(),
    }
}

/// The parameters of a fit with intervals, and bounds that they lie on.
pub fn parameters(fit: &LawFit) -> String {
    fit.parameters.iter().map(parameter).collect::<Vec<_>>().join(", ")
}

fn parameter(fitted: &FittedParameter) -> String {
    let bound = match fitted.at_bound {
        None => "",
        Some(Bound::Lower) => " at its least value",
        Some(Bound::Upper) => " at its greatest value",
    };
    let parameter = fitted.parameter;
    format!("{} = {}{bound}", parameter.symbol, told(fitted.estimate, parameter.unit))
}

/// What follows from the parameters of a fit, with intervals.
pub fn derived(fit: &LawFit) -> String {
    let one = |one: &crate::statistics::choice::FittedDerived| {
        format!("{} = {}", one.symbol, told(one.estimate, one.unit))
    };
    fit.derived.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A value with its interval, by its unit.
fn told(estimate: Estimate, unit: &str) -> String {
    let ends = estimate.interval.map(|interval| [interval.low, interval.high]);
    if !ends.iter().flatten().chain([&estimate.value]).all(|end| end.is_finite()) {
        return NONE.into();
    }
    let (value, interval) = match unit {
        "work/s" => (quantity::rate(estimate.value), estimate.interval.map(quantity::rates)),
        "ns" => (quantity::time(estimate.value), estimate.interval.map(quantity::times)),
        _ => (quantity::coefficient(estimate.value), estimate.interval.map(quantity::coefficients)),
    };
    interval.map_or_else(|| value.clone(), |interval| format!("{value} ({interval})"))
}

/// `linear, Amdahl and USL`.
fn joined(names: &[&str]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}

fn counts(workers: &[u32]) -> String {
    listed(&workers.iter().copied().map(u64::from).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests;
