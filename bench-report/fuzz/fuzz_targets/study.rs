//! Any bytes as a file of the kind `study`: read or refused, never a panic.

#![no_main]

use std::path::Path;

use bench_report::source::study;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = study::parse(bytes, Path::new("study.json"));
});
