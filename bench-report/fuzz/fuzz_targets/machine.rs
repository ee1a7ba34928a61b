//! Any bytes as a file of the kind `machine`: read or refused, never a panic.

#![no_main]

use std::path::Path;

use bench_report::source::machine;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = machine::parse(bytes, Path::new("machine.json"));
});
