//! The tour of the article: recorded bytes, every section in every format, and what is missing of
//! one.
//!
//! Apart from `golden.rs`, whose inputs are studies. After a wanted change:
//! `BLESS=1 cargo test -p bench-report --test tour`, then read the difference.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files must stop")]

use std::{fs, path::Path};

use bench_report::{
    compare::Compared,
    model::{
        Report,
        tour::{Outcome, Tour},
    },
    render::{self, terminal},
    source::{article, report},
};
use serde_json::{Value, json};

mod gallery;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tour")
}

fn recorded() -> Value {
    serde_json::from_str(&fs::read_to_string(folder().join("article.json")).unwrap()).unwrap()
}

fn parsed(file: &Value) -> Result<Tour, bench_report::Error> {
    article::parse(file.to_string().as_bytes(), Path::new("article.json"))
}

fn of(tour: Tour) -> Report {
    Report { tours: vec![tour], ..Report::default() }
}

fn rendered(format: &str, report: &Report) -> String {
    render::by_name(format).unwrap().render(report).unwrap()
}

#[test]
fn every_format_makes_the_recorded_bytes() {
    for format in render::ALL {
        let text = format.render(&gallery::tour()).unwrap();
        let path = folder().join(format.file_name().unwrap_or("terminal.txt"));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let recorded = fs::read_to_string(&path).unwrap();
        assert!(recorded == text, "{} differs; if that is wanted: BLESS=1", path.display());
    }
}

#[test]
fn a_report_of_a_tour_alone_tells_its_answers_first() {
    let html = rendered("html", &of(gallery::recorded_tour()));
    let ids: Vec<&str> =
        html.split("<h2 id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let wanted = [
        "answer",
        "warnings",
        "tour-queue",
        "tour-pool",
        "tour-memory",
        "tour-window",
        "tour-data",
        "tour-benchmark",
        "tour-waiting",
        "machine",
        "method",
        "absent",
    ];
    assert_eq!(ids, wanted);
    for told in ["p(x) = 0.3", "0.159154943092", "digit for digit", "0.7613", "1.1048"] {
        assert!(html.contains(told), "{told}");
    }
    assert!(html.contains("The study “study.json” with its figures is not in this report"));
}

#[test]
fn ids_are_unique_even_with_two_tours() {
    let mut report = gallery::tour();
    report.append(of(gallery::stretched(3)));
    let html = rendered("html", &report);
    let mut ids: Vec<&str> =
        html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn one_section_can_be_had_alone() {
    let report = of(gallery::recorded_tour());
    let compared = Compared::of(&report);
    let queue = terminal::section(&compared, "queue").unwrap();
    assert!(queue.contains("['PQpqM', 'yzQfA', 'PSNkD', 'SHZYV']"), "{queue}");
    assert!(
        queue.contains("sorted and stripped:  ['yzQfA', 'PQpqM', 'SHZYV', 'PSNkD']"),
        "{queue}"
    );
    assert!(!queue.contains("Parzen windows"), "{queue}");
    assert!(queue.lines().all(|line| line.chars().count() <= 100), "{queue}");
    let window = terminal::section(&compared, "window").unwrap();
    assert!(window.contains("p(x) = k / n / h³ = 3 / 10 / 1³ = 0.3"), "{window}");
    assert!(window.contains("figures in the page: “The window among the samples”"), "{window}");
    assert!(terminal::section(&compared, "nothing").is_none());
}

#[test]
fn calls_that_wait_are_told_from_those_that_do_not() {
    let report = of(gallery::recorded_tour());
    let pool = terminal::section(&Compared::of(&report), "pool").unwrap().replace('\n', " ");
    assert!(pool.contains("apply hands over one task and waits for its result"), "{pool}");
    assert!(pool.contains("The results do not stand in the order of the inputs"), "{pool}");
    for line in ["at most 1 task ran", "at most 4 tasks ran"] {
        assert!(pool.contains(line), "{line}: {pool}");
    }
}

#[test]
fn failures_and_incidents_are_warnings_in_the_chapter_and_at_the_top() {
    let mut tour = gallery::failed();
    tour.sections[0].incidents = vec!["worker 2 died".into()];
    for format in ["html", "markdown"] {
        let page = rendered(format, &of(tour.clone()));
        let told = |text: &str| page.matches(text).count();
        assert_eq!(told("worker 2 died"), 2, "{format}");
        assert_eq!(told("processes cannot be started here"), 14, "{format}");
    }
    let text = rendered("terminal", &of(tour));
    assert!(text.contains("warning: worker 2 died\n"), "{text}");
}

#[test]
fn an_incomplete_section_is_shown_and_called_so() {
    let mut file = recorded();
    file["sections"][6]["incomplete"] = json!("interrupted after 3 of 8 blocks");
    let report = of(parsed(&file).unwrap());
    let page = rendered("markdown", &report);
    let told = "This section is incomplete: interrupted after 3 of 8 blocks.";
    assert_eq!(page.matches(told).count(), 2, "in the chapter and among the warnings");
    assert!(page.contains("pipe: 24 workers (24–24)"), "its data is shown");
    let brief = rendered("brief", &report);
    assert!(brief.contains("7 sections, of which “waiting” did not run to the end."), "{brief}");
    assert!(brief.contains(told), "{brief}");
    let again = report::parse(rendered("json", &report).as_bytes(), Path::new("report.json"));
    assert!(again.unwrap() == report);
}

#[test]
fn the_brief_form_has_a_line_for_each_chapter_that_was_run() {
    let lines = |report: &Report| {
        let brief = rendered("brief", report);
        let (answers, _) = brief.split_once("Warnings:").unwrap();
        answers.lines().filter(|line| line.starts_with("**")).count()
    };
    let mut report = gallery::tour();
    assert_eq!(lines(&report), 1 + 1 + 7, "the study, the tour, and its chapters");
    report.tours[0].sections.truncate(2);
    assert_eq!(lines(&report), 1 + 1 + 2);
    assert_eq!(lines(&of(gallery::failed())), 1, "what failed is a warning");
}

#[test]
fn lost_workers_and_empty_lists_are_said_and_break_nothing() {
    let mut file = recorded();
    file["sections"][0]["data"]["strings"].as_array_mut().unwrap().truncate(3);
    file["sections"][1]["data"]["calls"][1]["results"][2] = Value::Null;
    file["sections"][1]["data"]["calls"][1]["tasks"].as_array_mut().unwrap().truncate(5);
    let text = rendered("terminal", &of(parsed(&file).unwrap()));
    assert!(text.contains("warning: 1 of 4 strings is missing."), "{text}");
    assert!(text.contains("warning: map: 1 of 6 tasks is missing."), "{text}");
    assert!(text.contains("[1, 8, –, 64, 125, 216]"), "{text}");
    let lists = [
        (0, "strings"),
        (1, "inputs"),
        (1, "calls"),
        (2, "ways"),
        (4, "twelve"),
        (4, "curve"),
        (6, "kinds"),
    ];
    for (section, list) in lists {
        file["sections"][section]["data"][list] = json!([]);
        let report = of(parsed(&file).unwrap());
        for format in render::ALL {
            assert!(format.render(&report).is_ok(), "{list}");
        }
    }
}

#[test]
fn tours_of_every_size_can_be_shown() {
    for workers in [0, 1, 2, 64] {
        let report = of(gallery::stretched(workers));
        for format in render::ALL {
            let text = format.render(&report).unwrap();
            assert!(!text.contains("NaN") && !text.contains("inf%"), "{}", format.name());
        }
    }
    let html = rendered("html", &of(gallery::stretched(64)));
    assert_eq!(html.matches(">worker 64</text>").count(), 5);
}

#[test]
fn a_tour_is_the_same_after_report_json_and_old_reports_are_still_read() {
    let original = gallery::tour();
    let text = rendered("json", &original);
    let path = Path::new("report.json");
    assert!(report::parse(text.as_bytes(), path).unwrap() == original);
    let mut old: Value = serde_json::from_str(&text).unwrap();
    assert!(old["report"].as_object_mut().unwrap().remove("tours").is_some());
    assert!(report::parse(old.to_string().as_bytes(), path).unwrap().tours.is_empty());
    let mut bad: Value = serde_json::from_str(&text).unwrap();
    bad["report"]["tours"][0]["sections"][3]["outcome"]["window"]["count"] = json!(4);
    assert!(report::parse(bad.to_string().as_bytes(), path).is_err());
}

#[test]
fn a_machine_may_stand_beside_the_sections_or_hold_its_three_parts() {
    let mut nested = recorded();
    let parts = ["machine", "limits", "state"].map(|part| nested[part].take());
    let [machine, limits, state] = parts;
    nested["machine"] = json!({"machine": machine, "limits": limits, "state": state});
    assert!(parsed(&nested).unwrap() == parsed(&recorded()).unwrap());
    assert_eq!(parsed(&nested).unwrap().limits.allowed_cpus, [0, 1]);
}

#[test]
fn a_section_that_is_not_known_has_failed_and_the_others_are_read() {
    let mut file = recorded();
    file["sections"][2]["name"] = json!("autopsy");
    let tour = parsed(&file).unwrap();
    assert!(matches!(&tour.sections[2].outcome, Outcome::Failed(why) if why.contains("not know")));
    assert!(rendered("html", &of(tour)).contains("Section “autopsy”"));
}

#[test]
fn tours_that_contradict_themselves_are_refused() {
    let cases = [
        ("/sections", json!([])),
        ("/sections/1/name", json!("queue")),
        ("/sections/0/data/workers", json!(0)),
        ("/sections/0/data/strings/0/position", json!(4)),
        ("/sections/0/data/strings/0/ended_ns", json!(0)),
        ("/sections/0/data/strings/0/ended_ns", json!(u64::MAX)),
        ("/sections/1/data/workers", json!(1_000_000)),
        ("/sections/1/data/calls/0/collected_ns", json!(1)),
        ("/sections/1/data/calls/0/tasks/0/worker", json!(4)),
        ("/sections/1/data/inputs", json!(vec![1; 5000])),
        ("/sections/2/data/ways/1/crash/others_alive", json!(2)),
        ("/sections/3/data/count", json!(4)),
        ("/sections/3/data/density", json!(0.4)),
        ("/sections/3/data/h", json!(0.0)),
        ("/sections/3/data/points/0/0", json!(1e300)),
        ("/sections/4/data/covariance", json!([[1.0, 1.0], [1.0, 1.0]])),
        ("/sections/4/data/covariance", json!([[1.0, 0.5], [0.4, 1.0]])),
        ("/sections/4/data/covariance/0/0", json!(-1.0)),
        ("/sections/4/data/n", json!(0)),
        ("/sections/4/data/twelve/0/count", json!(10_001)),
        ("/sections/4/data/twelve/0/as_published", json!(0.017)),
        ("/sections/4/data/twelve/0/density", json!(0.016)),
        ("/sections/4/data/curve/0/h", json!(-0.1)),
        ("/sections/6/data/cpus", json!(0)),
        ("/sections/6/data/kinds/0/workers/1/workers", json!(1)),
        ("/sections/6/data/kinds/0/workers/1/wall_ns/0", json!(0)),
    ];
    for (place, value) in cases {
        let mut file = recorded();
        *file.pointer_mut(place).expect(place) = value.clone();
        assert!(parsed(&file).is_err(), "{place} = {value}");
    }
}
