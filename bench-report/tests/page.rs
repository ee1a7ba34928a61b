//! What a page must not overstate: laws beyond their data, steps of several workers, verdicts that
//! were withheld.
//!
//! Apart from `charts.rs`, which looks at the whole of a page, and from `golden.rs`, which compares
//! bytes: here a chart is read as data.

use bench_report::{
    chart::{
        dots::DotMark,
        plot::{ColumnKind, Look, Plot, ZoneKind},
        scaling::{self, Measured},
        sides,
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

#[test]
fn a_copy_is_called_a_copy() {
    let mut study = gallery::study(&[1, 2], &["threads"], 12);
    let entries = &mut study.workloads[0].entries;
    entries.push(bench_report::model::Entry {
        role: Role::Control { original: 1 },
        ..entries[1].clone()
    });
    let strip = bench_report::chart::noise::of_workload(&study.workloads[0], "a".into());
    let rows = strip.expect("every row has samples").rows;
    assert!(rows.iter().any(|row| row.name == "threads, 1 worker (copy)"), "{rows:?}");
}

/// A comment on a pull request takes 65 536 characters.
#[test]
fn the_brief_form_of_any_report_fits_a_comment() {
    let long: Vec<String> = (0..200).map(|idx| format!("{idx}-{}", gallery::LONG)).collect();
    let backends: Vec<&str> = long.iter().map(String::as_str).collect();
    let mut many = gallery::everything(gallery::study(&[1, 2, 3], &backends, 2));
    many.unread = vec![many.unread[0].clone(); 500];
    many.studies = vec![many.studies[0].clone(); 20];
    for report in [many, gallery::largest()] {
        let brief = bench_report::render::SPLICED.render(&report).expect("it is laid out");
        assert!(brief.len() < 65_536, "{} bytes", brief.len());
        assert!(brief.contains("more stand in the whole report"));
    }
}

#[test]
fn a_chart_of_many_keeps_its_reference() {
    let mut job = gallery::peers().workloads.remove(0);
    let reference = job.entries.remove(0);
    let other = job.entries[0].clone();
    let names = (0..70)
        .map(|idx| bench_report::model::Peer { name: format!("rival {idx}"), ..other.clone() });
    job.entries = names.chain([reference]).collect();
    let shown = sides::shown(&sides::of_peers(&job));
    assert_eq!(shown.len(), sides::MOST_ROWS);
    assert_eq!(shown.last().map(|side| side.mark), Some(DotMark::Reference));
}
