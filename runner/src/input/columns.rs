//! Which columns of a file become dimensions.
//!
//! Pure, and separate from the readers because both offer the same choice.

use super::Problem;

/// Columns by name or position, in the order of the dimensions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Columns {
    /// Every column.
    #[default]
    All,
    /// These, each a name from the header or a position counted from 0; a name wins.
    Chosen(Vec<String>),
}

impl Columns {
    /// The positions chosen among `width` columns whose names, if the file has any, are `names`.
    ///
    /// # Errors
    /// [`Problem::Column`] if a column is not there or is chosen twice.
    pub fn positions(&self, width: usize, names: Option<&[String]>) -> Result<Vec<usize>, Problem> {
        let Self::Chosen(chosen) = self else {
            return Ok((0..width).collect());
        };
        let mut positions = Vec::with_capacity(chosen.len());
        for wanted in chosen {
            let position = position(wanted.trim(), width, names)?;
            if positions.contains(&position) {
                return Err(Problem::Column(format!("column '{wanted}' is chosen twice")));
            }
            positions.push(position);
        }
        Ok(positions)
    }
}

fn position(wanted: &str, width: usize, names: Option<&[String]>) -> Result<usize, Problem> {
    let named = names.and_then(|names| names.iter().position(|name| name == wanted));
    let numbered = || wanted.parse().ok().filter(|&position: &usize| position < width);
    named.or_else(numbered).ok_or_else(|| {
        let positions = match width {
            0 => "no column at all".into(),
            _ => format!("positions 0 to {}", width - 1),
        };
        let allowed = match names {
            Some(names) => format!("{positions}, or a name of the header: {}", names.join(", ")),
            None => format!("{positions} (the file has no header)"),
        };
        Problem::Column(format!("there is no column '{wanted}'; allowed: {allowed}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(columns: &[&str]) -> Columns {
        Columns::Chosen(columns.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn names_win_over_positions() {
        let names = ["a", "0", "b"].map(String::from);
        let positions = |columns: &[&str]| chosen(columns).positions(3, Some(&names)).unwrap();
        assert_eq!(positions(&["b", "a"]), [2, 0]);
        assert_eq!(positions(&["0", "2"]), [1, 2]);
        assert_eq!(Columns::All.positions(3, None).unwrap(), [0, 1, 2]);
    }

    #[test]
    fn missing_and_repeated_columns_are_named() {
        let message =
            |columns: &[&str]| chosen(columns).positions(2, None).unwrap_err().to_string();
        assert!(message(&["x"]).contains("'x'; allowed: positions 0 to 1"), "{}", message(&["x"]));
        assert!(message(&["2"]).contains("'2'"), "{}", message(&["2"]));
        assert!(message(&["1", "1"]).contains("twice"), "{}", message(&["1", "1"]));
    }
}
