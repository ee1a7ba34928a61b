//! Sample data: the densities that the article printed, the right ones, and what theory expects.
//!
//! Separate as every section of the tour. The window stands at the origin, as in the article. With n
//! samples, a count is binomial with the probability of the window; so are its mean and spread.
//! `data/charts.rs` draws both curves. Next: [`crate::statistics::normal_box`] and
//! [`crate::statistics::mise`].

mod charts;

use super::{table, text};
use crate::{
    article,
    chapter::{Block, Table},
    model::tour::{Density, Sampled},
    quantity,
    statistics::{
        mise::{self, Best},
        normal_box::Normal2,
    },
};

/// Where the window stands.
const ORIGIN: [f64; 2] = [0.0; 2];

/// Half the width of a 95 % interval in standard deviations.
const NORMAL_95: f64 = 1.959_964;

/// The chapter's blocks.
pub(super) fn blocks(id: &str, data: &Sampled) -> Vec<Block> {
    let mut blocks = vec![text(sample(data))];
    let Some(normal) = Normal2::new(data.mean, data.covariance) else {
        blocks.push(Block::Warning("Its mean and covariance are none of a distribution.".into()));
        return blocks;
    };
    let truth = normal.density(ORIGIN);
    blocks.push(Block::Code(format!(
        "true density at the origin: {}\n",
        quantity::twelve_digits(truth)
    )));
    if !data.twelve.is_empty() {
        blocks.push(Block::Table(twelve(data, &normal)));
        blocks.extend(agreement(data));
        blocks.push(text(
            "“As published” divides the share of samples in the window by h, as the article’s code \
             does. The volume of a square window is h², and “density” divides by that. “Expected” is \
             the mean of that density over all samples that could have been drawn, ± the half width \
             of its 95 % range.",
        ));
    }
    blocks.extend(charts::density(id, data, &normal).map(|shown| Block::Figure(Box::new(shown))));
    blocks.push(text(artefact(data, &normal)));
    let best = mise::best(data.covariance, data.n as f64);
    blocks.push(text(best_width(data, best)));
    let curve = charts::mise(id, data, best);
    blocks.extend(curve.map(|shown| Block::Figure(Box::new(shown))));
    blocks
}

/// For the top of the page.
pub(super) fn answer(data: &Sampled) -> String {
    let published = data.is_articles.then(|| match disagreeing(data) {
        0 if data.twelve.len() == article::TWELVE.len() => {
            "All twelve densities of the article came out digit for digit. "
        }
        _ => "Not all densities of the article came out. ",
    });
    let best = mise::best(data.covariance, data.n as f64);
    let best = best.map_or_else(String::new, |best| {
        format!("The best width for {} is {}.", samples(data), four_decimals(best.h))
    });
    format!("{}{best}", published.unwrap_or_default())
}

fn samples(data: &Sampled) -> String {
    quantity::counted(data.n, "sample")
}

fn sample(data: &Sampled) -> String {
    let exact = quantity::exact;
    let [[xx, xy], [yx, yy]] = data.covariance.map(|row| row.map(exact));
    let origin = match (data.is_articles, data.seed) {
        (true, _) => "These are the article’s own samples, bit for bit.".into(),
        (false, Some(seed)) => format!("They were drawn here, with seed {seed}."),
        (false, None) => "They were drawn here.".into(),
    };
    format!(
        "{} of a normal distribution in two dimensions, mean ({}, {}), covariance (({xx}, {xy}), \
         ({yx}, {yy})). {origin} A square window of width h around the origin counts those inside; k \
         of n inside mean a density of k / n / h².",
        samples(data),
        exact(data.mean[0]),
        exact(data.mean[1]),
    )
}

/// Mean and standard deviation of the density that a window of width `h` gives.
fn expected(data: &Sampled, normal: &Normal2, h: f64) -> (f64, f64) {
    let share = normal.in_window(ORIGIN, h);
    let spread = (share * (1.0 - share) / data.n as f64).sqrt();
    (share / (h * h), spread / (h * h))
}

/// The widths that the article printed.
fn twelve(data: &Sampled, normal: &Normal2) -> Table {
    let row = |(idx, one): (usize, &Density)| {
        let (mean, spread) = expected(data, normal, one.h);
        let printed = article::TWELVE.get(idx).filter(|_| data.is_articles);
        [
            quantity::twelve_digits(one.h),
            quantity::whole(one.count),
            printed.map_or(quantity::NONE, |(_, printed)| printed).into(),
            quantity::twelve_digits(one.as_published),
            quantity::twelve_digits(one.density),
            format!("{} ± {}", four_decimals(mean), four_decimals(NORMAL_95 * spread)),
        ]
    };
    let columns =
        ["h", "k", "printed in 2014", "as published, k/n/h", "density, k/n/h²", "expected"];
    table(columns, data.twelve.iter().enumerate().map(row).collect())
}

/// How many of the published values did not come out digit for digit.
fn disagreeing(data: &Sampled) -> usize {
    let pairs = data.twelve.iter().zip(article::TWELVE);
    let differs = |(one, (h, printed)): &(&Density, (&str, &str))| {
        quantity::twelve_digits(one.h) != *h
            || quantity::twelve_digits(one.as_published) != *printed
    };
    pairs.filter(differs).count()
}

fn agreement(data: &Sampled) -> Option<Block> {
    if !data.is_articles {
        return None;
    }
    let (found, all) = (data.twelve.len(), article::TWELVE.len());
    Some(match disagreeing(data) {
        0 if found == all => text(format!(
            "All {all} values that the article printed came out here, digit for digit."
        )),
        0 => Block::Warning(format!("Only {found} of the article’s {all} values are here.")),
        wrong => Block::Warning(format!(
            "{wrong} of the article’s {all} values did not come out digit for digit."
        )),
    })
}

/// Why the article found h = 1.1, or what its formula does to other data.
fn artefact(data: &Sampled, normal: &Normal2) -> String {
    let crosses = crossing(normal).map_or_else(String::new, |h| {
        format!(" and on average crosses the true density at h = {}", four_decimals(h))
    });
    if !is_standard(data) {
        return format!(
            "Divided by h in place of h², as in the article’s code, the curve climbs with h{crosses}. \
             Where it crosses says nothing about which width is good."
        );
    }
    let (mean, _) = expected(data, normal, 1.1);
    format!(
        "The article chose h = 1.1 because its value there was closest to the true density, but that \
         is an artefact: it divides by h in place of h², so its curve climbs with h{crosses}, while \
         the right density at h = 1.1 is {} on average, too low by {}.",
        four_decimals(mean),
        quantity::per_cent(1.0 - mean / normal.density(ORIGIN), 1)
    )
}

/// Whether the distribution is the article's: independent standard normal coordinates.
fn is_standard(data: &Sampled) -> bool {
    let [[xx, xy], [_, yy]] = data.covariance;
    [data.mean[0], data.mean[1], xy, xx - 1.0, yy - 1.0].iter().all(|one| one.abs() < 1e-12)
}

/// The width at which the share of the window over h meets the true density, by bisection: the
/// share grows as h² first and levels off at last.
fn crossing(normal: &Normal2) -> Option<f64> {
    let truth = normal.density(ORIGIN);
    let above = |h: f64| normal.in_window(ORIGIN, h) / h - truth;
    let widths = (1..=400).map(|idx| f64::from(idx) * 0.01);
    let mut high = widths.into_iter().find(|&h| above(h) > 0.0)?;
    let mut low = high - 0.01;
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if above(middle) > 0.0 { high = middle } else { low = middle }
    }
    (low > 0.0).then_some(high)
}

/// What width suits the whole plane.
fn best_width(data: &Sampled, best: Option<Best>) -> String {
    let Some(best) = best else {
        return "No width is the best one for this distribution.".into();
    };
    let at = |h: f64| mise::bivariate(data.covariance, h, data.n as f64);
    let ratio = at(1.1).map_or_else(String::new, |error| {
        format!(
            " At h = 1.1 the error is {} times as large.",
            quantity::two_decimals(error / best.mise)
        )
    });
    format!(
        "A narrow window counts few samples and jumps about; a wide one smears the density. The mean \
         integrated squared error (MISE) adds up both over the whole plane. For {} it is least at h = \
         {}, where it is {}.{ratio}",
        samples(data),
        four_decimals(best.h),
        quantity::power_of_ten(best.mise, 3),
    )
}

/// Widths and densities as theory gives them.
fn four_decimals(value: f64) -> String {
    quantity::signed(value, 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn articles() -> Sampled {
        let counts = [16, 61, 135, 247, 390, 547, 742, 939, 1194, 1445, 1728, 2022];
        let one = |(idx, &count): (usize, &u64)| {
            // As the article's `arange` has them: 0.1 + 2 × 0.1 is not 0.3.
            let h = 0.1 + idx as f64 * 0.1;
            let share = count as f64 / 1e4;
            Density { h, count, as_published: share / h, density: share / (h * h) }
        };
        Sampled {
            n: 10_000,
            seed: Some(123),
            mean: ORIGIN,
            covariance: [[1.0, 0.0], [0.0, 1.0]],
            is_articles: true,
            twelve: counts.iter().enumerate().map(one).collect(),
            curve: Vec::new(),
        }
    }

    #[test]
    fn the_published_values_come_out_digit_for_digit() {
        let mut data = articles();
        assert_eq!(disagreeing(&data), 0);
        assert!(answer(&data).starts_with("All twelve"), "{}", answer(&data));
        assert!(answer(&data).ends_with("10\u{202f}000 samples is 0.7613."), "{}", answer(&data));
        data.twelve[4].as_published += 1e-9;
        assert_eq!(disagreeing(&data), 1);
    }

    #[test]
    fn the_wrong_formula_crosses_the_truth_where_the_article_stopped() {
        let data = articles();
        let normal = Normal2::new(data.mean, data.covariance).unwrap();
        assert_eq!(four_decimals(crossing(&normal).unwrap()), "1.1048");
        let told = artefact(&data, &normal);
        assert!(
            told.contains("h = 1.1048, while the right density at h = 1.1 is 0.1442"),
            "{told}"
        );
    }

    #[test]
    fn the_best_width_is_told_with_its_error() {
        let data = articles();
        let told = best_width(&data, mise::best(data.covariance, 1e4));
        assert!(
            told.contains("least at h = 0.7613, where it is 2.53 · 10⁻⁴. At h = 1.1"),
            "{told}"
        );
        assert!(told.ends_with("is 1.74 times as large."), "{told}");
    }
}
