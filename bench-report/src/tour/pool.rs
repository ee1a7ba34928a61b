//! The calls of a pool: which of them blocks, in which order results come, and who did what when.
//!
//! Separate as every section of the tour. Tasks count from the beginning of the section and a call
//! from its own; the first submission of a call is taken for its beginning.

use super::{lost, table, text, time};
use crate::{
    chapter::{Block, Shown, Table},
    chart::{
        axis::Axis,
        svg,
        timeline::{Doing, Row, Span, Timeline},
    },
    model::{
        Interval,
        tour::{Call, Pool, Task},
    },
    quantity,
};

/// Rows of workers in one timeline.
const MOST_ROWS: u64 = 64;

/// Share of a call below which a part of the caller's time is not drawn.
const SHORTEST: f64 = 0.005;

/// Results that a table lists.
const MOST_LISTED: usize = 12;

/// The chapter's blocks.
pub(super) fn blocks(id: &str, pool: &Pool) -> Vec<Block> {
    let tasks = quantity::counted(pool.inputs.len() as u64, "number");
    let mut blocks = vec![text(format!(
        "A pool of {} cubes {tasks}. The same tasks are handed over in {}; what differs is how long \
         the caller is held inside the call, and in which order it has the results.",
        quantity::counted(pool.workers, "worker"),
        match pool.calls.len() {
            1 => "1 way".into(),
            ways => format!("{ways} ways"),
        }
    ))];
    for call in &pool.calls {
        let missing = lost(call.tasks.len(), pool.inputs.len() as u64, "task");
        blocks.extend(missing.map(|block| match block {
            Block::Warning(problem) => Block::Warning(format!("{}: {problem}", call.call)),
            block => block,
        }));
    }
    if pool.calls.is_empty() {
        return blocks;
    }
    blocks.push(Block::Table(summary(pool)));
    blocks.extend(pool.calls.iter().map(|call| text(explained(pool, call))));
    let timelines = pool.calls.iter().enumerate();
    blocks.extend(timelines.map(|(idx, call)| {
        Block::Figure(Box::new(figure(format!("{id}-call-{}", idx + 1), pool, call)))
    }));
    blocks
}

/// For the top of the page: which call holds the caller, and which mixes the results.
pub(super) fn answer(pool: &Pool) -> Option<String> {
    let calls = || pool.calls.iter().take(MOST_LISTED);
    let shares: Vec<String> = calls().map(|one| format!("{} {}", one.call, inside(one))).collect();
    let mixed = calls().filter(|one| !is_in_order(pool, one));
    let mixed: Vec<&str> = mixed.map(|one| one.call.as_str()).collect();
    let order = match mixed.len() {
        0 => "All results stand in the order of the inputs.".into(),
        _ => {
            format!("The results of {} do not stand in the order of the inputs.", mixed.join(", "))
        }
    };
    (!shares.is_empty()).then(|| {
        format!(
            "Of the time until all results were there, the caller was inside the call: {}. {order}",
            shares.join(", ")
        )
    })
}

/// The share of its time until all results were there that the caller was inside the call.
fn inside(call: &Call) -> String {
    quantity::per_cent(call.returned_ns as f64 / call.collected_ns.max(1) as f64, 0)
}

/// A row for each call.
fn summary(pool: &Pool) -> Table {
    let row = |call: &Call| {
        [
            call.call.clone(),
            time(call.returned_ns),
            time(call.collected_ns),
            inside(call),
            results(call),
        ]
    };
    let columns =
        ["call", "caller free after", "all results after", "of that inside the call", "results"];
    table(columns, pool.calls.iter().map(row).collect())
}

/// `[1, 8, 27]`; a lost one is a dash.
fn results(call: &Call) -> String {
    let result = |one: &Option<i64>| one.map_or_else(|| quantity::NONE.into(), |v| v.to_string());
    let shown: Vec<String> = call.results.iter().take(MOST_LISTED).map(result).collect();
    let more = if call.results.len() > MOST_LISTED { ", …" } else { "" };
    format!("[{}{more}]", shown.join(", "))
}

/// What the call does, and what was seen of it.
fn explained(pool: &Pool, call: &Call) -> String {
    let does = match call.call.as_str() {
        "apply" => "hands over one task and waits for its result before the next: nothing overlaps",
        "map" => "hands over all tasks and waits until all results are there",
        "apply_async" => "hands over one task and returns at once; the result is asked for later",
        "map_async" => "hands over all tasks and returns at once; the results are asked for later",
        "unordered" => "gives each result as soon as it arrives, whichever it is",
        _ => "is a way that this program has no words for",
    };
    let order = if is_in_order(pool, call) {
        "The results stand in the order of the inputs"
    } else {
        "The results do not stand in the order of the inputs"
    };
    let arrived = if call.tasks.iter().map(|task| task.input).eq(pool.inputs.iter().copied()) {
        "and arrived in that order"
    } else {
        "while they arrived in another one than that of the inputs"
    };
    format!(
        "{} {does}. The caller was free after {}, and had everything after {}; at most {} ran at the \
         same time. {order}, {arrived}.",
        call.call,
        time(call.returned_ns),
        time(call.collected_ns),
        quantity::counted(most_at_once(&call.tasks), "task"),
    )
}

/// Whether the results are the cubes of the inputs, place by place.
fn is_in_order(pool: &Pool, call: &Call) -> bool {
    let cube = |&input: &i64| input.checked_pow(3);
    let same = |(input, result): (&i64, &Option<i64>)| result.is_none() || *result == cube(input);
    pool.inputs.len() == call.results.len() && pool.inputs.iter().zip(&call.results).all(same)
}

/// The greatest number of tasks that had begun and not ended.
fn most_at_once(tasks: &[Task]) -> u64 {
    let at = |moment: u64| {
        let running = |task: &&Task| task.began_ns <= moment && moment <= task.ended_ns;
        tasks.iter().filter(running).count() as u64
    };
    tasks.iter().map(|task| at(task.began_ns)).max().unwrap_or(0)
}

/// The timeline of a call with its table.
fn figure(id: String, pool: &Pool, call: &Call) -> Shown {
    let chart = timeline(id, pool, call);
    Shown {
        title: chart.title.clone(),
        svg: svg::timeline(&chart),
        legend: svg::of_timeline(&chart),
        caption:
            "A bar reaches from the beginning to the end of a task in its worker; a short one \
            is drawn 2 pixels wide. Between the bars, tasks and results are on their way."
                .into(),
        table: moments(call),
    }
}

fn timeline(id: String, pool: &Pool, call: &Call) -> Timeline {
    let start = start(call);
    let after = |ns: u64| ns.saturating_sub(start) as f64;
    let last = call.tasks.iter().map(|task| after(task.ended_ns).max(after(task.received_ns)));
    let high = last.fold(call.collected_ns as f64, f64::max).max(1.0);
    let mut workers: Vec<u64> = (0..pool.workers.min(MOST_ROWS)).collect();
    if pool.workers > MOST_ROWS {
        workers = call.tasks.iter().map(|task| task.worker).collect();
        workers.sort_unstable();
        workers.dedup();
        workers.truncate(MOST_ROWS as usize);
    }
    let mut rows = vec![Row { name: "caller".into(), spans: of_caller(call) }];
    rows.extend(workers.into_iter().map(|worker| Row {
        name: format!("worker {}", worker + 1),
        spans: of_worker(call, worker, after),
    }));
    Timeline {
        id,
        title: format!("{}: who did what when", call.call),
        description: explained(pool, call),
        x: Axis::linear(
            "time after the call began",
            Interval { low: 0.0, high },
            quantity::ticks::time,
        ),
        rows,
    }
}

/// When a call began, after the section did.
fn start(call: &Call) -> u64 {
    call.tasks.iter().map(|task| task.submitted_ns).min().unwrap_or(0)
}

fn of_caller(call: &Call) -> Vec<Span> {
    let span = |from: u64, to: u64, doing, words: &str| Span {
        from: from as f64,
        to: to as f64,
        label: String::new(),
        doing,
        said: format!("{words}: {} to {}", time(from), time(to)),
    };
    let mut spans = vec![
        span(0, call.returned_ns, Doing::Blocked, "inside the call"),
        span(call.returned_ns, call.collected_ns, Doing::Waiting, "until all results are there"),
    ];
    // What nobody could see is left out.
    spans.retain(|span| span.to - span.from >= SHORTEST * call.collected_ns as f64);
    spans
}

fn of_worker(call: &Call, worker: u64, after: impl Fn(u64) -> f64) -> Vec<Span> {
    let own = call.tasks.iter().filter(|task| task.worker == worker);
    let span = |task: &Task| Span {
        from: after(task.began_ns),
        to: after(task.ended_ns),
        label: task.input.to_string(),
        doing: Doing::Task,
        said: format!("input {}: {}", task.input, time(task.ended_ns - task.began_ns)),
    };
    let mut spans: Vec<Span> = own.map(span).collect();
    spans.sort_by(|a, b| a.from.total_cmp(&b.from));
    spans
}

fn moments(call: &Call) -> Table {
    let start = start(call);
    let after = |ns: u64| time(ns.saturating_sub(start));
    let row = |task: &Task| {
        [
            task.input.to_string(),
            (task.worker + 1).to_string(),
            after(task.submitted_ns),
            after(task.began_ns),
            after(task.ended_ns),
            after(task.received_ns),
        ]
    };
    let columns = ["input", "worker", "handed over", "began", "ended", "received"];
    table(columns, call.tasks.iter().map(row).collect())
}
