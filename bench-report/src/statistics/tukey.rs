//! Outliers by name: how many values lie beyond Tukey's fences, and on which side.
//!
//! Separate because it only labels: nothing is dropped from any figure because of its class
//! (silent removal of outliers is what Hoefler & Belli, SC 2015, section 4.2.2, warn of). Next:
//! [`super::center`] for figures that outliers cannot move.

/// Where a value lies relative to the fences (Tukey, "Exploratory Data Analysis", 1977): quartiles
/// less or plus 1.5 (inner) and 3 (outer) interquartile ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Below the lower outer fence.
    FarBelow,
    /// Between the two lower fences.
    Below,
    /// Between the inner fences, ends included.
    Inside,
    /// Between the two upper fences.
    Above,
    /// Above the upper outer fence.
    FarAbove,
}

/// The four fences, ascending.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fences {
    /// Lower outer, lower inner, upper inner, upper outer.
    pub at: [f64; 4],
}

/// How many values fell into each class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Values below the lower outer fence.
    pub far_below: usize,
    /// Values between the two lower fences.
    pub below: usize,
    /// Values between the inner fences.
    pub inside: usize,
    /// Values between the two upper fences.
    pub above: usize,
    /// Values above the upper outer fence.
    pub far_above: usize,
}

/// Where a list of values lies, and how many of them lie outside its fences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The least value, the lower quartile, the median, the upper quartile and the greatest value.
    pub at: [f64; 5],
    /// How many values are in each class.
    pub census: Census,
}

impl Spread {
    /// Of `values`, or `None` for fewer than four.
    pub fn of(values: &[f64]) -> Option<Self> {
        let census = Fences::of(values)?.census(values);
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        Some(Self { at: [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| quantile(&sorted, share)), census })
    }
}

impl Fences {
    /// The fences of `values`, or `None` for fewer than four.
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.len() < 4 {
            return None;
        }
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (lower, upper) = (quantile(&sorted, 0.25), quantile(&sorted, 0.75));
        let range = upper - lower;
        let at =
            [lower - 3.0 * range, lower - 1.5 * range, upper + 1.5 * range, upper + 3.0 * range];
        Some(Self { at })
    }

    /// The class of one value.
    pub fn class(&self, value: f64) -> Class {
        let [far_below, below, above, far_above] = self.at;
        match value {
            _ if value < far_below => Class::FarBelow,
            _ if value < below => Class::Below,
            _ if value > far_above => Class::FarAbove,
            _ if value > above => Class::Above,
            _ => Class::Inside,
        }
    }

    /// How many of `values` are in each class.
    pub fn census(&self, values: &[f64]) -> Census {
        let mut census = Census::default();
        for &value in values {
            *match self.class(value) {
                Class::FarBelow => &mut census.far_below,
                Class::Below => &mut census.below,
                Class::Inside => &mut census.inside,
                Class::Above => &mut census.above,
                Class::FarAbove => &mut census.far_above,
            } += 1;
        }
        census
    }
}

/// Linear between order statistics (Hyndman & Fan, The American Statistician 50, 1996, type 7).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = place.ceil() as usize;
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "these quartiles are exact")]
    fn fences_of_one_to_nine() {
        let values: Vec<f64> = (1..=9).rev().map(f64::from).collect();
        assert_eq!(Fences::of(&values).unwrap().at, [-9.0, -3.0, 13.0, 19.0]);
        assert_eq!(Fences::of(&values[..3]), None);
    }

    #[test]
    fn a_spread_tells_the_outlier_and_keeps_it() {
        let spread = Spread::of(&[4.0, 1.0, 2.0, 3.0, 100.0]).unwrap();
        assert_eq!(spread.at.map(|value| value as u32), [1, 2, 3, 4, 100]);
        assert_eq!((spread.census.far_above, spread.census.inside), (1, 4));
        assert_eq!(Spread::of(&[1.0; 3]), None);
    }

    #[test]
    fn each_class_has_its_side_and_fences_belong_inside() {
        let fences = Fences { at: [-9.0, -3.0, 13.0, 19.0] };
        let values = [-10.0, -9.0, -4.0, -3.0, 0.0, 13.0, 14.0, 19.0, 20.0];
        let census = Census { far_below: 1, below: 2, inside: 3, above: 2, far_above: 1 };
        assert_eq!(fences.census(&values), census);
        assert_eq!(fences.class(14.0), Class::Above);
    }
}
