//! How often the comparison says that equal runs differ, and how often it finds what is there.
//!
//! Separate from the noise so that test and example count the same way. Next: [`Counts`].

use bench_report::{
    across::{Verdict, proven_above, verdicts},
    statistics::unpaired::Ratio,
};

use super::{Noise, stream};

/// Rows of one comparison: the correction is for so many at once.
pub(crate) const ROWS: usize = 20;

/// Least effect of the verdicts that are counted with one.
pub(crate) const LEAST_EFFECT: f64 = 0.01;

/// What was found in pairs of runs of one kind of noise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    /// Pairs of runs.
    pub(crate) pairs: u64,
    /// Pairs whose own 95 % interval leaves out 1.
    pub(crate) uncorrected: u64,
    /// Pairs with the verdict slower or faster, any effect counting, after correction.
    pub(crate) corrected: u64,
    /// Comparisons of [`ROWS`] pairs.
    pub(crate) comparisons: u64,
    /// Comparisons with at least one such pair.
    pub(crate) alarmed: u64,
    /// Pairs with the verdict slower or faster by more than [`LEAST_EFFECT`], after correction.
    pub(crate) beyond: u64,
    /// Pairs that would fail a gate at [`LEAST_EFFECT`], after correction.
    pub(crate) failed: u64,
    /// Pairs whose interval contains the true ratio.
    pub(crate) covered: u64,
    /// Mean length of the interval, relative.
    pub(crate) length: f64,
}

/// Counts over `pairs` pairs of runs of `n` samples, the second `true_ratio` times as long.
pub(crate) fn count(noise: &Noise, pairs: u64, n: usize, true_ratio: f64) -> Counts {
    let ratios: Vec<Ratio> = (0..pairs).map(|pair| ratio(noise, pair, n, true_ratio)).collect();
    let interval = |ratio: &Ratio| ratio.estimate().interval.unwrap();
    let is_alarm = |verdict: &Verdict| matches!(verdict, Verdict::Slower | Verdict::Faster);
    let number = |of: &dyn Fn(&&Ratio) -> bool| ratios.iter().filter(of).count() as u64;
    let mut counts = Counts {
        pairs,
        uncorrected: number(&|ratio| !interval(ratio).contains(1.0)),
        covered: number(&|ratio| interval(ratio).contains(true_ratio)),
        corrected: 0,
        comparisons: 0,
        alarmed: 0,
        beyond: 0,
        failed: 0,
        length: ratios.iter().map(|r| interval(r).high / interval(r).low - 1.0).sum::<f64>()
            / pairs as f64,
    };
    for rows in ratios.chunks(ROWS) {
        let alarms = verdicts(rows, 0.0).iter().filter(|verdict| is_alarm(verdict)).count() as u64;
        counts.corrected += alarms;
        counts.comparisons += 1;
        counts.alarmed += alarms.min(1);
        counts.beyond +=
            verdicts(rows, LEAST_EFFECT).iter().filter(|verdict| is_alarm(verdict)).count() as u64;
        counts.failed +=
            proven_above(rows, LEAST_EFFECT).iter().filter(|&&fails| fails).count() as u64;
    }
    counts
}

fn ratio(noise: &Noise, pair: u64, n: usize, true_ratio: f64) -> Ratio {
    let mut random = stream(0xa1a2, pair);
    let a = noise.run(1000.0, n, &mut random);
    let b = noise.run(1000.0 * true_ratio, n, &mut random);
    Ratio::of(&a, &b).unwrap()
}

/// One line of text for people.
pub(crate) fn line(noise: &Noise, n: usize, counts: &Counts) -> String {
    let share = |part: u64, of: u64| format!("{:.1} %", 100.0 * part as f64 / of as f64);
    format!(
        "| {} | {n} | {} | {} | {} | {} | {} | {} | {:.2} % |",
        noise.name,
        share(counts.uncorrected, counts.pairs),
        share(counts.corrected, counts.pairs),
        share(counts.alarmed, counts.comparisons),
        share(counts.beyond, counts.pairs),
        share(counts.failed, counts.pairs),
        share(counts.covered, counts.pairs),
        100.0 * counts.length,
    )
}

/// What the columns of [`line`] are.
pub(crate) fn head() -> String {
    format!(
        "| noise | samples | alarms, one by one | after Holm | any in {ROWS} rows | beyond {:.0} % | \
         gate at {:.0} % | interval holds | its length |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|",
        100.0 * LEAST_EFFECT,
        100.0 * LEAST_EFFECT,
    )
}
