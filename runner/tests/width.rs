//! `parzen width` from outside: the article's sample, scaling, ties, pictures and refusals.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use runner::workload::Workload;
use serde_json::Value;
use tempfile::TempDir;

/// A folder with a file of samples, in which the program runs.
struct Folder(TempDir);

impl Folder {
    fn new(rows: &[Vec<f64>]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let line = |row: &Vec<f64>| row.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
        let lines: Vec<String> = rows.iter().map(line).collect();
        std::fs::write(folder.path().join("s.csv"), lines.join("\n") + "\n").unwrap();
        Self(folder)
    }

    fn article() -> Self {
        let samples = Workload::by_name("article").unwrap().samples().unwrap();
        let rows: Vec<Vec<f64>> = samples.to_rows().chunks(2).map(<[f64]>::to_vec).collect();
        Self::new(&rows)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(cargo_bin!("parzen"));
        command.args(["width", "--samples", "s.csv"]).args(arguments).current_dir(self.path());
        command.output().unwrap()
    }

    fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), errors.as_str()), (Some(0), ""));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.text(&[arguments, &["--json"]].concat())).unwrap()
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        String::from_utf8(output.stderr).unwrap()
    }
}

/// Numbers without a pattern, between 0 and 1.
fn scattered(i: usize, j: usize) -> f64 {
    let mixed = (i * 2 + j + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) as f64 / 2.0_f64.powi(64)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn kinds(json: &Value) -> Vec<&str> {
    let warnings = json["warnings"].as_array().unwrap();
    warnings.iter().map(|warning| warning["kind"].as_str().unwrap()).collect()
}

#[test]
fn the_articles_sample_has_its_known_widths() {
    let folder = Folder::article();
    let json = folder.json(&["--widths", "0.2:1.5:131", "--workers", "2"]);
    assert_eq!(
        (&json["n"], &json["d"], &json["scale"]),
        (&10_000.into(), &2.into(), &"none".into())
    );
    let sd = (number(&json["spreads"][0]["deviation"]) * number(&json["spreads"][1]["deviation"]))
        .sqrt();
    let reference = number(&json["reference"]) / sd;
    assert!((0.73..=0.79).contains(&reference), "{reference}");
    let best = |criterion: &str| number(&json["best"][criterion]["width"]);
    assert!((best("squares") - 0.94).abs() < 1e-9, "{}", best("squares"));
    // 0.75 is as good to the fourth digit, and the best of steps of 0.05: see the next test.
    assert!((best("floored") - 0.78).abs() < 1e-9, "{}", best("floored"));
    // From another program: counts by a k-d tree, logarithms added by NumPy.
    let value = number(&json["best"]["floored"]["value"]);
    assert!((value + 2.843_081_201_484_63).abs() < 1e-12, "{value}");
    assert!(number(&json["squares"]["local_minima"]) > 10.0);
    // The first width of the grid at which nobody is alone, and the smallest of all.
    assert!((best("strict") - 1.08).abs() < 1e-9, "{}", best("strict"));
    let from = number(&json["likelihood"]["strict_from"]);
    assert!((from - 1.0793).abs() < 5e-5, "{from}");
    assert!(
        kinds(&json).contains(&"strict") && kinds(&json).contains(&"rough"),
        "{:?}",
        kinds(&json)
    );
    let advised = number(&json["advice"]["width"]);
    assert!((0.7..=0.8).contains(&advised), "{advised}");
    let one = folder.json(&["--widths", "0.2:1.5:131", "--workers", "1"]);
    let same = ["squares", "likelihood", "best", "advice"].map(|part| one[part] == json[part]);
    assert_eq!(same, [true; 4]);
    // At exactly that width nobody is alone, and just below it one pair is.
    let below = from.next_down();
    let lonely = folder.json(&["--widths", &format!("{below:?},{from:?}")]);
    let lonely = lonely["likelihood"]["lonely"].as_array().unwrap();
    assert!(lonely[0].as_u64().unwrap() >= 1 && lonely[1] == 0, "{lonely:?}");
}

#[test]
fn a_coarse_grid_gives_the_articles_sample_three_quarters() {
    let json = Folder::article().json(&["--widths", "0.2:1.5:27"]);
    let best = |criterion: &str| number(&json["best"][criterion]["width"]);
    assert!((best("floored") - 0.75).abs() < 1e-9, "{}", best("floored"));
    assert!((best("squares") - 0.95).abs() < 1e-9, "{}", best("squares"));
    assert_eq!(json["advice"]["from"], "reference");
}

#[test]
fn people_get_a_table_advice_and_warnings_and_a_picture() {
    let folder = Folder::article();
    let text = folder.text(&["--svg", "curves.svg"]);
    for part in [
        "normal reference",
        "least squares cross-validation",
        "likelihood, strict",
        "take width 0.7",
        "for parzen count and parzen density: --width 0.7",
        "warning: the strict likelihood is minus infinity below 1.07",
        "100 widths from",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let picture = std::fs::read_to_string(folder.path().join("curves.svg")).unwrap();
    assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"));
    assert_eq!(picture.matches("role=\"img\"").count(), 3);
    assert_eq!(picture.matches("curve bound b1").count(), 3, "the width to take in each");
    assert!(!picture.contains("NaN") && !picture.contains("inf"));
}

#[test]
fn one_criterion_alone_says_what_it_says_beside_the_others() {
    let folder = Folder::article();
    // Of these widths, some halves are widths as well and some are not.
    let widths = ["--widths", "0.2:1.5:27"];
    let all = folder.json(&widths);
    for (criterion, other, best) in
        [("squares", "likelihood", "squares"), ("likelihood", "squares", "floored")]
    {
        let alone = folder.json(&[&widths[..], &["--criteria", criterion]].concat());
        assert_eq!(alone.get(other), Some(&Value::Null), "{alone}");
        for same in ["n", "reference", "widths", "ties"] {
            assert_eq!(alone[same], all[same], "{criterion}");
        }
        assert_eq!(alone["advice"]["from"], best);
        assert_eq!(alone["advice"]["width"], all["best"][best]["width"]);
        assert_eq!(alone["best"][best]["index"], all["best"][best]["index"]);
    }
    let likelihood = folder.json(&[&widths[..], &["--criteria", "likelihood"]].concat());
    assert_eq!(likelihood["likelihood"], all["likelihood"]);
    let squares = folder.json(&[&widths[..], &["--criteria", "squares"]].concat());
    let values = |json: &Value| {
        let values = json["squares"]["values"].as_array().unwrap();
        values.iter().map(number).collect::<Vec<_>>()
    };
    for (alone, beside) in values(&squares).iter().zip(values(&all)) {
        assert!((alone - beside).abs() < 1e-12 * beside.abs(), "{alone} {beside}");
    }
    let text = folder.text(&["--criteria", "squares", "--svg", "curves.svg"]);
    assert!(text.contains("least squares") && !text.contains("likelihood"), "{text}");
    let picture = std::fs::read_to_string(folder.path().join("curves.svg")).unwrap();
    assert_eq!(picture.matches("role=\"img\"").count(), 1);
    folder.text(&["--criteria", "likelihood", "--svg", "curves.svg"]);
    let picture = std::fs::read_to_string(folder.path().join("curves.svg")).unwrap();
    assert_eq!(picture.matches("role=\"img\"").count(), 2);
}

#[test]
fn one_criterion_follows_divided_samples_single_widths_and_two_samples() {
    let row = |i| vec![scattered(i, 0) + scattered(i + 5000, 1), 1000.0 * scattered(i, 1)];
    let folder = Folder::new(&(0..500).map(row).collect::<Vec<_>>());
    let [all, squares] = ["all", "squares"].map(|which| folder.json(&["--criteria", which]));
    assert_eq!((&squares["scale"], &squares["best"]["floored"]), (&"spread".into(), &Value::Null));
    assert_eq!(squares["best"]["squares"]["index"], all["best"]["squares"]["index"]);
    let one = folder.json(&["--criteria", "squares", "--widths", "0.7"]);
    assert_eq!((&one["advice"]["from"], kinds(&one)), (&"reference".into(), vec!["end"]));
    let two = Folder::new(&[vec![1.0], vec![2.0]]);
    for which in ["all", "squares", "likelihood", "reference"] {
        assert_eq!(two.json(&["--criteria", which])["n"], 2);
    }
}

#[test]
fn rounded_samples_are_told_of_the_criterion_that_was_asked_for() {
    let row = |i| vec![(scattered(i, 0) * 10.0).floor(), (scattered(i, 1) * 10.0).floor()];
    let folder = Folder::new(&(0..1000).map(row).collect::<Vec<_>>());
    for (which, other) in [("squares", "likelihood"), ("likelihood", "least squares")] {
        let text = folder.text(&["--widths", "0.1:3:30", "--criteria", which]);
        assert!(text.contains("has no vote") && !text.contains(other), "{text}");
        assert!(text.contains("the normal reference needs no grid"), "{text}");
    }
}

#[test]
fn the_normal_reference_alone_tries_no_width() {
    let folder = Folder::article();
    let json = folder.json(&["--criteria", "reference"]);
    assert_eq!(json["widths"].as_array().unwrap().len(), 0);
    for none in ["ties", "squares", "likelihood"] {
        assert_eq!(json.get(none), Some(&Value::Null), "{none}");
    }
    assert_eq!(json["advice"]["width"], json["reference"]);
    assert_eq!(json["reference"], folder.json(&[])["reference"]);
    let text = folder.text(&["--criteria", "reference"]);
    assert!(text.contains("no width was tried") && !text.contains("least squares"), "{text}");
    for vain in [["--widths", "1,2"], ["--svg", "curves.svg"]] {
        let refused = folder.refused(&[&vain[..], &["--criteria", "reference"]].concat());
        assert!(refused.contains(vain[0]) && refused.contains("tries none"), "{refused}");
    }
    assert!(folder.refused(&["--criteria", "plugin"]).contains("squares, likelihood, reference"));
}

#[test]
fn columns_of_other_units_get_widths_of_their_own() {
    let row = |i| vec![scattered(i, 0) + scattered(i + 5000, 1), 1000.0 * scattered(i, 1)];
    let folder = Folder::new(&(0..2000).map(row).collect::<Vec<_>>());
    let json = folder.json(&[]);
    assert_eq!(json["scale"], "spread");
    let [a, b] = [0, 1].map(|j| number(&json["advice"]["widths"][j]));
    assert!(b > 300.0 * a, "{a} {b}");
    let factor = number(&json["factors"][1]);
    assert!((b / factor - number(&json["advice"]["width"])).abs() < 1e-12);
    let same = folder.json(&["--scale", "none"]);
    assert_eq!(
        (&same["scale"], &same["factors"]),
        (&"none".into(), &serde_json::json!([1.0, 1.0]))
    );
}

#[test]
fn equal_samples_and_best_widths_at_an_end_are_told() {
    let row = |i| vec![(scattered(i, 0) * 10.0).floor(), (scattered(i, 1) * 10.0).floor()];
    let folder = Folder::new(&(0..1000).map(row).collect::<Vec<_>>());
    let json = folder.json(&["--widths", "0.1:3:30"]);
    assert!(number(&json["ties"]["equal_pairs"]) > 1000.0);
    assert!(kinds(&json).contains(&"ties") && kinds(&json).contains(&"end"), "{:?}", kinds(&json));
    assert_eq!(json["advice"]["from"], "reference");
}

#[test]
fn one_pair_of_equal_samples_leaves_every_criterion_its_vote() {
    let samples = Workload::by_name("article").unwrap().samples().unwrap();
    let mut rows: Vec<Vec<f64>> = samples.to_rows().chunks(2).map(<[f64]>::to_vec).collect();
    let advice = |rows: &[Vec<f64>]| Folder::new(rows).json(&["--widths", "0.2:1.5:27"]);
    let before = advice(&rows);
    rows.push(rows[0].clone());
    let after = advice(&rows);
    assert_eq!(
        (&after["ties"]["equal_pairs"], &before["ties"]["equal_pairs"]),
        (&1.into(), &0.into())
    );
    assert!(kinds(&after).contains(&"ties"), "{:?}", kinds(&after));
    let reason = after["advice"]["reason"].as_str().unwrap();
    assert!(
        reason.contains("least squares cross-validation") && reason.contains("middle"),
        "{reason}"
    );
    assert_eq!(after["best"]["squares"]["index"], before["best"]["squares"]["index"]);
}

#[test]
fn one_dimension_and_many_work() {
    for d in [1, 3, 5, 12] {
        let row = |i| (0..d).map(|j| scattered(i, 7 * j) + scattered(i + 999, 3 * j)).collect();
        let folder = Folder::new(&(0..500).map(row).collect::<Vec<_>>());
        let json = folder.json(&[]);
        assert_eq!(json["widths"].as_array().unwrap().len(), 100);
        assert_eq!(json["advice"]["widths"].as_array().unwrap().len(), d);
        let values = json["squares"]["values"].as_array().unwrap();
        assert!(values.iter().all(Value::is_number), "d = {d}: {values:?}");
    }
}

#[test]
fn lonely_samples_are_named_by_their_rows_in_the_file() {
    let row = |i| vec![scattered(i, 0) + if i == 250 { 9.0 } else { 0.0 }];
    let rows: Vec<Vec<f64>> = (0..300).map(row).collect();
    let dropping = ["--nonfinite", "drop"];
    for nan in [&[][..], &[3], &[3, 70, 251]] {
        let mut rows = rows.clone();
        for &i in nan {
            rows[i] = vec![f64::NAN];
        }
        let json = Folder::new(&rows).json(&dropping);
        assert_eq!(
            (&json["likelihood"]["loneliest"], &json["dropped_rows"]),
            (&250.into(), &nan.len().into())
        );
        let warnings = json["warnings"].as_array().unwrap();
        let strict = warnings.iter().find(|warning| warning["kind"] == "strict").unwrap();
        assert!(
            strict["text"].as_str().unwrap().contains("at row 250, counted from 0"),
            "{strict}"
        );
    }
}

#[test]
fn widths_grow_with_the_samples_from_1e_minus_200_to_1e160() {
    let advised = |unit: f64| {
        let row = |i| vec![unit * (scattered(i, 0) + scattered(i + 999, 3))];
        let folder = Folder::new(&(0..300).map(row).collect::<Vec<_>>());
        number(&folder.json(&[])["advice"]["width"]) / unit
    };
    let plain = advised(1.0);
    for unit in [1e-200, 1e160] {
        assert!((advised(unit) / plain - 1.0).abs() < 1e-9, "{unit}: {} {plain}", advised(unit));
    }
}

#[test]
fn what_cannot_have_a_width_is_refused_with_its_reason() {
    let constant = Folder::new(&[vec![1.0, 7.0], vec![2.0, 7.0], vec![3.0, 7.0]]);
    let refused = constant.refused(&[]);
    assert!(refused.contains("s.csv: column 1") && refused.contains("one value 7"), "{refused}");
    assert!(constant.run(&["--columns", "0"]).status.success());
    let one = Folder::new(&[vec![1.0]]);
    assert!(
        one.refused(&[]).contains("at least 2 samples are needed; found: 1"),
        "{}",
        one.refused(&[])
    );
    assert!(constant.refused(&["--widths", "0,1"]).contains("--widths: width 0 (number 1)"));
    assert!(
        constant
            .refused(&["--svg", "curves.png"])
            .contains("unknown extension 'png'; allowed: svg")
    );
    let unwritable = constant.run(&["--svg", "no/curves.svg"]);
    let errors = String::from_utf8(unwritable.stderr).unwrap();
    assert_eq!(unwritable.status.code(), Some(1), "{errors}");
    assert!(errors.starts_with("error: cannot write no/curves.svg: "), "{errors}");
    assert!(constant.refused(&["--scale", "sd"]).contains("spread"));
}

#[test]
fn rows_with_holes_can_be_left_out() {
    let folder = Folder::new(&[]);
    std::fs::write(folder.path().join("s.csv"), "a,b\n1,2\n,3\n2,4\nNA,1\n4,5\n").unwrap();
    let json = folder.json(&["--criteria", "reference", "--nonfinite", "drop"]);
    assert_eq!((&json["n"], &json["dropped_rows"]), (&3.into(), &2.into()));
    let refused = folder.refused(&["--criteria", "reference"]);
    assert!(refused.contains("'' is not a number; --nonfinite drop leaves rows"), "{refused}");
}
