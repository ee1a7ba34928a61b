//! Whether a job has been measured long enough.
//!
//! Apart from [`super::measure`] because it is pure. Looks are few, at numbers of blocks that grow by a
//! quarter, and two in a row must find every ratio known; `runner::study::stop` tells why. Ratios are
//! those of the tables, with their references: whole jobs, which `cargo peers` prints, and answers alone, which
//! it prints and a report shows. Next: [`super::record`].

use std::time::Duration;

use bench_report::statistics::FEWEST_BLOCKS;
use runner::study::stop::{FIRST_LOOK, look_before};

use super::entry::Role;
use super::measure::Effort;
use super::record::{Measured, Record};
use crate::paired::Ratio;

/// Whether nothing more is to be measured after `blocks` blocks.
pub(super) fn is_enough(
    measured: &Measured,
    blocks: usize,
    effort: &Effort,
    elapsed: Duration,
) -> bool {
    let fewest = effort.rounds.unwrap_or(FEWEST_BLOCKS);
    let mut running = measured.records.iter().filter(|record| record.trouble.is_none());
    if running.any(|record| record.rounds.len() < fewest) {
        return false;
    }
    effort.rounds.is_some()
        || elapsed >= effort.budget
        || look_before(blocks).is_some_and(|look| {
            is_known(measured, effort.precision)
                && is_known(&first(measured, look), effort.precision)
        })
}

/// The same in the first `blocks` blocks.
fn first(measured: &Measured, blocks: usize) -> Measured {
    let mut measured = measured.clone();
    for record in &mut measured.records {
        record.rounds.retain(|&(block, _)| block < blocks);
    }
    measured
}

/// Whether every ratio of every table has a narrow interval, from as many rounds as the first look has.
fn is_known(measured: &Measured, precision: f64) -> bool {
    measured.tables().iter().all(|table| {
        let Some(ours) = table.reference else { return true };
        let others = table.records.iter().filter(|record| record.role != Role::Reference);
        let mut others = others.filter(|record| record.trouble.is_none());
        others.all(|record| is_narrow(record, ours, precision))
    })
}

fn is_narrow(record: &Record, ours: &Record, precision: f64) -> bool {
    record.rounds.len() >= FIRST_LOOK
        && record.ratios(ours).is_none_or(|ratios| {
            ratios.iter().all(|Ratio { estimate, low, high }| {
                (high / estimate).max(estimate / low) <= 1.0 + precision
            })
        })
}

#[cfg(test)]
mod tests {
    use super::super::entry::Entry;
    use super::super::running::Taken;
    use super::super::task;
    use super::*;

    /// Ours and one other, each with `blocks` rounds; the other takes twice as long, and every second time
    /// `noise` more.
    fn measured(blocks: usize, noise: f64) -> Measured {
        let record = |role, query_ns: fn(usize, f64) -> f64| {
            let entry = Entry { name: String::new(), workers: 1, role, launch: Err(String::new()) };
            let taken = |block| Taken { build_ns: 0.0, query_ns: query_ns(block, noise) };
            let rounds = (0..blocks).map(|block| (block, taken(block))).collect();
            Record { rounds, trouble: None, ..Record::new(&entry) }
        };
        let ours = record(Role::Reference, |_, _| 100.0);
        let other = record(Role::Other, |block, noise| 200.0 + noise * (block % 2) as f64);
        Measured { task: task::tiny()[0].clone(), records: vec![ours, other] }
    }

    #[test]
    fn steady_ratios_end_at_the_second_look_and_noisy_ones_with_the_budget() {
        let is_enough = |blocks, noise, elapsed| {
            is_enough(&measured(blocks, noise), blocks, &Effort::FULL, elapsed)
        };
        let ends: Vec<_> =
            (1..20).filter(|&blocks| is_enough(blocks, 0.0, Duration::ZERO)).collect();
        assert_eq!(ends, [12, 15, 18]);
        assert!(!is_enough(12, 400.0, Duration::ZERO));
        assert!(is_enough(12, 400.0, Effort::FULL.budget));
        assert!(!is_enough(FEWEST_BLOCKS - 1, 400.0, Effort::FULL.budget));
    }

    /// Beside a long time to build, noisy answers vanish in the ratio of whole jobs.
    #[test]
    fn noisy_answers_do_not_hide_behind_a_long_time_to_build() {
        let is_enough = |noise| {
            let mut measured = measured(12, noise);
            let rounds = measured.records.iter_mut().flat_map(|record| &mut record.rounds);
            rounds.for_each(|(_, taken)| taken.build_ns = 1e9);
            is_enough(&measured, 12, &Effort::FULL, Duration::ZERO)
        };
        assert!(is_enough(0.0) && !is_enough(400.0));
    }
}
