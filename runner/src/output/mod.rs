//! What the program prints, laid out for people or as JSON.
//!
//! Separate from the commands so that layouts are tested on plain data, and from measuring so that
//! nothing is printed while a clock runs. Next: [`count`], [`machine`] lay out; [`progress`] keeps
//! people company meanwhile.

pub mod count;
pub mod machine;
pub mod progress;

use std::io::{self, BufWriter, Write};

use anyhow::Context as _;
use serde::Serialize;

use crate::failure::Failure;

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
fn significant(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e6).contains(&magnitude) {
        return format!("{value:.5e}");
    }
    let whole_digits = if magnitude < 1.0 { 0 } else { magnitude.log10().floor() as usize + 1 };
    format!("{value:.*}", 6_usize.saturating_sub(whole_digits))
}

#[cfg(test)]
mod tests {
    use super::significant;

    #[test]
    fn numbers_keep_six_digits() {
        for (value, text) in [
            (0.0, "0.000000"),
            (0.144_512_34, "0.144512"),
            (12.5, "12.5000"),
            (123_456.0, "123456"),
            (1e-7, "1.00000e-7"),
            (2.5e9, "2.50000e9"),
        ] {
            assert_eq!(significant(value), text);
        }
    }
}
