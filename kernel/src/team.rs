//! Who does the parts of a job side by side.
//!
//! The crate starts no thread. What takes long, building an index or asking it about many centers, is cut into
//! parts, and the caller brings a [`Team`] that runs them: [`Alone`], or a pool of threads.

/// A part of a job; parts of one job may run in any order and at the same time.
pub type Part<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Runs parts.
pub trait Team: Sync {
    /// How many parts can run at the same time, at least 1.
    fn size(&self) -> usize;

    /// Runs every part and returns when all are done.
    fn run(&self, parts: Vec<Part<'_>>);
}

/// The calling thread alone, one part after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Team for Alone {
    fn size(&self) -> usize {
        1
    }

    fn run(&self, parts: Vec<Part<'_>>) {
        for part in parts {
            part();
        }
    }
}

/// `job` of every item, in the order of the items.
///
/// # Panics
/// If the team left a part out.
pub(crate) fn map<I: Send, O: Send>(
    team: &dyn Team,
    items: Vec<I>,
    job: impl Fn(I) -> O + Sync,
) -> Vec<O> {
    let mut results: Vec<Option<O>> = items.iter().map(|_| None).collect();
    let job = &job;
    let mut parts: Vec<Part<'_>> = Vec::with_capacity(items.len());
    for (item, result) in items.into_iter().zip(&mut results) {
        parts.push(Box::new(move || *result = Some(job(item))));
    }
    team.run(parts);
    results.into_iter().map(|result| result.expect("a team runs every part")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        struct Backwards;
        impl Team for Backwards {
            fn size(&self) -> usize {
                2
            }
            fn run(&self, parts: Vec<Part<'_>>) {
                parts.into_iter().rev().for_each(|part| part());
            }
        }
        for team in [&Alone as &dyn Team, &Backwards] {
            assert_eq!(map(team, vec![1, 2, 3], |i| i * 10), [10, 20, 30]);
        }
    }
}
