//! How large the windows of a query are: cubes of one or many widths, or one box.
//!
//! Apart from [`super::Query`] because what owns the widths also knows their volumes and how a report
//! names them; the kernel's [`Sizes`] only borrows.

use kernel::{Density, Faces, Radii, Sizes, Width, Widths};

/// Windows that are the same around every center.
#[derive(Clone, Debug)]
pub struct Windows {
    widths: Vec<f64>,
    faces: Faces,
    prepared: Prepared,
}

#[derive(Clone, Debug)]
enum Prepared {
    Cubes(Widths),
    Box(Radii),
}

impl Windows {
    /// A cube of each of `widths`.
    ///
    /// # Errors
    /// [`kernel::Error::WidthNotPositive`] names the first width that is not finite and above 0.
    pub fn cubes(widths: &[f64], faces: Faces) -> Result<Self, kernel::Error> {
        let prepared = Prepared::Cubes(Widths::with_faces(widths, faces)?);
        Ok(Self { widths: widths.to_vec(), faces, prepared })
    }

    /// One box of width `widths[j]` in dimension j.
    ///
    /// # Errors
    /// As [`Windows::cubes`].
    pub fn of_box(widths: &[f64], faces: Faces) -> Result<Self, kernel::Error> {
        let prepared = Prepared::Box(Radii::new(widths, faces)?);
        Ok(Self { widths: widths.to_vec(), faces, prepared })
    }

    /// Itself, if it fits samples of `d` dimensions.
    ///
    /// # Errors
    /// [`kernel::Error::Dimension`] if a box has not d widths.
    pub fn checked(self, d: usize) -> Result<Self, kernel::Error> {
        match self.widths_per_dimension().map(<[f64]>::len) {
            Some(found) if found != d => {
                let what = "widths per dimension";
                Err(kernel::Error::Dimension { what, expected: d, found })
            }
            _ => Ok(self),
        }
    }

    /// As the kernel takes them.
    pub fn sizes(&self) -> Sizes<'_> {
        match &self.prepared {
            Prepared::Cubes(widths) => Sizes::Shared(widths),
            Prepared::Box(radii) => Sizes::PerDimension(radii),
        }
    }

    /// Counts for each center: one for each width of a cube, 1 for a box.
    pub fn counts_per_center(&self) -> usize {
        match &self.prepared {
            Prepared::Cubes(widths) => widths.len(),
            Prepared::Box(_) => 1,
        }
    }

    /// Widths of the cubes, in the order given; none for a box.
    pub fn widths(&self) -> &[f64] {
        match self.prepared {
            Prepared::Cubes(_) => &self.widths,
            Prepared::Box(_) => &[],
        }
    }

    /// The d widths of a box.
    pub fn widths_per_dimension(&self) -> Option<&[f64]> {
        match self.prepared {
            Prepared::Cubes(_) => None,
            Prepared::Box(_) => Some(&self.widths),
        }
    }

    /// Width in dimension `j` of the first window, 0 if there is none.
    pub fn width(&self, j: usize) -> f64 {
        let place = if self.widths_per_dimension().is_some() { j } else { 0 };
        self.widths.get(place).copied().unwrap_or_default()
    }

    /// `closed` or `open`.
    pub fn faces(&self) -> &'static str {
        match self.faces {
            Faces::Closed => "closed",
            Faces::Open => "open",
        }
    }

    /// What turns the counts of a center into densities, in the order of the counts: `n` samples of `d`
    /// dimensions.
    ///
    /// # Errors
    /// [`kernel::Error::NoSamples`] if `n` is 0, [`kernel::Error::NoDimensions`] if `d` is 0.
    pub fn densities(&self, n: usize, d: usize) -> Result<Vec<Density>, kernel::Error> {
        let widths = self.widths.iter().map(|&h| Width::new(h)).collect::<Result<Vec<_>, _>>()?;
        match self.prepared {
            Prepared::Cubes(_) => widths.into_iter().map(|h| Density::uniform(n, d, h)).collect(),
            Prepared::Box(_) => Ok(vec![Density::with_widths(n, &widths)?]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_has_one_count_and_the_product_of_its_widths() {
        let windows = Windows::of_box(&[0.5, 4.0], Faces::Open).unwrap();
        assert_eq!((windows.counts_per_center(), windows.widths()), (1, &[][..]));
        assert_eq!((windows.width(1), windows.faces()), (4.0, "open"));
        assert_eq!(windows.densities(10, 2).unwrap()[0].of(5).to_bits(), 0.25_f64.to_bits());
        let error = windows.checked(3).unwrap_err();
        assert!(matches!(error, kernel::Error::Dimension { expected: 3, found: 2, .. }), "{error}");
    }

    #[test]
    fn cubes_have_a_count_for_each_width_and_fit_any_dimension() {
        let windows = Windows::cubes(&[2.0, 0.5], Faces::Closed).unwrap().checked(3).unwrap();
        assert_eq!((windows.counts_per_center(), windows.widths_per_dimension()), (2, None));
        assert_eq!((windows.width(2), windows.faces()), (2.0, "closed"));
        let densities = windows.densities(10, 3).unwrap();
        let expected = [0.1_f64, 4.0].map(f64::to_bits);
        assert_eq!([densities[0].of(8), densities[1].of(5)].map(f64::to_bits), expected);
        assert!(Windows::cubes(&[0.0], Faces::Closed).is_err());
    }
}
