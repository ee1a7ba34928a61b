//! Any bytes as a report of ours: what is read can be written, and read again to the same.

#![no_main]

use std::path::Path;

use bench_report::{compare::Compared, render, source::report};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = Path::new("report.json");
    let Ok(read) = report::parse(bytes, path) else { return };
    let compared = Compared::of(&read);
    for format in render::ALL {
        let text = format.lay_out(&compared).expect("a report that can be laid out");
        assert!(!text.contains('\u{1b}') && !text.contains("<script"));
        if let Ok(again) = report::parse(text.as_bytes(), path) {
            assert!(again == read);
        }
    }
});
