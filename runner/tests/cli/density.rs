//! `parzen density` from outside: values against a plain loop, files, refusals.
//!
//! Next: `pictures` for `--svg`, `results` for files that cannot be written.

use super::program::{Folder, npy_f4, npy_f8};
use runner::input::{self, AnySamples, Options};
use serde_json::{Value, json};

/// Samples with ties and with distances of exactly half a window.
pub(crate) fn samples(n: u32) -> Vec<f64> {
    (0..n).flat_map(|i| [f64::from(i % 7) * 0.25, f64::from(i * 13 % 11) * 0.25 - 1.0]).collect()
}

/// The count, literally; `is_open` faces are outside.
fn count(rows: &[f64], center: &[f64], widths: &[f64], is_open: bool) -> u64 {
    let inside = |row: &&[f64]| {
        row.iter().zip(center).zip(widths).all(|((s, x), h)| {
            let quotient = ((x - s) / h).abs();
            if is_open { quotient < 0.5 } else { quotient <= 0.5 }
        })
    };
    rows.chunks(center.len()).filter(inside).count() as u64
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn integers(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect()
}

/// What our own reader finds in a file.
fn read(folder: &Folder, name: &str) -> AnySamples {
    input::read(&folder.path(name), &Options::default(), &mut |_| ()).unwrap().samples
}

#[test]
fn densities_are_those_of_a_plain_loop() {
    let folder = Folder::new();
    let rows = samples(40);
    let file = folder.write("s.npy", &npy_f8("(40, 2)", "False", &rows));
    let centers = [0.5, 0.0, 0.3, -0.9, 50.0, 0.0];
    folder.write("c.npy", &npy_f8("(3, 2)", "False", &centers));
    for (size, widths) in
        [(["--width", "0.5"], [0.5, 0.5]), (["--widths-per-dimension", "1.5,0.5"], [1.5, 0.5])]
    {
        for open in [&[][..], &["--open"]] {
            let places = ["density", "--samples", &file, "--centers", "c.npy", "--json"];
            let json = folder.run(&[&places[..], &size, open].concat()).json();
            let counts: Vec<u64> = centers
                .chunks(2)
                .map(|center| count(&rows, center, &widths, !open.is_empty()))
                .collect();
            assert_eq!(integers(&json["counts"]), counts, "{size:?} {open:?}");
            let volume = widths[0] * widths[1];
            let densities: Vec<f64> = counts.iter().map(|&k| (k as f64 / 40.0) / volume).collect();
            assert_eq!(numbers(&json["densities"]), densities);
            assert_eq!((counts[2], &json["log_densities"][2]), (0, &Value::Null));
            let log = json["log_densities"][0].as_f64().unwrap();
            assert!((log - densities[0].ln()).abs() < 1e-12, "{log}");
            assert_eq!(json["faces"], if open.is_empty() { "closed" } else { "open" });
        }
    }
}

#[test]
fn open_faces_exclude_what_lies_on_them() {
    let folder = Folder::new();
    // Exactly half a window from 0 in one dimension or both, and twice inside.
    let rows = [0.5, 0.0, -0.5, 0.5, 0.25, 0.25, 0.0, -0.5, 0.0, 0.0];
    let file = folder.write("s.npy", &npy_f8("(5, 2)", "False", &rows));
    let common = ["--samples", &file, "--center", "0,0", "--width", "1", "--json"];
    let counts = |command: &str, open: &[&str]| {
        let json = folder.run(&[&[command], &common[..], open].concat()).json();
        let counts =
            if command == "count" { &json["queries"][0]["counts"] } else { &json["counts"] };
        integers(counts)
    };
    for command in ["count", "density"] {
        assert_eq!(counts(command, &[]), [5], "{command}");
        assert_eq!(counts(command, &["--open"]), [2], "{command}");
    }
}

#[test]
fn count_takes_a_box_and_says_so() {
    let folder = Folder::new();
    let rows = samples(40);
    let file = folder.write("s.npy", &npy_f8("(40, 2)", "False", &rows));
    let common = ["--samples", &file, "--center", "0.5,0", "--widths-per-dimension", "1.5,0.5"];
    let json = folder.count(&[&common[..], &["--json"]].concat()).json();
    let expected = count(&rows, &[0.5, 0.0], &[1.5, 0.5], false);
    assert_eq!(json["queries"][0]["counts"], json!([expected]));
    assert_eq!((&json["widths"], &json["widths_per_dimension"]), (&json!([]), &json!([1.5, 0.5])));
    assert!(folder.count(&common).text().contains("1.5 × 0.5"));
}

#[test]
fn at_the_samples_each_may_be_left_out_of_its_own_window() {
    let folder = Folder::new();
    let rows = samples(30);
    let file = folder.write("s.npy", &npy_f8("(30, 2)", "False", &rows));
    let common = ["density", "--samples", &file, "--at-samples", "--width", "0.5", "--json"];
    for open in [&[][..], &["--open"]] {
        let counts: Vec<u64> = rows
            .chunks(2)
            .map(|center| count(&rows, center, &[0.5; 2], !open.is_empty()))
            .collect();
        let all = folder.run(&[&common[..], open].concat()).json();
        assert_eq!((integers(&all["counts"]), &all["places"]), (counts.clone(), &"samples".into()));
        let others = folder.run(&[&common[..], open, &["--leave-out-self"]].concat()).json();
        let less: Vec<u64> = counts.iter().map(|k| k - 1).collect();
        let densities: Vec<f64> = less.iter().map(|&k| (k as f64 / 29.0) / 0.25).collect();
        assert_eq!(integers(&others["counts"]), less);
        assert_eq!(numbers(&others["densities"]), densities);
        assert_eq!(
            (&others["leave_out_self"], &all["leave_out_self"]),
            (&true.into(), &false.into())
        );
    }
}

#[test]
fn grids_are_in_c_order_and_npy_keeps_their_shape() {
    let folder = Folder::new();
    let rows = samples(40);
    let file = folder.write("s.npy", &npy_f8("(40, 2)", "False", &rows));
    let text = folder
        .run(&[
            "density",
            "--samples",
            &file,
            "--width",
            "0.5",
            "--grid",
            "0:1:3,-1:1:5",
            "--out",
            "p.npy",
            "--counts",
            "k.npy",
        ])
        .text();
    assert!(text.contains("wrote p.npy\nwrote k.npy\n"), "{text}");
    let read = read(&folder, "p.npy");
    assert_eq!((read.n(), read.d()), (3, 5));
    let places =
        (0..3).flat_map(|i| (0..5).map(move |j| [f64::from(i) * 0.5, f64::from(j) * 0.5 - 1.0]));
    let counts: Vec<u64> = places.map(|center| count(&rows, &center, &[0.5; 2], false)).collect();
    let densities: Vec<f64> = counts.iter().map(|&k| (k as f64 / 40.0) / 0.25).collect();
    assert_eq!(read.to_rows(), densities);
    let bytes = std::fs::read(folder.path("k.npy")).unwrap();
    let header = String::from_utf8_lossy(&bytes[..128]).into_owned();
    assert!(header.contains("'<u8'") && header.contains("(3, 5"), "{header}");
    let data: Vec<u64> = bytes[bytes.len() - 15 * 8..]
        .chunks(8)
        .map(|k| u64::from_le_bytes(k.try_into().unwrap()))
        .collect();
    assert_eq!(data, counts);
}

#[test]
fn a_grid_of_points_spans_the_samples_and_half_a_window() {
    let folder = Folder::new();
    let rows: Vec<f64> = samples(40).iter().chain(&[0.0; 40]).copied().collect();
    let file = folder.write("s.npy", &npy_f8("(40, 3)", "False", &rows));
    let json = folder
        .run(&["density", "--samples", &file, "--width", "0.5", "--grid", "4", "--json"])
        .json();
    assert_eq!((&json["shape"], &json["centers"]), (&json!([4, 4, 4]), &Value::Null));
    for (j, axis) in json["grid"].as_array().unwrap().iter().enumerate() {
        let column = || rows.iter().copied().skip(j).step_by(3);
        let least = column().fold(f64::INFINITY, f64::min) - 0.25;
        let most = column().fold(f64::NEG_INFINITY, f64::max) + 0.25;
        assert_eq!(*axis, json!({"start": least, "stop": most, "points": 4}));
    }
    assert_eq!(integers(&json["counts"]).len(), 64);
}

#[test]
fn csv_and_json_files_hold_every_value() {
    let folder = Folder::new();
    let rows = samples(20);
    let file = folder.write(
        "s.npy",
        &npy_f4("(20, 2)", "False", &rows.iter().map(|x| *x as f32).collect::<Vec<_>>()),
    );
    let common = ["density", "--samples", &file, "--width", "0.5", "--at-samples", "--out"];
    folder.run(&[&common[..], &["p.csv"]].concat()).text();
    let table = read(&folder, "p.csv").to_rows();
    for (row, center) in table.chunks(5).zip(rows.chunks(2)) {
        let k = count(&rows, center, &[0.5; 2], false) as f64;
        assert_eq!((&row[..2], row[2], row[3]), (center, k, (k / 20.0) / 0.25));
        assert!((row[4] - row[3].ln()).abs() < 1e-12);
    }
    folder.run(&[&common[..], &["p.json"]].concat()).text();
    let text = std::fs::read_to_string(folder.path("p.json")).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&json["element"], &json["n"]), (&"f4".into(), &20.into()));
    let expected: Vec<f64> = table.chunks(5).map(|row| row[3]).collect();
    assert_eq!(numbers(&json["densities"]), expected);
}

#[test]
fn logarithms_reach_where_densities_do_not() {
    let folder = Folder::new();
    let file = folder.write("s.npy", &npy_f8("(2, 64)", "False", &[0.0; 128]));
    folder.write("c.npy", &npy_f8("(2, 64)", "False", &[[0.0; 64], [1.0; 64]].concat()));
    let common = ["density", "--samples", &file, "--centers", "c.npy", "--width", "1e-6", "--log"];
    folder.run(&[&common[..], &["--out", "p.npy"]].concat()).text();
    let bytes = std::fs::read(folder.path("p.npy")).unwrap();
    let log = |i: usize| {
        let start = bytes.len() - 16 + 8 * i;
        f64::from_le_bytes(bytes[start..start + 8].try_into().unwrap())
    };
    assert!((log(0) + 64.0 * 1e-6_f64.ln()).abs() < 1e-9, "{}", log(0));
    assert!(log(1).is_infinite() && log(1) < 0.0, "{}", log(1));
    let json = folder.run(&[&common[..], &["--json"]].concat()).json();
    assert_eq!((&json["densities"][0], &json["log_densities"][1]), (&Value::Null, &Value::Null));
    assert!(folder.run(&common).text().contains("-inf"));
}

#[test]
fn answers_do_not_depend_on_how_they_are_counted() {
    let folder = Folder::new();
    let file = folder.write("s.npy", &npy_f8("(40, 2)", "False", &samples(40)));
    let common = ["density", "--samples", &file, "--at-samples", "--widths-per-dimension", "0.5,1"];
    let counts = |more: &[&str]| {
        integers(&folder.run(&[&common[..], &["--json"], more].concat()).json()["counts"])
    };
    let expected = counts(&[]);
    assert_eq!(counts(&["--workers", "3"]), expected);
    let suited = kernel::algorithm::ALL.iter().filter(|one| one.checked(40, 2).is_ok());
    for algorithm in suited {
        assert_eq!(counts(&["--algorithm", algorithm.name()]), expected, "{}", algorithm.name());
    }
    let explained = folder.run(&[&common[..], &["--explain"]].concat());
    assert!(explained.code == Some(0) && explained.errors.contains(": "), "{}", explained.errors);
}

#[test]
fn many_places_are_summarized_with_a_hint() {
    let folder = Folder::new();
    let file = folder.write("s.npy", &npy_f8("(40, 2)", "False", &samples(40)));
    let text = folder
        .run(&["density", "--samples", &file, "--width", "0.5", "--grid", "0:9:10,-1:3:10"])
        .text();
    assert!(text.starts_with("100 windows: density p least 0.00000, median "), "{text}");
    assert!(text.contains("hold no sample (") && text.contains("--out FILE"), "{text}");
}

#[test]
fn refusals_name_the_value_and_what_is_allowed() {
    let folder = Folder::new();
    folder.write("s.npy", &npy_f8("(40, 2)", "False", &samples(40)));
    folder.write("four.npy", &npy_f8("(2, 4)", "False", &[0.5; 8]));
    folder.write("one.npy", &npy_f8("(1, 2)", "False", &[0.5; 2]));
    let at = ["--center", "0,0"];
    for (file, arguments, parts) in [
        ("s.npy", [&at[..], &["--width", "0"]].concat(), &["width 0", "above 0"][..]),
        (
            "s.npy",
            [&at[..], &["--width", "1", "--out", "p.txt"]].concat(),
            &["'txt'", "npy, csv, json"],
        ),
        ("s.npy", [&at[..], &["--width", "1", "--counts", "p.csv"]].concat(), &["'csv'", "npy"]),
        ("s.npy", [&at[..], &["--width", "1", "--svg", "p.png"]].concat(), &["'png'", "svg"]),
        ("s.npy", vec!["--width", "1"], &["--center", "--at-samples", "--grid"]),
        (
            "s.npy",
            [&at[..], &["--widths-per-dimension", "1"]].concat(),
            &["--widths-per-dimension", "1 coordinate,", "2 dimensions"],
        ),
        (
            "s.npy",
            [&at[..], &["--widths-per-dimension", "1,-2"]].concat(),
            &["--widths-per-dimension", "-2", "above 0"],
        ),
        ("s.npy", vec!["--center", "0,0,0", "--width", "1"], &["--center", "3 coordinates"]),
        ("s.npy", vec!["--grid", "0", "--width", "1"], &["'0'", "allowed: 1 to"]),
        ("s.npy", vec!["--grid", "0:1:5", "--width", "1"], &["--grid", "1 axes", "2 dimensions"]),
        ("four.npy", vec!["--grid", "5", "--width", "1"], &["--grid", "4 dimensions", "at most 3"]),
        (
            "four.npy",
            vec!["--at-samples", "--width", "1", "--svg", "p.svg"],
            &["--svg", "4 dimensions", "at most 2"],
        ),
        (
            "one.npy",
            vec!["--at-samples", "--leave-out-self", "--width", "1"],
            &["--leave-out-self", "at least 2"],
        ),
        (
            "s.npy",
            [&at[..], &["--leave-out-self", "--width", "1"]].concat(),
            &["--leave-out-self", "--center"],
        ),
        ("s.npy", vec!["--leave-out-self", "--width", "1"], &["--at-samples"]),
        (
            "s.npy",
            [&at[..], &["--width", "1", "--out", "p.npy", "--counts", "p.npy"]].concat(),
            &["p.npy and p.npy are one file", "two results"],
        ),
        ("s.npy", vec!["--svg", "p.svg", "--width", "1e-200"], &["--log"]),
    ] {
        let refused =
            folder.run(&[&["density", "--samples", file], &arguments[..]].concat()).refused();
        assert!(parts.iter().all(|part| refused.contains(part)), "{arguments:?}: {refused}");
    }
    let left = |name: &str| folder.path(name).exists();
    assert!(!["p.txt", "p.csv", "p.png", "p.svg"].into_iter().any(left));
}
