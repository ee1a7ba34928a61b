//! Every format makes exactly the recorded bytes from the recorded studies.
//!
//! After a wanted change: `BLESS=1 cargo test -p bench-report --test golden`, then read the
//! difference. `tests/data/README.md` says what the files are.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files must stop")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use bench_report::{
    compare::Compared,
    model::Report,
    read,
    render::{self, Format},
    report_from_study, write,
};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// Folders of the recorded studies below `tests/data`: version 1, version 2, and six worker counts
/// whose law is known.
const STUDIES: [&str; 3] = ["", "version-2", "six-counts"];

/// Where the expected text of a format is kept.
fn expected(folder: &str, format: &dyn Format) -> PathBuf {
    let name = format.file_name().map_or_else(|| format!("{}.txt", format.name()), Into::into);
    data(folder).join(name)
}

/// The study of a folder.
fn recorded(folder: &str) -> Report {
    report_from_study(&data(folder).join("study.json")).unwrap()
}

/// The page made of a recorded study.
fn page(folder: &str) -> String {
    render::by_name("html").unwrap().render(&recorded(folder)).unwrap()
}

#[test]
fn every_format_makes_the_recorded_bytes() {
    for folder in STUDIES {
        let report = recorded(folder);
        let compared = Compared::of(&report);
        for format in render::ALL {
            assert_recorded(folder, *format, &format.lay_out(&compared).unwrap());
        }
    }
}

#[track_caller]
fn assert_recorded(folder: &str, format: &dyn Format, text: &str) {
    let path = expected(folder, format);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let recorded = fs::read_to_string(&path).unwrap();
    let line = recorded.lines().zip(text.lines()).position(|(old, new)| old != new);
    assert!(
        recorded == text,
        "{} differs from {} first in line {:?}; if that is wanted: BLESS=1",
        format.name(),
        path.display(),
        line.map(|line| line + 1)
    );
}

#[test]
fn the_same_study_gives_the_same_bytes_again() {
    let reports = ["version-2"; 2].map(recorded);
    let [first, second] = reports.each_ref().map(Compared::of);
    for format in render::ALL {
        assert_eq!(format.lay_out(&first).unwrap(), format.lay_out(&second).unwrap());
    }
}

#[test]
fn the_page_is_self_contained() {
    let html = STUDIES.map(page).concat();
    for foreign in ["<script", "<link", "<img", "@import", "href=\"http", "src=\"", "url(http"] {
        assert!(!html.contains(foreign), "{foreign}");
    }
    for label in ["100.00 %", "153.66 %", "237.76 %", "247.75 %", "248.28 %"] {
        assert!(html.contains(label), "{label}");
    }
}

#[test]
fn sections_come_in_reading_order_and_ids_are_unique() {
    let html = page("version-2");
    let ids = [
        "answer",
        "warnings",
        "figures",
        "speed-up",
        "laws",
        "gains",
        "throughput",
        "backends",
        "noise",
        "belief",
        "machine",
        "samples",
        "method",
        "numbers",
        "raw",
        "absent",
    ];
    let places: Vec<usize> =
        ids.iter().map(|id| html.find(&format!("<h2 id=\"{id}\"")).expect(id)).collect();
    assert!(places.is_sorted(), "{places:?}");
    let mut all: Vec<&str> =
        html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn two_studies_share_one_report() {
    let path = data("study.json");
    let report = read(&[&path, &path]).unwrap();
    assert_eq!(report.studies.len(), 2);
    let single = report_from_study(&path).unwrap();
    let [single, double] = [&single, &report].map(Compared::of);
    for format in render::for_people() {
        let [once, twice] = [&single, &double].map(|compared| format.lay_out(compared).unwrap());
        let told = |text: &str| text.matches("185.7 %").count();
        assert!(told(&once) > 0, "{}", format.name());
        assert_eq!(told(&twice), 2 * told(&once));
    }
}

#[test]
fn files_appear_whole_under_their_names_and_nothing_else_is_left() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("made/here");
    let report = report_from_study(&data("study.json")).unwrap();
    for _ in 0..2 {
        let paths = write(&report, render::ALL, &out).unwrap();
        let expected: Vec<PathBuf> =
            render::ALL.iter().filter_map(|f| f.file_name()).map(|name| out.join(name)).collect();
        assert_eq!(paths, expected);
        assert_eq!(fs::read_dir(&out).unwrap().count(), expected.len());
    }
    for format in render::ALL.iter().filter(|format| format.file_name().is_some()) {
        let written = fs::read_to_string(out.join(format.file_name().unwrap())).unwrap();
        assert_eq!(written, format.render(&report).unwrap());
    }
}
