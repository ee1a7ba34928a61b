//! What each flaw of the study of 2014 does to its figure.
//!
//! Separate from the comparison of studies because what is compared here are conditions. The figure is
//! the speed-up of a pool over the serial code *of the same condition*, as that study had it; an effect is
//! a difference of its logarithms, so that effects add up and a factor stands for each:
//!
//! ```text
//! effect of flaw j = ln S(flaw j alone) − ln S(clean)
//! ln S(all) = ln S(clean) + effect of flaw 1 + … + effect of flaw k + unexplained
//! ```
//!
//! Every term but the last is measured apart, so the sum is no truth by construction: what it leaves is
//! interaction, one flaw hiding or feeding another, and is called unexplained. A second view adds the
//! flaws one after another. Its steps end where all flaws are on, whatever they do, so it tests nothing:
//! what separates its end from the condition with all flaws is that condition measured again (A/A). What
//! a time of a condition is, and how intervals come about, is [`Blocks`]: whole blocks are drawn. Next:
//! `verdict.rs`, what can be said of effects; `last_core.rs`, the article's explanation;
//! [`crate::autopsy`], which writes it down.

pub mod last_core;
mod verdict;

pub use verdict::{BAND, Effect, MARGIN, Sum, Verdict};

use crate::{
    model::{
        Estimate, Interval,
        autopsy::{Density, Engine, Role, Timing},
    },
    statistics::{
        blocks::{Blocks, Center, Centers, all_combined, combined},
        proportion::wilson,
    },
};

/// What becomes of an engine's figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Decomposed {
    /// One for each pool, in the order of [`Engine::sizes`] without the serial code.
    pub pools: Vec<Pool>,
    /// What one single run would have shown without any flaw, if both 2 and 3 workers were measured.
    pub single_clean: Option<SingleRuns>,
    /// The same with all flaws.
    pub single_all: Option<SingleRuns>,
    /// Blocks behind all of it.
    pub blocks: usize,
}

/// The figure of a pool.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Its workers.
    pub workers: u64,
    /// Logarithm of the speed-up without flaws.
    pub clean: Estimate,
    /// Effect of each flaw alone.
    pub alone: Vec<Effect>,
    /// What the sum of these leaves of the whole: interaction, and chance.
    pub unexplained: Estimate,
    /// Effect of each flaw on top of those before it.
    pub steps: Vec<Effect>,
    /// Logarithm of the speed-up with every flaw but the last.
    pub before_last: Estimate,
    /// From the last step to the same condition, measured again: an A/A control.
    pub again: Estimate,
    /// Logarithm of the speed-up with all flaws.
    pub all: Estimate,
    /// The least and the greatest logarithm of the speed-up in a block: without flaws, and with all.
    pub single: [Interval; 2],
    /// What starting it took, with all flaws.
    pub startup: Startup,
}

/// What starting a pool took: medians over blocks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Startup {
    /// Share of starting the pool in its time.
    pub share: f64,
    /// Time of starting it, in ns.
    pub all_ns: f64,
    /// What of it was bringing the workers their samples, in ns, if known.
    pub transfer_ns: Option<f64>,
    /// Its first pass, which is not in its time, in ns, if known.
    pub first_pass_ns: Option<f64>,
}

/// How often one single run shows the article's odd step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SingleRuns {
    /// Blocks in which the third worker seemed to add more than the second.
    pub odd: u64,
    /// Blocks.
    pub of: u64,
    /// Their share, with Wilson's interval.
    pub share: Estimate,
}

/// Decomposes the figures of an engine; `None` if it has no complete block.
pub fn decomposed(engine: &Engine) -> Option<Decomposed> {
    let blocks = engine.blocks();
    if blocks == 0 || engine.sizes.len() < 2 {
        return None;
    }
    let mut pools: Vec<Pool> = (1..engine.sizes.len()).map(|size| pool(engine, size)).collect();
    together(&mut pools, |pool| &mut pool.alone, blocks);
    together(&mut pools, |pool| &mut pool.steps, blocks);
    let all = Role::All.place(engine.flaws.len());
    Some(Decomposed {
        pools,
        single_clean: single_runs(engine, 0),
        single_all: single_runs(engine, all),
        blocks,
    })
}

/// Judges the effects of all flaws on all pools, which are looked at together.
fn together(pools: &mut [Pool], of: impl Fn(&mut Pool) -> &mut Vec<Effect>, blocks: usize) {
    let mut effects: Vec<&mut Effect> = pools.iter_mut().flat_map(of).collect();
    let logs: Vec<Estimate> = effects.iter().map(|effect| effect.log).collect();
    let judged = verdict::judged(&logs, blocks);
    effects.iter_mut().zip(judged).for_each(|(effect, judged)| **effect = judged);
}

/// Times of one size under one condition, a number for each block.
fn times(engine: &Engine, condition: usize, size: usize) -> Vec<f64> {
    let column = &engine.conditions[condition].sizes[size];
    column.iter().map(|timing| timing.wall_ns as f64).collect()
}

/// Logarithms of the speed-up of one pool under every condition.
struct Logs {
    /// Times of the serial code and of the pool under each condition.
    centers: Vec<[Centers; 2]>,
    flaws: usize,
}

impl Logs {
    fn of_size(engine: &Engine, size: usize) -> Self {
        let conditions = 0..engine.conditions.len();
        let columns: Vec<[Vec<f64>; 2]> =
            conditions.map(|one| [0, size].map(|size| times(engine, one, size))).collect();
        let borrowed: Vec<&[f64]> = columns.iter().flatten().map(Vec::as_slice).collect();
        let blocks = Blocks::of(&borrowed, Center::Steady);
        let centers = columns.iter().map(|pair| [0, 1].map(|side| blocks.centers(&pair[side])));
        Self { centers: centers.collect(), flaws: engine.flaws.len() }
    }

    fn at(&self, role: Role) -> [&Centers; 2] {
        self.centers[role.place(self.flaws)].each_ref()
    }

    fn level(&self, role: Role) -> Estimate {
        combined(self.at(role), |[serial, pool]| (serial / pool).ln())
    }

    fn effect(&self, to: Role, from: Role) -> Estimate {
        let ([a, b], [c, d]) = (self.at(to), self.at(from));
        combined([a, b, c, d], |[a, b, c, d]| (a / b).ln() - (c / d).ln())
    }

    /// What the effects of each flaw alone leave of the whole.
    fn unexplained(&self) -> Estimate {
        let alone = (0..self.flaws).map(Role::Alone);
        let roles = [Role::All, Role::Clean].into_iter().chain(alone);
        let centers: Vec<&Centers> = roles.flat_map(|role| self.at(role)).collect();
        all_combined(&centers, |times| {
            let mut logs = times.chunks_exact(2).map(|pair| (pair[0] / pair[1]).ln());
            let (all, clean) = (logs.next().unwrap_or(0.0), logs.next().unwrap_or(0.0));
            all - clean - logs.map(|alone| alone - clean).sum::<f64>()
        })
    }
}

/// With so many flaws; a single one is the same condition as that flaw alone.
fn step(count: usize) -> Role {
    match count {
        0 => Role::Clean,
        1 => Role::Alone(0),
        count => Role::Step(count),
    }
}

/// The figure of size number `size`; its effects are not judged yet.
fn pool(engine: &Engine, size: usize) -> Pool {
    let (logs, flaws) = (Logs::of_size(engine, size), engine.flaws.len());
    let effect = |to, from| Effect { log: logs.effect(to, from), verdict: Verdict::CannotTell };
    let last = Role::All.place(flaws);
    Pool {
        workers: engine.sizes[size],
        clean: logs.level(Role::Clean),
        alone: (0..flaws).map(|flaw| effect(Role::Alone(flaw), Role::Clean)).collect(),
        unexplained: logs.unexplained(),
        steps: (1..=flaws).map(|count| effect(step(count), step(count - 1))).collect(),
        before_last: logs.level(step(flaws.saturating_sub(1))),
        again: logs.effect(Role::All, step(flaws)),
        all: logs.level(Role::All),
        single: [0, last].map(|condition| range(engine, condition, size)),
        startup: startup(&engine.conditions[last].sizes[size]),
    }
}

/// Medians of what starting a pool took.
fn startup(column: &[Timing]) -> Startup {
    let known = |of: fn(&Timing) -> Option<u64>| -> Option<f64> {
        let mut times: Vec<f64> =
            column.iter().map(|one| of(one).map(|ns| ns as f64)).collect::<Option<_>>()?;
        (!times.is_empty()).then(|| crate::statistics::median(&mut times))
    };
    Startup {
        share: median_of(column, |timing| timing.startup_ns as f64 / timing.wall_ns as f64),
        all_ns: median_of(column, |timing| timing.startup_ns as f64),
        transfer_ns: known(|timing| timing.transfer_ns),
        first_pass_ns: known(|timing| timing.first_pass_ns),
    }
}

/// The least and the greatest logarithm of a speed-up in one block.
fn range(engine: &Engine, condition: usize, size: usize) -> Interval {
    let (serial, pool) = (times(engine, condition, 0), times(engine, condition, size));
    let logs = serial.iter().zip(&pool).map(|(serial, pool)| (serial / pool).ln());
    let whole = Interval { low: f64::INFINITY, high: f64::NEG_INFINITY };
    logs.fold(whole, |range, log| Interval { low: range.low.min(log), high: range.high.max(log) })
}

fn median_of(column: &[Timing], of: impl Fn(&Timing) -> f64) -> f64 {
    crate::statistics::median(&mut column.iter().map(of).collect::<Vec<_>>())
}

/// Counts the blocks in which the third worker seems to add more than the second: the article's odd step,
/// which no law of scaling allows.
fn single_runs(engine: &Engine, condition: usize) -> Option<SingleRuns> {
    let column = |workers: u64| {
        let size = engine.sizes.iter().position(|&size| size == workers)?;
        Some(times(engine, condition, size))
    };
    let (serial, two, three) = (column(0)?, column(2)?, column(3)?);
    let is_odd = |block: &usize| {
        let [two, three] = [&two, &three].map(|times| serial[*block] / times[*block]);
        three - two > two - 1.0
    };
    let odd = (0..serial.len()).filter(is_odd).count() as u64;
    let of = serial.len() as u64;
    Some(SingleRuns { odd, of, share: wilson(odd, of)? })
}

/// The width whose estimate is nearest to the truth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BestWidth {
    /// The width.
    pub width: f64,
    /// Its estimate.
    pub estimate: f64,
}

/// The density of every width, by the right formula and as published, in that order.
pub fn densities(density: &Density) -> Vec<[f64; 2]> {
    let Density { n, d, widths, counts, .. } = density;
    let of = |(&width, &count): (&f64, &u64)| {
        let share = count as f64 / *n as f64;
        [share / width.powi(*d as i32), share / width]
    };
    widths.iter().zip(counts).map(of).collect()
}

/// The best width by the right formula and as published, in that order; `None` without widths.
pub fn best_widths(density: &Density) -> Option<[BestWidth; 2]> {
    let densities = densities(density);
    let best = |formula: usize| {
        let each = density.widths.iter().zip(&densities);
        let each = each.map(|(&width, found)| BestWidth { width, estimate: found[formula] });
        let error = |one: &BestWidth| (one.estimate - density.truth).abs();
        each.min_by(|a, b| error(a).total_cmp(&error(b)))
    };
    Some([best(0)?, best(1)?])
}

#[cfg(test)]
mod tests;
