//! The estimate as an SVG: a curve in one dimension, a heat map in two.
//!
//! Apart from [`super::density`], which lays out numbers. A [`Picture`] says where it needs counts and draws
//! itself when it has them; it counts nothing. It shows all samples, whatever places were asked for, and its
//! size is bounded whatever n is. Next: `frame`, axes and texts of both; `curve` and `heat`, what is inside.

mod colors;
mod curve;
mod frame;
mod heat;
mod outline;
mod png;
mod ticks;

use std::ops::RangeInclusive;

use kernel::Density;

use super::density::{Report, Values};
use crate::density::grid::{Axis, Error, Grid};
use crate::density::{Curve, Places};
use crate::input::AnySamples;

/// Cells of a heat map in each dimension, if no grid was asked for.
const CELLS: usize = 200;
/// Cells of a heat map in each dimension, at most.
const MOST_CELLS: usize = 256;

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Picture {
    /// A step function.
    Curve(Curve),
    /// A cell around each point of a grid of two dimensions.
    Heat(Heat),
}

/// The cells of a heat map.
#[derive(Clone, Debug, PartialEq)]
pub struct Heat {
    /// Middles of the cells.
    grid: Grid,
    /// Of how many points of the grid that was asked for one is drawn, in each dimension; `None` if none
    /// was.
    strides: Option<[usize; 2]>,
    /// Where they begin and end, in each dimension.
    spans: [(f64, f64); 2],
}

/// What is told besides the values.
#[derive(Clone, Debug)]
pub struct Scene {
    /// Names of the dimensions.
    pub names: Vec<String>,
    /// Number of samples.
    pub n: usize,
    /// Whether they have weights.
    pub is_weighted: bool,
    /// The window, as text.
    pub window: String,
    /// `closed` or `open`.
    pub faces: &'static str,
    /// Which values are drawn.
    pub values: Values,
    /// What a count means.
    pub density: Density,
}

/// Whether samples of `d` dimensions can be drawn.
///
/// # Errors
/// A message that says what is allowed.
pub fn check_dimensions(d: usize) -> Result<(), String> {
    if d <= 2 {
        return Ok(());
    }
    Err(format!(
        "--svg: the samples have {d} dimensions; a picture has at most 2 (--columns chooses)"
    ))
}

impl Picture {
    /// The picture for samples of one or two dimensions that span `ranges`, in windows of `widths`: of the
    /// grid that was asked for, otherwise of all that is not empty.
    ///
    /// # Errors
    /// [`Error::Range`] if that is more than a double can hold.
    pub fn of(
        report: &Report,
        samples: &AnySamples,
        ranges: &[RangeInclusive<f64>],
        widths: &[f64],
    ) -> Result<Self, Error> {
        let asked = match &report.places {
            Places::Grid(grid) => Some(grid),
            Places::Centers | Places::Samples(_) => None,
        };
        if let [width] = *widths {
            let axis = match asked {
                Some(grid) => within(&grid.axes[0], &ranges[0], width),
                None => seen_whole(ranges, width)?,
            };
            return Ok(Self::Curve(Curve::new(&samples.to_rows(), width, &axis)));
        }
        Ok(Self::Heat(match asked {
            Some(grid) => Heat::thinned(grid, widths),
            None => Heat::new(Grid::over(ranges, widths, CELLS)?, widths, None),
        }))
    }

    /// Places whose counts it needs, one after another.
    pub fn centers(&self) -> Vec<f64> {
        match self {
            Self::Curve(curve) => curve.middles(),
            Self::Heat(heat) => heat.grid.centers(),
        }
    }

    /// Their counts, if they are among those that were asked for.
    pub fn known(&self, report: &Report) -> Option<Vec<u64>> {
        let (Self::Heat(heat), Places::Grid(asked)) = (self, &report.places) else { return None };
        let [across, up] = heat.strides?;
        let rows = report.estimate.counts.chunks(asked.axes[1].points).step_by(across);
        Some(rows.flat_map(|row| row.iter().copied().step_by(up)).collect())
    }

    /// The whole file, from the counts of [`Picture::centers`].
    ///
    /// # Errors
    /// A message if a density is infinite.
    pub fn draw(
        &self,
        scene: &Scene,
        counts: &[u64],
        samples: &AnySamples,
    ) -> Result<String, String> {
        let values: Vec<Option<f64>> = counts.iter().map(|&count| scene.value(count)).collect();
        if values.iter().flatten().any(|value| !value.is_finite()) {
            return Err("--svg: a density is beyond the range of doubles; add --log".into());
        }
        Ok(match self {
            Self::Curve(curve) => curve::draw(curve, &values, scene, samples),
            Self::Heat(heat) => heat::draw(heat, &values, scene, samples),
        })
    }
}

impl Heat {
    fn new(grid: Grid, widths: &[f64], strides: Option<[usize; 2]>) -> Self {
        let span = |j: usize| span(&grid.axes[j], 0.5, widths[j]);
        Self { spans: [span(0), span(1)], grid, strides }
    }

    /// Every so many points of a grid that has more of them than a picture needs.
    fn thinned(grid: &Grid, widths: &[f64]) -> Self {
        let strides = [0, 1].map(|j: usize| grid.axes[j].points.div_ceil(MOST_CELLS));
        let axes = grid.axes.iter().zip(strides).map(|(axis, stride)| {
            let points = axis.points.div_ceil(stride);
            Axis { start: axis.start, stop: axis.at((points - 1) * stride), points }
        });
        Self::new(Grid { axes: axes.collect() }, widths, Some(strides))
    }
}

/// All that is not empty and half a window more: the curve is seen to come from 0.
fn seen_whole(ranges: &[RangeInclusive<f64>], width: f64) -> Result<Axis, Error> {
    Ok(Grid::over(ranges, &[2.0 * width], 2)?.axes[0])
}

/// What a curve is drawn over for a grid: more than its ends where it has all of the samples.
fn within(axis: &Axis, range: &RangeInclusive<f64>, width: f64) -> Axis {
    let (mut start, mut stop) = span(axis, 0.0, width);
    if start <= range.start() - width / 2.0 && stop >= range.end() + width / 2.0 {
        (start, stop) = (start.min(range.start() - width), stop.max(range.end() + width));
    }
    Axis { start, stop, points: 2 }
}

/// From where to where an axis is drawn: so many steps beyond its ends, or a window around its only point.
fn span(axis: &Axis, steps: f64, width: f64) -> (f64, f64) {
    let beyond = if axis.points == 1 { width / 2.0 } else { axis.step() * steps };
    (axis.start - beyond, axis.stop + beyond)
}

impl Scene {
    /// What is drawn for a count; nothing for the logarithm of 0.
    fn value(&self, count: u64) -> Option<f64> {
        match self.values {
            Values::Density => Some(self.density.of(count)),
            Values::LogDensity => (count > 0).then(|| self.density.log_of(count)),
        }
    }

    /// What the values are, with their unit.
    fn quantity(&self) -> String {
        let unit = self.names.iter().map(|name| frame::in_unit(name)).collect::<Vec<_>>();
        let unit = unit.join(" × ");
        match self.values {
            Values::Density => format!("density p (per unit of {unit})"),
            Values::LogDensity => format!("log density ln p (p per unit of {unit})"),
        }
    }

    /// Which samples, and which window.
    fn subtitle(&self) -> String {
        let Self { n, window, faces, is_weighted, .. } = self;
        let weighted = if *is_weighted { "weighted " } else { "" };
        let samples = if *n == 1 { "sample" } else { "samples" };
        format!("{n} {weighted}{samples}, window {window}, {faces} faces")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::density::grid::Spec;
    use crate::output::density::tests::report;
    use kernel::Samples;

    #[test]
    fn points_of_a_large_grid_are_left_out_evenly() {
        let spec: Spec = "0:1:600,0:3:4".parse().unwrap();
        let grid = spec.grid(&[0.0..=1.0, 0.0..=1.0], &[1.0; 2]).unwrap();
        let mut report = report(&(0..2400).collect::<Vec<_>>());
        report.places = Places::Grid(grid.clone());
        let heat = Heat::thinned(&grid, &[1.0; 2]);
        assert_eq!(heat.grid.shape(), [200, 4]);
        assert_eq!(heat.grid.axes[0].stop.to_bits(), grid.axes[0].at(597).to_bits());
        let counts = Picture::Heat(heat).known(&report).unwrap();
        assert_eq!((counts.len(), &counts[..6]), (800, &[0, 1, 2, 3, 12, 13][..]));
    }

    #[test]
    fn a_curve_comes_from_nothing_unless_less_was_asked_for() {
        let whole = Axis { start: -0.25, stop: 1.25, points: 9 };
        let Axis { start, stop, .. } = within(&whole, &(0.0..=1.0), 0.5);
        assert_eq!((start, stop), (-0.5, 1.5));
        let part = Axis { stop: 0.5, ..whole };
        let Axis { start, stop, .. } = within(&part, &(0.0..=1.0), 0.5);
        assert_eq!((start, stop), (-0.25, 0.5));
        let Axis { start, stop, .. } = seen_whole(&[0.0..=1.0], 0.5).unwrap();
        assert_eq!((start, stop), (-0.5, 1.5));
    }

    #[test]
    fn an_infinite_density_cannot_be_drawn_but_its_logarithm_can() {
        let samples = AnySamples::Double(Samples::from_rows(&[0.0], 1).unwrap());
        let report = report(&[1]);
        let picture = Picture::of(&report, &samples, &[0.0..=0.0], &[0.5]).unwrap();
        let mut scene = Scene {
            names: vec!["x0".into()],
            n: 1,
            is_weighted: false,
            window: "1e-320".into(),
            faces: "closed",
            values: Values::Density,
            density: Density::uniform(1, 1, kernel::Width::new(1e-320).unwrap()).unwrap(),
        };
        let error = picture.draw(&scene, &[0, 1, 0], &samples).unwrap_err();
        assert!(error.contains("--log"), "{error}");
        scene.values = Values::LogDensity;
        assert!(picture.draw(&scene, &[0, 1, 0], &samples).is_ok());
    }
}
