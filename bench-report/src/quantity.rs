//! Numbers into text: the only place that rounds.
//!
//! Separate so that no format rounds on its own and every format shows the same digits. Three
//! significant digits for values, the same number of decimals at both ends of an interval.
//! `ticks.rs` holds the shorter texts of axes, `digits.rs` the digits that were published. Next: [`crate::render`] puts these texts into pages.

mod digits;
pub mod ticks;

pub use digits::{power_of_ten, twelve_digits};

use crate::model::{Estimate, Interval, Unit};

/// What stands where a value is unknown.
pub const NONE: &str = "–";

/// Units of time with their lengths in nanoseconds, the longest first.
const TIMES: [(f64, &str); 4] = [(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")];

/// Decimal multiples, the largest first.
const MULTIPLES: [(f64, &str); 5] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, "")];

/// Binary multiples of a byte, the largest first.
const BYTES: [(f64, &str); 5] = [
    (1_099_511_627_776.0, "TiB"),
    (1_073_741_824.0, "GiB"),
    (1_048_576.0, "MiB"),
    (1024.0, "KiB"),
    (1.0, "B"),
];

/// A time: `1.23 ms`.
pub fn time(ns: f64) -> String {
    let (size, unit) = fitting(&TIMES, ns);
    format!("{} {unit}", significant(ns / size))
}

/// An interval of times in one unit: `1.20–1.26 ms`; up to two more digits tell close ends apart.
pub fn times(interval: Interval) -> String {
    let (size, unit) = fitting(&TIMES, interval.high);
    format!("{} {unit}", ends(interval, size))
}

/// An interval of events per second in one unit: `12.1–12.6 G/s`.
pub fn rates(interval: Interval) -> String {
    let (size, prefix) = fitting(&MULTIPLES, interval.high);
    format!("{} {prefix}/s", ends(interval, size))
}

/// Both ends in units of `size`, with the same decimals.
fn ends(interval: Interval, size: f64) -> String {
    let (low, high) = (interval.low / size, interval.high / size);
    let ends = |decimals| (fixed(low, decimals), fixed(high, decimals));
    let fewest = decimals(high);
    let (low, high) = (fewest..=fewest + 2)
        .map(ends)
        .find(|(low, high)| low != high)
        .unwrap_or_else(|| ends(fewest));
    format!("{low}–{high}")
}

/// Events per second: `12.3 G/s`.
pub fn rate(per_s: f64) -> String {
    let (size, prefix) = fitting(&MULTIPLES, per_s);
    format!("{} {prefix}/s", significant(per_s / size))
}

/// Work per second in its own unit: `12.3 G elements/s`, `1.20 GiB/s`.
pub fn throughput(unit: &Unit, per_s: f64) -> String {
    if *unit == Unit::Bytes {
        let (size, unit) = fitting(&BYTES, per_s);
        return format!("{} {unit}/s", significant(per_s / size));
    }
    let (size, prefix) = fitting(&MULTIPLES, per_s);
    let value = significant(per_s / size);
    match unit {
        Unit::BytesDecimal => format!("{value} {prefix}B/s"),
        Unit::Bits => format!("{value} {prefix}bit/s"),
        Unit::Other(name) => format!("{value} {prefix} {name}/s").replace("  ", " "),
        Unit::Elements | Unit::Bytes => format!("{value} {prefix} elements/s").replace("  ", " "),
    }
}

/// A size: `1.0 GiB`; below one KiB without decimals: `1000 B`.
pub fn bytes(bytes: u64) -> String {
    let (size, unit) = fitting(&BYTES, bytes as f64);
    let decimals = usize::from(size > 1.0);
    format!("{} {unit}", fixed(bytes as f64 / size, decimals))
}

/// A ratio as per cent with this many decimals: `153.66 %`.
pub fn per_cent(ratio: f64, decimals: usize) -> String {
    format!("{} %", fixed(ratio * 100.0, decimals))
}

/// A ratio in hundredths, for a place that says per cent itself: `153.7`.
pub fn hundredths(ratio: f64) -> String {
    fixed(ratio * 100.0, 1)
}

/// An interval of ratios: `181.0–185.2 %`.
pub fn per_cents(interval: Interval) -> String {
    format!("{}–{} %", fixed(interval.low * 100.0, 1), fixed(interval.high * 100.0, 1))
}

/// A signed difference of ratios in points, 1 point = 1 % of the serial speed: `+53.7`.
pub fn points(difference: f64) -> String {
    let text = fixed(difference.abs() * 100.0, 1);
    let is_zero = text.chars().all(|c| c == '0' || c == '.');
    let sign = match difference {
        _ if is_zero => "±",
        d if d < 0.0 => "−",
        _ => "+",
    };
    format!("{sign}{text}")
}

/// An interval of differences: `−2.0 to +1.1`.
pub fn points_range(interval: Interval) -> String {
    format!("{} to {}", points(interval.low), points(interval.high))
}

/// A signed relative difference with one decimal: `+0.3 %`.
pub fn change(difference: f64) -> String {
    format!("{} %", points(difference))
}

/// A ratio of two figures of the same kind: `1.051`.
pub fn ratio(ratio: f64) -> String {
    fixed(ratio, ratio_decimals(ratio))
}

/// An interval of such ratios: `1.043–1.059`.
pub fn ratios(interval: Interval) -> String {
    let decimals = ratio_decimals(interval.high);
    format!("{}–{}", fixed(interval.low, decimals), fixed(interval.high, decimals))
}

/// One per mille is told where it can be seen.
fn ratio_decimals(ratio: f64) -> usize {
    if ratio < 10.0 { 3 } else { 1 }
}

/// A limit as a person would give it: `5 %`, `0.5 %`.
pub fn limit(share: f64) -> String {
    format!("{} %", length(share * 100.0))
}

/// A value that was counted among others: `3 of 40`.
pub fn part(part: u64, whole: u64) -> String {
    format!("{} of {}", self::whole(part), self::whole(whole))
}

/// A clock frequency: `2790 MHz`.
pub fn megahertz(mhz: f64) -> String {
    format!("{} MHz", fixed(mhz, 0))
}

/// The interval of an estimate by one of the functions above, or [`NONE`].
pub fn interval_or_none(estimate: Estimate, text: fn(Interval) -> String) -> String {
    estimate.interval.map_or_else(|| NONE.into(), text)
}

/// A number with two decimals: `1.98`.
pub fn two_decimals(value: f64) -> String {
    fixed(value, 2)
}

/// A pure number such as a coefficient, three significant digits: `0.0503`; tiny ones as a power of
/// ten.
pub fn coefficient(value: f64) -> String {
    small(value, coefficient_decimals(value))
}

/// An interval of pure numbers with the same decimals: `0.0481–0.0526`.
pub fn coefficients(interval: Interval) -> String {
    let decimals = coefficient_decimals(interval.high);
    format!("{}–{}", small(interval.low, decimals), small(interval.high, decimals))
}

/// Decimals that make three significant digits, also below 1.
fn coefficient_decimals(value: f64) -> usize {
    if value.abs() < 1.0 && value != 0.0 {
        (2.0 - value.abs().log10().floor()) as usize
    } else {
        decimals(value)
    }
}

/// Fixed decimals, unless that would be a wall of zeros.
fn small(value: f64, decimals: usize) -> String {
    match value {
        0.0 => "0".into(),
        v if decimals > 6 => format!("{v:.2e}"),
        v => fixed(v, decimals),
    }
}

/// A probability of a test: `p = 0.0034`, `p < 0.0001`.
pub fn p_value(p: f64) -> String {
    if p < 1e-4 { "p < 0.0001".into() } else { format!("p = {}", fixed(p, 4)) }
}

/// How many times as long something takes: `4.21×`; an interval is [`times_as_long_range`].
pub fn times_as_long(ratio: f64) -> String {
    format!("{}×", coefficient(ratio))
}

/// An interval of such ratios: `4.02–4.40×`.
pub fn times_as_long_range(interval: Interval) -> String {
    format!("{}×", coefficients(interval))
}

/// A number with its minus sign: `−0.97`.
pub fn signed(value: f64, decimals: usize) -> String {
    fixed(value, decimals).replace('-', "−")
}

/// A length of a drawing, in its own unit, with two decimals and no trailing zeros.
pub fn length(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').into()
}

/// A coordinate or width as it was chosen: the shortest text that reads back as the same number.
pub fn exact(value: f64) -> String {
    if value != 0.0 && !(1e-5..1e16).contains(&value.abs()) {
        format!("{value:e}")
    } else {
        format!("{value}")
    }
}

/// A whole number in groups of three: `10 000` with narrow no-break spaces.
pub fn whole(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A whole number of things: `1 width`, `100 widths`.
pub fn counted(count: u64, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", whole(count))
}

/// A moment as `2026-09-21 13:33:20 UTC`; after the year 9999 as seconds since 1970.
pub fn moment(unix_s: u64) -> String {
    const LAST: u64 = 253_402_300_799;
    if unix_s > LAST {
        return format!("{unix_s} s after 1970");
    }
    let (year, month, day) = date((unix_s / 86_400).cast_signed());
    let (hour, minute, second) = (unix_s / 3600 % 24, unix_s / 60 % 60, unix_s % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// Year, month and day of a day since 1970 in the Gregorian calendar (Howard Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The largest unit that leaves at least 1, or the smallest; a value that three digits would round
/// up to the next unit already takes that one.
fn fitting<'a>(units: &[(f64, &'a str)], value: f64) -> (f64, &'a str) {
    let last = units[units.len() - 1];
    units.iter().copied().find(|(size, _)| value >= size * 0.9995).unwrap_or(last)
}

/// Three significant digits, but never fewer than all digits before the point.
fn significant(value: f64) -> String {
    fixed(value, decimals(value))
}

/// Decimals that make three significant digits.
fn decimals(value: f64) -> usize {
    match value.abs() {
        v if v >= 99.95 => 0,
        v if v >= 9.995 => 1,
        _ => 2,
    }
}

/// Fixed decimals; what would be a wall of digits becomes a power of ten.
fn fixed(value: f64, decimals: usize) -> String {
    if value.abs() >= 1e7 { format!("{value:.1e}") } else { format!("{value:.decimals$}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_and_a_fitting_unit() {
        let cases = [
            (0.0, "0.00 ns"),
            (1.0, "1.00 ns"),
            (999.4, "999 ns"),
            (999.6, "1.00 µs"),
            (1_234_567.0, "1.23 ms"),
            (12_345_678.0, "12.3 ms"),
            (123_456_789.0, "123 ms"),
            (24.9e9, "24.9 s"),
            (1.8e19, "1.8e10 s"),
        ];
        for (ns, text) in cases {
            assert_eq!(time(ns), text, "{ns}");
        }
    }

    #[test]
    fn both_ends_of_an_interval_share_unit_and_decimals() {
        assert_eq!(times(Interval { low: 999_000.0, high: 1_204_000.0 }), "1.00–1.20 ms");
        assert_eq!(times(Interval { low: 115_620.0, high: 116_330.0 }), "115.6–116.3 µs");
        assert_eq!(times(Interval { low: 2e6, high: 2e6 }), "2.00–2.00 ms");
        assert_eq!(per_cents(Interval { low: 1.81, high: 1.852 }), "181.0–185.2 %");
        assert_eq!(points_range(Interval { low: -0.02, high: 0.0111 }), "−2.0 to +1.1");
    }

    #[test]
    fn rates_bytes_and_whole_numbers() {
        assert_eq!(rate(12.34e9), "12.3 G/s");
        assert_eq!(rate(7.0), "7.00 /s");
        assert_eq!(bytes(1 << 30), "1.0 GiB");
        assert_eq!(bytes(160_000), "156.2 KiB");
        assert_eq!(bytes(1000), "1000 B");
        assert_eq!(bytes(u64::MAX), "1.7e7 TiB");
        assert_eq!(whole(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(whole(100), "100");
        assert_eq!(counted(1, "width"), "1 width");
        assert_eq!(counted(1000, "width"), "1\u{202f}000 widths");
    }

    #[test]
    fn per_cent_and_points() {
        assert_eq!(per_cent(1.5366, 2), "153.66 %");
        assert_eq!(per_cent(1e12, 1), "1.0e14 %");
        assert_eq!(hundredths(1.5366), "153.7");
        assert_eq!(points(0.5366), "+53.7");
        assert_eq!(points(-0.031), "−3.1");
        assert_eq!(points(-0.0001), "±0.0");
        assert_eq!(change(-0.0123), "−1.2 %");
        assert_eq!(part(3, 1200), "3 of 1\u{202f}200");
        assert_eq!(megahertz(2790.4), "2790 MHz");
    }

    #[test]
    fn coefficients_keep_three_digits_however_small() {
        let cases = [
            (0.0, "0"),
            (0.050_31, "0.0503"),
            (1.0, "1.00"),
            (12.34, "12.3"),
            (-0.5, "-0.500"),
            (1.044e-4, "0.000104"),
            (1.044e-5, "1.04e-5"),
        ];
        for (value, text) in cases {
            assert_eq!(coefficient(value), text, "{value}");
        }
        assert_eq!(coefficients(Interval { low: 0.0, high: 0.012 }), "0–0.0120");
        assert_eq!(coefficients(Interval { low: 0.0481, high: 0.0526 }), "0.0481–0.0526");
        assert_eq!(rates(Interval { low: 11.9e9, high: 12.5e9 }), "11.9–12.5 G/s");
        assert_eq!(p_value(0.0034), "p = 0.0034");
        assert_eq!(p_value(1e-9), "p < 0.0001");
    }

    #[test]
    fn exact_numbers_read_back() {
        for value in [0.0, 1.2, -0.1, 1e-300, 1e300, 1.0 / 3.0] {
            assert_eq!(exact(value).parse::<f64>().unwrap().to_bits(), f64::to_bits(value));
        }
    }

    #[test]
    fn lengths_have_no_trailing_zeros() {
        assert_eq!(length(12.0), "12");
        assert_eq!(length(0.125_1), "0.13");
        assert_eq!(length(0.0), "0");
        assert_eq!(length(100.0), "100");
    }

    #[test]
    fn moments_follow_the_calendar() {
        assert_eq!(moment(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(moment(951_782_400), "2000-02-29 00:00:00 UTC");
        assert_eq!(moment(1_790_000_000), "2026-09-21 14:13:20 UTC");
        assert_eq!(moment(253_402_300_799), "9999-12-31 23:59:59 UTC");
        assert_eq!(moment(u64::MAX), "18446744073709551615 s after 1970");
    }
}
