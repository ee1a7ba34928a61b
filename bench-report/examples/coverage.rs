//! How often the 95 % intervals contain the truth, measured on made-up studies.
//!
//! `cargo run --release -p bench-report --example coverage [-- STUDIES [BLOCKS]...]`
//!
//! For every law with its true parameters: 1,000 studies with multiplicative noise and drift by
//! block, one line for each quantity, one column for each number of blocks. With 1,000 studies the
//! standard error of a share near 95 % is 0.7 %. For a quick look: `-- 100`. Next: `tests/artificial`
//! makes the studies, `tests/coverage.rs` is the same with fewer.

use std::{
    env,
    io::{self, Write},
    process::ExitCode,
};

#[path = "../tests/artificial/mod.rs"]
mod artificial;
#[path = "../tests/artificial/coverage.rs"]
mod coverage;

use artificial::TRUTHS;
use coverage::{Tally, all_laws, tallies};

/// Blocks of the studies, unless told otherwise.
const BLOCKS: &[usize] = &[10, 20, 40];

fn main() -> ExitCode {
    let numbers: Result<Vec<usize>, _> = env::args().skip(1).map(|text| text.parse()).collect();
    let Ok(numbers) = numbers else {
        let _ = writeln!(io::stderr(), "usage: coverage [STUDIES [BLOCKS]...], whole numbers");
        return ExitCode::from(2);
    };
    let (studies, blocks) = match numbers.split_first() {
        None => (1000, BLOCKS),
        Some((&studies, [])) => (studies, BLOCKS),
        Some((&studies, blocks)) => (studies, blocks),
    };
    match print(&mut io::stdout().lock(), studies as u64, blocks) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// The table, and the least, mean and greatest share of each column.
fn print(out: &mut impl Write, studies: u64, blocks: &[usize]) -> io::Result<()> {
    writeln!(out, "95 % intervals that contain the truth, in % of {studies} made-up studies\n")?;
    let heads: Vec<String> = blocks.iter().map(|blocks| format!("{blocks} blocks")).collect();
    writeln!(out, "| law | quantity | {} |", heads.join(" | "))?;
    writeln!(out, "|---|---|{}", "--:|".repeat(blocks.len()))?;
    let mut columns = vec![Vec::new(); blocks.len()];
    for truth in TRUTHS {
        let of_blocks: Vec<_> = blocks.iter().map(|&b| tallies(truth, b, studies)).collect();
        for (idx, (name, _)) in of_blocks[0].iter().enumerate() {
            let shares: Vec<f64> =
                of_blocks.iter().map(|tallies| percent(tallies[idx].1)).collect();
            let texts: Vec<String> = shares.iter().map(|share| format!("{share:.1}")).collect();
            writeln!(out, "| {} | {name} | {} |", truth.law.name, texts.join(" | "))?;
            columns.iter_mut().zip(shares).for_each(|(column, share)| column.push(share));
        }
    }
    writeln!(out)?;
    for (head, column) in heads.iter().zip(&columns) {
        let least = column.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = column.iter().copied().fold(0.0, f64::max);
        let mean = column.iter().sum::<f64>() / column.len() as f64;
        writeln!(out, "{head}: from {least:.1} to {greatest:.1} %, mean {mean:.1} %")?;
    }
    print_all_laws(out, studies, blocks, &heads)
}

/// The extrapolation of all laws together, for which no theory promises 95 %: most laws are wrong.
fn print_all_laws(
    out: &mut impl Write,
    studies: u64,
    blocks: &[usize],
    heads: &[String],
) -> io::Result<()> {
    writeln!(out, "\nX at twice the largest N by all laws together:\n")?;
    writeln!(out, "| true law | {} |", heads.join(" | "))?;
    writeln!(out, "|---|{}", "--:|".repeat(blocks.len()))?;
    for truth in TRUTHS {
        let share = |&blocks: &usize| format!("{:.1}", percent(all_laws(truth, blocks, studies)));
        let shares: Vec<String> = blocks.iter().map(share).collect();
        writeln!(out, "| {} | {} |", truth.law.name, shares.join(" | "))?;
    }
    Ok(())
}

fn percent(tally: Tally) -> f64 {
    100.0 * tally.covered as f64 / tally.of as f64
}
