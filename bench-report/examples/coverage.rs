//! How often the 95 % intervals contain the truth, measured on made-up studies.
//!
//! `cargo run --release -p bench-report --example coverage [-- STUDIES [BLOCKS]...]`
//!
//! For every law with its true parameters: 1,000 studies with multiplicative noise and drift by
//! block, one line for each quantity. The first share is that of the interval in use, the second
//! that of the plain percentile interval. A tenth of the time is enough for a look: `-- 100`.
//! Next: `tests/made_up` makes the studies, `tests/coverage.rs` is the same with fewer.

use std::{
    collections::BTreeMap,
    env,
    io::{self, Write as _},
    process::ExitCode,
};

#[path = "../tests/made_up/coverage.rs"]
mod coverage;
#[path = "../tests/made_up/mod.rs"]
mod made_up;

use coverage::{Quantity, Tally};
use made_up::{TRUTHS, USUAL_NOISE};

fn main() -> ExitCode {
    let numbers: Result<Vec<usize>, _> = env::args().skip(1).map(|text| text.parse()).collect();
    let Ok(numbers) = numbers else {
        let _ = writeln!(io::stderr(), "usage: coverage [STUDIES [BLOCKS]...], whole numbers");
        return ExitCode::from(2);
    };
    let (studies, blocks) = match numbers.split_first() {
        None => (1000, &[10, 20, 40][..]),
        Some((&studies, [])) => (studies, &[10, 20, 40][..]),
        Some((&studies, blocks)) => (studies, blocks),
    };
    match print(studies as u64, blocks) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// One line for each quantity and number of blocks.
fn print(studies: u64, blocks: &[usize]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{studies} studies each; share of 95 % intervals that contain the truth, in %\n"
    )?;
    writeln!(out, "| law | quantity | blocks | interval | plain percentiles |")?;
    writeln!(out, "|---|---|--:|--:|--:|")?;
    for truth in TRUTHS {
        for &blocks in blocks {
            let mut tallies: BTreeMap<usize, (Quantity, Tally)> = BTreeMap::new();
            for number in 0..studies {
                let study = truth.study(blocks, USUAL_NOISE, number);
                for (idx, found) in coverage::quantities(truth, &study).into_iter().enumerate() {
                    let tally = tallies.entry(idx).or_insert((found, Tally::default()));
                    tally.1.add(&found);
                }
            }
            for (quantity, tally) in tallies.values() {
                let percent =
                    |covered: u64| format!("{:.1}", 100.0 * covered as f64 / tally.of as f64);
                let (used, plain) = (percent(tally.used), tally.plain.map(percent));
                let (law, name) = (truth.law.name, quantity.name);
                let plain = plain.unwrap_or_default();
                writeln!(out, "| {law} | {name} | {blocks} | {used} | {plain} |")?;
            }
        }
    }
    Ok(())
}
