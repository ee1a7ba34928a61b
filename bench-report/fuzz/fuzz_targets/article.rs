//! Any bytes as a file of the kind `article`: read or refused, never a panic.

#![no_main]

use std::path::Path;

use bench_report::source::article;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = article::parse(bytes, Path::new("article.json"));
});
