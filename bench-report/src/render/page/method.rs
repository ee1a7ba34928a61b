//! The words of a page that depend on what it holds: its title, how to read the answers, the method,
//! and what could mislead.
//!
//! Separate from `page.rs` because they are prose. A page says nothing about what it does not hold: a
//! report of benchmarks has neither blocks nor workers.

use crate::{
    compare::{FEWEST_COUNTS, MOST_FOREIGN, MOST_LATE},
    model::{Report, Study},
    quantity,
    statistics::{FEWEST_BLOCKS, RESAMPLES},
};

/// What the page is about.
pub(super) fn title(report: &Report) -> &'static str {
    match (report.studies.is_empty(), report.benchmarks.is_empty(), report.peers.is_empty()) {
        (false, ..) => "Parzen window counting: serial against parallel",
        (true, false, true) => "Benchmarks",
        (true, false, false) => "Benchmarks and implementations",
        (true, true, false) => "Implementations side by side",
        (true, true, true) if has_article(report) => "The tutorial of 2014, run again",
        (true, true, true) if report.machines.is_empty() => "Report without results",
        (true, true, true) => "Machines",
    }
}

fn has_article(report: &Report) -> bool {
    !report.tours.is_empty() || !report.autopsies.is_empty()
}

/// What stands in place of an answer.
pub(super) const NO_ANSWER: &str = "There is nothing to answer: no result was measured that this \
    report could have read.";

/// What the words of the answers about studies mean.
const OF_STUDIES: &str = "Speed-ups are times of the serial code over those of a configuration, put \
    together over all blocks (see “Method”), in per cent of the serial speed; 1 point is 1 % of the serial speed. Parentheses hold 95 % intervals. “Cannot tell” means \
    that the interval of a step contains 0. Strong scaling: all workers share one job. Weak scaling \
    and throughput: N workers do N jobs, and a speed-up of N × 100 % means that all took as long as \
    one. Starting workers is in no headline; “Against other baselines” adds it.";

/// What the words of the answers about everything else mean.
const OF_OTHERS: &str = "Times of benchmarks and implementations are medians; parentheses hold 95 % \
    intervals. 1.20× as long means 20 % slower.";

/// What the words of the answers mean.
pub(super) fn reading(report: &Report) -> String {
    let studies = (!report.studies.is_empty()).then_some(OF_STUDIES);
    let others = has_medians(report).then_some(OF_OTHERS);
    studies.into_iter().chain(others).collect::<Vec<_>>().join(" ")
}

fn has_medians(report: &Report) -> bool {
    !report.benchmarks.is_empty() || !report.peers.is_empty()
}

/// What could mislead.
pub(super) fn bias(report: &Report) -> Vec<&'static str> {
    let studies = [
        "The serial code and the parallel ones use the same scan; a slower scan would scale better.",
        "Blocks follow each other within minutes on one machine; another day, build or memory layout \
         may differ by more than these intervals show.",
        "Nothing here explains why a step gained or lost: no cause was tested.",
        "Speed-ups of two machines must not be ranked; compare times instead.",
    ];
    let medians = [
        "Benchmarks were measured one after the other: what changed meanwhile looks like a difference.",
        "Another day, build or memory layout may differ by more than these intervals show.",
    ];
    let intervals = "Each interval stands alone: of twenty, about one misses its true value.";
    let mut told = Vec::new();
    told.extend((!report.studies.is_empty() || has_medians(report)).then_some(intervals));
    told.extend((!report.studies.is_empty()).then_some(studies).into_iter().flatten());
    told.extend(has_medians(report).then_some(medians).into_iter().flatten());
    told
}

/// How it was measured and computed.
pub(super) fn method(report: &Report) -> Vec<String> {
    let mut method = Vec::new();
    if !report.studies.is_empty() {
        method.extend(of_studies(&report.studies));
    }
    if has_medians(report) {
        method.push(of_medians());
    }
    if !report.benchmarks.is_empty() {
        method.push(
            "A benchmark of criterion gives samples of many iterations each; the time of a sample is \
             its total over its iterations, whether their number grows (linear) or not (flat). \
             Warm-up is not among them, and outliers are not left out."
                .to_owned(),
        );
    }
    if !report.peers.is_empty() {
        method.push(
            "Other implementations are told by their own file: one time for each round, and whether \
             their answers equal the exact ones. Wrong answers have no ratio to stand for, and a \
             wrong reference has none at all. Building an index is not in the time of a query."
                .to_owned(),
        );
    }
    if !report.tours.is_empty() {
        method.push(
            "Each part of the tour ran on the machine that is described here, and left only what was \
             counted and timed. Curves that theory expects are computed for this report from the mean \
             and the covariance of the distribution."
                .to_owned(),
        );
    }
    if !report.autopsies.is_empty() {
        method.push(
            "An autopsy measures the same job with flaws switched on, each alone and one after the \
             other, in blocks of random order. Effects are differences of logarithms of speed-ups, so \
             that they add up; intervals come from draws of whole blocks."
                .to_owned(),
        );
    }
    method
}

fn of_medians() -> String {
    format!(
        "Times of benchmarks and implementations are medians of their samples with 95 % rank \
         intervals, for at least {FEWEST_BLOCKS} samples; they are computed here and not taken from \
         the file. Ratios divide the far ends of both intervals."
    )
}

fn of_studies(studies: &[Study]) -> Vec<String> {
    let mut method = vec![
        "The measuring program says that every block measured each configuration once, in random \
         order, and that every count was checked against the expected one before a time was kept; a \
         report cannot see either. What disturbs a block disturbs its neighbors in it alike."
            .to_owned(),
        "A time is the wall time that a caller waits for one pass over the whole job. Handing out \
         the work, waiting for each other, and collecting it, until the last worker has handed in \
         its counts, are inside the wall time; starting workers, bringing them their data and \
         ending them are not."
            .to_owned(),
        format!(
            "The times that are shown are medians over the blocks with rank intervals; they need \
             {FEWEST_BLOCKS} blocks and no normal distribution (Hoefler & Belli 2015)."
        ),
        format!(
            "Speed-ups, gains and what follows from them are not ratios of these medians. What all \
             configurations of a block share is taken out of its times; the times of each \
             configuration become their mean, with those farther than 3 robust standard deviations \
             from their median moved to that distance. Intervals are 95 % percentiles over \
             {RESAMPLES} bootstrap draws of whole blocks with a fixed seed (Kalibera & Jones 2013). \
             Before that, the logarithms of the drawn times are moved away from the estimate by \
             √(B / (B − 1)) t / z, because draws of B blocks lie too close together (the factor \
             after Hesterberg 2015). In made-up studies with known answers such intervals hold the \
             truth in 93 to 97 % of cases."
        ),
        "The gain of a step is the difference of two speed-ups, and its interval that of the \
         difference in each draw. Nothing is left out as an outlier; “Spread of the times” counts \
         what lies far out."
            .to_owned(),
        "Where a study returns to its first configuration at both ends of a block, and measures one \
         configuration twice under two names, this shows what the same thing differs by; disturbed \
         samples are tagged and stay in every headline."
            .to_owned(),
        format!(
            "Verdicts are withheld, and numbers kept, where a configuration differs from its copy, \
             where a worker was not proven to be on its CPU, where a quota was used up in most \
             samples, where others used more than {} of a worker's CPU beyond what its ticks may \
             miscount, where independent workers began more than {} of the time apart, and for \
             times shorter than 20 readings or 10 steps of the clock.",
            quantity::per_cent(MOST_FOREIGN, 0),
            quantity::per_cent(MOST_LATE, 0)
        ),
        format!(
            "Laws of scaling are fitted to the logarithm of the throughput of every block without \
             the level of its block, with Huber's loss, for at least {FEWEST_COUNTS} numbers of \
             workers; their intervals come from the same draws of whole blocks. What all laws \
             together expect is weighted by Akaike’s weights, and its interval holds what the laws \
             differ by."
        ),
        "“CPUs busy” is the CPU time of all workers over the wall time; a worker that waits in a \
         loop counts as busy."
            .to_owned(),
    ];
    for study in studies {
        let seed = study.seed.map_or_else(|| "unknown".into(), |seed| seed.to_string());
        method.push(format!("Order of measuring in {}: seed {seed}.", study.file_name));
    }
    method
}
