//! Charts as data: what is to be seen, not how it is drawn.
//!
//! Separate from the drawing so that a chart can be built and tested without a picture. There are
//! seven kinds: [`Bars`], the article's (time, labelled with the speed-up, and a dashed line at the
//! serial time), [`plot::Plot`] on two axes, [`dots::Dots`] in rows on one axis,
//! [`strip::Strip`], samples in the order measured, [`timeline::Timeline`], who did what when,
//! [`cube::Cube`], a window in space, and [`waterfall::Waterfall`], factors one after another. `of_workload` and `of_article` build bars,
//! [`scaling`] what depends on workers, [`work`] what depends on the work, [`sides`] what stands side by side,
//! [`noise`] the strips. Next: [`svg`] draws them all.

pub mod axis;
pub mod cube;
pub mod dots;
pub mod noise;
pub mod plot;
pub mod scaling;
pub mod sides;
pub mod strip;
pub mod svg;
pub mod timeline;
pub mod waterfall;
pub mod work;

use crate::{
    article,
    compare::Comparison,
    model::{Entry, Interval, Role, Workload},
    quantity,
};

/// Horizontal bars that start at 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// Unique in a page; letters, digits and dashes.
    pub id: String,
    /// What the chart is, for those who hear it.
    pub title: String,
    /// What it shows, for those who hear it.
    pub description: String,
    /// From top to bottom; at least one.
    pub bars: Vec<Bar>,
    /// Where the dashed line stands, if there is a reference.
    pub reference: Option<f64>,
}

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it belongs to, as `threads, 2 workers`.
    pub name: String,
    /// Its length as text, as `1.23 ms`.
    pub detail: String,
    /// What stands at its end, as `183.4 %`.
    pub label: String,
    /// Its length, more than 0.
    pub value: f64,
    /// The whisker.
    pub interval: Option<Interval>,
    /// How it is marked.
    pub mark: Mark,
}

/// How a bar is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The serial code.
    Reference,
    /// As many CPUs as workers.
    Fits,
    /// More workers than CPUs.
    Oversubscribed,
}

impl Bars {
    /// The greatest value that a bar or whisker reaches.
    pub fn greatest(&self) -> f64 {
        let reach = |bar: &Bar| bar.interval.map_or(bar.value, |i| i.high.max(bar.value));
        self.bars.iter().map(reach).fold(0.0, f64::max)
    }
}

/// The figure that the article published.
pub fn of_article() -> Bars {
    let bar = |published: article::Published| Bar {
        name: match published.processes {
            "serial" => "serial".into(),
            processes => format!("{processes} processes"),
        },
        detail: format!("{} s", quantity::exact(published.seconds)),
        label: quantity::per_cent(published.speed_up, 2),
        value: published.seconds,
        interval: None,
        mark: match published {
            article::Published { processes: "serial", .. } => Mark::Reference,
            article::Published { oversubscribed: true, .. } => Mark::Oversubscribed,
            article::Published { .. } => Mark::Fits,
        },
    };
    let bars: Vec<Bar> = article::BARS.into_iter().map(bar).collect();
    Bars {
        id: "article-2014".into(),
        title: "Serial against multiprocessing as published in 2014".into(),
        description: described(&bars),
        reference: Some(article::BARS[0].seconds),
        bars,
    }
}

/// The same figure for a workload of a study, results only; lengths in nanoseconds per pass.
pub fn of_workload(id: String, workload: &Workload, comparison: &Comparison) -> Bars {
    let bar = |(idx, entry): (usize, &Entry)| {
        let figures = &comparison.figures[idx];
        Bar {
            name: name(entry),
            detail: quantity::time(figures.pass_ns.value),
            label: figures
                .speed_up
                .map_or_else(String::new, |speed_up| quantity::per_cent(speed_up.value, 1)),
            value: figures.pass_ns.value,
            interval: figures.pass_ns.interval,
            mark: if Some(idx) == comparison.reference {
                Mark::Reference
            } else if entry.oversubscribed {
                Mark::Oversubscribed
            } else {
                Mark::Fits
            },
        }
    };
    let results = workload.entries.iter().enumerate().filter(|(_, entry)| entry.is_result());
    let bars: Vec<Bar> = results.map(bar).collect();
    Bars {
        id,
        title: format!("Time per pass of {}", crate::answer::label(workload)),
        description: described(&bars),
        reference: comparison.reference.map(|idx| comparison.figures[idx].pass_ns.value),
        bars,
    }
}

/// How an entry is called in charts and sentences.
pub fn name(entry: &Entry) -> String {
    let name = match (entry.backend.as_str(), entry.workers) {
        (crate::compare::REFERENCE, 1) => entry.backend.clone(),
        (backend, workers) => format!("{backend}, {}", quantity::counted(workers, "worker")),
    };
    if entry.role == Role::Roof { format!("{name}, loading alone") } else { name }
}

/// Characters of a name that fit beside a bar's detail on the narrowest screen.
const LONGEST_NAME: usize = 32;

/// The beginning of a long name, for where there is little room.
pub(crate) fn shortened(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        None => name.into(),
        Some(_) => name.chars().take(LONGEST_NAME - 1).chain(['…']).collect(),
    }
}

/// Both ends of a long name, for rows: paths of benchmarks often differ at their ends.
pub(crate) fn both_ends(name: &str) -> String {
    both_ends_of(name, LONGEST_NAME)
}

/// The same in at most so many characters.
pub(crate) fn both_ends_of(name: &str, longest: usize) -> String {
    let count = name.chars().count();
    if count <= longest {
        return name.into();
    }
    let kept = (longest - 1) / 2;
    let first = name.chars().take(longest - 1 - kept);
    first.chain(['…']).chain(name.chars().skip(count - kept)).collect()
}

/// The numbers of all bars in one sentence.
fn described(bars: &[Bar]) -> String {
    let bar = |bar: &Bar| match bar.label.as_str() {
        "" => format!("{}: {}", bar.name, bar.detail),
        label => format!("{}: {}, {label} of the serial speed", bar.name, bar.detail),
    };
    format!("{}.", bars.iter().map(bar).collect::<Vec<_>>().join("; "))
}
