//! Loading alone, the roof over a count: which series measure it, and that a study with it goes on as if
//! it had not been interrupted. Nothing here depends on how long anything takes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::num::NonZeroUsize;
use std::time::Duration;

use kernel::isa;
use runner::backend::{self, Mode};
use runner::placement::Choice;
use runner::study::grid::Role;
use runner::study::interrupt::Interrupt;
use runner::study::journal::FILE;
use runner::study::preset::{ALL as PRESETS, Facts, Preset, Wishes};
use runner::study::progress::Progress;
use runner::study::{self, Extent, Options, Series, Study};
use runner::workload::{self, Expected, Level, WidthRange, Workload};
use tempfile::TempDir;

/// Times are not looked at here.
const SAMPLE: Duration = Duration::from_millis(1);

/// A tiny workload that says it were sized for `level`, by the first two backends.
fn series(level: Option<Level>, mode: Mode) -> Series {
    let widths = WidthRange { start: 0.5, stop: 1.5, count: 2 };
    let tiny = Workload { n: 300, widths, expected: Expected::Oracle, ..workload::ALL[0].clone() };
    Series {
        workload: Workload { checksum: None, ..tiny },
        level,
        mode,
        widths_per_scan: NonZeroUsize::MIN,
        backends: backend::ALL[..2].to_vec(),
        workers: vec![2, 3],
        assumed: None,
        shortfall: None,
    }
}

fn options(out: &TempDir, series: Vec<Series>) -> Options {
    Options {
        preset: None,
        series,
        placement: Choice::default(),
        extent: Extent::Blocks(NonZeroUsize::new(2).unwrap()),
        sample: SAMPLE,
        seed: 5,
        isa: isa::best(),
        out: out.path().into(),
        progress: Progress::Silent,
        interrupt: Interrupt::default(),
    }
}

/// Numbers of workers of the roofs of a series.
fn roofs(study: &Study, series: usize) -> Vec<usize> {
    let configurations = study.workloads[series].subject.configurations.iter();
    configurations.filter(|one| one.role == Role::Roof).map(|one| one.workers).collect()
}

#[test]
fn samples_that_workers_reach_by_a_shared_way_have_a_roof_and_others_none() {
    let folder = tempfile::tempdir().unwrap();
    let levels = [None, Some(Level::L1), Some(Level::L2), Some(Level::L3), Some(Level::Dram)];
    let mut all: Vec<Series> = levels.map(|level| series(level, Mode::Strong)).into();
    all.push(series(Some(Level::Dram), Mode::Throughput));
    let study = study::run(&options(&folder, all)).into_study().unwrap().unwrap();
    let found: Vec<Vec<usize>> = (0..6).map(|idx| roofs(&study, idx)).collect();
    let (none, one) = (vec![], vec![1, 2, 3]);
    assert_eq!(found, [none.clone(), none.clone(), none, one.clone(), one.clone(), one]);
    // It is measured in every block as often as all others, and read by the report.
    for series in &study.workloads {
        for block in &series.blocks {
            assert_eq!(block.samples.len(), series.subject.configurations.len());
        }
    }
    let path = study.write(folder.path()).unwrap();
    assert_eq!(bench_report::report_from_study(&path).unwrap().studies.len(), 1);
}

#[test]
fn the_default_preset_has_a_roof_over_main_memory_alone() {
    let facts = Facts { caches: &[], memory_bytes: None, workers: vec![1, 2] };
    let levels = |preset: &Preset| {
        let series = preset.series(&Wishes::default(), &facts);
        series.iter().filter(|one| one.has_roof()).map(|one| one.level).collect::<Vec<_>>()
    };
    assert_eq!(levels(&PRESETS[0]), [Some(Level::Dram)]);
    assert!(levels(Preset::by_name("article").unwrap()).is_empty());
}

#[test]
fn a_study_with_a_roof_goes_on_in_the_same_order() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder, vec![series(Some(Level::Dram), Mode::Strong)]);
    let order = |study: &Study| {
        let blocks = study.workloads[0].blocks.iter();
        blocks.flat_map(|block| block.measured().map(|one| one.configuration)).collect::<Vec<_>>()
    };
    let whole = study::run(&options).into_study().unwrap().unwrap();
    let journal = folder.path().join(FILE);
    let text = std::fs::read_to_string(&journal).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for kept in [2, 6, 13] {
        std::fs::write(&journal, lines[..kept].concat()).unwrap();
        let study = study::resume(&options).into_study().unwrap().unwrap();
        assert!(study.complete, "{kept} lines");
        assert_eq!((order(&study), roofs(&study, 0)), (order(&whole), vec![1, 2, 3]));
    }
}
