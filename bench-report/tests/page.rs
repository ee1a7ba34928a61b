//! What a page must not overstate: laws beyond their data, steps of several workers, verdicts that
//! were withheld.
//!
//! Apart from `charts.rs`, which looks at the whole of a page, and from `golden.rs`, which compares
//! bytes: here a chart is read as data.

use bench_report::{
    chart::{
        plot::{ColumnKind, Look, Plot, ZoneKind},
        scaling::{self, Measured},
    },
    compare,
    model::{Role, Study},
};

mod gallery;

/// Speed-up, efficiency and gains of the first backend of a study.
fn charts(study: &Study) -> [Plot; 3] {
    let workload = &study.workloads[0];
    let comparison = compare::workload(study, workload);
    let measured = Measured { study, workload, comparison: &comparison };
    let sweeps = &comparison.sweeps[..1];
    let charts = [
        scaling::speed_up(&measured, sweeps, "a".into()),
        scaling::efficiency(&measured, sweeps, "b".into()),
        scaling::gains(&measured, &sweeps[0], "c".into()),
    ];
    charts.map(|chart| chart.expect("a study with several numbers of workers has every chart"))
}

/// Where a zone begins.
fn zone(chart: &Plot, kind: ZoneKind) -> Option<f64> {
    chart.zones.iter().find(|zone| zone.kind == kind).map(|zone| zone.from)
}

/// Two workers on each of four cores.
fn two_threads_a_core(workers: &[u64]) -> Study {
    let mut study = gallery::study(workers, &["threads"], 12);
    study.limits.allowed_cpus = (0..8).collect();
    study.machine.topology =
        (0..8).map(|id| bench_report::model::Cpu { id, core: Some(id % 4), kind: None }).collect();
    for entry in &mut study.workloads[0].entries {
        entry.cpus = (0..entry.workers).collect();
        entry.oversubscribed = entry.workers > 8;
    }
    study
}

#[test]
fn what_laws_were_not_fitted_to_is_hatched() {
    let [speed_up, efficiency, _] = charts(&two_threads_a_core(&[1, 2, 3, 4, 6]));
    for chart in [speed_up, efficiency] {
        assert_eq!(zone(&chart, ZoneKind::Extrapolated), Some(4.0), "6 workers share cores");
        let mut laws = chart.curves.iter().filter(|curve| matches!(curve.look, Look::Fitted(_)));
        let places = &laws.next().expect("a law is drawn").lines[0];
        assert_eq!(places.len(), 8, "a law is no chord between measured counts: {places:?}");
        assert!(laws.next().is_none());
    }
}

#[test]
fn more_workers_than_cpus_begin_at_the_cpus() {
    let [chart, ..] = charts(&two_threads_a_core(&[1, 2, 4, 12]));
    assert_eq!(zone(&chart, ZoneKind::Oversubscribed), Some(8.0));
}

#[test]
fn a_step_of_several_workers_is_told_for_each_of_them() {
    let [.., gains] = charts(&gallery::study(&[1, 2, 4, 6], &["threads"], 12));
    let step = &gains.columns[1];
    let points: f64 = step.said.value.split(' ').next().and_then(|v| v.parse().ok()).expect("+1.0");
    assert!((points - 100.0 * step.y.value).abs() < 0.06, "{}", step.said);
}

#[test]
fn what_is_not_judged_gets_neither_a_verdict_nor_a_law() {
    let mut study = gallery::study(&[1, 2, 3], &["threads"], 12);
    let entries = &mut study.workloads[0].entries;
    let mut copy = entries[1].clone();
    copy.role = Role::Control { original: 1 };
    copy.samples.iter_mut().for_each(|sample| sample.wall_ns *= 2);
    entries.push(copy);
    let [speed_up, efficiency, gains] = charts(&study);
    assert!(gains.columns.iter().all(|column| column.kind == ColumnKind::Withheld));
    let is_law = |look| matches!(look, Look::Fitted(_) | Look::Limit(_));
    let mut curves = speed_up.curves.iter().chain(&efficiency.curves);
    assert!(!curves.any(|curve| is_law(curve.look)));
    assert_eq!(zone(&speed_up, ZoneKind::Extrapolated), None);
}
