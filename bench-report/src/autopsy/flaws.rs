//! The flaws of one engine in words and numbers: what can be said of each, and whether they add up.
//!
//! Separate from the last core, which is a claim and no flaw, and from `views.rs`, the waterfalls. Next:
//! [`decomposed`].

use super::{Machine, factor, factor_text, listed, per_cent_text, views};
use crate::{
    chapter::{Block, Table},
    compare::autopsy::{BAND, Decomposed, MARGIN, Pool, SingleRuns, Sum, Verdict, decomposed},
    model::{Interval, autopsy::Engine},
    quantity,
};

/// The pool whose waterfall is drawn, if it was measured: the article's last step up.
const HEADLINE: u64 = 4;
/// What the article's benchmark took with so many processes, in ns.
const ARTICLE_NS: f64 = 10.05e9;

/// The flaw that the article's last figure did not have.
const BLOCKING: &str = "apply";

/// Flaws that are known, in words.
const TITLES: [(&str, &str); 5] = [
    ("order", "fixed order, serial first and the largest pool last"),
    ("baseline", "serial code in the parent process, workers in fresh ones"),
    ("pool", "pool made inside the timer and never closed"),
    ("logical", "hardware threads counted as cores"),
    ("apply", "blocking apply, every task waits for the one before"),
];

/// What was done, in words; an unknown flaw has its name.
pub(super) fn title(flaw: &str) -> &str {
    TITLES.iter().find(|(name, _)| *name == flaw).map_or(flaw, |(_, title)| title)
}

/// With a capital letter.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Everything about an engine.
pub(super) fn blocks(engine: &Engine, machine: Machine, chart_id: &str) -> Vec<Block> {
    let mut blocks = vec![Block::Text(about(engine))];
    let failed = engine.failures.iter();
    blocks.extend(failed.map(|one| Block::Warning(format!("{}, {one}", engine.name))));
    blocks.extend(engine.untestable.iter().map(|(flaw, reason)| {
        Block::Text(format!("{}: not testable here: {reason}.", sentence(title(flaw))))
    }));
    let Some(decomposed) = decomposed(engine) else { return blocks };
    let pools = &decomposed.pools;
    let headline = headline(pools);
    blocks.extend(machine.crowded(pools.iter().map(|pool| pool.workers)).map(Block::Text));
    blocks.extend(around(engine, machine).map(Block::Text));
    if let Some(pool) = headline {
        blocks.push(Block::Text(figures(engine, pool)));
        blocks.push(views::one_by_one(engine, pool, chart_id));
    }
    if pools.len() > 1 {
        blocks.push(Block::Table(every_pool(engine, pools)));
    }
    blocks.extend(sums(engine, pools).map(Block::Text));
    blocks.extend(each_flaw(engine, pools).into_iter().map(Block::Text));
    if let Some(pool) = headline.filter(|_| engine.flaws.len() > 1) {
        blocks.push(Block::Text(STEPS.into()));
        blocks.push(views::step_by_step(engine, pool, &format!("{chart_id}-steps")));
    }
    blocks.extend(headline.map(|pool| Block::Text(single(&decomposed, pool))));
    if engine.flaws.iter().any(|flaw| flaw == "pool") {
        blocks.extend(headline.map(|pool| Block::Text(startup(pool))));
    }
    blocks
}

/// The pool that stands for all.
pub(super) fn headline(pools: &[Pool]) -> Option<&Pool> {
    pools.iter().find(|pool| pool.workers == HEADLINE).or(pools.last())
}

/// What the second view is, and what it is not.
const STEPS: &str = "A second view adds the flaws one after another, so that each is seen on top of those \
    before it. It ends where all flaws are on, whatever they do: that it reaches the flawed figure tests \
    nothing. Its last row is the same condition measured again, an A/A control.";

/// What others did while the timings were taken, as far as the file tells.
fn around(engine: &Engine, machine: Machine) -> Option<String> {
    let timings = || engine.conditions.iter().flat_map(|one| one.sizes.iter().flatten());
    let cpus = machine.cpus.filter(|&cpus| cpus > 0)? as f64;
    let wall_ns: f64 = timings().map(|one| one.wall_ns as f64).sum::<f64>() * cpus;
    let share = |of: fn(&crate::model::autopsy::Timing) -> Option<f64>| {
        let all: Option<f64> = timings().map(of).sum();
        all.map_or_else(|| "an unknown share".into(), |ns| quantity::per_cent(ns / wall_ns, 1))
    };
    let foreign = share(|one| one.foreign_ns.map(|ns| ns as f64));
    let stolen = share(|one| one.stolen_ns.map(|ns| ns as f64));
    let throttled = timings().filter(|one| one.throttled_ns.is_some_and(|ns| ns > 0)).count();
    let is_known = timings().any(|one| one.foreign_ns.is_some() || one.stolen_ns.is_some());
    is_known.then(|| {
        format!(
            "Meanwhile others used {foreign} of the time of all CPUs, and the host withheld {stolen}; a \
             quota held up {}.",
            quantity::counted(throttled as u64, "timing")
        )
    })
}

/// Who ran what, how often.
fn about(engine: &Engine) -> String {
    let version = engine.version.as_ref().map_or_else(String::new, |text| format!(" ({text})"));
    let who = format!("{}{version}: {}", engine.name, engine.title);
    if let Some(absent) = &engine.absent {
        return format!("{who}. Not measured: {absent}.");
    }
    let unfinished = match engine.unfinished_runs {
        0 => String::new(),
        runs => format!(
            "; {} of blocks that were not finished are left out",
            quantity::counted(runs, "run")
        ),
    };
    format!(
        "{who}; {} and {} in each of {}, {}{unfinished}.",
        quantity::counted(engine.n, "sample"),
        quantity::counted(engine.widths, "width"),
        match engine.passes {
            1 => "1 pass".into(),
            passes => format!("{} passes", quantity::whole(passes)),
        },
        quantity::counted(engine.blocks() as u64, "block"),
    )
}

pub(super) fn workers(pool: &Pool) -> String {
    quantity::counted(pool.workers, "worker")
}

/// The clean figure and the flawed ones.
fn figures(engine: &Engine, pool: &Pool) -> String {
    let is_blocking = engine.flaws.last().is_some_and(|flaw| flaw == BLOCKING);
    let published = if is_blocking {
        format!(
            " Its last figure had no blocking apply, its two earlier ones had; with every other flaw it \
             is {}.",
            per_cent_text(factor(pool.before_last))
        )
    } else {
        String::new()
    };
    format!("{}{published}", both_ends(pool))
}

/// The figure without flaws and with all of them.
pub(super) fn both_ends(pool: &Pool) -> String {
    format!(
        "With {} the speed-up is {} without flaws, and {} with all of them.",
        workers(pool),
        per_cent_text(factor(pool.clean)),
        per_cent_text(factor(pool.all)),
    )
}

pub(super) fn words(verdict: Verdict) -> String {
    match verdict {
        Verdict::Raises => "raises the speed-up".into(),
        Verdict::Lowers => "lowers the speed-up".into(),
        Verdict::DoesNotMatter => {
            format!("does not matter (within ±{})", quantity::per_cent(BAND, 0))
        }
        Verdict::CannotTell => "cannot tell".into(),
    }
}

/// Why a flaw cannot do here what it did in 2014, if that is so.
pub(super) fn not_reproduced<'a>(engine: &'a Engine, flaw: &str) -> Option<&'a str> {
    let found = engine.not_reproduced.iter().find(|(name, _)| name == flaw);
    found.map(|(_, reason)| reason.as_str())
}

/// What the effects of each flaw alone leave of the flawed figure, in per cent of it.
pub(super) fn unexplained(pool: &Pool) -> String {
    let less_one = |log: f64| quantity::per_cent(log.exp_m1(), 1);
    match pool.unexplained.interval {
        Some(Interval { low, high }) => format!(
            "{} ({} to {})",
            less_one(pool.unexplained.value),
            less_one(low),
            less_one(high)
        ),
        None => format!("{} (no interval)", less_one(pool.unexplained.value)),
    }
}

/// What that means.
pub(super) fn sum_words(sum: Sum) -> &'static str {
    match sum {
        Sum::AddsUp => "adds up",
        Sum::Unexplained => "unexplained",
        Sum::CannotTell => "cannot tell",
    }
}

/// Factors of every pool side by side.
fn every_pool(engine: &Engine, pools: &[Pool]) -> Table {
    let row = |name: &str, cell: &dyn Fn(&Pool) -> String| {
        let cells = pools.iter().map(cell);
        [name.to_owned()].into_iter().chain(cells).collect::<Vec<_>>()
    };
    let mut rows = vec![row("without flaws", &|pool| factor_text(pool.clean))];
    for (idx, flaw) in engine.flaws.iter().enumerate() {
        rows.push(row(title(flaw), &|pool| factor_text(pool.alone[idx].log)));
    }
    rows.push(row("unexplained", &|pool| factor_text(pool.unexplained)));
    rows.push(row("all flaws", &|pool| factor_text(pool.all)));
    rows.push(row("so the sum", &|pool| sum_words(Sum::of(pool.unexplained)).into()));
    rows.push(row("the same condition again (A/A)", &|pool| factor_text(pool.again)));
    let columns = ["speed-up, and each flaw alone as a factor on it".to_owned()].into_iter();
    Table { columns: columns.chain(pools.iter().map(workers)).collect(), rows }
}

/// Whether the effects of each flaw alone add up to the flawed figures.
fn sums(engine: &Engine, pools: &[Pool]) -> Option<String> {
    (!engine.flaws.is_empty()).then(|| {
        let parts = [Sum::AddsUp, Sum::Unexplained, Sum::CannotTell].map(|sum| sum_told(pools, sum));
        format!(
            "Clean figure and the effects of each flaw alone, added up as logarithms, against the figure \
             with all flaws. What is left is interaction: one flaw hides or feeds another.{}",
            parts.concat()
        )
    })
}

/// A sentence about the pools of which this holds, after a blank; nothing if there is none.
pub(super) fn sum_told(pools: &[Pool], sum: Sum) -> String {
    let of = pools.iter().filter(|pool| Sum::of(pool.unexplained) == sum);
    let (numbers, rests): (Vec<String>, Vec<String>) =
        of.map(|pool| (pool.workers.to_string(), unexplained(pool))).unzip();
    let (pools, rests) = (listed(&numbers), listed(&rests));
    let margin = quantity::per_cent(MARGIN.exp_m1(), 0);
    match (numbers.is_empty(), sum) {
        (true, _) => String::new(),
        (_, Sum::AddsUp) => format!(
            " With {pools} workers the sum adds up: it reproduces the flawed figure within {margin}."
        ),
        (_, Sum::Unexplained) => {
            format!(" With {pools} workers this is unexplained: {rests} of the figure.")
        }
        (_, Sum::CannotTell) => format!(
            " With {pools} workers it cannot be told whether the sum adds up: {rests} is left."
        ),
    }
}

/// One sentence about each flaw.
fn each_flaw(engine: &Engine, pools: &[Pool]) -> Vec<String> {
    let verdicts = [Verdict::Raises, Verdict::Lowers, Verdict::DoesNotMatter, Verdict::CannotTell];
    let told = |(idx, flaw): (usize, &String)| {
        let name = sentence(title(flaw));
        if let Some(reason) = not_reproduced(engine, flaw) {
            return format!("{name}: not reproduced here: {reason}.");
        }
        let parts = verdicts.into_iter().filter_map(|verdict| {
            let is_it = |pool: &&Pool| pool.alone[idx].verdict == verdict;
            let found: Vec<String> =
                pools.iter().filter(is_it).map(|pool| pool.workers.to_string()).collect();
            (!found.is_empty()).then(|| format!("{} with {}", words(verdict), listed(&found)))
        });
        format!("{name}, alone: {} workers.", parts.collect::<Vec<_>>().join("; "))
    };
    let mut told: Vec<String> = engine.flaws.iter().enumerate().map(told).collect();
    if !told.is_empty() {
        told.push(format!(
            "An effect counts from {} on, and all flaws and pools are looked at together (Holm, 5 %).",
            quantity::per_cent(BAND, 0)
        ));
    }
    told
}

/// What one single run would have shown.
fn single(decomposed: &Decomposed, pool: &Pool) -> String {
    let range = |logs: Interval| {
        quantity::per_cents(Interval { low: logs.low.exp(), high: logs.high.exp() })
    };
    let odd = |what: &str, runs: Option<SingleRuns>| {
        runs.map_or_else(String::new, |runs| {
            format!(
                " {what} the third worker seemed to add more than the second, the odd step of the \
                 article, in {} single runs: {}.",
                quantity::part(runs.odd, runs.of),
                per_cent_text(runs.share)
            )
        })
    };
    format!(
        "One single run: with {} the speed-ups of {} lie within {} without flaws, and within {} with all; \
         a study of one run shows any of them.{}{}",
        workers(pool),
        quantity::counted(decomposed.blocks as u64, "single run"),
        range(pool.single[0]),
        range(pool.single[1]),
        odd("Without flaws", decomposed.single_clean),
        odd("With all flaws", decomposed.single_all),
    )
}

/// What the timer saw of starting a pool, and what of it grows with the work.
fn startup(pool: &Pool) -> String {
    let startup = pool.startup;
    let transfer = startup.transfer_ns.map_or_else(String::new, |ns| {
        format!(
            " {} of it brought the workers their samples, which grows with them.",
            quantity::time(ns)
        )
    });
    let first = startup.first_pass_ns.map_or_else(String::new, |ns| {
        format!(" Its first pass, cold, took {}, outside the timer.", quantity::time(ns))
    });
    format!(
        "Starting a pool of {} took {}, which is {} of the time that the flawed timer shows here.{transfer} \
         Starting processes does not grow with the work: as much in the article's 10.05 s would be {}.{first}",
        workers(pool),
        quantity::time(startup.all_ns),
        quantity::per_cent(startup.share, 1),
        quantity::per_cent(startup.all_ns / ARTICLE_NS, 2),
    )
}
