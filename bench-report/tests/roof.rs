//! Loading alone, the bound of the memory: computed on made-up times with known ratios, drawn only where it
//! was measured, and in nothing that is a result.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files must stop")]

use std::{fs, path::Path};

use bench_report::{
    Error, answer,
    chart::{
        plot::{Curve, Look, Plot},
        scaling::{self, Measured},
    },
    compare::Compared,
    model::{Report, Role},
    render, report_from_study,
};
use serde_json::{Value, json};

/// The workload of the made-up study whose samples were also loaded alone, and one that has none.
const WITH: usize = 3;
const WITHOUT: usize = 0;

fn study() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/version-2/study.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn read(study: &Value) -> Result<Report, Error> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("study.json");
    fs::write(&path, study.to_string()).unwrap();
    report_from_study(&path)
}

/// Does something with workload number `idx` of a report with one study.
fn with<R>(report: &Report, idx: usize, then: impl FnOnce(&Measured<'_>) -> R) -> R {
    let compared = Compared::of(report);
    let of_study = &compared.studies[0];
    let (workload, comparison) = of_study.workloads().nth(idx).unwrap();
    then(&Measured { study: of_study.study, workload, comparison })
}

/// Places of points, and numbers of workers that lines join.
type Drawn = (Vec<(f64, f64)>, Vec<Vec<f64>>);

/// What is drawn for the bound of the memory.
fn drawn(plot: &Plot) -> Vec<Drawn> {
    let is_roof = |look: Look| look == Look::Bound(3);
    let curves = plot.curves.iter().filter(|curve| is_roof(curve.look));
    let places = |curve: &Curve| {
        let points = curve.points.iter().map(|point| (point.x, point.y.value)).collect();
        let lines = curve.lines.iter().map(|line| line.iter().map(|at| at.0).collect()).collect();
        (points, lines)
    };
    curves.map(places).collect()
}

fn is_near(found: f64, expected: f64) -> bool {
    (found / expected - 1.0).abs() < 1e-9
}

#[test]
fn the_bound_is_the_serial_time_over_that_of_loading_and_its_share_what_was_reached() {
    with(&read(&study()).unwrap(), WITH, |measured| {
        let expected = [(1, 8000.0 / 4000.0), (2, 8000.0 / 3920.0), (4, 8000.0 / 2400.0)];
        let roofs = &measured.comparison.roofs;
        assert_eq!(roofs.len(), 4);
        for (&roof, (workers, bound)) in roofs.iter().zip(expected) {
            let entry = &measured.workload.entries[roof];
            assert_eq!((entry.workers, entry.role), (workers, Role::Roof));
            let found = measured.comparison.figures[roof].speed_up.unwrap();
            assert!(is_near(found.value, bound) && found.interval.is_some(), "{found:?}");
        }
        let under = measured.comparison.figures[2].under_roof.unwrap();
        assert!(is_near(under.reached.value, 3920.0 / 4000.0));
        assert!(under.reached.interval.unwrap().contains(0.98));
        // Four scans of 4,000,000 samples of 16 bytes in 4 ms, and in 3.92 ms.
        assert!(is_near(under.counted_per_s.unwrap(), 64e9));
        assert!(is_near(under.loaded_per_s.unwrap(), 64e9 / 0.98));
    });
}

#[test]
fn a_roof_is_no_result() {
    let report = read(&study()).unwrap();
    with(&report, WITH, |measured| {
        let comparison = measured.comparison;
        let of_sweeps = comparison.sweeps.iter().flat_map(|sweep| &sweep.entry_idxs);
        assert!(of_sweeps.clone().all(|idx| !comparison.roofs.contains(idx)));
        assert_eq!(of_sweeps.count(), 4);
        for &roof in &comparison.roofs {
            let figures = &comparison.figures[roof];
            assert_eq!((figures.gain, figures.under_roof), (None, None));
        }
        let told = answer::sentences(measured.study, measured.workload, comparison);
        let of_roof: Vec<&String> = told.iter().filter(|one| one.contains("loading")).collect();
        assert_eq!(of_roof.len(), 1, "{told:?}");
        assert!(of_roof[0].ends_with(
            "threads reached 50.0 % (50.0–50.0 %) with 1 worker and 96.0 % (96.0–96.0 %) with 4 \
             workers."
        ));
    });
}

#[test]
fn the_bound_is_drawn_where_it_was_measured_and_joined_only_between_neighbors() {
    let report = read(&study()).unwrap();
    let charts = |measured: &Measured<'_>| {
        let sweeps = measured.groups().next().unwrap();
        [scaling::speed_up, scaling::efficiency]
            .map(|chart| drawn(&chart(measured, sweeps, "chart".into()).unwrap()))
    };
    let [speed_up, efficiency] = with(&report, WITH, charts);
    let (points, lines) = &speed_up[0];
    assert_eq!(points.iter().map(|point| point.0).collect::<Vec<_>>(), [1.0, 2.0, 4.0, 6.0]);
    assert_eq!(lines, &[vec![1.0, 2.0]], "nothing is known of 3 and 5 workers");
    for ((workers, whole), (_, each)) in points.iter().zip(&efficiency[0].0) {
        assert!(is_near(whole / workers, *each));
    }
    assert_eq!(with(&report, WITHOUT, charts), [vec![], vec![]]);
    let page = render::by_name("html").unwrap().render(&report).unwrap();
    assert!(page.contains("Gray bars are the bound of the memory"));
    assert!(page.contains("No bound of the memory is drawn for l2, strong scaling; l2"));
}

#[test]
fn a_count_that_is_faster_than_loading_is_told() {
    let mut study = study();
    assert!(!doubts(&study).iter().any(|doubt| doubt.contains("loading the samples alone")));
    for block in study["workloads"][WITH]["blocks"].as_array_mut().unwrap() {
        for sample in block["samples"].as_array_mut().unwrap() {
            if sample["configuration"] == 6 {
                let wall_ns = sample["wall_ns"].as_u64().unwrap();
                sample["wall_ns"] = json!(wall_ns * 2);
            }
        }
    }
    let doubts = doubts(&study);
    let told = doubts.iter().find(|doubt| doubt.contains("loading the samples alone")).unwrap();
    assert!(told.contains("threads, 2 workers counted at 196.0 %"), "{told}");
}

/// What makes the numbers of the workload with a roof doubtful.
fn doubts(study: &Value) -> Vec<String> {
    with(&read(study).unwrap(), WITH, |measured| {
        answer::doubts(measured.study, measured.workload, measured.comparison)
    })
}

#[test]
fn a_roof_is_nothing_that_a_control_could_copy() {
    let mut study = study();
    // The control of 4 workers, and what it copies.
    study["workloads"][WITH]["configurations"][3]["role"] = json!("roof");
    let error = read(&study).unwrap_err();
    let cause = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
    assert!(format!("{error}: {cause}").contains("configuration 9 is a control"), "{error}");
}
