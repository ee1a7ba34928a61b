//! The time from a report in memory to its page, for the largest that must still be quick: 2,000
//! benchmarks and a study of 128 workers in 200 blocks.
//!
//! Apart from the other targets because no counting is timed here, and nothing is pinned: whoever
//! waits for a page does not pin either. Before it is timed, the page must have its charts. Next:
//! `bench-report/tests/charts.rs`, which bounds its size.

use std::{hint::black_box, time::Duration};

use bench_report::{
    model::Report,
    render::{Format as _, html::Html},
};
use criterion::Criterion;

#[path = "../../bench-report/tests/gallery/mod.rs"]
mod gallery;

/// Bytes that the page may have.
const MOST_BYTES: usize = 5_000_000;

fn main() {
    let mut criterion = Criterion::default()
        .without_plots()
        .sample_size(10)
        .measurement_time(Duration::from_secs(10))
        .configure_from_args();
    let report = gallery::largest();
    criterion.benchmark_group("report/html").bench_function("largest", |bencher| {
        assert_whole(&page(&report));
        bencher.iter(|| page(black_box(&report)));
    });
    criterion.final_summary();
}

/// # Panics
/// If the page cannot be made.
fn page(report: &Report) -> String {
    Html.render(report).unwrap_or_else(|error| panic!("no page: {error}"))
}

/// # Panics
/// If the page lacks its charts or is too large: its time would mean nothing.
fn assert_whole(page: &str) {
    assert!(page.len() <= MOST_BYTES, "{} bytes", page.len());
    for section in ["speed-up", "gains", "benchmarks", "noise", "raw"] {
        assert!(page.contains(&format!("<h2 id=\"{section}\"")), "no section {section}");
    }
}
