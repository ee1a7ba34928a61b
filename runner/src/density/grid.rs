//! Grids of places, and the text of `--grid`: `200`, or `start:stop:points` for each dimension.
//!
//! Pure. Points are NumPy's `linspace` along each axis, in C order: the last dimension runs fastest. Next:
//! [`super::Places`].

use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::Serialize;

/// Dimensions of a grid, at most: with more, its points are too many to be of use.
pub const MOST_DIMENSIONS: usize = 3;
/// Points of a grid, at most: 400 in each of three dimensions.
const MOST_POINTS: usize = 64_000_000;

/// Evenly spaced points of one dimension.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Axis {
    /// The first.
    pub start: f64,
    /// The last, above the first; the same if there is one point.
    pub stop: f64,
    /// How many, at least 1.
    pub points: usize,
}

/// Points that are evenly spaced in each of d dimensions.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Grid {
    /// One for each dimension.
    pub axes: Vec<Axis>,
}

/// A grid as it stands on the command line.
#[derive(Clone, Debug, PartialEq)]
pub enum Spec {
    /// So many points in each dimension, over what the samples span.
    Points(usize),
    /// These axes.
    Axes(Vec<Axis>),
}

/// A grid that cannot be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// More dimensions than a grid has.
    #[error(
        "the samples have {0} dimensions; a grid has at most {MOST_DIMENSIONS}: use --at-samples or --centers"
    )]
    Dimensions(usize),
    /// Not as many axes as dimensions.
    #[error(
        "{found} axes are given, the samples have {expected} dimensions; one axis for each is needed"
    )]
    Axes {
        /// d of the samples.
        expected: usize,
        /// Axes given.
        found: usize,
    },
    /// Too many points in all.
    #[error("{0} points are too many; allowed: up to {MOST_POINTS} in all dimensions together")]
    Points(u128),
    /// The samples reach from one end of the doubles to the other.
    #[error("the samples span more than a double can hold in dimension {0}; give the axes")]
    Range(usize),
}

impl Axis {
    /// The i-th point: NumPy's `linspace`.
    pub fn at(&self, i: usize) -> f64 {
        if i > 0 && i + 1 == self.points { self.stop } else { i as f64 * self.step() + self.start }
    }

    /// Distance of two neighbours; 0 if there is one point.
    pub fn step(&self) -> f64 {
        (self.stop - self.start) / (self.points.max(2) - 1) as f64
    }

    /// All points.
    pub fn values(&self) -> impl Iterator<Item = f64> {
        (0..self.points).map(|i| self.at(i))
    }
}

impl Grid {
    /// `points` in each dimension over `ranges`, to whose ends half a window is added: beyond, every window
    /// is empty. `widths[j]` belongs to dimension j.
    ///
    /// # Errors
    /// [`Error`] if there are too many dimensions or points, or a range is not finite.
    pub fn over(
        ranges: &[RangeInclusive<f64>],
        widths: &[f64],
        points: usize,
    ) -> Result<Self, Error> {
        let axes = ranges.iter().zip(widths).enumerate().map(|(j, (range, width))| {
            let axis = padded(range, *width, points);
            if (axis.stop - axis.start).is_finite() { Ok(axis) } else { Err(Error::Range(j)) }
        });
        Self { axes: axes.collect::<Result<_, _>>()? }.checked(ranges.len())
    }

    fn checked(self, d: usize) -> Result<Self, Error> {
        if d > MOST_DIMENSIONS {
            return Err(Error::Dimensions(d));
        }
        if self.axes.len() != d {
            return Err(Error::Axes { expected: d, found: self.axes.len() });
        }
        let points = self.axes.iter().map(|axis| axis.points as u128).product();
        if points > MOST_POINTS as u128 { Err(Error::Points(points)) } else { Ok(self) }
    }

    /// Points of each dimension.
    pub fn shape(&self) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.points).collect()
    }

    /// Coordinates of all points, point after point.
    pub fn centers(&self) -> Vec<f64> {
        let points: usize = self.shape().iter().product();
        let mut centers = Vec::with_capacity(points * self.axes.len());
        let mut place = vec![0; self.axes.len()];
        for _ in 0..points {
            centers.extend(self.axes.iter().zip(&place).map(|(axis, &i)| axis.at(i)));
            for (i, axis) in place.iter_mut().zip(&self.axes).rev() {
                *i += 1;
                if *i < axis.points {
                    break;
                }
                *i = 0;
            }
        }
        centers
    }
}

/// A range with half a window at both ends; one point stands in its middle.
fn padded(range: &RangeInclusive<f64>, width: f64, points: usize) -> Axis {
    let (start, stop) = (range.start() - width / 2.0, range.end() + width / 2.0);
    if points == 1 {
        let middle = f64::midpoint(start, stop);
        return Axis { start: middle, stop: middle, points };
    }
    Axis { start, stop, points }
}

impl Spec {
    /// Number of points in d dimensions, as far as a grid may have them; 0 where there can be none.
    pub fn points(&self, d: usize) -> usize {
        if d > MOST_DIMENSIONS {
            return 0;
        }
        let each = match self {
            Self::Points(points) => vec![*points; d],
            Self::Axes(axes) => axes.iter().map(|axis| axis.points).collect(),
        };
        each.into_iter().fold(1, usize::saturating_mul).min(MOST_POINTS)
    }

    /// The grid for samples that span `ranges`, counted in windows of `widths`, both by dimension.
    ///
    /// # Errors
    /// [`Error`] if it does not fit the samples, or has too many points.
    pub fn grid(&self, ranges: &[RangeInclusive<f64>], widths: &[f64]) -> Result<Grid, Error> {
        match self {
            Self::Points(_) if ranges.len() > MOST_DIMENSIONS => {
                Err(Error::Dimensions(ranges.len()))
            }
            Self::Points(points) => Grid::over(ranges, widths, *points),
            Self::Axes(axes) => Grid { axes: axes.clone() }.checked(ranges.len()),
        }
    }
}

impl FromStr for Spec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains([':', ',']) {
            text.split(',').map(axis).collect::<Result<_, _>>().map(Self::Axes)
        } else {
            points(text).map(Self::Points)
        }
    }
}

/// `start:stop:points`.
fn axis(text: &str) -> Result<Axis, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let [start, stop, count] = parts[..] else {
        return Err(format!(
            "'{text}' is no axis; allowed: start:stop:points for each dimension, such as -3:3:200, or \
             the points in each alone, such as 200"
        ));
    };
    let axis = Axis { start: number(start)?, stop: number(stop)?, points: points(count)? };
    let length = axis.stop - axis.start;
    let is_one_point = axis.points == 1 && length == 0.0;
    if is_one_point || (length > 0.0 && length.is_finite()) {
        Ok(axis)
    } else {
        Err(format!(
            "'{text}': an axis goes from a smaller to a larger number; both may be the same if it has 1 \
             point"
        ))
    }
}

fn number(text: &str) -> Result<f64, String> {
    let number = text.trim().parse().ok().filter(|number: &f64| number.is_finite());
    number.ok_or_else(|| format!("'{text}' is not a finite number"))
}

fn points(text: &str) -> Result<usize, String> {
    let points = text.trim().parse().ok().filter(|points| (1..=MOST_POINTS).contains(points));
    points.ok_or_else(|| format!("'{text}' is no number of points; allowed: 1 to {MOST_POINTS}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> Spec {
        text.parse().unwrap()
    }

    #[test]
    fn points_alone_span_the_samples_and_half_a_window_more() {
        let grid = spec("3").grid(&[0.0..=1.0, 5.0..=5.0], &[1.0, 4.0]).unwrap();
        assert_eq!(grid.shape(), [3, 3]);
        assert_eq!(grid.axes[0].values().collect::<Vec<_>>(), [-0.5, 0.5, 1.5]);
        assert_eq!(grid.axes[1].values().collect::<Vec<_>>(), [3.0, 5.0, 7.0]);
        let one = spec("1").grid(&[0.0..=1.0], &[9.0]).unwrap();
        assert_eq!(one.centers(), [0.5]);
    }

    #[test]
    fn centers_run_fastest_in_the_last_dimension() {
        let unit = || 0.0..=1.0;
        let grid = spec("0:1:2, -1:1:3").grid(&[unit(), unit()], &[1.0; 2]).unwrap();
        let expected = [0.0, -1.0, 0.0, 0.0, 0.0, 1.0, 1.0, -1.0, 1.0, 0.0, 1.0, 1.0];
        assert_eq!(grid.centers(), expected);
        let cube = spec("0:1:2,0:1:2,7:7:1").grid(&[unit(), unit(), unit()], &[1.0; 3]).unwrap();
        assert_eq!(cube.centers()[3..6], [0.0, 1.0, 7.0]);
    }

    #[test]
    fn the_number_of_points_is_known_before_the_samples_are() {
        assert_eq!([1, 2, 3, 4].map(|d| spec("20").points(d)), [20, 400, 8000, 0]);
        assert_eq!((spec("0:1:7,0:1:3").points(2), spec("4000").points(3)), (21, MOST_POINTS));
    }

    #[test]
    fn last_points_are_exact() {
        let axis = Axis { start: 0.1, stop: 0.7, points: 7 };
        assert_eq!(axis.at(6).to_bits(), 0.7_f64.to_bits());
        assert_eq!((axis.at(0), axis.at(2)), (0.1, 2.0 * ((0.7 - 0.1) / 6.0) + 0.1));
    }

    #[test]
    fn slips_are_named() {
        for (text, part) in [
            ("0", "'0' is no number of points; allowed: 1 to 64000000"),
            ("", "'' is no number"),
            ("x", "'x'"),
            ("0:1", "'0:1' is no axis"),
            ("0:1:2,5", "'5' is no axis"),
            ("1:0:3", "'1:0:3': an axis goes"),
            ("1:1:3", "'1:1:3'"),
            ("0:inf:3", "'inf' is not a finite"),
            ("-1e308:1e308:3", "an axis goes"),
        ] {
            let error = text.parse::<Spec>().unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn grids_that_do_not_fit_say_what_would() {
        let unit = || 0.0..=1.0;
        let message = |text: &str, d: usize| {
            spec(text).grid(&vec![unit(); d], &vec![1.0; d]).unwrap_err().to_string()
        };
        assert!(message("5", 4).contains("4 dimensions; a grid has at most 3"));
        assert!(message("0:1:5", 2).contains("1 axes are given, the samples have 2"));
        assert!(message("10000", 2).contains("100000000 points are too many; allowed: up to"));
        let wide = spec("5").grid(&[-1e308..=1e308], &[1.0]).unwrap_err();
        assert_eq!(wide, Error::Range(0));
    }
}
