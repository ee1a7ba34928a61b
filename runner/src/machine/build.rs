//! What built this program: part of a machine's identity, because flags change results like CPUs do.
//!
//! Separate from [`system`](super::system), which asks the machine; this is fixed when the program is
//! compiled, by the package's build script.

use serde::{Deserialize, Serialize};

/// How this program was compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// Compiler flags from the environment or from Cargo's settings, as they were given; empty if
    /// there were none.
    pub rustflags: Vec<String>,
    /// CPU features that every function was allowed to use. Code that is chosen at run time uses more.
    pub target_features: Vec<String>,
    /// Level of optimisation: "0" to "3", "s" or "z".
    pub opt_level: Option<String>,
    /// Whether checks for debugging were compiled in.
    pub debug_assertions: bool,
}

impl Build {
    /// How the running program was compiled.
    pub fn this() -> Self {
        Self {
            rustflags: split(env!("PARZEN_RUSTFLAGS"), '\u{1f}'),
            target_features: split(env!("PARZEN_TARGET_FEATURES"), ','),
            opt_level: stated(env!("PARZEN_OPT_LEVEL")),
            debug_assertions: cfg!(debug_assertions),
        }
    }
}

/// A text that a build may have left empty.
pub(super) fn stated(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn split(text: &str, separator: char) -> Vec<String> {
    text.split(separator).filter(|part| !part.is_empty()).map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{Build, split};

    #[test]
    fn lists_of_nothing_are_empty() {
        assert_eq!(split("", ','), [""; 0]);
        assert_eq!(split("-C\u{1f}opt=1", '\u{1f}'), ["-C", "opt=1"]);
    }

    #[test]
    fn this_build_is_the_one_that_is_tested() {
        assert_eq!(Build::this().debug_assertions, cfg!(debug_assertions));
        assert!(Build::this().opt_level.is_some());
    }
}
