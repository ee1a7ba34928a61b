//! Whole studies of process workers, killed at random moments: ten times a worker, ten times the
//! parent. Moments are samples in the journal, so that nothing depends on how fast anything is.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::File;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use assert_cmd::cargo::cargo_bin;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use runner::study::journal::{Content, FILE};
use runner::study::{Block, record};
use rustix::process::{Pid, Signal, kill_process};

use crate::Trial;
use crate::process;

/// How often a study is killed.
const MOMENTS: usize = 10;
/// Most samples between the beginning of a run and its kill.
const MOST_SAMPLES: usize = 3;
/// Three samples of four are of process workers: two schedules, two ways to bring samples, one and two
/// workers; and there are more samples than all kills together can come to. Over samples in the L1 cache handing
/// out work takes most of the time, and a study four times as long.
const STUDY: &str = "study --size L2 --mode strong --workers 2 --blocks 7 --seed 7 \
    --backend processes-shared-map,processes-copied-apply-async --out";
const RESUME: &str = "study --resume --out";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial("a_study_survives_its_workers", a_study_survives_its_workers),
        Trial("a_study_survives_being_killed", a_study_survives_being_killed),
    ]
}

/// Starts the program; what it says on standard error is in the file `errors`.
fn start(arguments: &str, folder: &Path) -> Child {
    let errors = File::create(folder.join("errors")).unwrap();
    let mut command = Command::new(cargo_bin!("parzen"));
    command.args(arguments.split_whitespace()).arg(folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors);
    command.spawn().unwrap()
}

/// The samples in the journal, each as it stands there.
fn samples(folder: &Path) -> Vec<String> {
    let journal = std::fs::read_to_string(folder.join(FILE)).unwrap_or_default();
    let lines = journal.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    lines.filter(|line| line.starts_with("{\"line\":\"sample\"")).map(str::to_owned).collect()
}

/// Waits until the journal holds so many samples; the study must not end before.
fn reach(child: &mut Child, folder: &Path, count: usize) {
    let mut known = samples(folder).len();
    while known < count {
        // Every single sample comes within the deadline: nothing hangs.
        known = process::eventually("a sample", || {
            let status = child.try_wait().unwrap();
            assert_eq!(status, None, "{}", errors(folder));
            Some(samples(folder).len()).filter(|&now| now > known)
        });
    }
}

/// Waits until the program has ended, within the deadline.
fn end(child: &mut Child) -> ExitStatus {
    process::eventually("the end of the study", || child.try_wait().unwrap())
}

fn errors(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("errors")).unwrap()
}

/// Kills workers of `parent` until it has ended: one that was about to end anyway is not missed.
fn kill_workers(parent: &mut Child, random: &mut ChaCha8Rng) -> ExitStatus {
    let mut killed = None;
    process::eventually("the end of the study", || {
        let workers = process::workers(parent.id());
        if let Some(&worker) = workers.get(random.random_range(0..workers.len().max(1)))
            && killed != Some(worker)
            // It may have ended by itself a moment ago.
            && kill_process(Pid::from_raw(i32::try_from(worker).unwrap()).unwrap(), Signal::KILL).is_ok()
        {
            killed = Some(worker);
        }
        parent.try_wait().unwrap()
    })
}

/// One study, ended by `kill` again and again, and resumed each time until it is whole.
fn survives(
    seed: u64,
    mut kill: impl FnMut(&mut Child, &mut ChaCha8Rng) -> ExitStatus,
    check: impl Fn(ExitStatus, &str),
) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut kept = Vec::new();
    let mut child = start(STUDY, folder);
    for nth in 0..MOMENTS {
        reach(&mut child, folder, kept.len() + random.random_range(1..=MOST_SAMPLES));
        let id = child.id();
        let status = kill(&mut child, &mut random);
        check(status, &errors(folder));
        process::eventually("no orphan", || process::workers(id).is_empty().then_some(()));
        let now = samples(folder);
        assert!(now.starts_with(&kept) && now.len() > kept.len(), "kill {nth}: samples were lost");
        kept = now;
        child = start(RESUME, folder);
    }
    let whole = 7 * 8;
    reach(&mut child, folder, whole);
    assert!(end(&mut child).success(), "{}", errors(folder));
    assert!(samples(folder).starts_with(&kept));
    let content = Content::read(&folder.join(FILE)).unwrap();
    assert!(content.is_finished() && content.resumptions().len() == MOMENTS);
    assert!(content.series()[0].blocks.iter().all(Block::is_complete));
    let report = bench_report::report_from_study(&folder.join(record::FILE)).unwrap();
    assert!(report.studies[0].complete);
}

fn a_study_survives_its_workers() {
    survives(5, kill_workers, |status, errors| {
        assert_eq!(status.code(), Some(1), "{errors}");
        let last = errors.lines().last().unwrap_or_default();
        assert!(last.contains("it was killed by signal 9"), "{errors}");
        assert!(last.contains("kept; to go on: parzen study --resume --out "), "{errors}");
    });
}

fn a_study_survives_being_killed() {
    let kill = |parent: &mut Child, _: &mut ChaCha8Rng| {
        process::send(parent.id(), Signal::KILL);
        end(parent)
    };
    survives(6, kill, |status, errors| assert_eq!(status.signal(), Some(9), "{errors}"));
}
