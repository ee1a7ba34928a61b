//! The flaws of one engine: a waterfall, its numbers, and what can be said of each flaw.
//!
//! Separate from the last core, which is a claim and no flaw. Next:
//! [`decomposed`](crate::compare::autopsy::decomposed).

use super::{factor, factor_text, listed, per_cent_text};
use crate::{
    chapter::{Block, Shown, Table},
    chart::{
        axis::Axis,
        svg,
        waterfall::{Fall, FallMark, Waterfall},
    },
    compare::autopsy::{BAND, Decomposed, Pool, SingleRuns, Verdict, decomposed},
    model::{Estimate, Interval, autopsy::Engine},
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

fn title(flaw: &str) -> &str {
    TITLES.iter().find(|(name, _)| *name == flaw).map_or(flaw, |(_, title)| title)
}

/// With a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Everything about an engine.
pub(super) fn blocks(engine: &Engine, chart_id: &str) -> Vec<Block> {
    let mut blocks = vec![Block::Text(about(engine))];
    let failed = engine.failures.iter();
    blocks.extend(failed.map(|one| Block::Warning(format!("{}, {one}", engine.name))));
    blocks.extend(engine.untestable.iter().map(|(flaw, reason)| {
        Block::Text(format!("{}: not testable here: {reason}.", sentence(title(flaw))))
    }));
    let Some(decomposed) = decomposed(engine) else { return blocks };
    let pools = &decomposed.pools;
    let headline = pools.iter().find(|pool| pool.workers == HEADLINE).or(pools.last());
    if let Some(pool) = headline {
        blocks.push(Block::Text(figures(engine, pool)));
        blocks.push(figure(engine, pool, chart_id));
    }
    if pools.len() > 1 {
        blocks.push(Block::Table(every_pool(engine, pools)));
    }
    blocks.extend(sums(engine, pools).into_iter().map(Block::Text));
    blocks.extend(each_flaw(engine, pools).into_iter().map(Block::Text));
    blocks.extend(headline.map(|pool| Block::Text(single(&decomposed, pool))));
    if engine.flaws.iter().any(|flaw| flaw == "pool") {
        blocks.extend(headline.map(|pool| Block::Text(startup(pool))));
    }
    blocks
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

fn workers(pool: &Pool) -> String {
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
    format!(
        "With {} the speed-up is {} without flaws, and {} with all of them.{published}",
        workers(pool),
        per_cent_text(factor(pool.clean)),
        per_cent_text(factor(pool.all)),
    )
}

/// The waterfall with its numbers.
fn figure(engine: &Engine, pool: &Pool, id: &str) -> Block {
    let chart = waterfall(engine, pool, id);
    Block::Figure(Box::new(Shown {
        title: chart.title.clone(),
        svg: svg::waterfall(&chart),
        legend: svg::of_waterfall(&chart),
        caption: "Each bar begins where the one before ended; labels are factors. The axis is \
                  logarithmic, so equal factors are equally long."
            .into(),
        table: steps(engine, pool),
    }))
}

fn waterfall(engine: &Engine, pool: &Pool, id: &str) -> Waterfall {
    let level = |name: &str, log: Estimate| {
        let level = factor(log);
        let label = quantity::per_cent(level.value, 1);
        let (from, to) = (1.0, level.value);
        let (name, mark) = (name.into(), FallMark::Level);
        Fall { name, label, from, to, interval: level.interval, mark }
    };
    let mut falls = vec![level("without flaws", pool.clean)];
    let mut reached = pool.clean.value;
    let names = engine.flaws.iter().map(|flaw| title(flaw)).chain(["unexplained"]);
    for (name, &effect) in names.zip(pool.steps.iter().chain([&pool.rest])) {
        let moved = |log: f64| (reached + log).exp();
        let interval = effect.interval;
        let ends = |ends: Interval| Interval { low: moved(ends.low), high: moved(ends.high) };
        falls.push(Fall {
            name: name.into(),
            label: format!("× {}", quantity::ratio(effect.value.exp())),
            from: reached.exp(),
            to: moved(effect.value),
            interval: interval.map(ends),
            mark: mark(Verdict::of(effect)),
        });
        reached += effect.value;
    }
    falls.push(level("all flaws", pool.all));
    let described = falls.iter().map(|fall| format!("{}: {}", fall.name, fall.label));
    let description = format!("{}.", described.collect::<Vec<_>>().join("; "));
    Waterfall {
        id: id.into(),
        title: format!("From clean to flawed, {}: {}", engine.name, workers(pool)),
        description,
        axis: Axis::log(
            "speed-up over the serial code, per cent",
            shown(&falls),
            quantity::ticks::hundredths,
        ),
        falls,
    }
}

/// Everything that bars and whiskers reach, and the speed of the serial code.
fn shown(falls: &[Fall]) -> Interval {
    let ends = falls.iter().flat_map(|fall| {
        let whisker = fall.interval.map(|ends| [ends.low, ends.high]);
        [fall.from, fall.to].into_iter().chain(whisker.into_iter().flatten())
    });
    let start = Interval { low: 1.0, high: 1.0 };
    ends.fold(start, |all, end| Interval { low: all.low.min(end), high: all.high.max(end) })
}

fn mark(verdict: Verdict) -> FallMark {
    match verdict {
        Verdict::Raises => FallMark::Up,
        Verdict::Lowers => FallMark::Down,
        Verdict::DoesNotMatter | Verdict::CannotTell => FallMark::Unclear,
    }
}

fn words(verdict: Verdict) -> String {
    match verdict {
        Verdict::Raises => "raises the speed-up".into(),
        Verdict::Lowers => "lowers the speed-up".into(),
        Verdict::DoesNotMatter => {
            format!("does not matter (within ±{})", quantity::per_cent(BAND, 0))
        }
        Verdict::CannotTell => "cannot tell".into(),
    }
}

fn row(cells: impl IntoIterator<Item = String>) -> Vec<String> {
    cells.into_iter().collect()
}

/// The numbers of a waterfall: each flaw on top of the others, and alone.
fn steps(engine: &Engine, pool: &Pool) -> Table {
    let none = || quantity::NONE.to_owned();
    let level = |name: &str, log: Estimate| row([name.into(), factor_text(log), none(), none()]);
    let flaws = engine.flaws.iter().zip(pool.steps.iter().zip(&pool.alone));
    let flaws = flaws.map(|(flaw, (&step, &alone))| {
        let verdict = words(Verdict::of(step));
        row([title(flaw).into(), factor_text(step), factor_text(alone), verdict])
    });
    let rest = row([
        "unexplained".into(),
        factor_text(pool.rest),
        factor_text(pool.interaction),
        words(Verdict::of(pool.rest)),
    ]);
    let columns = ["flaw", "on top of those before", "alone", "on top of those before, it"];
    let rows = [level("without flaws", pool.clean)].into_iter().chain(flaws);
    Table {
        columns: columns.map(String::from).into(),
        rows: rows.chain([rest, level("all flaws", pool.all)]).collect(),
    }
}

/// Factors of every pool side by side.
fn every_pool(engine: &Engine, pools: &[Pool]) -> Table {
    let of = |name: &str, figure: &dyn Fn(&Pool) -> Estimate| {
        let cells = pools.iter().map(|pool| factor_text(figure(pool)));
        row([name.to_owned()].into_iter().chain(cells))
    };
    let mut rows = vec![of("without flaws", &|pool| pool.clean)];
    for (idx, flaw) in engine.flaws.iter().enumerate() {
        rows.push(of(title(flaw), &|pool| pool.steps[idx]));
    }
    rows.push(of("unexplained by steps", &|pool| pool.rest));
    rows.push(of("all flaws", &|pool| pool.all));
    rows.push(of("unexplained by flaws alone", &|pool| pool.interaction));
    let columns = ["speed-up and factors".to_owned()].into_iter();
    Table { columns: columns.chain(pools.iter().map(workers)).collect(), rows }
}

/// Whether the sums reproduce the flawed figures.
fn sums(engine: &Engine, pools: &[Pool]) -> Vec<String> {
    if engine.flaws.is_empty() {
        return Vec::new();
    }
    let of = |wanted: Option<bool>, figure: &dyn Fn(&Pool) -> Option<bool>| -> Vec<String> {
        let found = pools.iter().filter(|pool| figure(pool) == wanted);
        found.map(|pool| pool.workers.to_string()).collect()
    };
    let told = |sum: &str, figure: &dyn Fn(&Pool) -> Option<bool>| {
        let sentences = [
            (Some(true), "reproduce the flawed figure within its interval"),
            (Some(false), "do not reproduce the flawed figure; the rest is printed as unexplained"),
            (None, "cannot be checked, for lack of blocks,"),
        ];
        let parts = sentences.map(|(wanted, words)| match of(wanted, figure) {
            pools if pools.is_empty() => String::new(),
            pools => format!(" They {words} with {} workers.", listed(&pools)),
        });
        format!("{sum}{}", parts.concat())
    };
    let interaction = |pool: &Pool| pool.interaction.interval.map(|rest| rest.contains(0.0));
    vec![
        told("Clean figure and steps, added up as logarithms.", &|pool| pool.adds_up()),
        told("Clean figure and the effects of each flaw alone, added up.", &interaction)
            + " What is missing there is interaction: one flaw hides or feeds another.",
    ]
}

/// One sentence about each flaw.
fn each_flaw(engine: &Engine, pools: &[Pool]) -> Vec<String> {
    let verdicts = [Verdict::Raises, Verdict::Lowers, Verdict::DoesNotMatter, Verdict::CannotTell];
    let told = |(idx, flaw): (usize, &String)| {
        let parts = verdicts.into_iter().filter_map(|verdict| {
            let is_it = |pool: &&Pool| Verdict::of(pool.steps[idx]) == verdict;
            let found: Vec<String> =
                pools.iter().filter(is_it).map(|pool| pool.workers.to_string()).collect();
            (!found.is_empty()).then(|| format!("{} with {}", words(verdict), listed(&found)))
        });
        format!("{}: {} workers.", sentence(title(flaw)), parts.collect::<Vec<_>>().join("; "))
    };
    engine.flaws.iter().enumerate().map(told).collect()
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

/// Start-up is a fixed cost, and timings here are shorter than the article's.
fn startup(pool: &Pool) -> String {
    format!(
        "Starting a pool of {} took {}, which is {} of the time that the flawed timer shows here. It does \
         not grow with the work: in the article's 10.05 s it would be {}.",
        workers(pool),
        quantity::time(pool.startup_ns),
        quantity::per_cent(pool.startup_share, 1),
        quantity::per_cent(pool.startup_ns / ARTICLE_NS, 2),
    )
}
