//! What the program prints, laid out for people or as JSON.
//!
//! Separate from the commands so that layouts are tested on plain data, and from measuring so that
//! nothing is printed while a clock runs. Next: [`count`], [`density`], [`list`], [`machine`] lay out;
//! [`file`](mod@file) writes files whole or not at all; [`progress`] keeps people company meanwhile.

pub mod count;
pub mod curves;
pub mod density;
pub mod file;
pub mod list;
pub mod machine;
pub mod picture;
pub mod progress;
pub mod width;

use std::io::{self, BufWriter, Write};

use anyhow::Context as _;
use serde::Serialize;

use crate::failure::Failure;

/// Windows that a terminal shows one by one.
const FEW: usize = 40;

/// Writes to standard output through one lock and one buffer.
///
/// # Errors
/// [`Failure::Unwritable`] around the system's error, if standard output cannot be written.
pub fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out)
        .and_then(|()| out.flush())
        .with_context(|| Failure::Unwritable("cannot write to standard output".into()))
}

/// Writes `value` as indented JSON and a line end.
///
/// # Errors
/// Those of `out`.
pub fn json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

/// A number with six significant digits: enough to read, not to compute with.
pub(crate) fn significant(value: f64) -> String {
    let scientific = format!("{value:.5e}");
    // The exponent after rounding; an infinite value has none.
    let exponent = scientific.split_once('e').and_then(|(_, power)| power.parse::<i32>().ok());
    match exponent {
        Some(power @ -4..=5) => format!("{value:.*}", (5 - power) as usize),
        _ => scientific,
    }
}

/// A number as it was given, in scientific notation where it would be a long row of zeros.
fn given(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude > 0.0 && !(1e-5..1e16).contains(&magnitude) {
        return format!("{value:e}");
    }
    value.to_string()
}

/// Widths of a box: `0.5 × 4`.
fn product(widths: &[f64]) -> String {
    widths.iter().copied().map(given).collect::<Vec<_>>().join(" × ")
}

/// `0.75`, or `0.75 x 0.31` where the dimensions differ.
pub(crate) fn listed(widths: &[f64]) -> String {
    let mut texts: Vec<String> = widths.iter().copied().map(significant).collect();
    texts.dedup();
    if texts.len() > 1 {
        texts = widths.iter().copied().map(significant).collect();
    }
    texts.join(" x ")
}

#[cfg(test)]
mod tests {
    use super::{given, significant};

    #[test]
    fn numbers_keep_six_digits() {
        for (value, text) in [
            (0.0, "0.00000"),
            (0.000_278, "0.000278000"),
            (0.0625, "0.0625000"),
            (0.999_999_9, "1.00000"),
            (999_999.9, "1.00000e6"),
            (f64::INFINITY, "inf"),
            (0.144_512_34, "0.144512"),
            (12.5, "12.5000"),
            (123_456.0, "123456"),
            (1e-7, "1.00000e-7"),
            (2.5e9, "2.50000e9"),
        ] {
            assert_eq!(significant(value), text);
        }
    }

    #[test]
    fn given_numbers_are_short_and_whole() {
        for (value, text) in [
            (0.0, "0"),
            (-1.5, "-1.5"),
            (1e-5, "0.00001"),
            (2.5e-300, "2.5e-300"),
            (1e15, "1000000000000000"),
            (-1e16, "-1e16"),
        ] {
            assert_eq!(given(value), text);
        }
    }
}
