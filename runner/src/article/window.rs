//! *Parzen windows*: a hypercube window in three dimensions, with 3 samples inside and 7 outside.
//!
//! The article's picture of what a window is: a cube of width 1 around the origin, ten samples, and
//! p(x) = 0.3. Separate from [`data`](super::data), which estimates a density with it.

use kernel::{Counter, Density, Samples, Width, Window as Cube};
use serde::{Deserialize, Serialize};

use super::{Ran, Tour, Trouble};

/// Width of the article's window.
pub const H: f64 = 1.0;
/// Its center.
pub const CENTER: [f64; 3] = [0.0; 3];
/// The samples: the article's three inside and six of its seven outside.
///
/// The text of the article that we have breaks off after the sixth of those outside. The last sample is
/// therefore ours: any one outside gives the article's count.
pub const POINTS: [[f64; 3]; 10] = [
    [0.0, 0.0, 0.0],
    [0.2, 0.2, 0.2],
    [0.1, -0.1, -0.3],
    [-1.2, 0.3, -0.3],
    [0.8, -0.82, -0.9],
    [1.0, 0.6, -0.7],
    [0.8, 0.7, 0.2],
    [0.7, -0.8, -0.45],
    [-0.3, 0.6, 0.9],
    [-0.9, -0.7, 0.4],
];

/// The section's data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Width of the window.
    pub h: f64,
    /// Its center.
    pub center: [f64; 3],
    /// The samples.
    pub points: Vec<[f64; 3]>,
    /// Of each sample, whether it is inside.
    pub inside: Vec<bool>,
    /// Number of samples inside.
    pub count: u64,
    /// Number of samples.
    pub n: usize,
    /// Estimate at the center: count / n / h³.
    pub density: f64,
}

/// The section.
#[derive(Clone, Copy, Debug)]
pub struct Section;

impl super::Section for Section {
    fn name(&self) -> &'static str {
        "window"
    }

    fn title(&self) -> &'static str {
        "a hypercube window in three dimensions, with 3 of 10 samples inside"
    }

    fn run(&self, _tour: &Tour<'_>) -> Result<Ran, Trouble> {
        let window = count(&POINTS, CENTER, H)?;
        Ran::whole(window, Vec::new()).into_json()
    }
}

/// Counts `points` in the cube of width `h` around `center`, all at once and one by one.
///
/// # Errors
/// [`Trouble::Kernel`] if the samples or the window make no sense.
pub fn count(points: &[[f64; 3]], center: [f64; 3], h: f64) -> Result<Window, Trouble> {
    let samples = Samples::from_rows(points.as_flattened(), 3)?;
    let width = Width::new(h)?;
    let cube = Cube::new(&center, width)?;
    let in_run = |run| Counter::new(run).count(&cube);
    let count = in_run(samples.all())?;
    let inside = (0..samples.n()).map(|i| Ok(in_run(samples.run(i..i + 1))? == 1));
    Ok(Window {
        h,
        center,
        points: points.to_vec(),
        inside: inside.collect::<Result<_, Trouble>>()?,
        count,
        n: samples.n(),
        density: Density::uniform(samples.n(), 3, width)?.of(count),
    })
}

#[cfg(test)]
mod tests {
    use super::{CENTER, H, POINTS, count};

    #[test]
    fn three_of_the_articles_ten_samples_are_inside() {
        let window = count(&POINTS, CENTER, H).unwrap();
        assert_eq!((window.count, window.n), (3, 10));
        assert_eq!(window.density.to_string(), "0.3");
        assert_eq!(window.inside, [[true; 3].as_slice(), &[false; 7]].concat());
    }

    #[test]
    fn a_wider_window_has_a_larger_volume() {
        let window = count(&POINTS, CENTER, 2.0).unwrap();
        assert_eq!(window.count, 9, "one coordinate is beyond 1");
        assert!((window.density - 0.9 / 8.0).abs() < 1e-15, "{window:?}");
        assert!(count(&POINTS, CENTER, 0.0).is_err());
    }
}
