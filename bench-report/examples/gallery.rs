//! Writes the pages of made-up reports of every size into a directory, to look at them.
//!
//! Apart from the tests because a picture is judged by eyes, and by `.ci/browser`.
//!
//! ```text
//! cargo run -p bench-report --example gallery -- target/gallery
//! ```

use std::{fs, path::PathBuf};

use bench_report::render::{Format as _, html::Html};

#[path = "../tests/gallery/mod.rs"]
mod gallery;

fn main() -> anyhow::Result<()> {
    let out = std::env::args_os().nth(1).map_or_else(|| "target/gallery".into(), PathBuf::from);
    fs::create_dir_all(&out)?;
    for (name, report) in gallery::all() {
        fs::write(out.join(name).with_extension("html"), Html.render(&report)?)?;
    }
    Ok(())
}
