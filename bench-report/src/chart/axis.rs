//! Axes: which part of the numbers is shown, and where the ticks stand.
//!
//! Separate because every chart with an axis needs round ticks, few enough for a phone, and none
//! needs to know how they are found. Next: [`super::plot`].

use crate::{model::Interval, quantity};

/// Ticks that fit beside each other on 300 pixels.
const MOST_TICKS: usize = 6;

/// How values become places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equally long.
    Linear,
    /// Equal ratios are equally long; values are above 0.
    Log,
}

/// One axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it counts, with its unit.
    pub label: String,
    /// How values become places.
    pub scale: Scale,
    /// Value at its beginning.
    pub low: f64,
    /// Value at its end, more than `low`.
    pub high: f64,
    /// Ascending.
    pub ticks: Vec<Tick>,
}

/// A round value on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The value.
    pub at: f64,
    /// The value as text.
    pub text: String,
}

impl Axis {
    /// From one round value to another, with everything of `shown` between them.
    pub fn linear(label: &str, shown: Interval, text: fn(f64) -> String) -> Self {
        let Interval { low, mut high } = shown;
        if high - low <= low.abs().max(high.abs()) * 1e-9 {
            high = low + if low == 0.0 { 1.0 } else { low.abs() };
        }
        let step = step((high - low) / (MOST_TICKS - 1) as f64);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        let ticks = ticks(first, last, step, text);
        Self {
            label: label.into(),
            scale: Scale::Linear,
            low: low.min(first * step),
            high: high.max(last * step),
            ticks,
        }
    }

    /// Numbers of workers from 0 to a little more than `most`, with ticks at multiples of a power of
    /// two, as most numbers of CPUs are.
    pub fn workers(most: f64) -> Self {
        let step = (most / MOST_TICKS as f64).max(1.0).log2().ceil().exp2();
        let ticks = ticks(0.0, (most / step).floor(), step, quantity::ticks::integer);
        Self { label: "workers".into(), scale: Scale::Linear, low: 0.0, high: most * 1.05, ticks }
    }

    /// Steps from one number of workers to another, at 1, 2, 3 …; few enough have a tick.
    pub fn steps(steps: impl Iterator<Item = (u64, u64)>) -> Self {
        let texts: Vec<String> = steps.map(|(_, to)| quantity::whole(to)).collect();
        let every = texts.len().div_ceil(2 * MOST_TICKS).max(1);
        let high = texts.len() as f64 + 0.5;
        let tick = |(idx, text): (usize, String)| Tick { at: idx as f64 + 1.0, text };
        let ticks = texts.into_iter().enumerate().step_by(every).map(tick).collect();
        Self { label: "up to so many workers".into(), scale: Scale::Linear, low: 0.5, high, ticks }
    }

    /// Orders of magnitude; everything of `shown`, which is above 0, lies inside.
    pub fn log(label: &str, shown: Interval, text: fn(f64) -> String) -> Self {
        let wide = if shown.high < shown.low * 3.0 { 2.0 } else { 1.25 };
        let (low, high) = (shown.low / wide, shown.high * wide);
        let inside: Vec<(i32, f64)> = (decade(low)..=decade(high))
            .flat_map(|decade| [1.0, 2.0, 5.0].map(|digit| (decade, digit * 10_f64.powi(decade))))
            .filter(|&(_, at)| low <= at && at <= high)
            .collect();
        let tens = inside.iter().filter(|&&(decade, at)| at < 1.5 * 10_f64.powi(decade)).count();
        let is_kept = |&&(decade, at): &&(i32, f64)| {
            let every = tens.div_ceil(MOST_TICKS).max(1) as i32;
            let is_ten = at < 1.5 * 10_f64.powi(decade);
            inside.len() <= MOST_TICKS || is_ten && decade.rem_euclid(every) == 0
        };
        let tick = |&(_, at): &(i32, f64)| Tick { at, text: text(at) };
        let ticks = inside.iter().filter(is_kept).map(tick).collect();
        Self { label: label.into(), scale: Scale::Log, low, high, ticks }
    }

    /// Where a value lies: 0 at the beginning, 1 at the end, and not beyond them.
    pub fn place(&self, value: f64) -> f64 {
        let place = self.unbounded(value);
        if place.is_nan() { 0.0 } else { place.clamp(0.0, 1.0) }
    }

    /// As [`Self::place`], but also beyond the ends, kept to what a drawing can hold: a line that
    /// leaves the chart must leave it in its own direction.
    pub fn unbounded(&self, value: f64) -> f64 {
        let place = match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log => (value / self.low).ln() / (self.high / self.low).ln(),
        };
        if place.is_nan() { 0.0 } else { place.clamp(-100.0, 100.0) }
    }

    /// Whether a value lies on it.
    pub fn shows(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// The power of ten at or below a value above 0, kept to what a `f64` can be raised to.
fn decade(value: f64) -> i32 {
    value.log10().floor().clamp(-300.0, 300.0) as i32
}

/// The least of 1, 2, 5, 10 … that is not below `least`.
fn step(least: f64) -> f64 {
    let ten = 10_f64.powi(decade(least));
    let digits = [1.0, 2.0, 5.0].map(|digit| digit * ten);
    digits.into_iter().find(|&step| step >= least * (1.0 - 1e-9)).unwrap_or(10.0 * ten)
}

fn ticks(first: f64, last: f64, step: f64, text: fn(f64) -> String) -> Vec<Tick> {
    let count = (last - first).clamp(0.0, 2.0 * MOST_TICKS as f64) as usize;
    let at = |idx: usize| (first + idx as f64) * step;
    (0..=count).map(at).map(|at| Tick { at, text: text(at) }).collect()
}

/// From the least to the greatest of `values`; `None` without values.
pub fn spanned(values: impl Iterator<Item = f64>) -> Option<Interval> {
    values.filter(|value| value.is_finite()).fold(None, |span: Option<Interval>, value| {
        Some(match span {
            None => Interval { low: value, high: value },
            Some(Interval { low, high }) => Interval { low: low.min(value), high: high.max(value) },
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::ticks::{count, integer};

    fn texts(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.text.as_str()).collect()
    }

    #[test]
    fn workers_have_whole_ticks_and_few() {
        assert_eq!(texts(&Axis::workers(1.0)), ["0", "1"]);
        assert_eq!(texts(&Axis::workers(8.0)), ["0", "2", "4", "6", "8"]);
        assert_eq!(texts(&Axis::workers(128.0)), ["0", "32", "64", "96", "128"]);
    }

    #[test]
    fn linear_axes_begin_and_end_at_round_values() {
        let axis = Axis::linear("", Interval { low: 0.0, high: 7.3 }, integer);
        assert_eq!(texts(&axis), ["0", "2", "4", "6", "8"]);
        let flat = Axis::linear("", Interval { low: 3.0, high: 3.0 }, integer);
        assert!(flat.shows(3.0) && flat.low < flat.high);
    }

    #[test]
    fn every_axis_has_two_to_eight_ticks_and_shows_what_it_must() {
        for low in [1e-9, 0.7, 3.0, 999.0, 1e12] {
            for ratio in [1.0, 1.0001, 2.0, 9.0, 50.0, 1e4, 1e9, 1e18] {
                let shown = Interval { low, high: low * ratio };
                for axis in [Axis::log("", shown, count), Axis::linear("", shown, count)] {
                    assert!((2..=8).contains(&axis.ticks.len()), "{axis:?}");
                    assert!(axis.shows(shown.low) && axis.shows(shown.high), "{axis:?}");
                    assert!(axis.ticks.iter().all(|tick| axis.shows(tick.at)), "{axis:?}");
                }
            }
        }
    }

    #[test]
    fn log_places_are_proportional_to_ratios() {
        let axis = Axis::log("", Interval { low: 1.0, high: 100.0 }, count);
        assert!((axis.place(10.0) - 0.5).abs() < 1e-12);
        let ends = [f64::NAN, 1e9].map(|value| axis.place(value));
        assert!(ends[0].abs() < 1e-12 && (ends[1] - 1.0).abs() < 1e-12, "{ends:?}");
    }
}
