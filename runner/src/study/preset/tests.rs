//! Bundles: that they name what exists, how wishes change them, and that plans come back.

use super::{ALL, Facts, Preset, Source, Wishes};
use crate::backend::{self, Mode};
use crate::study::Series;
use crate::workload::{Level, Workload};
use std::num::NonZeroUsize;

fn facts() -> Facts<'static> {
    Facts { caches: &[], memory_bytes: None, workers: vec![1, 2, 3] }
}

#[test]
fn every_preset_names_what_exists_and_nothing_twice() {
    for preset in ALL {
        assert_eq!(Preset::by_name(preset.name).unwrap().name, preset.name);
        let sources = preset.rows.iter().flat_map(|row| row.workloads);
        for source in sources {
            if let Source::Named(name) = source {
                assert!(Workload::by_name(name).is_ok(), "{name}");
            }
        }
        let series = preset.series(&Wishes::default(), &facts());
        let mut names: Vec<String> = series.iter().map(Series::describe).collect();
        names.sort();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "{}", preset.name);
        assert!(series.iter().all(|one| !one.backends.is_empty() && !one.workers.is_empty()));
    }
    assert!(Preset::by_name("nosuch").unwrap_err().contains("known: quick"));
}

#[test]
fn wishes_replace_parts_of_a_preset() {
    let wishes = Wishes {
        backends: vec![backend::ALL[1], backend::ALL[1]],
        workers: vec![5],
        modes: vec![Mode::Weak],
        sizes: vec![Level::L2, Level::L3],
        widths_per_scan: vec![NonZeroUsize::new(7).unwrap()],
    };
    for preset in ALL {
        let series = preset.series(&wishes, &facts());
        let names: Vec<String> = series.iter().map(Series::describe).collect();
        assert_eq!(names, ["l2, weak, 7 widths per scan", "l3, weak, 7 widths per scan"]);
        for one in &series {
            assert_eq!(one.workers, [5]);
            assert_eq!(one.backends.len(), 1);
            assert!(one.assumed.is_some(), "no caches are known");
        }
    }
}

#[test]
fn a_series_comes_back_from_its_plan() {
    for preset in ALL {
        for series in preset.series(&Wishes::default(), &facts()) {
            let planned = series.plan();
            let again = Series::of_plan(&planned, &facts()).unwrap();
            assert_eq!((again.plan(), &again.workload), (planned.clone(), &series.workload));
            let less = Facts { memory_bytes: Some(1 << 20), ..facts() };
            let again = Series::of_plan(&planned, &less).unwrap();
            assert_eq!(again.workload, series.workload, "the size of the plan holds");
            assert_eq!(again.shortfall, series.shortfall, "and what was said of it");
        }
    }
    let mut planned = ALL[0].series(&Wishes::default(), &facts())[0].plan();
    planned.backends.push("nosuch".into());
    let error = Series::of_plan(&planned, &facts()).unwrap_err().to_string();
    assert!(error.contains("'nosuch'"), "{error}");
}

#[test]
fn a_dial_never_exceeds_the_widths() {
    let wishes = Wishes {
        widths_per_scan: [1, 1000, 2000].map(|n| NonZeroUsize::new(n).unwrap()).to_vec(),
        ..Wishes::default()
    };
    let series = Preset::by_name("article").unwrap().series(&wishes, &facts());
    let dials: Vec<usize> = series.iter().map(|one| one.widths_per_scan.get()).collect();
    assert_eq!(dials, [1, 100]);
}
