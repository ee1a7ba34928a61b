//! The laws of scaling as one table: name, formula, parameters with bounds, and where from.
//!
//! Separate from fitting, because a law is a formula and nothing else. Every law is a scale times a
//! shape: `ln X = ln g + ln shape`, so that in logarithms g is only a constant and each shape has at
//! most three coordinates. Next: [`shapes`] holds the formulas, [`mod@super::fit`] fits them.
//!
//! To add a law: its shape in `shapes.rs`, one entry in [`ALL`].
//!
//! Coefficients are not causes: a law with the least error describes the times, and what made them
//! is another measurement's business.

pub mod shapes;

use shapes::{Shape, linear_values, overhead_values, saturation_values};

use super::series::{Mode, Point, Series, Setting};

/// The most parameters that a law has.
pub const MOST_PARAMETERS: usize = 4;

/// One number for each parameter of a law; those that the law lacks are 0.
pub type Values = [f64; MOST_PARAMETERS];

/// A law of scaling.
#[derive(Clone, Copy, Debug)]
pub struct Law {
    /// Short name.
    pub name: &'static str,
    /// X (work per second) or T (time) as a function of the number of workers N.
    pub formula: &'static str,
    /// What it says if it holds.
    pub says: &'static str,
    /// The first is the scale, the others belong to the coordinates of the shape, in their order.
    pub parameters: &'static [Parameter],
    /// What follows from the parameters.
    pub derived: &'static [Derived],
    /// Which questions it can answer.
    pub applies_to: &'static [Mode],
    /// Who published it.
    pub source: &'static str,
    /// What the series lacks that this law needs.
    pub(super) lacks: fn(&Series) -> Option<&'static str>,
    /// Range and first guesses of each coordinate.
    pub(super) coordinates: fn(&Series) -> Vec<Coordinate>,
    /// The shape at one point.
    pub(super) shape: fn(&Setting, &Point, &[f64]) -> Shape,
    /// From the scale g, the coordinates and the work to the parameters that are reported.
    pub(super) values: fn(f64, &[f64], f64) -> Values,
}

/// A parameter as it is reported.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// As in the formula.
    pub symbol: &'static str,
    /// In words.
    pub meaning: &'static str,
    /// Unit; empty for a pure number.
    pub unit: &'static str,
    /// Allowed range, in words where it depends on the series.
    pub bounds: &'static str,
}

/// A quantity that follows from the parameters of a law.
#[derive(Clone, Copy, Debug)]
pub struct Derived {
    /// As in the literature.
    pub symbol: &'static str,
    /// In words.
    pub meaning: &'static str,
    /// Unit; empty for a pure number.
    pub unit: &'static str,
    /// From the reported parameters; infinite where it does not exist.
    pub(super) of: fn(&Values) -> f64,
}

/// One coordinate of a shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Coordinate {
    /// Least allowed value.
    pub(super) low: f64,
    /// Greatest allowed value.
    pub(super) high: f64,
    /// Where descents begin.
    pub(super) starts: Vec<f64>,
}

impl Coordinate {
    fn new(low: f64, high: f64, starts: &[f64]) -> Self {
        Self { low, high, starts: starts.to_vec() }
    }
}

/// A law is its entry in [`ALL`], and names are unique there.
impl PartialEq for Law {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// The law of this name.
pub fn by_name(name: &str) -> Option<&'static Law> {
    ALL.iter().copied().find(|law| law.name == name)
}

const fn parameter(
    symbol: &'static str,
    meaning: &'static str,
    unit: &'static str,
    bounds: &'static str,
) -> Parameter {
    Parameter { symbol, meaning, unit, bounds }
}

const RATE: Parameter = parameter("g", "throughput of one worker", "work/s", "above 0");
const ANY: &[Mode] = &[Mode::Strong, Mode::Weak, Mode::Throughput];

/// N workers do N times the work of one.
pub static LINEAR: Law = Law {
    name: "linear",
    formula: "X = g N",
    says: "every worker adds as much as the first",
    parameters: &[RATE],
    derived: &[],
    applies_to: ANY,
    source: "ideal",
    lacks: |_| None,
    coordinates: |_| vec![],
    shape: shapes::linear,
    values: linear_values,
};

/// A share of the work that only one worker can do.
pub static AMDAHL: Law = Law {
    name: "Amdahl",
    formula: "X = g N / (1 + s (N - 1))",
    says: "a share of the work gains nothing from more workers",
    parameters: &[RATE, parameter("s", "serial share", "", "0 to 1")],
    derived: &[Derived {
        symbol: "g/s",
        meaning: "throughput that no number of workers exceeds",
        unit: "work/s",
        of: |&[g, s, ..]| g / s,
    }],
    applies_to: &[Mode::Strong, Mode::Throughput],
    source: "Amdahl, AFIPS 1967",
    lacks: |_| None,
    coordinates: |_| vec![Coordinate::new(0.0, 1.0, &[0.01, 0.1, 0.5])],
    shape: shapes::amdahl,
    values: linear_values,
};

/// Amdahl's share and a cost of every pair of workers.
pub static USL: Law = Law {
    name: "USL",
    formula: "X = g N / (1 + s (N - 1) + k N (N - 1))",
    says: "beside a serial share, workers cost each other time, pair by pair",
    parameters: &[
        RATE,
        parameter("s", "contention", "", "0 to 1"),
        parameter("k", "coherency", "", "0 or more"),
    ],
    derived: &[
        Derived {
            symbol: "N*",
            meaning: "number of workers beyond which throughput falls",
            unit: "workers",
            of: |&[_, s, k, _]| ((1.0 - s) / k).sqrt(),
        },
        Derived {
            symbol: "g/s",
            meaning: "throughput that no number of workers exceeds",
            unit: "work/s",
            of: |&[g, s, ..]| g / s,
        },
    ],
    applies_to: ANY,
    source: "Gunther, Guerrilla Capacity Planning, 2007, eq. 4.31",
    lacks: |_| None,
    coordinates: |_| {
        vec![
            Coordinate::new(0.0, 1.0, &[0.01, 0.1, 0.5]),
            Coordinate::new(0.0, f64::INFINITY, &[1e-4, 1e-2, 0.1]),
        ]
    },
    shape: shapes::usl,
    values: linear_values,
};

/// A ceiling that all workers share.
pub static SATURATION: Law = Law {
    name: "saturation",
    formula: "X = ((g N)^-8 + X_sat^-8)^(-1/8)",
    says: "workers share a ceiling, such as memory bandwidth or power",
    parameters: &[
        RATE,
        parameter("X_sat", "ceiling", "work/s", "from g / 2 to twice g times the largest N"),
    ],
    derived: &[Derived {
        symbol: "X_sat/g",
        meaning: "workers that reach the ceiling",
        unit: "workers",
        of: |&[g, ceiling, ..]| ceiling / g,
    }],
    applies_to: ANY,
    source: "min(g N, X_sat) of Williams, Waterman & Patterson, CACM 52, 2009, smoothed",
    lacks: |_| None,
    coordinates: saturation_coordinates,
    shape: shapes::saturation,
    values: saturation_values,
};

/// Cores of several kinds, each kind with its own rate.
pub static CAPACITY: Law = Law {
    name: "capacity",
    formula: "X = g (n_P + r_E n_E + r_T n_T)",
    says: "every core gives what its kind gives, whatever the others do",
    parameters: &[
        parameter("g", "throughput of one fastest core", "work/s", "above 0"),
        parameter("r_E", "a slower core relative to a fastest one", "", "0 or more"),
        parameter("r_T", "a second hardware thread relative to a fastest core", "", "0 or more"),
    ],
    derived: &[],
    applies_to: ANY,
    source: "sum of rates; compare Hill & Marty, Computer 41, 2008",
    lacks: lacks_kinds_of_cores,
    coordinates: |_| vec![Coordinate::new(0.0, f64::INFINITY, &[0.3, 0.8]); 2],
    shape: shapes::capacity,
    values: linear_values,
};

/// Time granted by a control group.
pub static QUOTA: Law = Law {
    name: "quota",
    formula: "X = g min(N, Q)",
    says: "the system grants Q CPUs' worth of time and no more",
    parameters: &[RATE],
    derived: &[],
    applies_to: ANY,
    source: "Turner, Rao & Rao, Ottawa Linux Symposium 2010; Q is read, not fitted",
    lacks: lacks_quota,
    coordinates: |_| vec![],
    shape: shapes::quota,
    values: linear_values,
};

/// Whole tasks, and what handing them out costs.
pub static OVERHEAD: Law = Law {
    name: "overhead",
    formula: "T = t ceil(K/N) + T_0 + a N + b log2 N",
    says: "tasks are whole, and starting, handing out and gathering take time",
    parameters: &[
        parameter("t", "time of one task", "ns", "above 0"),
        parameter("T_0", "start-up", "ns", "0 or more"),
        parameter("a", "cost of each worker", "ns", "0 or more"),
        parameter("b", "cost of each doubling of the workers", "ns", "0 or more"),
    ],
    derived: &[],
    applies_to: &[Mode::Strong],
    source: "parallel overhead of Hoefler & Belli, SC 2015, section 5.1, for K whole tasks",
    lacks: lacks_tasks,
    coordinates: |_| vec![Coordinate::new(0.0, f64::INFINITY, &[0.01, 0.3, 10.0]); 3],
    shape: shapes::overhead,
    values: overhead_values,
};

/// A part of the time that does not grow with the work.
pub static GUSTAFSON: Law = Law {
    name: "Gustafson",
    formula: "X = g (N - a (N - 1))",
    says: "the parallel part of the work grows with the workers, a share does not",
    parameters: &[RATE, parameter("a", "serial share of the time", "", "0 to 1")],
    derived: &[],
    applies_to: &[Mode::Weak],
    source: "Gustafson, CACM 31, 1988",
    lacks: |_| None,
    coordinates: |_| vec![Coordinate::new(0.0, 1.0, &[0.01, 0.1, 0.5])],
    shape: shapes::gustafson,
    values: linear_values,
};

/// Every law, simple ones first.
pub static ALL: &[&Law] =
    &[&LINEAR, &AMDAHL, &GUSTAFSON, &SATURATION, &QUOTA, &CAPACITY, &USL, &OVERHEAD];

/// Within this range the ceiling can be seen: below half a worker's throughput all is flat, beyond
/// twice the linear throughput of the largest count it changes no value by more than 0.05 %.
fn saturation_coordinates(series: &Series) -> Vec<Coordinate> {
    let (low, high) = (0.5_f64.ln(), (2.0 * f64::from(series.most_workers())).ln());
    let starts = [0.3, 0.6, 0.8, 0.9].map(|share| low + share * (high - low));
    vec![Coordinate::new(low, high, &starts)]
}

fn lacks_kinds_of_cores(series: &Series) -> Option<&'static str> {
    let cores: Option<Vec<_>> = series.points().iter().map(|point| point.cores).collect();
    let Some(cores) = cores else { return Some("the kinds of cores are not known") };
    if cores.iter().any(|cores| cores.performance == 0) {
        return Some("a worker count uses no core of the fastest kind");
    }
    let alike = cores.iter().all(|cores| cores.efficiency == 0 && cores.extra_threads == 0);
    alike.then_some("all workers had a core of the same kind: the same as linear")
}

fn lacks_quota(series: &Series) -> Option<&'static str> {
    match series.setting().quota_cpus {
        None => Some("no quota is known"),
        Some(cpus) if cpus.is_nan() || cpus <= 0.0 => Some("the quota is not above 0"),
        Some(cpus) if cpus >= f64::from(series.most_workers()) => {
            Some("the quota grants all workers: the same as linear")
        }
        Some(_) => None,
    }
}

#[expect(clippy::float_cmp, reason = "the same work is exactly the same")]
fn lacks_tasks(series: &Series) -> Option<&'static str> {
    let work = series.points()[0].work;
    match series.setting().tasks {
        None | Some(0) => Some("the number of tasks is not known"),
        Some(_) if series.points().iter().any(|point| point.work != work) => {
            Some("the work is not the same for all worker counts")
        }
        Some(_) => None,
    }
}
