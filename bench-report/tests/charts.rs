//! Pages of reports without studies, of every part and of great size: what stands in them, in which
//! order, and how large they get.
//!
//! Apart from `golden.rs`, whose inputs are files. After a wanted change:
//! `BLESS=1 cargo test -p bench-report --test charts`, then read the difference.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files must stop")]

use std::{fs, path::Path};

use bench_report::{model::Report, render};

mod gallery;

fn page(report: &Report) -> String {
    render::by_name("html").unwrap().render(report).unwrap()
}

/// Ids of the sections, in order.
fn sections(html: &str) -> Vec<&str> {
    html.split("<h2 id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn a_report_without_study_makes_the_recorded_bytes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/without-study");
    for (format, file) in [("html", "report.html"), ("markdown", "report.md")] {
        let text = render::by_name(format).unwrap().render(&gallery::without_study()).unwrap();
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(file), &text).unwrap();
        }
        let recorded = fs::read_to_string(folder.join(file)).unwrap();
        assert!(recorded == text, "{file} differs; if that is wanted: BLESS=1");
    }
}

#[test]
fn every_part_has_its_section_in_the_order_of_reading() {
    let study = gallery::study(&[1, 2, 3], &["threads", "rayon"], 8);
    let html = page(&gallery::everything(study));
    let wanted = [
        "answer",
        "warnings",
        "figures",
        "speed-up",
        "laws",
        "gains",
        "throughput",
        "cost",
        "roofline",
        "implementations",
        "isas",
        "backends",
        "noise",
        "belief",
        "machine",
        "samples",
        "method",
        "groups",
        "benchmarks",
        "numbers",
        "raw",
    ];
    assert_eq!(sections(&html), wanted);
}

#[test]
fn what_is_missing_is_absent_and_says_which_file_would_fill_it() {
    let empty = page(&Report::default());
    assert_eq!(sections(&empty), ["answer", "warnings", "absent"]);
    assert!(
        empty.contains("no result was measured") && !empty.contains("blocks follow"),
        "{empty}"
    );
    for named in ["study.json", "cargo bench", "peers.json", "machine file"] {
        assert!(empty.contains(named), "{named}");
    }
    let foreign = page(&Report { benchmarks: vec![gallery::foreign(3)], ..Report::default() });
    assert_eq!(
        sections(&foreign),
        ["answer", "warnings", "noise", "method", "benchmarks", "absent"]
    );
    let title = foreign.split("<h1>").nth(1).unwrap();
    assert!(title.starts_with("Benchmarks") && !foreign.contains("speed-up"));
    assert!(foreign.contains("A benchmark of criterion gives samples of many iterations"));
}

#[test]
fn files_that_could_not_be_read_stand_among_the_warnings() {
    let html = page(&gallery::without_study());
    let warnings = html.split("<ul class=\"warnings\">").nth(1).unwrap();
    assert!(warnings.split("</ul>").next().unwrap().contains("sample.json: "));
}

#[test]
fn every_chart_is_named_and_its_ids_are_unique() {
    let study = gallery::study(&[1, 2, 3], &["threads", gallery::LONG], 8);
    let html = page(&gallery::everything(study));
    let charts = html.matches("<svg class=\"chart\"").count();
    assert!(charts > 20);
    assert_eq!(html.matches("role=\"img\" aria-labelledby=").count(), charts);
    let mut ids: Vec<&str> =
        html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert!(!html.contains("NaN") && !html.contains("inf%"));
}

/// Every tag of every chart that opens also closes, in order: browsers forgive, other readers do not.
#[test]
fn every_chart_is_well_formed() {
    let html = page(&gallery::everything(gallery::study(&[1, 2, 3], &["a", gallery::LONG], 8)));
    for chart in html.split("<svg class=\"chart").skip(1) {
        let mut open = vec!["svg"];
        let inner = chart.split_once('>').unwrap().1;
        for tag in inner.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
            match (tag.strip_prefix('/'), tag.ends_with('/')) {
                (Some(name), _) => assert_eq!(open.pop(), Some(name), "{inner}"),
                (None, true) => {}
                (None, false) => open.extend(tag.split_whitespace().next()),
            }
            if open.is_empty() {
                break;
            }
        }
        assert!(open.is_empty(), "left open: {open:?}");
    }
}

/// Names with markup come through every chart and table as text.
#[test]
fn names_stay_text() {
    let hostile = "\"'><script>alert('&')</script>";
    let mut report = gallery::everything(gallery::study(&[1, 2], &["threads", hostile], 8));
    report.benchmarks[0].benchmarks[0].id = format!("{hostile}/n=10");
    report.benchmarks[0].origin = hostile.into();
    report.peers[0].workloads[0].entries[1].name = hostile.into();
    report.unread[0].name = hostile.into();
    let html = page(&report);
    assert!(!html.contains("<script"));
    assert!(html.contains("&lt;script&gt;"));
}

/// The largest page that must still open quickly.
#[test]
fn a_page_of_many_benchmarks_and_a_great_study_has_at_most_five_million_bytes() {
    let html = page(&gallery::largest());
    assert!(html.len() <= 5_000_000, "{} bytes", html.len());
    assert!(html.contains("The chart shows the first 60 of 2"));
}

/// More charts of one kind than a page shows: the last one says how many are missing.
#[test]
fn charts_against_n_that_are_left_out_are_counted() {
    let mut report = Report { benchmarks: vec![gallery::benchmarks()], ..Report::default() };
    let list = &mut report.benchmarks[0].benchmarks;
    let one: Vec<_> = list.iter().filter(|one| one.id.starts_with("widths/")).cloned().collect();
    *list = (10..24)
        .flat_map(|head| {
            one.iter().cloned().map(move |mut one| {
                one.id = one.id.replacen("widths", &format!("head{head}"), 1);
                one
            })
        })
        .collect();
    let html = page(&report);
    assert!(html.contains("2 more charts of this kind are left out."));
    assert!(html.contains("Cost against n, head21") && !html.contains("Cost against n, head22"));
}
