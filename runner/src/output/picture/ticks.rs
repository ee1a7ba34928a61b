//! Round numbers along an axis.
//!
//! Pure. Unlike the ticks of reports, which round ranges up, these lie inside a range that is given: samples
//! are where they are.

/// Quotients that are whole numbers but for this are whole numbers.
const ROUNDING: f64 = 1e-9;

/// A round value and its text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) at: f64,
    pub(super) text: String,
}

/// At most `most` multiples of 1, 2 or 5 times a power of ten from `low` to `high`.
pub(super) fn ticks(low: f64, high: f64, most: usize) -> Vec<Tick> {
    let least = (high - low) / most as f64;
    // Steps beyond these cannot be told apart, and their multiples would be no numbers.
    if !(f64::MIN_POSITIVE..1e307).contains(&least) {
        return Vec::new();
    }
    let power = 10_f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    let step =
        step.into_iter().find(|step| *step >= least * (1.0 - ROUNDING)).unwrap_or(10.0 * power);
    let (first, last) = ((low / step - ROUNDING).ceil(), (high / step + ROUNDING).floor());
    let count = (last - first + 1.0).clamp(0.0, most as f64 + 1.0) as usize;
    let at = |i: usize| (first + i as f64) * step;
    let largest = low.abs().max(high.abs());
    (0..count).map(|i| Tick { at: at(i), text: text(at(i), step, largest) }).collect()
}

/// A multiple of `step`, with the digits that tell it from the next, in the notation that `largest` needs.
fn text(value: f64, step: f64, largest: f64) -> String {
    let power = |value: f64| value.abs().log10().floor() as i32;
    // A step such as 0.1 may come out just below its power.
    let digits = power(step * 1.000_001);
    let text = if value == 0.0 {
        "0".into()
    } else if largest >= 1e5 || digits < -4 {
        let places = (power(value) - digits).clamp(0, 8) as usize;
        // Seconds since 1970 and their like: digits that differ are better seen without an exponent.
        if digits >= 0 && places > 3 && largest < 1e11 {
            format!("{value:.0}")
        } else {
            format!("{value:.places$e}").replace("e-", "e−")
        }
    } else {
        format!("{value:.*}", (-digits).max(0) as usize)
    };
    match text.strip_prefix('-') {
        Some(positive) => format!("−{positive}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(low: f64, high: f64, most: usize) -> Vec<String> {
        ticks(low, high, most).into_iter().map(|tick| tick.text).collect()
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(texts(-0.31, 0.33, 7), ["−0.3", "−0.2", "−0.1", "0", "0.1", "0.2", "0.3"]);
        assert_eq!(texts(0.0, 1.0, 4), ["0", "0.5", "1.0"]);
        assert_eq!(texts(3.0, 41.0, 5), ["10", "20", "30", "40"]);
        assert_eq!(texts(0.0, 2.4e-7, 3), ["0", "1e−7", "2e−7"]);
        assert_eq!(texts(-2e6, 1e6, 4), ["−2e6", "−1e6", "0", "1e6"]);
        assert_eq!(texts(1.7e9, 1.7e9 + 4.0, 4)[1], "1700000001");
        assert_eq!(texts(1e-9, 1.2e-9, 4)[1], "1.05e−9");
    }

    #[test]
    fn any_range_has_few_ticks() {
        for (low, high) in [
            (0.0, 5e-324),
            (-1e308, 0.7e308),
            (1.0, 1.0 + f64::EPSILON),
            (1e300, 1.1e300),
            (5.0, 5.0),
        ] {
            assert!(ticks(low, high, 6).len() <= 7, "{low} {high}");
        }
    }
}
