//! A case: something to time, bound to the answer it must give.
//!
//! Apart from the session, so that no way of timing can be written that leaves the check out: a job
//! is only to be had through [`Case::checked`]. Next: [`crate::job`] and [`crate::plain`] make
//! cases, [`crate::session`] times them.

use std::fmt;

use runner::workload::Summary;

/// What a job answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Samples inside one window.
    Count(u64),
    /// Samples inside each of several windows.
    Counts(Vec<u64>),
    /// The sum of all coordinates.
    Sum(f64),
}

/// What the answer must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expected {
    /// Exactly this count.
    Count(u64),
    /// Counts with exactly this digest.
    Counts(Summary),
    /// A sum whose order of additions is free.
    Sum {
        /// The sum, as the oracle adds it up.
        value: f64,
        /// Largest difference that another order of additions may make.
        tolerance: f64,
    },
}

impl Expected {
    /// Whether `answer` is of the same kind and right.
    pub fn is_met_by(&self, answer: &Answer) -> bool {
        match (self, answer) {
            (Self::Count(expected), Answer::Count(found)) => expected == found,
            (Self::Counts(expected), Answer::Counts(found)) => *expected == Summary::of(found),
            (Self::Sum { value, tolerance }, Answer::Sum(found)) => {
                (found - value).abs() <= *tolerance
            }
            _ => false,
        }
    }
}

/// Work that is ready to be timed; each call does all of it and answers.
pub type Job<'a> = Box<dyn FnMut() -> Answer + 'a>;

/// Something to time: where it stands in the tree of benchmarks, how much it does, what must come
/// out, and how to get ready for it.
pub struct Case<'a> {
    /// The path above the name: `roofline/<isa>/d=2/n=10000`.
    pub group: String,
    /// The last part of the id: `count`.
    pub name: &'static str,
    /// Questions answered by one call: samples × windows. The unit of throughput.
    pub elements: u64,
    /// What must come out.
    pub expected: Expected,
    /// Builds the job; whatever it does is not timed.
    pub prepare: Box<dyn Fn() -> Job<'a> + 'a>,
}

impl<'a> Case<'a> {
    /// The whole path, as criterion shows it.
    pub fn id(&self) -> String {
        format!("{}/{}", self.group, self.name)
    }

    /// The job, after it has answered once and been right.
    ///
    /// # Panics
    /// If the answer is wrong: a figure for it would mean nothing.
    pub fn checked(&self) -> Job<'a> {
        let mut job = (self.prepare)();
        let answer = job();
        let is_right = self.expected.is_met_by(&answer);
        assert!(is_right, "{}: wrong answer {answer:?}, expected {:?}", self.id(), self.expected);
        job
    }
}

impl fmt::Debug for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Case({} -> {:?})", self.id(), self.expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(answer: Answer, expected: Expected) -> Case<'static> {
        let prepare: Box<dyn Fn() -> Job<'static>> = Box::new(move || {
            let answer = answer.clone();
            Box::new(move || answer.clone())
        });
        Case { group: "group/n=1".into(), name: "name", elements: 1, expected, prepare }
    }

    #[test]
    fn right_answers_give_a_job() {
        let summary = Summary { first: 1, last: 3, sum: 6 };
        for (answer, expected) in [
            (Answer::Count(3), Expected::Count(3)),
            (Answer::Counts(vec![1, 2, 3]), Expected::Counts(summary)),
            (Answer::Sum(1.0), Expected::Sum { value: 1.0 + 1e-12, tolerance: 1e-9 }),
        ] {
            assert_eq!(case(answer.clone(), expected).checked()(), answer);
        }
    }

    #[test]
    fn wrong_answers_are_not_met() {
        let summary = Summary { first: 1, last: 3, sum: 6 };
        for (answer, expected) in [
            (Answer::Count(4), Expected::Count(3)),
            (Answer::Counts(vec![1, 3, 3]), Expected::Counts(summary)),
            (Answer::Counts(vec![]), Expected::Counts(summary)),
            (Answer::Sum(1.1), Expected::Sum { value: 1.0, tolerance: 1e-9 }),
            (Answer::Sum(f64::NAN), Expected::Sum { value: 1.0, tolerance: 1e-9 }),
            (Answer::Sum(3.0), Expected::Count(3)),
        ] {
            assert!(!expected.is_met_by(&answer), "{answer:?} passes for {expected:?}");
        }
    }

    #[test]
    #[should_panic(expected = "group/n=1/name: wrong answer Count(4), expected Count(3)")]
    fn a_wrong_answer_panics_with_the_id() {
        drop(case(Answer::Count(4), Expected::Count(3)).checked());
    }
}
