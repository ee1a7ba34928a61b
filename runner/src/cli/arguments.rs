//! How values on the command line are read: names, times, shares.
//!
//! Separate because several commands take the same values. Each parser names the offending value and
//! what is allowed. Next: [`super::study`], which takes most of them.

use std::num::NonZeroUsize;
use std::time::Duration;

use kernel::isa::{self, Isa};

use crate::article::{self, Section};
use crate::backend::{self, Backend, Mode};
use crate::budget::{Budget, LEAST};
use crate::machine::affinity;
use crate::placement::{self, Choice};
use crate::study::plan::MAX_WORKERS;
use crate::study::preset::Preset;
use crate::workload::Level;

/// More workers than this for each allowed CPU are a slip of the keyboard.
const WORKERS_PER_CPU: usize = 4;

pub(super) fn preset(name: &str) -> Result<&'static Preset, String> {
    Preset::by_name(name)
}

pub(super) fn backend(name: &str) -> Result<&'static dyn Backend, backend::Error> {
    let backend = backend::by_name(name)?;
    let name = backend.name();
    let unavailable = |reason| backend::Error::Unavailable { backend: name, reason };
    backend.availability().map(|()| backend).map_err(unavailable)
}

pub(super) fn section(name: &str) -> Result<&'static dyn Section, String> {
    article::by_name(name)
}

/// Two coordinates, such as `0,0`.
pub(super) fn mean(text: &str) -> Result<[f64; 2], String> {
    numbers(text)
}

/// A covariance in two dimensions, row by row, such as `1,0,0,1`.
pub(super) fn covariance(text: &str) -> Result<[[f64; 2]; 2], String> {
    numbers(text).map(|[xx, xy, yx, yy]| [[xx, xy], [yx, yy]])
}

fn numbers<const N: usize>(text: &str) -> Result<[f64; N], String> {
    let numbers: Option<Vec<f64>> = text.split(',').map(|one| one.trim().parse().ok()).collect();
    let numbers = numbers.and_then(|numbers| <[f64; N]>::try_from(numbers).ok());
    numbers.ok_or_else(|| format!("'{text}'; allowed: {N} numbers with commas between them"))
}

pub(super) fn mode(name: &str) -> Result<Mode, String> {
    Mode::ALL.iter().find(|mode| mode.name() == name).copied().ok_or_else(|| {
        let known: Vec<&str> = Mode::ALL.iter().map(|mode| mode.name()).collect();
        format!("unknown mode '{name}'; known: {}", known.join(", "))
    })
}

pub(super) fn size(name: &str) -> Result<Level, String> {
    Level::by_name(name)
}

pub(super) fn placement(text: &str) -> Result<Choice, placement::Error> {
    placement::parse(text)
}

pub(super) fn instruction_set(name: &str) -> Result<&'static Isa, kernel::Error> {
    if name == "auto" { Ok(isa::best()) } else { isa::by_name(name)?.checked() }
}

/// A number of workers; how many are too many is for the study to say.
pub(super) fn workers(text: &str) -> Result<usize, String> {
    let wrong = || format!("'{text}' is no number of workers; allowed: 1 to {MAX_WORKERS}");
    text.trim().parse().map_err(|_| wrong())
}

/// A number of workers of which none is measured: not more than are of use on this machine.
pub(super) fn workers_here(text: &str) -> Result<usize, String> {
    let most = WORKERS_PER_CPU * affinity::allowed().len().max(1);
    let workers = text.parse().ok().filter(|workers| (1..=most).contains(workers));
    workers.ok_or_else(|| {
        format!("allowed: 1 to {most}, {WORKERS_PER_CPU} for each CPU that may be used")
    })
}

/// A whole number from 1 on.
pub(super) fn at_least_one(text: &str) -> Result<NonZeroUsize, String> {
    let wrong = || format!("'{text}'; allowed: whole numbers from 1 on");
    text.trim().parse().map_err(|_| wrong())
}

/// A seed that every reader of JSON keeps.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    let seed = text.parse().ok().filter(|seed| *seed <= MOST_SEED);
    seed.ok_or_else(|| format!("'{text}'; allowed: whole numbers from 0 to {MOST_SEED}"))
}

/// The largest seed: from 2^53 on, readers that hold numbers as doubles lose digits.
const MOST_SEED: u64 = (1 << 53) - 1;

/// A share above 0 % and up to 100 %, such as `0.5` or `1%`.
pub(super) fn per_cent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).trim().parse::<f64>().ok();
    let share = number.filter(|percent| *percent > 0.0 && *percent <= 100.0);
    share
        .map(|percent| percent / 100.0)
        .ok_or_else(|| format!("'{text}' is no share; allowed: above 0 and up to 100 per cent"))
}

/// A time such as `500ms`, `45s` or `2m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong =
        || format!("'{text}' is not a time; allowed: a number with ms, s or m, such as 45s");
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let number: f64 = digits.parse().map_err(|_| wrong())?;
    let unit = match &text[digits.len()..] {
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        _ => return Err(wrong()),
    };
    Duration::try_from_secs_f64(number * unit).map_err(|_| wrong())
}

/// Memory such as `1GiB`, `1.5 GB` or `65536`, a number of bytes.
pub(super) fn memory(text: &str) -> Result<Budget, String> {
    let wrong = || {
        format!(
            "'{text}' is not a size of memory; allowed: a number of bytes, or a number with KB, MB, GB, TB \
             (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024), such as 1GiB"
        )
    };
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let number: f64 = digits.trim().parse().map_err(|_| wrong())?;
    let unit = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return Err(wrong()),
    };
    let bytes = number * unit;
    if !(0.0..9.2e18).contains(&bytes) {
        return Err(wrong());
    }
    let too_little = || format!("'{text}' is too little; allowed: at least {LEAST} bytes");
    Budget::new(bytes as u64).ok_or_else(too_little)
}

#[cfg(test)]
mod tests {
    use super::{at_least_one, memory, seed, workers};
    use super::{backend, duration, instruction_set, mode, per_cent, placement, preset, size};
    use crate::backend::{ALL, Mode};
    use std::time::Duration;

    #[test]
    fn times_have_a_number_and_a_unit() {
        assert_eq!(duration("45s").unwrap(), Duration::from_secs(45));
        assert_eq!(duration("1.5m").unwrap(), Duration::from_secs(90));
        assert_eq!(duration("250ms").unwrap(), Duration::from_millis(250));
        for wrong in ["", "45", "s", "-1s", "1e30s", "nans", "4 h", "45h"] {
            let message = duration(wrong).unwrap_err();
            assert!(message.contains(&format!("'{wrong}'")), "{message}");
        }
    }

    #[test]
    fn memory_is_a_number_with_or_without_a_unit() {
        let bytes = |text: &str| memory(text).unwrap().bytes();
        assert_eq!([bytes("65536"), bytes("100000B"), bytes("64KiB")], [65536, 100_000, 65536]);
        assert_eq!(
            [bytes("1GiB"), bytes("500MB"), bytes("1.5 gb")],
            [1 << 30, 500_000_000, 1_500_000_000]
        );
        for wrong in ["", "x", "1G", "-1GiB", "nan", "inf", "1e30TB", "GiB", "1 GiB s", "1é"] {
            let message = memory(wrong).unwrap_err();
            assert!(message.contains(&format!("'{wrong}' is not")), "{message}");
            assert!(message.contains("such as 1GiB"), "{message}");
        }
        for little in ["0", "1KiB", "65535"] {
            assert!(memory(little).unwrap_err().contains("at least 65536 bytes"));
        }
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "the quotient is exact to the last bit by definition")]
    fn shares_are_above_nothing_and_at_most_everything() {
        assert_eq!(per_cent("1").unwrap(), 0.01);
        assert_eq!(per_cent("50 %").unwrap(), 0.5);
        for wrong in ["", "0", "-1", "101", "nan", "a"] {
            assert!(per_cent(wrong).unwrap_err().contains(&format!("'{wrong}'")));
        }
    }

    #[test]
    fn numbers_that_are_refused_are_named_with_what_is_allowed() {
        assert_eq!((workers(" 3"), seed("0")), (Ok(3), Ok(0)));
        assert_eq!(at_least_one("7").unwrap().get(), 7);
        for wrong in ["", "-1", "x", "1.5"] {
            let named = format!("'{wrong}'");
            for error in [
                workers(wrong).unwrap_err(),
                seed(wrong).unwrap_err(),
                at_least_one(wrong).unwrap_err(),
            ] {
                assert!(error.contains(&named) && error.contains("allowed: "), "{error}");
            }
        }
        assert!(at_least_one("0").is_err() && seed("9007199254740992").is_err());
    }

    #[test]
    fn names_that_are_not_known_are_refused() {
        assert!(preset("nosuch").is_err() && preset("quick").is_ok());
        assert!(mode("nosuch").unwrap_err().contains("strong, weak, throughput"));
        assert_eq!(mode("weak"), Ok(Mode::Weak));
        assert!(size("nosuch").is_err() && size("L1").is_ok());
        assert!(placement("nosuch").is_err() && placement("physical").is_ok());
        assert!(instruction_set("nosuch").is_err() && instruction_set("auto").is_ok());
        assert!(backend("nosuch").is_err() && backend(ALL[0].name()).is_ok());
    }
}
