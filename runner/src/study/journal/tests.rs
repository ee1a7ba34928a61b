//! Journals that are written, torn, garbled and read back.

use super::{
    Content, Error, FILE, FORMAT, Header, Journal, Line, Resumed, SeriesStart, Taken, VERSION,
};
use crate::backend::Mode;
use crate::machine::clock::Timer;
use crate::machine::{Limits, Machine, State};
use crate::study::assemble;
use crate::study::grid::{Configuration, Role};
use crate::study::plan::{Plan, PlannedSeries};
use crate::study::record::StoppedBy;
use crate::study::tags::Tag;
use crate::study::tags::tests::quiet;
use std::num::NonZeroUsize;
use std::path::Path;

fn header() -> Header {
    let series = PlannedSeries {
        workload: "made".into(),
        level: None,
        n: 3,
        widths: 2,
        mode: Mode::Strong,
        widths_per_scan: NonZeroUsize::MIN,
        backends: vec!["any".into()],
        workers: vec![1],
        assumed: None,
        shortfall: None,
    };
    Header {
        format: FORMAT.into(),
        version: VERSION,
        created_unix_s: 1,
        program: "made up".into(),
        seed: 5,
        isa: "none".into(),
        plan: Plan {
            preset: None,
            placement: "physical".into(),
            budget_s: Some(1.5),
            precision: Some(0.01),
            blocks: None,
            series: vec![series; 2],
        },
        machine: Machine::default(),
        limits: Limits { allowed_cpus: vec![4, 5], ..Limits::default() },
        state: State { governor: Some("performance".into()), ..State::default() },
        timer: Timer {
            resolution_ns: 1,
            clock_ns: 24.6,
            cpu_clock_ns: None,
            is_monotonic: Some(true),
        },
        warnings: vec!["be careful".into()],
    }
}

fn start(series: usize) -> Line {
    let mut subject = crate::study::tests::subject();
    subject.configurations = [Role::Measured, Role::Control]
        .map(|role| Configuration {
            backend: "any".into(),
            workers: 1,
            cpus: vec![4],
            oversubscribed: false,
            role,
        })
        .to_vec();
    let (skipped, warnings) = (Vec::new(), vec!["small".into()]);
    Line::Series(Box::new(SeriesStart { series, skipped, warnings, subject }))
}

/// The sample at a place of a block of two configurations, which takes `wall_ns`.
fn sample(block: usize, place: usize, wall_ns: u64) -> Line {
    let configuration = [0, 1, 0, 0][place];
    let idle_foreign = (place == 0).then(|| vec![0.25, 0.0]);
    let measured = quiet(configuration, wall_ns);
    Line::Sample(Box::new(Taken { series: 0, block, place, idle_foreign, measured }))
}

/// Two whole blocks, the second one resumed inside, and the first sample of a third.
fn lines() -> Vec<Line> {
    let mut lines = vec![start(0)];
    lines.extend((0..4).map(|place| sample(0, place, 1000)));
    lines.extend((0..2).map(|place| sample(1, place, 1000)));
    let state = State { governor: Some("powersave".into()), ..State::default() };
    let (budget_s, timer) = (Some(9.0), None);
    lines.push(Line::Resumed(Box::new(Resumed { unix_s: 2, budget_s, state: Some(state), timer })));
    lines.push(Line::Again { series: 0, pages: None });
    lines.extend((2..4).map(|place| sample(1, place, 1100)));
    lines.push(sample(2, 0, 1000));
    lines
}

fn written(folder: &Path, lines: &[Line]) -> Journal {
    let (mut journal, aside) = Journal::create(folder, header()).unwrap();
    assert_eq!(aside, None);
    for line in lines {
        journal.append(line).unwrap();
    }
    journal
}

#[test]
fn what_is_written_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let written = written(folder.path(), &lines()).content().clone();
    let read = Content::read(&folder.path().join(FILE)).unwrap();
    assert_eq!(read, written);
    assert_eq!(read.bytes(), std::fs::metadata(folder.path().join(FILE)).unwrap().len());
    assert_eq!(read.series()[0].next(), (2, 1));
    assert_eq!(read.header().unwrap().plan.budget_s, Some(9.0), "the newest budget holds");
}

#[test]
fn a_study_is_made_of_whole_and_half_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let journal = written(folder.path(), &lines());
    let study = assemble::study(journal.content()).unwrap();
    assert!(!study.complete && study.has_complete_block());
    assert_eq!((&study.warnings[0][..], &study.warnings[2][..]), ("be careful", "small"));
    assert!(study.warnings[1].starts_with("the governor was performance and is powersave"));
    assert_eq!((study.resumptions.len(), study.resumptions[0].unix_s), (1, 2));
    let series = &study.workloads[0];
    assert_eq!(series.pages_again, [None]);
    assert_eq!(series.stopped_by, StoppedBy::Interrupt);
    let resumed: Vec<bool> = series.blocks.iter().map(|block| block.resumed).collect();
    assert_eq!(resumed, [false, true, false]);
    let complete: Vec<bool> = series.blocks.iter().map(super::super::Block::is_complete).collect();
    assert_eq!(complete, [true, true, false]);
    assert_eq!(series.blocks[0].idle_foreign, Some(vec![0.25, 0.0]));
    let configurations: Vec<usize> =
        series.blocks[0].samples.iter().map(|one| one.configuration).collect();
    assert_eq!(configurations, [1, 0]);
    assert_eq!(series.blocks[0].opening.as_ref().unwrap().tags, []);
    let drifted = &series.blocks[1];
    for baseline in [&drifted.opening, &drifted.closing] {
        assert_eq!(baseline.as_ref().unwrap().tags, [Tag::Drifted]);
    }
}

#[test]
fn a_series_without_a_whole_block_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let journal = written(folder.path(), &lines()[..3]);
    let study = assemble::study(journal.content()).unwrap();
    assert!(study.workloads.is_empty() && !study.has_complete_block());
}

#[test]
fn a_torn_last_line_is_dropped_wherever_it_is_torn() {
    let folder = tempfile::tempdir().unwrap();
    drop(written(folder.path(), &lines()));
    let path = folder.path().join(FILE);
    let bytes = std::fs::read(&path).unwrap();
    let last = bytes[..bytes.len() - 1].iter().rposition(|&byte| byte == b'\n').unwrap() + 1;
    for cut in [last, last + 1, last + 30, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..cut]).unwrap();
        let mut journal = Journal::reopen(folder.path()).unwrap();
        let untouched = std::fs::metadata(&path).unwrap().len();
        assert_eq!(untouched, cut as u64, "nothing is cut off before it is known that it goes on");
        assert_eq!(journal.content().series()[0].next(), (2, 0));
        journal.append(&sample(2, 0, 1000)).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "cut at {cut} of {}", bytes.len());
    }
}

#[test]
fn a_garbled_line_in_the_middle_is_an_error_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    drop(written(folder.path(), &lines()));
    let path = folder.path().join(FILE);
    let text = std::fs::read_to_string(&path).unwrap();
    let garbled = |line: usize, with: &str| {
        let mut lines: Vec<&str> = text.lines().collect();
        lines[line - 1] = with;
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
        match Journal::reopen(folder.path()).unwrap_err() {
            error @ Error::Garbled { .. } => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert!(garbled(4, "nonsense").contains(&format!("{FILE}, line 4: ")));
    let whole = text.lines().count();
    assert!(garbled(4, "nonsense").ends_with(&format!("cannot be used: {} lines", whole - 3)));
    assert!(
        garbled(1, "{\"line\":\"finished\"}").contains("1: the first line is not the header; it")
    );
    let header = text.lines().next().unwrap();
    assert!(garbled(3, header).contains("3: a second header; it"));
    let other = header.replace("\"version\":1", "\"version\":7");
    assert!(garbled(1, &other).contains("version 7"), "{other}");
    let third = text.lines().nth(2).unwrap();
    assert!(garbled(4, third).contains("block 0, place 0 stands where block 0, place 1 belongs"));
    let far = third.replace("\"configuration\":0", "\"configuration\":9");
    assert!(garbled(3, &far).contains("there is no configuration 9"));
    let series = text.lines().nth(1).unwrap();
    let many = series.replace("\"passes\":7", "\"passes\":18446744073709551615");
    assert!(garbled(2, &many).contains("series 0 has 18446744073709551615 passes; at most"));
    let few = series.replace("\"counts\":[1,3]", "\"counts\":[1]");
    assert!(garbled(2, &few).contains("series 0 has 1 counts for 2 widths"));
}

#[test]
fn what_stands_before_a_garbled_line_still_makes_a_study() {
    let folder = tempfile::tempdir().unwrap();
    let whole = written(folder.path(), &lines()).content().clone();
    let path = folder.path().join(FILE);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[10] = "{}";
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    let study = crate::study::kept(folder.path()).unwrap();
    assert!(!study.complete && study.has_complete_block());
    let blocks = &assemble::study(&whole).unwrap().workloads[0].blocks;
    assert_eq!(study.workloads[0].blocks[0], blocks[0]);
    assert_eq!(study.workloads[0].blocks.len(), 2);
    let told = study.warnings.iter().filter(|warning| warning.contains("line 11"));
    assert_eq!(told.count(), 1, "{:?}", study.warnings);
}

#[test]
fn a_journal_is_overwritten_only_if_its_study_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join(format!("{FILE}.old"));
    drop(written(folder.path(), &lines()));
    let kept = std::fs::read(folder.path().join(FILE)).unwrap();
    let (journal, aside) = Journal::create(folder.path(), header()).unwrap();
    assert_eq!(aside, Some(old.clone()));
    assert_eq!(std::fs::read(&old).unwrap(), kept);
    drop(journal);
    let (mut journal, aside) = Journal::create(folder.path(), header()).unwrap();
    assert_eq!(aside, Some(folder.path().join(format!("{FILE}.old-2"))), "nothing is lost");
    journal.append(&Line::Finished).unwrap();
    let study = assemble::study(journal.content()).unwrap();
    drop(journal);
    let next = |number: u32| Some(folder.path().join(format!("{FILE}.old-{number}")));
    // Finished, but the disk was full, or the program was killed, before the study was written.
    let (mut journal, aside) = Journal::create(folder.path(), header()).unwrap();
    assert_eq!(aside, next(3), "without a study");
    journal.append(&Line::Finished).unwrap();
    drop(journal);
    crate::study::Study { seed: 6, ..study.clone() }.write(folder.path()).unwrap();
    let (mut journal, aside) = Journal::create(folder.path(), header()).unwrap();
    assert_eq!(aside, next(4), "beside another study");
    journal.append(&Line::Finished).unwrap();
    drop(journal);
    study.write(folder.path()).unwrap();
    assert_eq!(Journal::create(folder.path(), header()).unwrap().1, None);
    assert_eq!(std::fs::read(&old).unwrap(), kept);
}

#[test]
fn a_journal_that_is_being_written_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let _journal = written(folder.path(), &lines());
    for error in [
        Journal::create(folder.path(), header()).unwrap_err(),
        Journal::reopen(folder.path()).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Busy { .. }), "{error}");
    }
}

#[test]
fn nothing_to_go_on_with_is_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Journal::reopen(folder.path()), Err(Error::Missing { .. })));
    std::fs::write(folder.path().join(FILE), "{\"line\":\"hea").unwrap();
    assert!(matches!(Journal::reopen(folder.path()), Err(Error::Empty { .. })));
}
