//! The article's function in Python (`python/article.py`) with a real NumPy: its counts are the oracle's,
//! whatever its flaws, and an autopsy takes its times.
//!
//! Other tests let scripts play the interpreter. This needs Python 3 with NumPy: the program that
//! [`NAMED`] names, which must then have it, as with `--python`, or else `python3`. Where that has none,
//! the tests are *ignored*, which their harness tells apart from *passed* at run time. The jobs are so
//! small that starting interpreters takes most of the time; no time is judged.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[cfg(target_os = "linux")]
#[path = "python/orphans.rs"]
mod orphans;
#[cfg(target_os = "linux")]
#[expect(dead_code, reason = "not all that can be looked at is looked at here")]
#[path = "kill/process.rs"]
mod process;

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::num::NonZeroUsize;
use std::process::{Child, Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use runner::autopsy::{self, Extent, Interpreter, Options};
use runner::placement::Choice;
use runner::study::interrupt::Interrupt;
use runner::study::progress::Progress;
use runner::workload::{Expected, WidthRange, Workload, oracle_widths};
use serde_json::{Value, json};

/// The variable that names an interpreter.
const NAMED: &str = "PARZEN_PYTHON";
/// The program under test.
const PROGRAM: &str = include_str!("../python/article.py");
/// How it is started: it wants to know its own text.
const START: &str =
    "import sys; SOURCE = sys.stdin.read(); exec(compile(SOURCE, 'article.py', 'exec'))";
/// Leaves with 0 where there is what the program needs.
const PROBE: &str = "import sys, numpy; sys.exit(sys.version_info[0] != 3)";

fn main() -> ExitCode {
    if let Some(code) = runner::backend::serve_if_asked() {
        return code;
    }
    runner::machine::affinity::allowed();
    let trials = vec![
        trial("its_counts_are_the_oracles_whatever_its_flaws", whatever_its_flaws),
        trial("an_autopsy_takes_its_times", an_autopsy_takes_its_times),
        #[cfg(target_os = "linux")]
        trial("none_outlives_whoever_started_it", orphans::none_outlives_whoever_started_it),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// A test that gets an interpreter, or is ignored if there is none.
fn trial(name: &str, test: fn(&OsStr)) -> Trial {
    Trial::ignorable_test(name, move || {
        let Some(interpreter) = interpreter()? else {
            return Ok(Completion::ignored_with("no Python 3 with NumPy"));
        };
        test(&interpreter);
        Ok(Completion::Completed)
    })
}

/// A Python 3 with NumPy, if there is one.
///
/// # Errors
/// That somebody named a program which is none.
fn interpreter() -> Result<Option<OsString>, Failed> {
    // Its pools are forked.
    if cfg!(not(unix)) {
        return Ok(None);
    }
    let named = std::env::var_os(NAMED);
    let program = named.clone().unwrap_or_else(|| "python3".into());
    let mut probe = Command::new(&program);
    probe.args(["-c", PROBE]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match (probe.status().is_ok_and(|status| status.success()), named) {
        (true, _) => Ok(Some(program)),
        (false, None) => Ok(None),
        (false, Some(_)) => Err(format!("{NAMED} names no Python 3 with NumPy").into()),
    }
}

/// The article's samples and widths, fewer of both.
fn few() -> Workload {
    Workload {
        n: 200,
        widths: WidthRange { start: 0.5, stop: 2.0, count: 4 },
        expected: Expected::Oracle,
        checksum: None,
        ..runner::workload::ALL[0].clone()
    }
}

/// The program, asked.
fn start(interpreter: &OsStr, request: &Value) -> Child {
    let mut child = Command::new(interpreter)
        .args(["-c", START, &request.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(PROGRAM.as_bytes()).unwrap();
    child
}

/// What the program answers to one request.
fn answer(interpreter: &OsStr, request: &Value) -> Value {
    let output = start(interpreter, request).wait_with_output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn whatever_its_flaws(interpreter: &OsStr) {
    let workload = few();
    let samples = workload.generate::<f64>().unwrap();
    let widths = workload.widths.widths().unwrap();
    let expected = oracle_widths(&samples, workload.center, widths.as_slice());
    assert!(expected.is_sorted() && expected[0] > 0, "{expected:?}");
    let sets: [&[&str]; 5] =
        [&[], &["baseline"], &["pool"], &["apply"], &["baseline", "pool", "apply"]];
    for flaws in sets {
        let request = json!({"n": workload.n, "seed": workload.seed, "widths": widths.as_slice(),
            "sizes": [2, 0, 1], "flaws": flaws, "patience": 60});
        let answer = answer(interpreter, &request);
        assert!(answer["version"].as_str().unwrap().contains(", NumPy "), "{answer}");
        let measured = answer["samples"].as_array().unwrap();
        let sizes: Vec<_> = measured.iter().map(|one| one["workers"].as_u64().unwrap()).collect();
        assert_eq!(sizes, [2, 0, 1], "{flaws:?}");
        for one in measured {
            assert_eq!(one["counts"], json!(expected), "{flaws:?}: {one}");
            let is_started_inside = flaws.contains(&"pool") && one["workers"] != 0;
            assert_eq!(one["startup_ns"] != 0, is_started_inside, "{flaws:?}: {one}");
            assert!(one["wall_ns"].as_u64() > one["startup_ns"].as_u64(), "{flaws:?}: {one}");
        }
    }
}

/// An autopsy checks the counts of every run itself; a wrong one would be a failure.
fn an_autopsy_takes_its_times(interpreter: &OsStr) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        workload: few(),
        python_work: (few().n, 3),
        python: Interpreter::Named(interpreter.into()),
        workers: vec![1, 2],
        placement: Choice::default(),
        extent: Extent::Blocks(NonZeroUsize::MIN),
        target: None,
        seed: 4,
        isa: kernel::isa::best(),
        out: folder.path().into(),
        progress: Progress::Silent,
        interrupt: Interrupt::default(),
    };
    let autopsy = autopsy::run(&options).unwrap();
    assert!(autopsy.complete);
    let python = autopsy.engines.iter().find(|engine| engine.name == "python").unwrap();
    assert!(python.absent.is_none() && python.failures.is_empty(), "{python:?}");
    assert!(python.version.as_ref().unwrap().contains(", NumPy "), "{:?}", python.version);
    let [block] = &python.blocks[..] else { panic!("{:?}", python.blocks) };
    assert_eq!(block.runs.len(), python.conditions.len());
    let times = block.runs.iter().flat_map(|run| &run.timings);
    assert_eq!(times.count(), 3 * python.conditions.len());
}
