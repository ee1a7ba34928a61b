//! What each flaw of the study of 2014 does to its figure.
//!
//! Separate from the comparison of studies because what is compared here are conditions. The figure is
//! the speed-up of a pool over the serial code *of the same condition*, as that study had it; an effect is
//! a difference of its logarithms, so that effects add up and a factor stands for each:
//!
//! ```text
//! ln S(all) = ln S(clean) + effect of flaw 1 + … + effect of flaw k + rest
//! effect of flaw j = ln S(flaws 1 … j) − ln S(flaws 1 … j − 1)
//! ```
//!
//! All flaws at once are measured apart from the last step, so the rest is no zero by construction: it
//! tells whether the sum reproduces the flawed figure. Beside it stands each flaw alone; what is missing
//! between the sum of *these* and the whole is interaction. What a time of a condition is, and how
//! intervals come about, is [`Blocks`]: whole blocks are drawn. Next: `last_core.rs`, the article's
//! explanation; [`crate::autopsy`], which writes it down.

pub mod last_core;

use crate::{
    model::{
        Estimate, Interval,
        autopsy::{Density, Engine, Role, Timing},
    },
    statistics::{
        blocks::{Blocks, Center, Centers, all_combined},
        proportion::wilson,
    },
};

/// A flaw that changes the figure by less than this, as a logarithm, does not matter: 1 %.
pub const BAND: f64 = 0.01;

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
    /// Effect of each flaw on top of those before it.
    pub steps: Vec<Estimate>,
    /// Effect of each flaw alone.
    pub alone: Vec<Estimate>,
    /// Logarithm of the speed-up with every flaw but the last.
    pub before_last: Estimate,
    /// What the steps leave of the whole.
    pub rest: Estimate,
    /// What the flaws alone leave of the whole: interaction, and chance.
    pub interaction: Estimate,
    /// Logarithm of the speed-up with all flaws.
    pub all: Estimate,
    /// The least and the greatest logarithm of the speed-up in a block: without flaws, and with all.
    pub single: [Interval; 2],
    /// Median share of starting the pool in its time, with all flaws.
    pub startup_share: f64,
    /// Median time of starting it, with all flaws.
    pub startup_ns: f64,
}

/// What can be said of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its whole interval is within [`BAND`].
    DoesNotMatter,
    /// Its interval lies above 0: the speed-up looks greater.
    Raises,
    /// Its interval lies below 0: the speed-up looks less.
    Lowers,
    /// Neither; or there are too few blocks for an interval.
    CannotTell,
}

impl Verdict {
    /// Of an effect.
    pub fn of(effect: Estimate) -> Self {
        match effect.interval {
            Some(Interval { low, high }) if -BAND <= low && high <= BAND => Self::DoesNotMatter,
            Some(interval) if interval.low > 0.0 => Self::Raises,
            Some(interval) if interval.high < 0.0 => Self::Lowers,
            Some(_) | None => Self::CannotTell,
        }
    }
}

impl Pool {
    /// Whether clean and steps add up to the flawed figure: 0 is in the interval of the rest. `None`
    /// without an interval.
    pub fn adds_up(&self) -> Option<bool> {
        self.rest.interval.map(|rest| rest.contains(0.0))
    }
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
    let roles: Vec<Role> = Engine::roles(engine.flaws.len()).collect();
    let pools = (1..engine.sizes.len()).map(|size| pool(engine, &roles, size)).collect();
    let all = roles.len() - 1;
    Some(Decomposed {
        pools,
        single_clean: single_runs(engine, 0),
        single_all: single_runs(engine, all),
        blocks,
    })
}

/// Times of one size under one condition, a number for each block.
fn times(engine: &Engine, condition: usize, size: usize) -> Vec<f64> {
    let column = &engine.conditions[condition].sizes[size];
    column.iter().map(|timing| timing.wall_ns as f64).collect()
}

/// The figure of size number `size`.
fn pool(engine: &Engine, roles: &[Role], size: usize) -> Pool {
    let columns: Vec<Vec<f64>> =
        (0..roles.len()).flat_map(|one| [0, size].map(|size| times(engine, one, size))).collect();
    let borrowed: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let blocks = Blocks::of(&borrowed, Center::Steady);
    let centers: Vec<Centers> = columns.iter().map(|times| blocks.centers(times)).collect();
    let centers: Vec<&Centers> = centers.iter().collect();
    // Condition c has the times 2 c (serial) and 2 c + 1 (pool).
    let place = |role: Role| roles.iter().position(|one| *one == role).unwrap_or(0);
    let log =
        |times: &[f64], condition: usize| (times[2 * condition] / times[2 * condition + 1]).ln();
    let of = |role: Role| all_combined(&centers, |times| log(times, place(role)));
    let effect = |to: Role, from: Role| {
        all_combined(&centers, |times| log(times, place(to)) - log(times, place(from)))
    };
    let flaws = engine.flaws.len();
    // With so many flaws; a single one is the same condition as that flaw alone.
    let step = |count: usize| match count {
        0 => Role::Clean,
        1 => Role::Alone(0),
        count => Role::Step(count),
    };
    let interaction = all_combined(&centers, |times| {
        let clean = log(times, place(Role::Clean));
        let alone = (0..flaws).map(|flaw| log(times, place(Role::Alone(flaw))) - clean);
        log(times, place(Role::All)) - clean - alone.sum::<f64>()
    });
    let last = place(Role::All);
    let column = &engine.conditions[last].sizes[size];
    Pool {
        workers: engine.sizes[size],
        clean: of(Role::Clean),
        steps: (1..=flaws).map(|count| effect(step(count), step(count - 1))).collect(),
        alone: (0..flaws).map(|flaw| effect(Role::Alone(flaw), Role::Clean)).collect(),
        before_last: of(step(flaws.saturating_sub(1))),
        rest: effect(Role::All, step(flaws)),
        interaction,
        all: of(Role::All),
        single: [0, last].map(|condition| range(engine, condition, size)),
        startup_share: median_of(column, |timing| timing.startup_ns as f64 / timing.wall_ns as f64),
        startup_ns: median_of(column, |timing| timing.startup_ns as f64),
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
