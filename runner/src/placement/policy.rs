//! The policies by which workers are placed, and the words to ask for them.
//!
//! Separate from [`super`] because this is the seam: to add a policy, write its order in `order` and
//! one line in [`ALL`]. Command line, lists and tests iterate the table and name no member; only the
//! default is named here. Next: `order`.

use std::collections::BTreeSet;
use std::fmt;

use super::{Error, Fault, Placement, order};
use crate::machine::Topology;
use crate::machine::topology::Cpu;

/// Every policy, the default first.
pub const ALL: &[Policy] = &[
    Policy {
        name: "physical",
        summary: "one worker on each core, spread over caches; fast cores first, second hardware \
                  threads last",
        order: |cpus| pinned(order::physical(cpus)),
    },
    Policy {
        name: "compact",
        summary: "one worker on each core, filling a cache and a package before the next; second \
                  hardware threads last",
        order: |cpus| pinned(order::compact(cpus)),
    },
    Policy {
        name: "spread",
        summary: "as far apart as possible: packages in turn, in them nodes in turn, in them caches",
        order: |cpus| pinned(order::spread(cpus)),
    },
    Policy {
        name: "smt",
        summary: "all hardware threads of a core before the next core",
        order: |cpus| pinned(order::smt(cpus)),
    },
    Policy {
        name: "none",
        summary: "not pinned: the operating system moves workers as it likes",
        order: |cpus| vec![None; cpus.len()],
    },
];

/// A way to place workers.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// As it is asked for.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// The seats that some CPUs have, in the order in which they are taken: one for each CPU.
    order: fn(&[Cpu]) -> Vec<Option<usize>>,
}

/// A seat on each CPU.
fn pinned(cpus: Vec<usize>) -> Vec<Option<usize>> {
    cpus.into_iter().map(Some).collect()
}

/// What was asked for: a policy, or a list of CPUs.
#[derive(Clone, Debug)]
pub enum Choice {
    /// One of [`ALL`].
    Policy(&'static Policy),
    /// Worker w on CPU number w of this list.
    Cpus(Vec<usize>),
}

impl Default for Choice {
    /// The first of [`ALL`].
    fn default() -> Self {
        Self::Policy(&ALL[0])
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy(policy) => f.write_str(policy.name),
            Self::Cpus(cpus) => {
                let ids: Vec<String> = cpus.iter().map(ToString::to_string).collect();
                f.write_str(&ids.join(","))
            }
        }
    }
}

/// Names of all policies: `physical, compact, …`.
pub(super) fn names() -> String {
    ALL.iter().map(|policy| policy.name).collect::<Vec<_>>().join(", ")
}

/// The policy of this name, or the list that `text` is: ids and ranges such as `4,0-2`, in the order
/// in which workers take them.
///
/// # Errors
/// - [`Error::Unknown`] if it is neither;
/// - [`Error::Repeated`] if a list names a CPU twice.
pub fn parse(text: &str) -> Result<Choice, Error> {
    if let Some(policy) = ALL.iter().find(|policy| policy.name == text) {
        return Ok(Choice::Policy(policy));
    }
    let cpus = parse_list(text).ok_or_else(|| Error::Unknown { text: text.into() })?;
    let mut seen = BTreeSet::new();
    match cpus.iter().find(|&&cpu| !seen.insert(cpu)) {
        Some(&cpu) => Err(Error::Repeated { text: text.into(), cpu }),
        None => Ok(Choice::Cpus(cpus)),
    }
}

impl std::str::FromStr for Choice {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        parse(text)
    }
}

/// The ids of a list, in its order. (The kernel's lists, [`crate::machine::tree`], are sets.)
fn parse_list(text: &str) -> Option<Vec<usize>> {
    /// More ids than any kernel is built for.
    const LIMIT: usize = 1 << 16;
    let mut cpus = Vec::new();
    for part in text.split(',').map(str::trim) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        if first > last || last >= LIMIT || cpus.len() > LIMIT {
            return None;
        }
        cpus.extend(first..=last);
    }
    Some(cpus)
}

impl Choice {
    /// Seats for `workers` workers on the CPUs of `topology` that are in `allowed`.
    ///
    /// More workers than seats start over, and are marked [`Oversubscribed`](super::Room).
    ///
    /// # Errors
    /// - [`Error::Unusable`] if a list names a CPU that is not online or not allowed;
    /// - [`Error::NoCpu`] if no CPU is left.
    pub fn place(
        &self,
        workers: usize,
        topology: &Topology,
        allowed: &[usize],
    ) -> Result<Placement, Error> {
        let usable = topology.usable(allowed);
        if usable.is_empty() {
            return Err(Error::NoCpu { allowed: allowed.to_vec() });
        }
        let seats = match self {
            Self::Policy(policy) => (policy.order)(&usable),
            Self::Cpus(cpus) => {
                self.check(cpus, topology, &usable)?;
                pinned(cpus.clone())
            }
        };
        Ok(Placement::wrapped(self.to_string(), workers, &seats, &usable))
    }

    /// Which of the `allowed` CPUs workers may sit on.
    pub fn within(&self, allowed: &[usize]) -> Vec<usize> {
        let is_named = |id: &usize| match self {
            Self::Policy(_) => true,
            Self::Cpus(cpus) => cpus.contains(id),
        };
        allowed.iter().copied().filter(is_named).collect()
    }

    /// The CPU of the first worker, and a faster one among the usable ones, if there is one. Only a
    /// list can have it so: every policy begins with a fastest CPU.
    pub fn slow_start(&self, topology: &Topology, allowed: &[usize]) -> Option<(usize, usize)> {
        let Self::Cpus(cpus) = self else { return None };
        let usable = topology.usable(allowed);
        let first = usable.iter().find(|cpu| Some(&cpu.id) == cpus.first())?;
        let fastest = usable.iter().min_by_key(|cpu| order::slowness(cpu))?;
        (order::slowness(fastest) < order::slowness(first)).then_some((first.id, fastest.id))
    }

    /// Refuses the first CPU that is not `usable`.
    fn check(&self, cpus: &[usize], topology: &Topology, usable: &[Cpu]) -> Result<(), Error> {
        let is_usable = |id: usize| usable.iter().any(|cpu| cpu.id == id);
        let Some(&cpu) = cpus.iter().find(|&&cpu| !is_usable(cpu)) else { return Ok(()) };
        // A CPU that is switched off has left the mask, too: being online is asked first.
        let is_online = topology.cpus.is_empty() || topology.cpus.iter().any(|c| c.id == cpu);
        let fault = if is_online { Fault::NotAllowed } else { Fault::NotOnline };
        let allowed = usable.iter().map(|cpu| cpu.id).collect();
        Err(Error::Unusable { text: self.to_string(), cpu, fault, allowed })
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, Choice, parse};
    use crate::machine::Topology;
    use crate::placement::Error;

    #[test]
    fn names_are_unique_and_found() {
        for policy in ALL {
            assert_eq!(parse(policy.name).unwrap().to_string(), policy.name);
            assert_eq!(ALL.iter().filter(|other| other.name == policy.name).count(), 1);
            assert!(!policy.summary.is_empty());
        }
        assert_eq!(Choice::default().to_string(), ALL[0].name);
    }

    #[test]
    fn lists_keep_their_order() {
        assert_eq!(parse("4,0-2, 7").unwrap().to_string(), "4,0,1,2,7");
    }

    #[test]
    fn what_is_neither_name_nor_list_is_refused_with_what_is_allowed() {
        for text in ["", "fast", "0,", "2-1", "0-99999999999", "-1", "Physical"] {
            let message = parse(text).unwrap_err().to_string();
            assert!(message.contains(&format!("'{text}'")) && message.contains("physical, "));
        }
        let twice = parse("1,0-2").unwrap_err();
        assert_eq!(twice, Error::Repeated { text: "1,0-2".into(), cpu: 1 });
    }

    #[test]
    fn without_any_cpu_there_is_no_placement() {
        let error = Choice::default().place(1, &Topology::default(), &[]).unwrap_err();
        assert_eq!(error, Error::NoCpu { allowed: vec![] });
    }
}
