//! The flaws of the study of 2014 that change times, and the conditions made of them.
//!
//! Pure and apart, so that "every flaw alone, and all of them step by step" is tested without measuring.
//! Two flaws have no condition: a single run changes the spread, not the times, and is seen in the blocks
//! of any condition; h for h^d changes densities only. Next: `blocks`, which measures conditions.

use serde::{Deserialize, Serialize};

/// Something that the study of 2014 did and should not have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// The serial code first, then pools from the smallest to the largest, instead of a random order.
    Order,
    /// The serial code in the process that hands out the work, which has a history, instead of a process
    /// started for it, as workers are.
    Baseline,
    /// Pools made inside the timer and never closed: those of earlier sizes are still there.
    Pool,
    /// Workers counted in hardware threads: two on one core before the next core is used.
    Logical,
    /// Every task waits for the one before.
    Apply,
}

impl Flaw {
    /// Every flaw in the order in which they are added up. What ends all parallelism comes last: after it
    /// the others would have nothing to change.
    pub const ALL: &'static [Self] =
        &[Self::Order, Self::Baseline, Self::Pool, Self::Logical, Self::Apply];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Baseline => "baseline",
            Self::Pool => "pool",
            Self::Logical => "logical",
            Self::Apply => "apply",
        }
    }
}

/// What a condition is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// No flaw.
    Clean,
    /// One flaw and nothing else.
    Alone,
    /// The first flaws of [`Flaw::ALL`], two or more.
    Step,
    /// All flaws at once, measured apart from the last step: what the sum of the steps must reproduce.
    All,
}

/// A way to run the benchmark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// What it is for.
    pub kind: Kind,
    /// The flaws that are switched on.
    pub flaws: Vec<Flaw>,
}

impl Condition {
    /// Whether a flaw is switched on.
    pub fn has(&self, flaw: Flaw) -> bool {
        self.flaws.contains(&flaw)
    }

    /// For people.
    pub fn describe(&self) -> String {
        let names: Vec<&str> = self.flaws.iter().map(|flaw| flaw.name()).collect();
        match self.kind {
            Kind::Clean => "clean".into(),
            Kind::Alone | Kind::Step => names.join(" + "),
            Kind::All => "all flaws".into(),
        }
    }
}

/// Clean, each of `flaws` alone, the steps of two and more, and all of them once more.
pub fn conditions(flaws: &[Flaw]) -> Vec<Condition> {
    let one = |kind, flaws: &[Flaw]| Condition { kind, flaws: flaws.to_vec() };
    let alone = flaws.chunks(1).map(|flaw| one(Kind::Alone, flaw));
    let steps = (2..=flaws.len()).map(|count| one(Kind::Step, &flaws[..count]));
    let ends = [one(Kind::Clean, &[]), one(Kind::All, flaws)];
    let [clean, all] = ends;
    std::iter::once(clean).chain(alone).chain(steps).chain([all]).collect()
}

#[cfg(test)]
mod tests {
    use super::{Flaw, Kind, conditions};

    #[test]
    fn every_flaw_is_alone_once_and_steps_add_one_flaw_each() {
        let all = conditions(Flaw::ALL);
        let of = |kind| all.iter().filter(move |condition| condition.kind == kind);
        assert_eq!((of(Kind::Clean).count(), of(Kind::All).count()), (1, 1));
        let alone: Vec<Flaw> = of(Kind::Alone).map(|condition| condition.flaws[0]).collect();
        assert_eq!(alone, Flaw::ALL);
        let steps: Vec<&[Flaw]> = of(Kind::Step).map(|condition| &condition.flaws[..]).collect();
        assert_eq!(steps.len(), Flaw::ALL.len() - 1);
        for (idx, step) in steps.iter().enumerate() {
            assert_eq!(*step, &Flaw::ALL[..idx + 2]);
        }
        assert_eq!(all.last().unwrap().flaws, Flaw::ALL);
    }

    #[test]
    fn names_in_files_are_those_of_serde() {
        for flaw in Flaw::ALL {
            assert_eq!(serde_json::to_value(flaw).unwrap(), flaw.name());
        }
    }
}
