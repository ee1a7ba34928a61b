//! Windows weighed over one set of samples: as [`query`](super) counts them, with the kernel's other facade.
//!
//! Apart from [`query`](super), which asks for a number of samples; [`Asked`] is what both facades have in
//! common. Sums are integers, units of the weights, so they do not depend on the number of workers either.

use kernel::algorithm::{self, Algorithm, Choice};
use kernel::isa::Isa;
use kernel::{Counter, Element, Run, Samples, Team, WeightRun, WeightedCounter, Weights};

use serde::Serialize;

use super::{Answer, BATCH, Counted, Error, INDEX_BATCH, Query, is_scan};
use crate::share::shares;
use crate::team::InPool;

/// Answers queries: with counts, or with sums of weights.
pub(super) trait Asked: Sync {
    /// Adds the answers; see [`Counter::answer`].
    fn answer(
        &self,
        query: &kernel::Query<'_>,
        sums: &mut [u64],
        team: &dyn Team,
    ) -> Result<(), kernel::Error>;
}

impl<T: Element> Asked for Counter<'_, T> {
    fn answer(
        &self,
        query: &kernel::Query<'_>,
        counts: &mut [u64],
        team: &dyn Team,
    ) -> Result<(), kernel::Error> {
        self.answer(query, counts, team)
    }
}

impl<T: Element> Asked for WeightedCounter<'_, T> {
    fn answer(
        &self,
        query: &kernel::Query<'_>,
        sums: &mut [u64],
        team: &dyn Team,
    ) -> Result<(), kernel::Error> {
        self.answer(query, sums, team)
    }
}

impl Query {
    /// Weighs what is in every window over `samples`: sums in units of `weights`, where [`Query::counts`] gives
    /// numbers of samples. `advance` is told how many further centers are done. O(m n d) at most.
    ///
    /// # Errors
    /// As [`Query::counts`]; [`Error::Kernel`] if there is not one weight for each sample, or the algorithm that
    /// was asked for takes no weights.
    pub fn weighed<T: Element>(
        &self,
        samples: &Samples<T>,
        weights: &Weights,
        advance: &mut dyn FnMut(u64),
    ) -> Result<Counted, Error> {
        let (run, d) = (samples.all(), samples.d());
        if run.is_empty() {
            return Err(kernel::Error::NoSamples.into());
        }
        let choice = self.choice_for_weights(&run)?;
        let pool = self.pool(run.len())?;
        let weigh = Weigh { weights, isa: self.isa, algorithm: choice.algorithm };
        let (counters, batch) = if is_scan(choice.algorithm) {
            (weigh.scans(&run, pool.current_num_threads())?, BATCH)
        } else {
            (vec![pool.install(|| weigh.counter(run, weights.all()))?], INDEX_BATCH)
        };
        let mut sums = Vec::with_capacity(self.centers.len() / d);
        for batch in self.centers.chunks(batch * d) {
            sums.extend(pool.install(|| self.batch(&counters, batch, d))?);
            advance((batch.len() / d) as u64);
        }
        Ok(Counted::new(sums, choice))
    }

    /// What is asked for, or what suits.
    fn choice_for_weights<T: Element>(&self, run: &Run<'_, T>) -> Result<Choice, kernel::Error> {
        let query = kernel::Query::new(&self.centers, run.d(), self.windows.sizes())?;
        match self.algorithm {
            Some(algorithm) => {
                let algorithm = algorithm.checked_for_weights(run.len(), run.d())?;
                Ok(Choice { algorithm, reason: "it was asked for".into() })
            }
            None => Ok(algorithm::choose_weighted(run, &query)),
        }
    }
}

/// What makes counters.
#[derive(Clone, Copy)]
struct Weigh<'a> {
    weights: &'a Weights,
    isa: &'static Isa,
    algorithm: &'static Algorithm,
}

impl<'a> Weigh<'a> {
    /// One counter for a run; the pool that this runs in shares the building.
    fn counter<T: Element>(
        self,
        run: Run<'a, T>,
        weights: WeightRun<'a>,
    ) -> Result<WeightedCounter<'a, T>, kernel::Error> {
        WeightedCounter::with_algorithm(run, weights, self.isa, self.algorithm, &InPool)
    }

    /// One counter for each worker's share of a run, at least one.
    fn scans<T: Element>(
        self,
        run: &Run<'a, T>,
        workers: usize,
    ) -> Result<Vec<WeightedCounter<'a, T>>, kernel::Error> {
        if self.weights.n() != run.len() {
            let (expected, found) = (run.len(), self.weights.n());
            return Err(kernel::Error::WeightsLength { expected, found });
        }
        let shares = shares(run.len(), workers.min(run.len())).into_iter();
        shares
            .map(|share| self.counter(run.slice(share.clone()), self.weights.run(share)))
            .collect()
    }
}

/// What the weights of the samples add to an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Weighing {
    /// The sum of all weights.
    pub total: f64,
    /// What every weight was rounded to a multiple of.
    pub unit: f64,
    /// Name of the algorithm that weighed.
    pub algorithm: &'static str,
    /// Why this one.
    pub reason: String,
}

impl Answer {
    /// The answer with what was weighed in the same windows.
    #[must_use]
    pub fn with_weights(mut self, found: Counted, weights: &Weights) -> Self {
        let each = (found.counts.len() / self.queries.len().max(1)).max(1);
        let sums = found.counts.chunks(each);
        for (query, sums) in self.queries.iter_mut().zip(sums) {
            query.weights = Some(sums.iter().map(|&sum| weights.value(sum)).collect());
        }
        let Counted { algorithm, reason, .. } = found;
        let (total, unit) = (weights.value(weights.total()), weights.unit());
        self.weighing = Some(Weighing { total, unit, algorithm, reason });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Windows;
    use kernel::Faces;

    fn query(workers: usize, algorithm: Option<&str>) -> Query {
        Query {
            centers: vec![0.0, 0.0, 2.0, 0.0, 9.0, 0.0],
            windows: Windows::cubes(&[1.0, 3.0], Faces::Closed).unwrap(),
            isa: kernel::isa::best(),
            algorithm: algorithm.map(|name| algorithm::by_name(name).unwrap()),
            workers,
        }
    }

    #[test]
    fn sums_do_not_depend_on_workers_or_algorithm() {
        let rows: Vec<f64> = (0..37).flat_map(|i| [f64::from(i) * 0.1, 0.0]).collect();
        let samples = Samples::from_rows(&rows, 2).unwrap();
        let weights: Vec<f64> = (0..37).map(|i| f64::from(i) * 0.5).collect();
        let weights = Weights::new(&weights).unwrap();
        // Samples 0 … 5, 0 … 15; 15 … 25, 5 … 35; none: in halves.
        let expected = [15, 120, 220, 620, 0, 0];
        for workers in [1, 2, 7, 50] {
            for algorithm in [None, Some("brute_force"), Some("kd_tree")] {
                let query = query(workers, algorithm);
                let found = query.weighed(&samples, &weights, &mut |_| ()).unwrap();
                assert_eq!(found.counts, expected, "{workers} workers, {algorithm:?}");
            }
        }
    }

    #[test]
    fn answers_have_weights_beside_counts() {
        let samples = Samples::from_rows(&[0.0, 0.0, 1.0, 0.0], 2).unwrap();
        let weights = Weights::new(&[0.5, 0.25]).unwrap();
        let query = query(1, None);
        let answer = query.answer(&samples, &mut |_| ()).unwrap();
        let found = query.weighed(&samples, &weights, &mut |_| ()).unwrap();
        let answer = answer.with_weights(found, &weights);
        let sums: Vec<_> =
            answer.queries.iter().filter_map(|query| query.weights.clone()).collect();
        assert_eq!(sums, [[0.5, 0.75], [0.0, 0.25], [0.0, 0.0]]);
        let Weighing { total, unit, .. } = answer.weighing.unwrap();
        assert_eq!([total, unit].map(f64::to_bits), [0.75_f64, 0.25].map(f64::to_bits));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let samples = Samples::from_rows(&[0.0; 4], 2).unwrap();
        let refused = |weights: &[f64], algorithm| {
            let weights = Weights::new(weights).unwrap();
            let refused = query(1, algorithm).weighed(&samples, &weights, &mut |_| ());
            refused.unwrap_err().to_string()
        };
        let message = refused(&[1.0; 3], None);
        assert!(message.contains("3 weights were given for 2 samples"), "{message}");
        let message = refused(&[1.0; 2], Some("grid"));
        assert!(message.contains("it needs samples without weights"), "{message}");
    }
}
