//! A row for each place: coordinates, count or weight, density, logarithm of the density.
//!
//! The counterpart of [`crate::input::csv`], which reads it again, column by column.

use std::io::{self, Write};

use super::Report;

/// Writes a header and all rows. Numbers have as many digits as it takes to read the same double again.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    for j in 0..report.estimate.d {
        write!(out, "x{j},")?;
    }
    let estimate = &report.estimate;
    let amount = if estimate.units.is_some() { "weight" } else { "count" };
    writeln!(out, "{amount},density,log_density")?;
    let mut weights = estimate.weights();
    let densities = estimate.densities().zip(estimate.log_densities());
    let rows = estimate.places().zip(&estimate.counts).zip(densities);
    for ((center, count), (density, log)) in rows {
        for x in center {
            write!(out, "{x:?},")?;
        }
        // `{:?}` and not `{}`: 1e-300 instead of a row of 300 zeros.
        match weights.as_mut().and_then(Iterator::next) {
            Some(weight) => writeln!(out, "{weight:?},{density:?},{log:?}")?,
            None => writeln!(out, "{count},{density:?},{log:?}")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::report;

    #[test]
    fn every_place_is_a_row() {
        let mut bytes = Vec::new();
        let report = report(&[0, 4]);
        super::write(&mut bytes, &report).unwrap();
        let log = report.estimate.density.log_of(4);
        let text = String::from_utf8(bytes).unwrap();
        let header = "x0,count,density,log_density";
        assert_eq!(text, format!("{header}\n0.0,0,0.0,-inf\n0.25,4,1.0,{log:?}\n"));
    }
}
