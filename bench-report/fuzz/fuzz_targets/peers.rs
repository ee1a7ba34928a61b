//! Any bytes as a file of the kind `peers`: read or refused, never a panic.

#![no_main]

use std::path::Path;

use bench_report::source::peers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = peers::parse(bytes, Path::new("peers.json"));
});
