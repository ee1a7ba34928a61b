//! Bookkeeping with a scripted engine: nothing is measured, nothing takes time.

use std::num::NonZeroUsize;
use std::path::Path;

use super::super::parts::engine;
use super::super::record::{FILE, LastCore};
use super::super::{FULL, SHORT, begun};
use super::{Ended, MOST_FAILURES, Pace, Runs, Stopped, measure};
use crate::autopsy::flaw::{Condition, Flaw};
use crate::autopsy::record::{Autopsy, Timing};
use crate::autopsy::{Extent, Interpreter, Options};
use crate::machine::Capture;
use crate::placement::Choice;
use crate::study::interrupt::Interrupt;
use crate::study::progress::Progress;
use crate::workload;

/// An engine that notes what it is asked, fails in some runs, and may ask to stop.
#[derive(Default)]
struct Scripted {
    asked: Vec<(Vec<Flaw>, Vec<usize>)>,
    fails: Vec<usize>,
    stops_in: Option<(usize, Interrupt)>,
    stops_at_once: bool,
}

impl Runs for Scripted {
    fn run(&mut self, condition: &Condition, sizes: &[usize]) -> Result<Vec<Timing>, Stopped> {
        let number = self.asked.len();
        self.asked.push((condition.flaws.clone(), sizes.to_vec()));
        if let Some((at, interrupt)) = &self.stops_in
            && *at == number
        {
            interrupt.request();
            if self.stops_at_once {
                return Err(Stopped::Interrupted);
            }
        }
        if self.fails.contains(&number) {
            return Err(Stopped::Failed("made up".into()));
        }
        let timing = |&workers: &usize| Timing { workers, wall_ns: 7, ..Timing::default() };
        Ok(sizes.iter().map(timing).collect())
    }
}

fn options(out: &Path, blocks: usize) -> Options {
    Options {
        workload: workload::ALL[0].clone(),
        python_work: SHORT,
        python: Interpreter::None,
        workers: vec![1, 2, 3],
        placement: Choice::default(),
        extent: Extent::Blocks(NonZeroUsize::new(blocks).unwrap()),
        target: None,
        seed: 3,
        isa: kernel::isa::best(),
        out: out.into(),
        progress: Progress::Silent,
        interrupt: Interrupt::default(),
    }
}

/// An autopsy by the scripted engine, and the folder with its file.
fn measured(blocks: usize, scripted: &mut Scripted) -> (Autopsy, Ended, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path(), blocks);
    if let Some((_, interrupt)) = &scripted.stops_in {
        options.interrupt = interrupt.clone();
    }
    let mut autopsy = begun(&options, &Capture::default()).unwrap();
    autopsy.last_core = LastCore::default();
    autopsy.engines.push(engine(("made-up", "made up"), FULL, &options, Vec::new()));
    let pace = Pace::new(&options, "made up", autopsy.engines[0].conditions.len(), 1.0);
    let ended = measure(&options, &mut autopsy, 0, scripted, &pace).unwrap();
    (autopsy, ended, folder)
}

/// The blocks in the file, each as its number of runs.
fn in_file(folder: &Path) -> Vec<usize> {
    let text = std::fs::read_to_string(folder.join(FILE)).unwrap();
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let blocks = file["engines"][0]["blocks"].as_array().unwrap().clone();
    blocks.iter().map(|block| block["runs"].as_array().unwrap().len()).collect()
}

#[test]
fn every_block_holds_every_condition_and_only_the_flaw_fixes_the_order() {
    let mut scripted = Scripted::default();
    let (autopsy, ended, folder) = measured(8, &mut scripted);
    let conditions = autopsy.engines[0].conditions.len();
    assert_eq!((ended, conditions), (Ended::Complete, 2 + 5 + 4));
    assert_eq!(in_file(folder.path()), vec![conditions; 8]);
    for block in &autopsy.engines[0].blocks {
        let mut order: Vec<usize> = block.runs.iter().map(|run| run.condition).collect();
        order.sort_unstable();
        assert_eq!(order, (0..conditions).collect::<Vec<_>>());
    }
    let is_fixed = |(flaws, _): &&(Vec<Flaw>, Vec<usize>)| flaws.contains(&Flaw::Order);
    assert!(scripted.asked.iter().filter(is_fixed).all(|(_, sizes)| *sizes == [0, 1, 2, 3]));
    let free: Vec<_> = scripted.asked.iter().filter(|one| !is_fixed(one)).collect();
    assert!(free.iter().any(|(_, sizes)| *sizes != [0, 1, 2, 3]), "random otherwise");
    for (_, sizes) in free {
        let mut sizes = sizes.clone();
        sizes.sort_unstable();
        assert_eq!(sizes, [0, 1, 2, 3]);
    }
}

#[test]
fn a_run_that_fails_is_told_and_nothing_that_was_measured_is_lost() {
    let mut scripted = Scripted { fails: vec![13], ..Scripted::default() };
    let (autopsy, ended, folder) = measured(3, &mut scripted);
    assert_eq!(ended, Ended::Complete);
    assert_eq!(in_file(folder.path()), [11, 2, 11]);
    let told = autopsy.failures();
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("made-up, block 2, ") && told[0].ends_with(": made up"));
}

#[test]
fn an_engine_that_always_fails_is_given_up() {
    let mut scripted = Scripted { fails: (0..100).collect(), ..Scripted::default() };
    let (autopsy, _, folder) = measured(50, &mut scripted);
    assert_eq!(autopsy.failures().len(), MOST_FAILURES);
    assert!(!folder.path().join(FILE).exists(), "an earlier file is not replaced by nothing");
}

#[test]
fn an_interruption_keeps_what_is_done() {
    let stops_in = Some((12, Interrupt::default()));
    let mut scripted = Scripted { stops_in, ..Scripted::default() };
    let (_, ended, folder) = measured(3, &mut scripted);
    assert_eq!(ended, Ended::Interrupted);
    assert_eq!(in_file(folder.path()), [11, 2]);
    // A run that is stopped in the middle is no failure.
    let stops_in = Some((12, Interrupt::default()));
    let mut scripted = Scripted { stops_in, stops_at_once: true, ..Scripted::default() };
    let (autopsy, ended, folder) = measured(3, &mut scripted);
    assert_eq!((ended, autopsy.failures()), (Ended::Interrupted, Vec::new()));
    assert_eq!(in_file(folder.path()), [11, 1]);
}
