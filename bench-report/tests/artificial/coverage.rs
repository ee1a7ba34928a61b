//! Which intervals of a made-up study contain the truth.
//!
//! Separate from the studies because it asks the library. The users include it beside `artificial`.

#![allow(dead_code, unreachable_pub, reason = "a test and an example share this")]

use bench_report::{
    model::{Estimate, Interval},
    statistics::{
        blocks::Center,
        choice::choose,
        fit::{Fit, Observations},
        laws::Values,
        ratio,
        scaling::{self, Reference, SerialShare},
        series::{Point, Series},
        usl,
    },
};

use super::artificial::{Truth, USUAL_NOISE};

/// One quantity of one study.
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    pub name: &'static str,
    pub truth: f64,
    pub interval: Interval,
}

/// How many intervals contained the truth.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub covered: u64,
    pub of: u64,
}

impl Tally {
    pub fn add(&mut self, quantity: &Quantity) {
        self.of += 1;
        self.covered += u64::from(quantity.interval.contains(quantity.truth));
    }
}

/// Name and tally of every quantity of one law, over so many studies.
pub fn tallies(truth: &Truth, blocks: usize, studies: u64) -> Vec<(&'static str, Tally)> {
    let mut tallies = Vec::new();
    for number in 0..studies {
        let found = quantities(truth, &truth.study(blocks, USUAL_NOISE, number));
        tallies.resize(found.len(), ("", Tally::default()));
        for ((name, tally), quantity) in tallies.iter_mut().zip(&found) {
            *name = quantity.name;
            tally.add(quantity);
        }
    }
    tallies
}

/// Every quantity of one study, always the same ones in the same order for one truth.
pub fn quantities(truth: &Truth, study: &Series) -> Vec<Quantity> {
    let observations = Observations::of(study);
    let fit = Fit::of(truth.law, &observations).expect("every truth can be fitted");
    let mut found: Vec<Quantity> = fit
        .identified()
        .map(|idx| of_values(truth, &fit, truth.law.parameters[idx].symbol, |v| v[idx]))
        .collect();
    match truth.law.name {
        "USL" => found.push(of_values(truth, &fit, "N*", |v| usl::peak(v[1], v[2]))),
        "saturation" => found.push(of_values(truth, &fit, "X_sat/g", |v| v[1] / v[0])),
        _ => {}
    }
    let most = study.most_workers();
    for (name, workers) in [("X at the largest N", most), ("X at twice that", 2 * most)] {
        let interval = fit.throughput(&truth.point(workers)).interval.expect("enough blocks");
        found.push(Quantity { name, truth: truth.throughput(workers), interval });
    }
    found.extend(of_figures(truth, study, Center::Sum));
    found.extend(of_figures(truth, study, Center::Steady));
    found.push(of_two_columns(truth, study));
    found
}

/// A function of the parameters.
fn of_values(
    truth: &Truth,
    fit: &Fit,
    name: &'static str,
    of: impl Fn(&Values) -> f64,
) -> Quantity {
    let mut values = [0.0; 4];
    values[..truth.values.len()].copy_from_slice(truth.values);
    let interval = fit.estimate(&of).interval.expect("enough blocks");
    Quantity { name, truth: of(&values), interval }
}

/// Speed-up, gain of the last workers and the serial share at the largest number of workers.
fn of_figures(truth: &Truth, study: &Series, center: Center) -> Vec<Quantity> {
    let first = study.points()[0];
    let times_ns = study.times_ns(0);
    let reference = Reference { times_ns: &times_ns, work: first.work };
    let figures = scaling::figures(study, &reference, center).expect("a time for each block");
    let [.., before, last] = truth.workers else { panic!("a series has two counts or more") };
    let speed_up = |workers| truth.throughput(workers) / truth.throughput(first.workers);
    let (s, n) = (speed_up(*last), f64::from(*last));
    let gain = (s - speed_up(*before)) / f64::from(last - before);
    let found = figures[figures.len() - 1];
    let quantity = |names: [&'static str; 2], truth, estimate: Estimate| {
        let name = names[usize::from(center == Center::Steady)];
        Quantity { name, truth, interval: estimate.interval.expect("enough blocks") }
    };
    let share = found.serial_share.map(|share| {
        let told = match share {
            SerialShare::KarpFlatt(_) => (1.0 / s - 1.0 / n) / (1.0 - 1.0 / n),
            SerialShare::Gustafson(_) => (n - s) / (n - 1.0),
        };
        quantity(["serial share, sums", "serial share, steady"], told, share.estimate())
    });
    let speed_up = quantity(["S, sums", "S, steady"], s, found.speed_up);
    let gain = quantity(["M_k, sums", "M_k, steady"], gain, found.marginal_gain);
    [speed_up, gain].into_iter().chain(share).collect()
}

/// The ratio of two columns alone, as a configuration is compared with its copy.
fn of_two_columns(truth: &Truth, study: &Series) -> Quantity {
    let points = study.points();
    let last = points.len() - 1;
    let time = |point: &Point| point.work / truth.throughput(point.workers);
    Quantity {
        name: "ratio of two columns",
        truth: time(&points[last]) / time(&points[0]),
        interval: ratio(&study.times_ns(last), &study.times_ns(0)).interval.expect("enough blocks"),
    }
}

/// What all laws together expect at twice the largest number of workers, over so many studies.
///
/// Apart from the other quantities: the laws are weighed by the same times, and most of them are
/// wrong, so no theory promises 95 %.
pub fn all_laws(truth: &Truth, blocks: usize, studies: u64) -> Tally {
    let mut tally = Tally::default();
    for number in 0..studies {
        let study = truth.study(blocks, USUAL_NOISE, number);
        let workers = 2 * study.most_workers();
        let choice = choose(&study, &[truth.point(workers)]);
        let last = choice.averaged.last().expect("enough blocks to weigh laws");
        let interval = last.throughput.interval.expect("enough blocks");
        tally.add(&Quantity { name: "", truth: truth.throughput(workers), interval });
    }
    tally
}
