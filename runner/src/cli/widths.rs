//! The text of `--widths`: `0.5,1,2` or `start:stop:count`.
//!
//! Separate from [`super::count`] because it is a small language of its own, tested without a program. Where
//! both ends and the step of a range are decimals, its widths are the doubles that their decimals stand for:
//! the eighth of `0.1:1.2:12` is the double of `0.8`. As multiples of a step in binary some would be a digit
//! less in the last place, and a sample that is written `0.4` would not be on the face of the window of width
//! 0.8.

use std::str::FromStr;

use kernel::Widths;

/// More widths than this are a slip of the keyboard rather than a wish.
const MOST: usize = 1_000_000;

/// Widths as they stand on the command line: numbers, not yet known to be above 0.
#[derive(Clone, Debug, PartialEq)]
pub enum WidthList {
    /// One after another.
    Each(Vec<f64>),
    /// Evenly spaced, both ends included, as NumPy's `linspace`: steps that are no short decimals.
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
                let (first, last, count) = (number(start)?, number(stop)?, self::count(count)?);
                let decimals = decimals(start.trim(), stop.trim(), count);
                Ok(decimals.map_or(Self::Range { start: first, stop: last, count }, Self::Each))
            }
            _ => Err("a range is start:stop:count, for example 1.0:1.2:100".into()),
        }
    }
}

/// The refusal of a width, in the words of the command line: `option` and a number that counts from 1.
pub(super) fn refusal(option: &str, error: kernel::Error) -> anyhow::Error {
    match error {
        kernel::Error::WidthNotPositive { value, .. } if option == WIDTH => {
            anyhow::anyhow!("{option}: width {value} must be a finite number above 0")
        }
        kernel::Error::WidthNotPositive { index, value } => anyhow::anyhow!(
            "{option}: width {value} (number {}) must be a finite number above 0",
            index + 1
        ),
        error => anyhow::Error::from(error).context(option.to_owned()),
    }
}

/// The option that takes one width.
pub(super) const WIDTH: &str = "--width";
/// The option that takes several widths.
pub(super) const LIST: &str = "--widths";
/// The option that takes the widths of a box.
pub(super) const WIDTHS_PER_DIMENSION: &str = "--widths-per-dimension";

/// Places behind the point, at most. With digits below 2^53, the quotient of two exact doubles is then the
/// double nearest to the decimal.
const MOST_PLACES: u32 = 15;

/// Evenly spaced decimals, if the step is one, too; each as the nearest double.
fn decimals(start: &str, stop: &str, count: usize) -> Option<Vec<f64>> {
    let (start, start_places) = decimal(start)?;
    let (stop, stop_places) = decimal(stop)?;
    let steps = i128::try_from(count.max(2) - 1).ok()?;
    let fewest = start_places.max(stop_places);
    let scaled = |digits: i128, places: u32, to: u32| digits * 10_i128.pow(to - places);
    let step_of = |to: u32| scaled(stop, stop_places, to) - scaled(start, start_places, to);
    let places = (fewest..=MOST_PLACES).find(|&to| step_of(to) % steps == 0)?;
    let (first, step) = (scaled(start, start_places, places), step_of(places) / steps);
    let unit = 10_f64.powi(i32::try_from(places).ok()?);
    let width = |i: usize| {
        let digits = first + i as i128 * step;
        (digits.unsigned_abs() < 1 << f64::MANTISSA_DIGITS).then_some(digits as f64 / unit)
    };
    (0..count).map(width).collect()
}

/// Digits of a decimal without its point, and how many of them are behind it; none if it is long or has an
/// exponent.
fn decimal(text: &str) -> Option<(i128, u32)> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let places = u32::try_from(part.len()).ok().filter(|&places| places <= MOST_PLACES)?;
    let digits = format!("{whole}{part}").parse::<i64>().ok()?;
    Some((i128::from(digits), places))
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
    #[expect(clippy::float_cmp, reason = "they are the very doubles that the decimals stand for")]
    fn decimal_steps_are_the_doubles_of_their_decimals() {
        let widths =
            |text: &str| text.parse::<WidthList>().unwrap().widths().unwrap().as_slice().to_vec();
        let twelve = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2];
        assert_eq!(widths("0.1:1.2:12"), twelve);
        assert_eq!(widths(" 0.10 : 1.2:12"), twelve);
        assert_eq!(widths("1.2:.1:12"), twelve.into_iter().rev().collect::<Vec<_>>());
        assert_eq!(widths("0.2:1:9")[7..], [0.9, 1.0]);
        assert_eq!(widths("1:2:5"), [1.0, 1.25, 1.5, 1.75, 2.0]);
        assert_eq!(widths("100:1000:10")[2], 300.0);
        assert_eq!(widths("0.3:0.3:2"), [0.3, 0.3]);
        let linspace =
            |start, stop, count| Widths::linspace(start, stop, count).unwrap().as_slice().to_vec();
        assert_eq!(widths("1.0:1.2:100"), linspace(1.0, 1.2, 100), "2/990 is no decimal");
        assert_eq!(widths("1e-1:1.2:12"), linspace(0.1, 1.2, 12));
        assert_eq!(widths("0.1234567890123456:1:2"), linspace(0.123_456_789_012_345_6, 1.0, 2));
        assert_eq!(widths("1:9999999999999999999:2"), linspace(1.0, 1e19, 2));
        assert_eq!(widths("1:9007199254740995:2"), linspace(1.0, 9_007_199_254_740_995.0, 2));
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
