//! The published figures of the article this project grows from, in one place.
//!
//! Sebastian Raschka, "An introduction to parallel programming using Python's multiprocessing
//! module", 20 June 2014. Constants, because nobody can measure them again: the machine was a Mac
//! of unknown model. Next: [`crate::chart`] draws them beside the figures of a study.

/// Where the figures come from, for the reader of a report.
pub const SOURCE: &str = "Sebastian Raschka, “An introduction to parallel programming using \
    Python's multiprocessing module”, 20 June 2014";

/// The machine as the article printed it.
pub const MACHINE: &str = "Darwin 13.2.0, x86_64, CPU count 4, Python 3.4.1";

/// What the published figures do not tell.
pub const CAVEAT: &str = "One run per bar and no interval, so nobody can say which of these steps \
    were real. The per cents are printed in the article's figure; the seconds were read off its \
    pixels (serial 24.9 s ± 0.03 s).";

/// One bar of the article's figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Published {
    /// Label of the bar: `serial` or the number of processes.
    pub processes: &'static str,
    /// Length of the bar.
    pub seconds: f64,
    /// The printed speed-up over serial, as a ratio.
    pub speed_up: f64,
    /// More processes than the CPUs that the article's machine had.
    pub oversubscribed: bool,
}

/// The bars, from top to bottom: n = 10 000 samples, d = 2, 100 widths.
pub const BARS: [Published; 5] = [
    Published { processes: "serial", seconds: 24.9, speed_up: 1.0, oversubscribed: false },
    Published { processes: "2", seconds: 16.2, speed_up: 1.5366, oversubscribed: false },
    Published { processes: "3", seconds: 10.5, speed_up: 2.3776, oversubscribed: false },
    Published { processes: "4", seconds: 10.05, speed_up: 2.4775, oversubscribed: false },
    Published { processes: "6", seconds: 10.03, speed_up: 2.4828, oversubscribed: true },
];

/// The widths and densities that the article printed for its sample, digit for digit.
pub const TWELVE: [(&str, &str); 12] = [
    ("0.1", "0.016"),
    ("0.2", "0.0305"),
    ("0.3", "0.045"),
    ("0.4", "0.06175"),
    ("0.5", "0.078"),
    ("0.6", "0.0911666666667"),
    ("0.7", "0.106"),
    ("0.8", "0.117375"),
    ("0.9", "0.132666666667"),
    ("1.0", "0.1445"),
    ("1.1", "0.157090909091"),
    ("1.2", "0.1685"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds were read off pixels, the per cents are printed: they must tell the same story.
    #[test]
    fn seconds_and_per_cents_agree() {
        for bar in BARS {
            let error = BARS[0].seconds / bar.seconds / bar.speed_up - 1.0;
            assert!(error.abs() < 0.005, "{bar:?}: {error}");
        }
    }
}
