//! Any bytes as the three files of a benchmark, which are cut at zero bytes: read or refused, and
//! what is read can be divided by.

#![no_main]

use bench_report::source::criterion::{Files, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(3, |&byte| byte == 0);
    let files = Files {
        benchmark: parts.next().unwrap_or_default(),
        sample: parts.next().unwrap_or_default(),
        estimates: parts.next(),
    };
    if let Ok(read) = parse(&files) {
        assert!(!read.samples.is_empty());
        assert!(read.iteration_ns().iter().all(|time| *time > 0.0 && time.is_normal()));
    }
});
