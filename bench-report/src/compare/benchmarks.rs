//! Benchmarks with their medians, and what their names tell: parameters and instruction sets.
//!
//! Separate from studies because nothing here comes in blocks. A name is a path; a part `key=value`
//! is a parameter, and a part that some machine of the report lists as an instruction set is one.
//! Names of other programs have neither, and are only listed. Next: [`crate::chart::work`].

use std::collections::BTreeMap;

use crate::{
    model::{Benchmark, Benchmarks, Estimate, Interval, Report, Throughput},
    statistics::independent::median_with_interval,
};

/// Last part of the name of a benchmark that only loads the samples: the roof of every scan.
pub const ROOF: &str = "sum";

/// A benchmark with its time.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed<'a> {
    /// The benchmark itself.
    pub benchmark: &'a Benchmark,
    /// Nanoseconds of one iteration.
    pub ns: Estimate,
    /// Its instruction set, by its place in [`isas`].
    pub isa: Option<usize>,
}

/// Every benchmark of a set with its median.
pub fn timed<'a>(set: &'a Benchmarks, isas: &[String]) -> Vec<Timed<'a>> {
    let timed = |benchmark: &'a Benchmark| Timed {
        benchmark,
        ns: median_with_interval(&benchmark.iteration_ns()),
        isa: parts(&benchmark.id).find_map(|part| isas.iter().position(|isa| isa == part)),
    };
    let measured = set.benchmarks.iter().filter(|benchmark| !benchmark.samples.is_empty());
    measured.map(timed).filter(|timed| timed.ns.value > 0.0).collect()
}

/// Of every directory, what was measured last; else the first baseline named.
pub fn latest(report: &Report) -> Vec<&Benchmarks> {
    let mut latest: Vec<&Benchmarks> = Vec::new();
    for set in &report.benchmarks {
        match latest.iter_mut().find(|other| other.origin == set.origin) {
            None => latest.push(set),
            Some(other) if set.baseline == "new" => *other = set,
            Some(_) => {}
        }
    }
    latest
}

/// The instruction sets that machines of the report list, in their order, each once.
pub fn isas(report: &Report) -> Vec<String> {
    let machines = report.studies.iter().map(|study| &study.machine);
    let machines = machines.chain(report.machines.iter().map(|described| &described.machine));
    let mut names: Vec<String> = Vec::new();
    for isa in machines.flat_map(|machine| &machine.isas) {
        if !names.contains(&isa.name) {
            names.push(isa.name.clone());
        }
    }
    names
}

impl Timed<'_> {
    /// The value of a parameter of the name that is a number above 0.
    pub fn parameter(&self, key: &str) -> Option<f64> {
        let value = parts(&self.benchmark.id).find_map(|part| value_of(part, key))?;
        value.parse().ok().filter(|&number: &f64| number.is_finite() && number > 0.0)
    }

    /// The name without its parameter `key` and, if asked, its instruction set.
    pub fn family(&self, key: &str, isas: &[String]) -> String {
        let is_kept =
            |part: &&str| value_of(part, key).is_none() && !isas.iter().any(|isa| isa == part);
        parts(&self.benchmark.id).filter(is_kept).collect::<Vec<_>>().join("/")
    }

    /// The first part of the name.
    pub fn head(&self) -> &str {
        parts(&self.benchmark.id).next().unwrap_or_default()
    }

    /// Whether it only loads the samples.
    pub fn is_roof(&self) -> bool {
        parts(&self.benchmark.id).next_back() == Some(ROOF)
    }

    /// Work of one iteration per second, of the first kind that is counted.
    pub fn rate(&self) -> Option<(&Throughput, Estimate)> {
        let throughput = self.benchmark.throughput.first()?;
        let work = throughput.per_iteration * 1e9;
        let interval = self
            .ns
            .interval
            .map(|Interval { low, high }| Interval { low: work / high, high: work / low });
        Some((throughput, Estimate { value: work / self.ns.value, interval }))
    }
}

/// Groups in order of their keys, members in their old order.
pub fn grouped<'t, 'a, K: Ord>(
    timed: &'t [Timed<'a>],
    key: impl Fn(&'t Timed<'a>) -> Option<K>,
) -> BTreeMap<K, Vec<&'t Timed<'a>>> {
    let mut groups: BTreeMap<K, Vec<&Timed<'a>>> = BTreeMap::new();
    for one in timed {
        if let Some(key) = key(one) {
            groups.entry(key).or_default().push(one);
        }
    }
    groups
}

/// The ratio of two medians that stand alone. The ends of both intervals are divided, which is
/// wider than a 95 % interval of the ratio for any two medians of about normal error, and needs
/// no pairs.
pub fn ratio(numerator: Estimate, denominator: Estimate) -> Estimate {
    let interval = numerator.interval.zip(denominator.interval);
    let interval = interval.filter(|(_, denominator)| denominator.low > 0.0);
    Estimate {
        value: numerator.value / denominator.value,
        interval: interval.map(|(above, below)| Interval {
            low: above.low / below.high,
            high: above.high / below.low,
        }),
    }
}

fn parts(id: &str) -> impl DoubleEndedIterator<Item = &str> {
    id.split('/')
}

/// `10000` of the part `n=10000`, if the key is `n`.
fn value_of<'p>(part: &'p str, key: &str) -> Option<&'p str> {
    part.split_once('=').filter(|(name, _)| *name == key).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Reported, Sampling, Timing};

    fn benchmark(id: &str) -> Benchmark {
        Benchmark {
            id: id.into(),
            group: String::new(),
            function: None,
            value: None,
            throughput: Vec::new(),
            sampling: Sampling::Flat,
            samples: vec![Timing { iterations: 2.0, total_ns: 10.0 }],
            reported: Reported::default(),
        }
    }

    #[test]
    fn names_tell_parameters_and_instruction_sets() {
        let set = Benchmarks {
            origin: "criterion".into(),
            baseline: "new".into(),
            benchmarks: ["roofline/wide/d=2/n=10000/sum", "fib 20", "a/n=x"].map(benchmark).into(),
        };
        let isas = ["wide".to_owned()];
        let timed = timed(&set, &isas);
        assert!((timed[0].ns.value - 5.0).abs() < 1e-12);
        assert_eq!(timed[0].isa, Some(0));
        assert_eq!(timed[0].parameter("n"), Some(10_000.0));
        assert_eq!(timed[0].family("n", &isas), "roofline/d=2/sum");
        assert_eq!(timed[0].family("n", &[]), "roofline/wide/d=2/sum");
        assert!(timed[0].is_roof() && !timed[1].is_roof());
        assert_eq!(
            (timed[1].isa, timed[1].parameter("n"), timed[1].head()),
            (None, None, "fib 20")
        );
        assert_eq!(timed[2].parameter("n"), None);
    }

    #[test]
    fn a_ratio_divides_the_far_ends() {
        let estimate =
            |value, low, high| Estimate { value, interval: Some(Interval { low, high }) };
        let ratio = ratio(estimate(8.0, 6.0, 10.0), estimate(2.0, 1.0, 3.0));
        assert_eq!(ratio, estimate(4.0, 2.0, 10.0));
    }
}
