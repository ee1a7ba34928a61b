//! Any bytes as a file of the kind `autopsy`: read or refused, never a panic.

#![no_main]

use std::path::Path;

use bench_report::source::autopsy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = autopsy::parse(bytes, Path::new("autopsy.json"));
});
