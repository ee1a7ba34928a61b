//! Numbers at the ticks of an axis: as short as they can be, because six of them share 300 pixels.
//!
//! Separate from values in tables, which keep their three digits: a tick stands at a round number
//! and needs no more than that. Next: [`crate::chart::axis`] chooses where ticks stand.

use super::{MULTIPLES, TIMES, fitting, signed, whole};

/// A time: `200 µs`.
pub fn time(ns: f64) -> String {
    let (size, unit) = fitting(&TIMES, ns);
    format!("{} {unit}", round(ns / size))
}

/// A number of things: `500`, `20 k`, `16 M`.
pub fn count(value: f64) -> String {
    let (size, prefix) = fitting(&MULTIPLES, value);
    format!("{} {prefix}", round(value / size)).trim_end().into()
}

/// Events per second, of which the axis tells the unit: `50 M`.
pub fn rate(per_s: f64) -> String {
    count(per_s)
}

/// A ratio in per cent, of which the axis tells the unit: `150`.
pub fn hundredths(ratio: f64) -> String {
    round(ratio * 100.0)
}

/// A whole number: `128`.
pub fn integer(value: f64) -> String {
    whole(value.max(0.0).round() as u64)
}

/// A ratio: `0.5×`.
pub fn times_as_long(ratio: f64) -> String {
    format!("{}×", round(ratio))
}

/// A pure number: `0.15`, `2e−4`.
pub fn number(value: f64) -> String {
    round(value)
}

/// Without the digits that a round number does not need.
fn round(value: f64) -> String {
    if value.abs() >= 1e5 || (value != 0.0 && value.abs() < 1e-3) {
        return format!("{value:.0e}").replace('-', "−");
    }
    let text = signed(value, 3);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "−0" { "0".into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_short() {
        assert_eq!(time(200_000.0), "200 µs");
        assert_eq!(time(1.5e9), "1.5 s");
        assert_eq!(count(16e6), "16 M");
        assert_eq!(count(500.0), "500");
        assert_eq!(count(0.0), "0");
        assert_eq!(hundredths(-0.300_000_000_000_000_04), "−30");
        assert_eq!(hundredths(-0.0), "0");
        assert_eq!(integer(128.0), "128");
        assert_eq!(times_as_long(0.5), "0.5×");
        assert_eq!(times_as_long(1e-7), "1e−7×");
    }
}
