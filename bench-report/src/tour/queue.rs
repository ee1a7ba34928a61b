//! Process and queue: strings in order of arrival, and put back in order by their positions.
//!
//! Separate as every section of the tour. The lists are written as the article prints them.

use super::{lost, table, text, time};
use crate::{
    chapter::Block,
    model::tour::{Arrival, Queue},
    quantity,
};

/// The chapter's blocks.
pub(super) fn blocks(queue: &Queue) -> Vec<Block> {
    let mut blocks = vec![text(format!(
        "{} each made a random string of {} and put it into one queue. The caller took the strings \
         out as they came: a queue keeps the order of arrival, and forgets who sent what.",
        processes(queue.workers),
        letters(queue.length),
    ))];
    blocks.extend(lost(queue.strings.len(), queue.workers, "string"));
    if queue.strings.is_empty() {
        return blocks;
    }
    blocks.push(text(order(&queue.strings)));
    blocks.push(Block::Code(lists(&queue.strings)));
    blocks.push(text(
        "The first line is the article’s first example. In the second line each process sends its \
         position along; sorting by it and stripping it off gives the third line, which is the same \
         in every run with the same seed. The times count from the beginning of the section.",
    ));
    blocks.push(Block::Table(times(&queue.strings)));
    blocks
}

/// For the top of the page.
pub(super) fn answer(queue: &Queue) -> Option<String> {
    (!queue.strings.is_empty()).then(|| order(&queue.strings))
}

fn processes(count: u64) -> String {
    match count {
        1 => "1 process".into(),
        count => format!("{} processes", quantity::whole(count)),
    }
}

/// Whether the order of arrival was that of the positions.
fn order(strings: &[Arrival]) -> String {
    let positions: Vec<String> = strings.iter().map(|one| one.position.to_string()).collect();
    let positions = positions.join(", ");
    if strings.is_sorted_by_key(|one| one.position) {
        format!(
            "This time they arrived in the order in which the processes were started ({positions}). \
             Nothing promises that: the next run may differ."
        )
    } else {
        format!(
            "They arrived as {positions}, which is not the order in which the processes were started: \
             who finishes first comes first."
        )
    }
}

/// The three lists of the article.
fn lists(strings: &[Arrival]) -> String {
    let texts = |all: &[&Arrival]| {
        let quoted: Vec<String> = all.iter().map(|one| format!("'{}'", one.text)).collect();
        format!("[{}]", quoted.join(", "))
    };
    let arrived: Vec<&Arrival> = strings.iter().collect();
    let pairs: Vec<String> =
        strings.iter().map(|one| format!("({}, '{}')", one.position, one.text)).collect();
    let mut sorted = arrived.clone();
    sorted.sort_by_key(|one| one.position);
    format!(
        "in order of arrival:  {}\nwith positions:       [{}]\nsorted and stripped:  {}\n",
        texts(&arrived),
        pairs.join(", "),
        texts(&sorted)
    )
}

fn times(strings: &[Arrival]) -> crate::chapter::Table {
    let row = |(idx, one): (usize, &Arrival)| {
        [
            (idx + 1).to_string(),
            one.position.to_string(),
            one.text.clone(),
            one.process_id.map_or_else(|| quantity::NONE.into(), |id| id.to_string()),
            time(one.started_ns),
            time(one.began_ns),
            time(one.ended_ns),
            time(one.received_ns),
        ]
    };
    let columns =
        ["arrival", "position", "string", "process", "started", "began", "ended", "received"];
    table(columns, strings.iter().enumerate().map(row).collect())
}

fn letters(length: u64) -> String {
    match length {
        1 => "1 letter or digit".into(),
        length => format!("{} letters and digits", quantity::whole(length)),
    }
}
