//! The two waterfalls of an engine: each flaw alone, and one flaw after another.
//!
//! Separate from the sentences because both are the same picture of different numbers. Next:
//! [`crate::chart::waterfall`].

use super::{
    factor, factor_text,
    flaws::{not_reproduced, sum_words, title, unexplained, words, workers},
};
use crate::{
    chapter::{Block, Shown, Table},
    chart::{
        axis::Axis,
        svg,
        waterfall::{Fall, FallMark, Waterfall},
    },
    compare::autopsy::{Effect, Pool, Sum, Verdict},
    model::{Estimate, Interval, autopsy::Engine},
    quantity,
};

/// The last row of the steps.
const AGAIN: &str = "the same condition again (A/A)";

/// A step of a waterfall.
struct Step<'a> {
    name: &'a str,
    log: Estimate,
    mark: FallMark,
    verdict: String,
}

/// The effects of each flaw alone, and what their sum leaves unexplained.
pub(super) fn one_by_one(engine: &Engine, pool: &Pool, id: &str) -> Block {
    let sum = Sum::of(pool.unexplained);
    let mark = match sum {
        Sum::Unexplained if pool.unexplained.value > 0.0 => FallMark::Up,
        Sum::Unexplained => FallMark::Down,
        Sum::AddsUp | Sum::CannotTell => FallMark::Unclear,
    };
    let verdict = format!("{}: {}", sum_words(sum), unexplained(pool));
    let rest = Step { name: "unexplained", log: pool.unexplained, mark, verdict };
    let steps: Vec<_> = steps(engine, &pool.alone).into_iter().chain([rest]).collect();
    figure(engine, pool, id, "each flaw alone", &steps)
}

/// The effects of one flaw after another, and the same condition again.
pub(super) fn step_by_step(engine: &Engine, pool: &Pool, id: &str) -> Block {
    let control = match pool.again.interval {
        Some(interval) if interval.contains(0.0) => "holds 1, as it should",
        Some(_) => "does not hold 1: times changed by themselves",
        None => quantity::NONE,
    };
    let (mark, verdict) = (FallMark::Unclear, control.to_owned());
    let again = Step { name: AGAIN, log: pool.again, mark, verdict };
    let steps: Vec<_> = steps(engine, &pool.steps).into_iter().chain([again]).collect();
    figure(engine, pool, id, "one flaw after another", &steps)
}

fn steps<'a>(engine: &'a Engine, effects: &[Effect]) -> Vec<Step<'a>> {
    let step = |(flaw, effect): (&'a String, &Effect)| {
        let mark = match effect.verdict {
            Verdict::Raises => FallMark::Up,
            Verdict::Lowers => FallMark::Down,
            Verdict::DoesNotMatter | Verdict::CannotTell => FallMark::Unclear,
        };
        let (mark, verdict) = match not_reproduced(engine, flaw) {
            Some(_) => (FallMark::Unclear, "not reproduced here".into()),
            None => (mark, words(effect.verdict)),
        };
        Step { name: title(flaw), log: effect.log, mark, verdict }
    };
    engine.flaws.iter().zip(effects).map(step).collect()
}

/// A waterfall with its numbers.
fn figure(engine: &Engine, pool: &Pool, id: &str, view: &str, steps: &[Step<'_>]) -> Block {
    let chart = waterfall(engine, pool, id, view, steps);
    Block::Figure(Box::new(Shown {
        title: chart.title.clone(),
        svg: svg::waterfall(&chart),
        legend: svg::of_waterfall(&chart),
        caption: "Each bar begins where the one before ended; labels are factors. The axis is \
                  logarithmic, so equal factors are equally long."
            .into(),
        table: table(pool, steps, view),
    }))
}

fn waterfall(engine: &Engine, pool: &Pool, id: &str, view: &str, steps: &[Step<'_>]) -> Waterfall {
    let level = |name: &str, log: Estimate| {
        let level = factor(log);
        let label = quantity::per_cent(level.value, 1);
        let (from, to) = (1.0, level.value);
        let (name, mark) = (name.into(), FallMark::Level);
        Fall { name, label, from, to, interval: level.interval, mark }
    };
    let mut falls = vec![level("without flaws", pool.clean)];
    let mut reached = pool.clean.value;
    for step in steps {
        let moved = |log: f64| (reached + log).exp();
        let ends = |ends: Interval| Interval { low: moved(ends.low), high: moved(ends.high) };
        falls.push(Fall {
            name: step.name.into(),
            label: format!("× {}", quantity::ratio(step.log.value.exp())),
            from: reached.exp(),
            to: moved(step.log.value),
            interval: step.log.interval.map(ends),
            mark: step.mark,
        });
        reached += step.log.value;
    }
    falls.push(level("all flaws", pool.all));
    let described = falls.iter().map(|fall| format!("{}: {}", fall.name, fall.label));
    let description = format!("{}.", described.collect::<Vec<_>>().join("; "));
    Waterfall {
        id: id.into(),
        title: format!("From clean to flawed, {}: {}, {view}", engine.name, workers(pool)),
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

/// The numbers of a waterfall.
fn table(pool: &Pool, steps: &[Step<'_>], view: &str) -> Table {
    let level = |name: &str, log| vec![name.into(), factor_text(log), quantity::NONE.to_owned()];
    let row =
        |step: &Step<'_>| vec![step.name.to_owned(), factor_text(step.log), step.verdict.clone()];
    let rows = [level("without flaws", pool.clean)].into_iter().chain(steps.iter().map(row));
    Table {
        columns: ["flaw", view, "it"].map(String::from).into(),
        rows: rows.chain([level("all flaws", pool.all)]).collect(),
    }
}
