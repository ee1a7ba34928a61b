//! The autopsy: recorded bytes of a made-up one in every format, what is said of it, and damaged files.
//!
//! Apart from `golden.rs`, whose inputs are studies. After a wanted change:
//! `BLESS=1 cargo test -p bench-report --test autopsy`, then read the difference.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files must stop")]

use std::{fs, path::Path};

use bench_report::{
    Error,
    compare::{
        Compared,
        autopsy::{Sum, Verdict, decomposed},
    },
    model::{Report, autopsy::Autopsy},
    render,
    source::{autopsy, report},
};
use rand::{RngExt as _, SeedableRng as _, rngs::ChaCha8Rng};
use serde_json::{Value, json};

const SIZES: [usize; 6] = [0, 1, 2, 3, 4, 6];
const FLAWS: [&str; 4] = ["order", "baseline", "pool", "apply"];
/// What each flaw does to the logarithm of every speed-up, but the last: it ends all parallelism.
const EFFECTS: [f64; 3] = [0.0, 0.207, -0.08];

fn path(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/autopsy").join(name)
}

/// As the measuring program makes them.
fn conditions() -> Vec<Value> {
    let one = |kind: &str, flaws: &[&str]| json!({"kind": kind, "flaws": flaws});
    let alone = FLAWS.chunks(1).map(|flaw| one("alone", flaw));
    let steps = (2..=FLAWS.len()).map(|count| one("step", &FLAWS[..count]));
    let all = [one("all", &FLAWS)];
    [one("clean", &[])].into_iter().chain(alone).chain(steps).chain(all).collect()
}

/// A time with 0.4 % of noise: two CPUs do the work of as many workers at most.
fn time(condition: &Value, workers: usize, random: &mut ChaCha8Rng) -> u64 {
    let flaws: Vec<&str> =
        condition["flaws"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let is_on = |flaw: &str| flaws.contains(&flaw);
    let clean = if is_on("apply") { 0.95_f64 } else { workers.clamp(1, 2) as f64 * 0.97 };
    let effects = FLAWS.iter().zip(EFFECTS).filter(|(flaw, _)| is_on(flaw));
    let log: f64 = effects.map(|(_, effect)| effect).sum::<f64>() + clean.ln();
    let serial = 5e7 * (1.0 + random.random_range(-0.004..0.004));
    if workers == 0 { serial as u64 } else { (serial * (-log).exp()) as u64 }
}

fn engine(name: &str, blocks: usize, random: &mut ChaCha8Rng) -> Value {
    let conditions = conditions();
    let mut run = |condition: usize| {
        let timings = SIZES.map(|workers| {
            let wall_ns = time(&conditions[condition], workers, random);
            let startup_ns = if workers == 0 { 0 } else { wall_ns / 20 };
            // Of two CPUs.
            let foreign_ns = wall_ns / 50;
            json!({"workers": workers, "wall_ns": wall_ns, "startup_ns": startup_ns,
                "transfer_ns": startup_ns / 4, "first_pass_ns": wall_ns / 3, "foreign_ns": foreign_ns,
                "stolen_ns": 0, "throttled_ns": null})
        });
        json!({"condition": condition, "timings": timings})
    };
    let mut block = || json!({"runs": (0..conditions.len()).map(&mut run).collect::<Vec<_>>()});
    let mut all: Vec<Value> = (0..blocks).map(|_| block()).collect();
    // The last block was not finished.
    let mut last = block();
    last["runs"].as_array_mut().unwrap().pop();
    all.push(last);
    json!({"name": name, "title": "made-up times", "version": "1.0", "absent": null, "n": 10_000,
        "widths": 100, "passes": 3, "sizes": SIZES, "conditions": conditions, "blocks": all,
        "untestable": [{"flaw": "logical", "reason": "no two CPUs share a core"}],
        "not_reproduced": [{"flaw": "order", "reason": "a timing is short"}],
        "failures": [{"block": blocks, "what": "apply", "message": "a worker died"}]})
}

/// Two CPUs, of which others use 20 %.
fn last_core(blocks: usize, random: &mut ChaCha8Rng) -> Value {
    let mut sample = |setting: &str, cpus: &[usize], shared: Option<usize>, load: Option<f64>| {
        let foreign =
            |cpu: usize| if shared == Some(cpu) { 0.2 + load.unwrap_or(0.0) } else { 0.0 };
        let workers = cpus.iter().map(|&cpu| {
            let busy_ns = 2e8 / (1.0 - foreign(cpu)) * (1.0 + random.random_range(-0.01..0.01));
            json!({"cpu": cpu, "busy_ns": busy_ns as u64, "cpu_ns": 200_000_000})
        });
        let workers: Vec<Value> = workers.collect();
        let foreign_ns = [0, 1].map(|cpu| (foreign(cpu) * 2.5e8) as u64);
        let injected = load
            .map(|share| json!({"share": share, "cpu_ns": (share * 1e9) as u64, "wall_ns": 1_000_000_000}));
        json!({"setting": setting, "wall_ns": 250_000_000, "workers": workers,
            "foreign_ns": foreign_ns, "stolen_ns": [0, 0], "unplaced_ns": 0, "injected": injected})
    };
    let mut block = |idx: usize| {
        let (cpu, other) = (idx % 2, 1 - idx % 2);
        let both = [0, 1];
        let mut samples = vec![
            sample("all", &both, Some(cpu), None),
            sample("alone", &[cpu], None, None),
            sample("all_but_one", &[other], None, None),
        ];
        samples.extend([0.05, 0.1].map(|load| sample("beside", &both, Some(cpu), Some(load))));
        json!({"cpu": cpu, "samples": samples})
    };
    json!({"cpus": [0, 1], "absent": null, "passes": 8, "failures": [],
        "blocks": (0..blocks).map(&mut block).collect::<Vec<_>>()})
}

/// A made-up autopsy: one engine with so many blocks, one that is absent, and the last core.
fn file(blocks: usize) -> Value {
    let mut random = ChaCha8Rng::seed_from_u64(2014);
    let mut absent = engine("python", 0, &mut random);
    absent["blocks"] = json!([]);
    absent["failures"] = json!([]);
    absent["absent"] = json!("this Python has no NumPy");
    let counts = [16, 61, 135, 247, 390, 547, 742, 939, 1194, 1445, 1728, 2022];
    let widths: Vec<f64> = (1..=12).map(|tenth| f64::from(tenth) / 10.0).collect();
    json!({"format": "parzen-autopsy", "version": 1, "created_unix_s": 1_790_000_000, "seed": 7,
        "isa": "portable", "complete": true,
        "machine": {"cpu": "Made-up CPU"}, "limits": {"allowed_cpus": [0, 1]}, "state": {},
        "engines": [engine("ours", blocks, &mut random), absent],
        "last_core": last_core(24, &mut random),
        "density": {"n": 10_000, "d": 2, "widths": widths, "counts": counts,
            "truth": 0.159_154_943_091_895_35}})
}

fn parsed(file: &Value) -> Result<Autopsy, Error> {
    autopsy::parse(file.to_string().as_bytes(), Path::new("autopsy.json"))
}

fn of(autopsy: Autopsy) -> Report {
    Report { autopsies: vec![autopsy], ..Report::default() }
}

fn rendered(format: &str, report: &Report) -> String {
    render::by_name(format).unwrap().render(report).unwrap()
}

#[test]
fn every_format_makes_the_recorded_bytes() {
    let report = of(parsed(&file(12)).unwrap());
    let compared = Compared::of(&report);
    for format in render::ALL {
        let text = format.lay_out(&compared).unwrap();
        let path = path(format.file_name().unwrap_or("terminal.txt"));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let recorded = fs::read_to_string(&path).unwrap();
        assert!(recorded == text, "{} differs; if that is wanted: BLESS=1", path.display());
    }
}

#[test]
fn effects_that_were_made_up_are_found() {
    let autopsy = parsed(&file(12)).unwrap();
    let engine = &autopsy.engines[0];
    assert_eq!((engine.blocks(), engine.unfinished_runs), (12, 8));
    let decomposed = decomposed(engine).unwrap();
    let four = decomposed.pools.iter().find(|pool| pool.workers == 4).unwrap();
    for effects in [&four.steps, &four.alone] {
        for (found, effect) in effects.iter().zip(EFFECTS) {
            assert!((found.log.value - effect).abs() < 0.01, "{found:?} instead of {effect}");
        }
    }
    assert_eq!(four.alone[0].verdict, Verdict::DoesNotMatter);
    assert_eq!(four.alone[1].verdict, Verdict::Raises);
    assert_eq!(Sum::of(four.unexplained), Sum::AddsUp);
    for told in [
        "Serial code in the parent process, workers in fresh ones, alone: raises the speed-up",
        "Fixed order, serial first and the largest pool last: not reproduced here: a timing is short.",
        "With 1, 2, 3, 4 and 6 workers the sum adds up",
        "the same condition again (A/A)",
        "Oversubscribed: pools of 3, 4 and 6 have more workers than the 2 CPUs here",
        "others used 1.0 % of the time of all CPUs",
        "Hardware threads counted as cores: not testable here: no two CPUs share a core.",
        "Not measured: this Python has no NumPy.",
        "ours, block 13, apply: a worker died",
        "h = 1.1 as published",
        "Verdict: supported",
    ] {
        let text = rendered("markdown", &of(autopsy.clone()));
        assert!(text.contains(told), "{told}: {text}");
    }
}

/// The answer and the brief form say what the chapter says.
#[test]
fn the_answer_has_the_figures_and_words_of_the_chapter() {
    let report = of(parsed(&file(12)).unwrap());
    let page = rendered("markdown", &report);
    let (answer, chapter) = page.split_once("## Warnings").unwrap();
    let brief = rendered("brief", &report);
    for told in [
        "With 4 workers the speed-up is 194.0 % (193.5–194.5 %) without flaws, and 107.7 % \
         (107.4–108.0 %) with all of them.",
        "-0.4 % (-1.3 % to 0.7 %)",
        "serial code in the parent process, workers in fresh ones",
        "all effect on the width that looks best",
        "Verdict: supported: the last worker adds less than a core, and foreign load explains what is \
         missing.",
    ] {
        assert!(answer.contains(told) && chapter.contains(told) && brief.contains(told), "{told}");
    }
    assert!(!brief.contains("From ."), "{brief}");
}

#[test]
fn a_report_gives_itself_again() {
    let report = of(parsed(&file(6)).unwrap());
    let again = report::parse(rendered("json", &report).as_bytes(), Path::new("report.json"));
    assert_eq!(again.unwrap(), report);
    assert!(!rendered("json", &Report::default()).contains("autopsies"));
}

#[test]
fn few_blocks_and_nothing_measured_are_told() {
    for blocks in [0, 1, 5] {
        let mut file = file(blocks);
        file["complete"] = json!(false);
        file["last_core"] = json!({"absent": "there is only one CPU"});
        let text = rendered("markdown", &of(parsed(&file).unwrap()));
        assert!(text.contains("not testable here: there is only one CPU."), "{text}");
        assert!(text.contains("did not run to its end"));
        let answer = text.split("## Warnings").next().unwrap();
        assert!(answer.contains("Verdict: not testable here: there is only one CPU."), "{answer}");
        let is_told = answer.contains("With 4 workers it cannot be told whether the sum adds up");
        assert_eq!(is_told, blocks > 0, "{answer}");
        assert!(!text.contains("NaN") && !text.contains("reproduce the flawed figure"));
    }
}

/// `damage` must make the file unreadable, with a message that holds `part`.
#[track_caller]
fn assert_refused(damage: impl FnOnce(&mut Value), part: &str) {
    let mut file = file(6);
    damage(&mut file);
    let error = parsed(&file).expect_err("must be refused");
    assert!(error.is_bad_input() && error.reason().contains(part), "{}", error.reason());
}

#[test]
fn files_that_contradict_themselves_are_refused() {
    let first = |file: &mut Value| file["engines"][0]["blocks"][0]["runs"][0].take();
    assert_refused(|file| file["version"] = json!(2), "version 2");
    assert_refused(|file| file["engines"][0]["sizes"][0] = json!(5), "no timing of 5 workers");
    assert_refused(|file| file["engines"][0]["passes"] = json!(0), "passes is 0");
    assert_refused(
        |file| file["engines"][0]["conditions"][3]["flaws"] = json!(["x"]),
        "there is no condition of the kind Alone",
    );
    assert_refused(
        |file| file["engines"][0]["conditions"][0]["kind"] = json!("all"),
        "not exactly one condition with all flaws",
    );
    assert_refused(
        |file| {
            let run = first(file);
            file["engines"][0]["blocks"][0]["runs"] = json!([run, run]);
        },
        "was run twice",
    );
    assert_refused(
        |file| file["engines"][0]["blocks"][1]["runs"][2]["condition"] = json!(99),
        "there is no condition 99",
    );
    assert_refused(
        |file| {
            file["engines"][0]["blocks"][1]["runs"][2]["timings"][1]["wall_ns"] = json!(0);
        },
        "a wall_ns is 0",
    );
}

#[test]
fn a_last_core_that_makes_no_sense_is_refused() {
    assert_refused(
        |file| file["last_core"]["cpus"] = json!([0, 0]),
        "block 2: cpu 1 is not listed",
    );
    assert_refused(|file| file["last_core"]["blocks"][0]["cpu"] = json!(7), "cpu 7 is not listed");
    let sample = |file: &mut Value, name: &str, value: Value| {
        file["last_core"]["blocks"][0]["samples"][0][name] = value;
    };
    assert_refused(|file| sample(file, "setting", json!("alone")), "was measured twice");
    assert_refused(|file| sample(file, "workers", json!([])), "as many workers as its setting");
    assert_refused(|file| sample(file, "foreign_ns", json!([1])), "one entry for each");
    assert_refused(
        |file| file["last_core"]["blocks"][0]["samples"][3]["injected"]["share"] = json!(2.0),
        "not within 0 and 1",
    );
    assert_refused(|file| file["density"]["counts"][0] = json!(10_001), "a count is more than n");
    assert_refused(|file| file["density"]["widths"][0] = json!(0.0), "a width is not above 0");
}

/// Twenty flaws with all their conditions.
#[test]
fn too_many_flaws_or_sizes_are_refused() {
    assert_refused(
        |file| {
            let flaws: Vec<String> = (0..20).map(|idx| format!("flaw {idx}")).collect();
            let last = file["engines"][0]["conditions"].as_array().unwrap().len() - 1;
            file["engines"][0]["conditions"][last]["flaws"] = json!(flaws);
        },
        "more than 16 flaws",
    );
    assert_refused(
        |file| file["engines"][0]["sizes"] = json!((0..40).collect::<Vec<_>>()),
        "or 32 sizes",
    );
}

#[test]
fn timings_around_which_nothing_is_known_are_read() {
    let mut file = file(6);
    for block in file["engines"][0]["blocks"].as_array_mut().unwrap() {
        for run in block["runs"].as_array_mut().unwrap() {
            for timing in run["timings"].as_array_mut().unwrap() {
                *timing = json!({"workers": timing["workers"], "wall_ns": timing["wall_ns"]});
            }
        }
    }
    file["engines"][0].as_object_mut().unwrap().remove("not_reproduced");
    let text = rendered("markdown", &of(parsed(&file).unwrap()));
    assert!(!text.contains("Meanwhile others used") && !text.contains("cold"), "{text}");
}

#[test]
fn hostile_text_stays_text() {
    let mut file = file(6);
    let hostile = "<script>alert(1)</script>\u{1b}[2J";
    for key in ["name", "title", "version"] {
        file["engines"][0][key] = json!(hostile);
    }
    file["engines"][0]["untestable"][0]["reason"] = json!(hostile);
    file["engines"][0]["failures"][0]["message"] = json!(hostile.repeat(100));
    let report = of(parsed(&file).unwrap());
    let compared = Compared::of(&report);
    for format in render::ALL {
        let text = format.lay_out(&compared).unwrap();
        assert!(!text.contains('\u{1b}'), "{}", format.name());
    }
    assert!(!rendered("html", &report).contains("<script"));
}

/// Damaged files from a fixed seed: an error, or a report that every format can show.
#[test]
fn damaged_files_never_panic() {
    let original = file(6).to_string().into_bytes();
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut shown = 0;
    for _ in 0..600 {
        let mut bytes = original.clone();
        for _ in 0..random.random_range(1..3) {
            let at = random.random_range(0..bytes.len());
            match random.random_range(0..3) {
                0 => bytes[at] = random.random_range(b'0'..=b'9'),
                1 => drop(bytes.drain(at..(at + 3).min(bytes.len()))),
                _ => bytes.insert(at, b'9'),
            }
        }
        let Ok(autopsy) = autopsy::parse(&bytes, Path::new("x.json")) else { continue };
        if shown < 4 {
            shown += 1;
            let report = of(autopsy);
            let compared = Compared::of(&report);
            for format in render::ALL {
                format.lay_out(&compared).unwrap();
            }
        }
    }
    assert!(shown > 0);
}
