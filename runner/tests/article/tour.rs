//! The tour as a whole: what is in the file after each section, whatever becomes of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin;
use runner::article::{
    self, Article, Ran, Section, SectionRecord, Tour, Trouble, Unkept, benchmark, memory, pool,
    queue, record, waiting, window,
};
use runner::study::interrupt::Interrupt;
use rustix::process::Signal;

use crate::Trial;
use crate::process::{eventually, send, workers};
use crate::sections::{FEW, options};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial("a_failed_section_leaves_the_others", a_failed_section_leaves_the_others),
        Trial(
            "a_killed_worker_in_each_section_is_an_incident",
            a_killed_worker_in_each_section_is_an_incident,
        ),
        Trial(
            "a_killed_worker_of_the_benchmark_leaves_the_other_sections",
            a_killed_worker_of_the_benchmark_leaves_the_other_sections,
        ),
        Trial("a_section_by_itself_keeps_the_others", a_section_by_itself_keeps_the_others),
        Trial(
            "sections_that_cannot_stand_beside_it_are_not_lost",
            sections_that_cannot_stand_beside_it_are_not_lost,
        ),
        Trial("an_interrupted_tour_keeps_what_is_done", an_interrupted_tour_keeps_what_is_done),
        Trial("what_has_no_data_leaves_what_had_some", what_has_no_data_leaves_what_had_some),
        Trial("a_foreign_tour_stays_until_there_is_data", a_foreign_tour_stays_until_there_is_data),
        Trial("an_interrupted_section_keeps_its_blocks", an_interrupted_section_keeps_its_blocks),
        Trial(
            "ctrl_c_leaves_no_orphan_and_keeps_what_is_done",
            ctrl_c_leaves_no_orphan_and_keeps_what_is_done,
        ),
        Trial("sections_have_names_of_their_own", sections_have_names_of_their_own),
    ]
}

/// A section that cannot be run.
#[derive(Debug)]
struct Impossible;

impl Section for Impossible {
    fn name(&self) -> &'static str {
        "impossible"
    }

    fn title(&self) -> &'static str {
        "what cannot be done"
    }

    fn run(&self, tour: &Tour<'_>) -> Result<Ran, Trouble> {
        let before = read(tour.out());
        assert_eq!(before.sections.len(), 1, "the file is written after each section");
        Err(Trouble::Failed("it is impossible".into()))
    }
}

/// A section of this name, done at once.
#[derive(Debug)]
struct Known(&'static str);

impl Section for Known {
    fn name(&self) -> &'static str {
        self.0
    }

    fn title(&self) -> &'static str {
        "what is known already"
    }

    fn run(&self, _tour: &Tour<'_>) -> Result<Ran, Trouble> {
        Ok(Ran::whole(serde_json::json!({ "known": true }), Vec::new()))
    }
}

/// The section on waiting, with few tasks.
#[derive(Debug)]
struct Short;

impl Section for Short {
    fn name(&self) -> &'static str {
        waiting::Section.name()
    }

    fn title(&self) -> &'static str {
        "a few tasks"
    }

    fn run(&self, tour: &Tour<'_>) -> Result<Ran, Trouble> {
        waiting::measure(tour, FEW)?.into_json()
    }
}

fn read(folder: &Path) -> Article {
    serde_json::from_slice(&std::fs::read(folder.join(record::FILE)).unwrap()).unwrap()
}

fn a_failed_section_leaves_the_others() {
    let out = tempfile::tempdir().unwrap();
    let mut options = options(out.path(), &|_, _| {});
    options.sections = vec![&queue::Section, &Impossible, &window::Section];
    let outcome = article::run(&options).unwrap();
    assert!(!outcome.interrupted);
    assert_eq!(outcome.failed().collect::<Vec<_>>(), [("impossible", "it is impossible")]);
    let written = read(out.path());
    assert_eq!(written, outcome.article);
    assert_eq!((written.format.as_str(), written.version), ("parzen-article", 1));
    let has_data = |section: &SectionRecord| (section.name.clone(), section.data.is_some());
    let has_data: Vec<_> = written.sections.iter().map(has_data).collect();
    let expected = [("queue", true), ("window", true), ("impossible", false)];
    assert_eq!(has_data, expected.map(|(name, has)| (name.to_owned(), has)));
    assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 1, "no temporary file is left");
}

fn a_killed_worker_in_each_section_is_an_incident() {
    let out = tempfile::tempdir().unwrap();
    let killed = std::cell::RefCell::new(Vec::new());
    let kill = |section: &str, processes: &[u32]| {
        if !killed.borrow().iter().any(|killed| killed == section) {
            killed.borrow_mut().push(section.to_owned());
            send(processes[0], Signal::KILL);
        }
    };
    let mut options = options(out.path(), &kill);
    options.sections = vec![&queue::Section, &pool::Section];
    article::run(&options).unwrap();
    for section in read(out.path()).sections {
        assert!(section.failed.is_none() && section.data.is_some());
        let told = &section.incidents;
        assert!(told.len() == 1 && told[0].contains("signal 9"), "{}: {told:?}", section.name);
    }
    assert_eq!(killed.into_inner(), ["queue", "pool"]);
}

fn a_killed_worker_of_the_benchmark_leaves_the_other_sections() {
    let out = tempfile::tempdir().unwrap();
    let kill = |_: &str, processes: &[u32]| {
        // Threads are no processes.
        if let Some(&first) = processes.first() {
            send(first, Signal::KILL);
        }
    };
    let mut options = options(out.path(), &kill);
    options.sections = vec![&benchmark::Section, &window::Section];
    let outcome = article::run(&options).unwrap();
    assert!(!outcome.interrupted);
    let sections = read(out.path()).sections;
    let [window, benchmark] = &sections[..] else { panic!("{sections:?}") };
    let reason = benchmark.failed.as_deref().unwrap();
    assert!(reason.contains("it was killed by signal 9"), "{reason}");
    assert!(benchmark.data.is_none() && window.data.is_some());
}

fn a_section_by_itself_keeps_the_others() {
    let out = tempfile::tempdir().unwrap();
    let mut options = options(out.path(), &|_, _| {});
    options.sections = vec![&queue::Section, &window::Section];
    article::run(&options).unwrap();
    let before = read(out.path()).sections;
    options.sections = vec![&queue::Section];
    let outcome = article::run(&options).unwrap();
    let after = read(out.path()).sections;
    assert_eq!((after.len(), &after[1], outcome.ran), (2, &before[1], vec!["queue"]));
    assert_ne!(after[0].elapsed_ns, before[0].elapsed_ns, "it was run again");
}

fn sections_that_cannot_stand_beside_it_are_not_lost() {
    let out = tempfile::tempdir().unwrap();
    let mut options = options(out.path(), &|_, _| {});
    options.sections = vec![&window::Section];
    article::run(&options).unwrap();
    let before = read(out.path());
    options.seed = 124;
    options.sections = vec![&queue::Section];
    let refused = article::run(&options).unwrap_err();
    assert!(matches!(refused, Unkept::Other { what: "are of another seed", .. }), "{refused}");
    assert_eq!(read(out.path()), before);
    options.sections = vec![&window::Section];
    article::run(&options).unwrap();
    assert_eq!(read(out.path()).seed, 124, "nothing is lost, so nothing is refused");
}

fn an_interrupted_tour_keeps_what_is_done() {
    let out = tempfile::tempdir().unwrap();
    let mut options = options(out.path(), &|_, _| {});
    options.sections = vec![&queue::Section];
    article::run(&options).unwrap();
    let before = read(out.path());
    options.interrupt.request();
    let outcome = article::run(&options).unwrap();
    assert!(outcome.interrupted && outcome.ran.is_empty() && !outcome.written);
    assert_eq!(read(out.path()), before, "nothing was done, and nothing is written");
}

/// The section on memory, which cannot be run now.
#[derive(Debug)]
struct Broken(fn() -> Trouble);

impl Section for Broken {
    fn name(&self) -> &'static str {
        memory::Section.name()
    }

    fn title(&self) -> &'static str {
        "what cannot be done any more"
    }

    fn run(&self, _tour: &Tour<'_>) -> Result<Ran, Trouble> {
        Err(self.0())
    }
}

fn what_has_no_data_leaves_what_had_some() {
    let out = tempfile::tempdir().unwrap();
    let mut options = options(out.path(), &|_, _| {});
    options.sections = vec![&Known("memory"), &window::Section];
    article::run(&options).unwrap();
    let before = read(out.path()).sections;
    // Interrupted in the first section: nothing is written at all.
    options.sections = vec![&Broken(|| Trouble::Interrupted)];
    let outcome = article::run(&options).unwrap();
    assert!(outcome.interrupted && !outcome.written && outcome.failures[0].has_earlier);
    assert_eq!(read(out.path()).sections, before);
    // Failed, and the next one is new.
    options.sections = vec![&Broken(|| Trouble::Failed("no".into())), &window::Section];
    let outcome = article::run(&options).unwrap();
    assert!(!outcome.interrupted && outcome.written);
    assert_eq!(outcome.failed().collect::<Vec<_>>(), [("memory", "no")]);
    let after = read(out.path()).sections;
    assert_eq!((after.len(), &after[0]), (2, &before[0]));
    assert_ne!(after[1].elapsed_ns, before[1].elapsed_ns, "it was run again");
}

fn a_foreign_tour_stays_until_there_is_data() {
    let out = tempfile::tempdir().unwrap();
    let mut options = options(out.path(), &|_, _| {});
    options.sections = vec![&Known("memory")];
    article::run(&options).unwrap();
    let before = read(out.path());
    options.seed = 124;
    options.sections = vec![&Broken(|| Trouble::Failed("no".into()))];
    let outcome = article::run(&options).unwrap();
    assert!(!outcome.written && !outcome.failures[0].has_earlier);
    assert_eq!(read(out.path()), before);
    options.sections.push(&Known("memory"));
    assert!(article::run(&options).unwrap().written);
    assert_eq!(read(out.path()).seed, 124);
}

fn an_interrupted_section_keeps_its_blocks() {
    let (out, interrupt) = (tempfile::tempdir().unwrap(), Interrupt::default());
    // No block has more times than this, and two have more.
    let (times, most) = (std::cell::Cell::new(0), 3 * FEW.workers.len());
    let ask = |_: &str, _: &[u32]| {
        times.set(times.get() + 1);
        if times.get() > most {
            interrupt.request();
        }
    };
    let mut options = options(out.path(), &ask);
    options.interrupt = interrupt.clone();
    options.sections = vec![&Short, &window::Section];
    let outcome = article::run(&options).unwrap();
    assert!(outcome.interrupted && outcome.failed().next().is_none());
    let written = read(out.path()).sections;
    let [waiting] = &written[..] else { panic!("nothing more is begun: {written:?}") };
    assert_eq!(waiting.incomplete.as_deref(), Some("interrupted after 1 of 2 blocks"));
    let data: waiting::Waiting = serde_json::from_value(waiting.data.clone().unwrap()).unwrap();
    assert!(data.kinds[0].workers.iter().all(|times| !times.wall_ns.is_empty()), "{data:?}");
}

fn ctrl_c_leaves_no_orphan_and_keeps_what_is_done() {
    let out = tempfile::tempdir().unwrap();
    let mut tour = Command::new(cargo_bin!("parzen"))
        .args(["article", "--section", "queue,pool,memory,waiting", "--out"])
        .arg(out.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let id = tour.id();
    eventually("the first section is done", || {
        out.path().join(record::FILE).exists().then_some(())
    });
    eventually("the second one has begun", || (workers(id).len() == 4).then_some(()));
    send(id, Signal::INT);
    assert_eq!(tour.wait().unwrap().code(), Some(130));
    eventually("no orphan is left", || workers(id).is_empty().then_some(()));
    let sections = read(out.path()).sections;
    assert!(sections[0].data.is_some() && sections.len() < 4, "{sections:?}");
}

fn sections_have_names_of_their_own() {
    let names: std::collections::BTreeSet<_> =
        article::ALL.iter().map(|section| section.name()).collect();
    assert_eq!(names.len(), article::ALL.len());
    let functions: std::collections::BTreeSet<_> =
        article::FUNCTIONS.iter().map(|function| function.name()).collect();
    assert_eq!(functions.len(), article::FUNCTIONS.len());
    assert!(article::by_name("nosuch").unwrap_err().contains("'nosuch'; known: queue, pool,"));
    let names: Vec<_> = article::ALL.iter().map(|section| section.name()).collect();
    assert_eq!(names, ["queue", "pool", "memory", "window", "data", "benchmark", "waiting"]);
}
