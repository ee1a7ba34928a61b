//! The estimate of one dimension as a step function.
//!
//! Pure. The estimate changes only half a window beside a sample, so with few samples every step can be
//! found, and a count in its middle is the value of all of it. With many samples that would be more steps
//! than a picture has columns: then the middles are evenly spaced. Next: [`crate::output::picture`], which
//! draws it.

use super::grid::Axis;

/// Steps of a curve, at most.
const MOST_STEPS: usize = 2000;

/// How the steps were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steps {
    /// Every step of the estimate, at its place.
    Exact,
    /// Evenly spaced.
    Even,
}

/// Between `edges[i]` and `edges[i + 1]` the estimate has the value that it has at `middles()[i]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Ascending.
    pub edges: Vec<f64>,
    /// How they were found.
    pub steps: Steps,
}

impl Curve {
    /// The steps between the ends of `axis` for these samples and windows of this width.
    pub fn new(samples: &[f64], width: f64, axis: &Axis) -> Self {
        let Axis { start, stop, .. } = *axis;
        if 2 * samples.len() + 1 > MOST_STEPS {
            let axis = Axis { start, stop, points: MOST_STEPS + 1 };
            return Self { edges: axis.values().collect(), steps: Steps::Even };
        }
        let faces = samples.iter().flat_map(|s| [s - width / 2.0, s + width / 2.0]);
        let mut edges: Vec<f64> = faces.filter(|x| start < *x && *x < stop).collect();
        edges.extend([start, stop]);
        edges.sort_unstable_by(f64::total_cmp);
        edges.dedup();
        Self { edges, steps: Steps::Exact }
    }

    /// A place inside each step.
    pub fn middles(&self) -> Vec<f64> {
        self.edges.windows(2).map(|pair| f64::midpoint(pair[0], pair[1])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_samples_have_all_their_steps() {
        let axis = Axis { start: -1.0, stop: 2.0, points: 2 };
        let curve = Curve::new(&[0.0, 0.0, 1.0], 2.0, &axis);
        assert_eq!((&curve.edges[..], curve.steps), (&[-1.0, 0.0, 1.0, 2.0][..], Steps::Exact));
        assert_eq!(curve.middles(), [-0.5, 0.5, 1.5]);
    }

    #[test]
    fn many_samples_have_as_many_steps_as_can_be_seen() {
        let samples: Vec<f64> = (0..5000).map(f64::from).collect();
        let curve = Curve::new(&samples, 1.0, &Axis { start: 0.0, stop: 10.0, points: 2 });
        assert_eq!((curve.middles().len(), curve.steps), (MOST_STEPS, Steps::Even));
        assert_eq!((curve.edges[0], curve.edges[MOST_STEPS]), (0.0, 10.0));
    }
}
