//! The text of `--widths`: `0.5,1,2` or `start:stop:count`.
//!
//! Separate from [`super::count`] because it is a small language of its own, tested without a program.

use std::str::FromStr;

use kernel::Widths;

/// More widths than this are a slip of the keyboard rather than a wish.
const MOST: usize = 1_000_000;

/// Widths as they stand on the command line: numbers, not yet known to be above 0.
#[derive(Clone, Debug, PartialEq)]
pub enum WidthList {
    /// One after another.
    Each(Vec<f64>),
    /// Evenly spaced, both ends included, as NumPy's `linspace`.
    Range {
        /// The first.
        start: f64,
        /// The last.
        stop: f64,
        /// How many, at least 1.
        count: usize,
    },
}

impl WidthList {
    /// The widths, checked.
    ///
    /// # Errors
    /// [`kernel::Error::WidthNotPositive`] names the first width that is not finite and above 0.
    pub fn widths(&self) -> Result<Widths, kernel::Error> {
        match self {
            Self::Each(widths) => Widths::new(widths),
            Self::Range { start, stop, count } => Widths::linspace(*start, *stop, *count),
        }
    }
}

impl FromStr for WidthList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        match parts[..] {
            [list] => list.split(',').map(number).collect::<Result<_, _>>().map(Self::Each),
            [start, stop, count] => {
                let (start, stop) = (number(start)?, number(stop)?);
                Ok(Self::Range { start, stop, count: self::count(count)? })
            }
            _ => Err("a range is start:stop:count, for example 1.0:1.2:100".into()),
        }
    }
}

/// The number that `text` is.
pub(super) fn number(text: &str) -> Result<f64, String> {
    let text = text.trim();
    text.parse().map_err(|_| format!("'{text}' is not a number"))
}

fn count(text: &str) -> Result<usize, String> {
    let count = text.trim().parse().ok().filter(|count| (1..=MOST).contains(count));
    count.ok_or_else(|| format!("the count of a range is '{text}'; allowed: 1 to {MOST}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_ranges_are_understood() {
        let widths =
            |text: &str| text.parse::<WidthList>().unwrap().widths().unwrap().as_slice().to_vec();
        assert_eq!(widths("0.5"), [0.5]);
        assert_eq!(widths("2, 1,0.5"), [2.0, 1.0, 0.5]);
        assert_eq!(widths("1:2:3"), [1.0, 1.5, 2.0]);
        assert_eq!(widths("2:1:3"), [2.0, 1.5, 1.0]);
        assert_eq!(widths("1:2:1"), [1.0]);
    }

    #[test]
    fn slips_are_named() {
        let error = |text: &str| text.parse::<WidthList>().unwrap_err();
        for (text, part) in [
            ("1:2", "start:stop:count"),
            ("1:2:3:4", "start:stop:count"),
            ("1:2:0", "'0'; allowed: 1 to 1000000"),
            ("1:2:-3", "'-3'"),
            ("1:2:1000001", "'1000001'"),
            ("1:x:3", "'x' is not a number"),
            ("1,,2", "'' is not a number"),
            ("", "'' is not a number"),
        ] {
            assert!(error(text).contains(part), "{text}: {}", error(text));
        }
        assert!("0:1:3".parse::<WidthList>().unwrap().widths().is_err());
        assert!("1:inf:3".parse::<WidthList>().unwrap().widths().is_err());
    }
}
