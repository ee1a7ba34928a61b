//! `--weights` from outside: sums against a plain loop, what is left out, refusals.

use super::program::{Folder, npy_f4, npy_f8};
use serde_json::{Value, json};

const N: usize = 60;

fn samples() -> Vec<f64> {
    (0..N).flat_map(|i| [(i % 7) as f64 * 0.25, (i * 13 % 11) as f64 * 0.25 - 1.0]).collect()
}

/// Multiples of 1/8, some of them 0.
fn weights() -> Vec<f64> {
    (0..N).map(|i| (i * 5 % 9) as f64 * 0.125).collect()
}

/// The weight in a window of width h, literally. Sums of multiples of 1/8 are exact.
fn weight(rows: &[f64], weights: &[f64], center: &[f64], h: f64) -> f64 {
    let is_inside = |row: &[f64]| row.iter().zip(center).all(|(s, x)| ((x - s) / h).abs() <= 0.5);
    rows.chunks(2).zip(weights).filter(|(row, _)| is_inside(row)).map(|(_, weight)| weight).sum()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// A folder with samples and weights.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("s.npy", &npy_f8("(60, 2)", "False", &samples()));
    folder.write("w.npy", &npy_f8("(60,)", "False", &weights()));
    folder
}

const COUNT: [&str; 7] = ["count", "--samples", "s.npy", "--center", "0.5,0", "--weights", "w.npy"];

#[test]
fn weights_are_summed_beside_counts() {
    let folder = folder();
    let [narrow, wide] = [0.5, 1.5].map(|h| weight(&samples(), &weights(), &[0.5, 0.0], h));
    let total: f64 = weights().iter().sum();
    for more in [&[][..], &["--workers", "2"], &["--algorithm", "kd_tree"], &["--isa", "portable"]]
    {
        let json = folder.run(&[&COUNT[..], &["--widths", "0.5,1.5", "--json"], more].concat());
        let json = json.json();
        assert_eq!(json["queries"][0]["weights"], json!([narrow, wide]), "{more:?}");
        assert_eq!(json["weighing"]["total"], json!(total));
        assert_eq!(json["weighing"]["unit"], json!(0.125));
    }
    let text = folder.run(&[&COUNT[..], &["--width", "1.5"]].concat()).text();
    assert!(text.contains("weight W") && text.contains("in units of 0.125"), "{text}");
    let without =
        folder.count(&["--samples", "s.npy", "--center", "0,0", "--width", "1", "--json"]);
    let json = without.json();
    assert!(json.get("weighing").is_none() && json["queries"][0].get("weights").is_none());
}

#[test]
fn weights_of_one_are_counts_and_files_may_be_of_any_kind() {
    let folder = folder();
    folder.write("w.csv", format!("weight\n{}", "1\n".repeat(N)).as_bytes());
    folder.write("column.npy", &npy_f4("(60, 1)", "True", &[1.0; N]));
    for file in ["w.csv", "column.npy"] {
        let json = folder.run(&[&COUNT[..6], &[file, "--widths", "0.5,1.5", "--json"]].concat());
        let json = json.json();
        assert_eq!(numbers(&json["queries"][0]["weights"]), numbers(&json["queries"][0]["counts"]));
        assert_eq!(json["weighing"]["unit"], json!(1.0));
    }
}

#[test]
fn densities_are_shares_of_the_weight() {
    let folder = folder();
    let (rows, weights) = (samples(), weights());
    let total: f64 = weights.iter().sum();
    let common = ["density", "--samples", "s.npy", "--weights", "w.npy", "--width", "0.5"];
    let at = |more: &[&str]| folder.run(&[&common[..], more].concat());
    let json = at(&["--at-samples", "--json"]).json();
    let sums: Vec<f64> =
        rows.chunks(2).map(|center| weight(&rows, &weights, center, 0.5)).collect();
    assert_eq!(numbers(&json["weights"]), sums);
    assert!(json.get("counts").is_none());
    assert_eq!((&json["total_weight"], &json["unit"]), (&json!(total), &json!(0.125)));
    let shares: Vec<f64> = sums.iter().map(|sum| sum / total / 0.25).collect();
    assert_eq!(numbers(&json["densities"]), shares);

    let json = at(&["--at-samples", "--leave-out-self", "--json"]).json();
    let others = sums.iter().zip(&weights);
    let shares: Vec<f64> = others.map(|(sum, w)| (sum - w) / (total - w) / 0.25).collect();
    assert_eq!(numbers(&json["densities"]), shares);

    let out = at(&["--grid", "9", "--out", "p.csv", "--svg", "p.svg"]).text();
    assert!(out.contains("weight of all samples"), "{out}");
    let csv = std::fs::read_to_string(folder.path("p.csv")).unwrap();
    assert!(csv.starts_with("x0,x1,weight,density,log_density\n"), "{csv}");
    let row: Vec<f64> =
        csv.lines().nth(40).unwrap().split(',').map(|field| field.parse().unwrap()).collect();
    let expected = weight(&rows, &weights, &row[..2], 0.5);
    assert_eq!(row[2..4].to_vec(), Vec::from([expected, expected / total / 0.25]));
    assert!(folder.path("p.svg").exists());
    let table = at(&["--center", "0.5,0"]).text();
    assert!(table.contains("weight W") && !table.contains("count k"), "{table}");
}

#[test]
fn rows_that_are_dropped_take_their_weights_with_them() {
    let folder = Folder::new();
    let rows = [0.0, f64::NAN, 0.25, f64::INFINITY, 9.0];
    folder.write("s.npy", &npy_f8("(5,)", "False", &rows));
    folder.write("w.npy", &npy_f8("(5,)", "False", &[1.0, 2.0, 4.0, 8.0, 16.0]));
    let common = ["--samples", "s.npy", "--weights", "w.npy", "--nonfinite", "drop"];
    let windows = ["--center", "0", "--width", "1", "--json"];
    let json = folder.run(&[&["count"], &common[..], &windows].concat()).json();
    assert_eq!(json["queries"][0]["weights"], json!([5.0]));
    assert_eq!(json["weighing"]["total"], json!(21.0));
}

#[test]
fn bad_weights_are_named() {
    let folder = folder();
    let mut bad = weights();
    bad[7] = -0.5;
    folder.write("negative.npy", &npy_f8("(60,)", "False", &bad));
    bad[7] = f64::NAN;
    folder.write("nan.npy", &npy_f8("(60,)", "False", &bad));
    folder.write("few.npy", &npy_f8("(4,)", "False", &[1.0; 4]));
    folder.write("many.npy", &npy_f8("(61,)", "False", &[1.0; 61]));
    folder.write("many.csv", "1\n".repeat(100).as_bytes());
    folder.write("two.npy", &npy_f8("(60, 2)", "False", &samples()));
    folder.write("zero.npy", &npy_f8("(60,)", "False", &[0.0; N]));
    let cases: [(&str, &[&str], &[&str]); 10] = [
        ("negative.npy", &[], &["negative.npy: weight of row 7 is -0.5", "not below 0"]),
        ("nan.npy", &[], &["nan.npy: weight of row 7 is NaN"]),
        ("few.npy", &[], &["few.npy: has 4 weights, but s.npy has 60 samples"]),
        ("many.npy", &[], &["many.npy: has 61 weights, but s.npy has 60 samples"]),
        ("many.csv", &[], &["many.csv: has more than 60 weights, but s.npy has 60 samples"]),
        ("two.npy", &[], &["two.npy: has 2 columns; weights are one column"]),
        ("none.npy", &[], &["none.npy: cannot read"]),
        ("zero.npy", &["density"], &["zero.npy: every weight is 0"]),
        (
            "w.npy",
            &["--algorithm", "grid"],
            &["grid takes no weights", "brute_force, sorted, kd_tree"],
        ),
        ("w.npy", &["density", "--counts", "k.npy"], &["--counts", "--weights"]),
    ];
    for (file, more, parts) in cases {
        let (command, more) = match more {
            ["density", more @ ..] => ("density", more),
            more => ("count", more),
        };
        let common = ["--samples", "s.npy", "--center", "0,0", "--width", "1", "--weights", file];
        let error = folder.run(&[&[command], &common[..], more].concat()).refused();
        for part in parts {
            assert!(error.contains(part), "'{part}' is missing for {file}: {error}");
        }
    }
}

#[test]
fn samples_with_weights_are_not_counted_in_chunks() {
    let folder = Folder::new();
    let n = 50_000;
    folder.write("s.npy", &npy_f8("(50000,)", "False", &vec![0.5; n]));
    folder.write("w.npy", &npy_f8("(50000,)", "False", &vec![0.5; n]));
    let common = ["--samples", "s.npy", "--center", "0", "--width", "1", "--memory"];
    let weights = ["--weights", "w.npy"];
    folder.count(&[&common[..], &["1MiB"]].concat()).text();
    let error = folder.count(&[&common[..], &["1MiB"], &weights].concat()).refused();
    assert!(error.contains("s.npy and its weights take more than --memory, 1.0 MiB"), "{error}");
    folder.count(&[&common[..], &["4MiB"], &weights].concat()).text();
    // Where only reading tells how many rows there are, it ends as soon as there are too many.
    folder.write("s.csv", "0.5\n".repeat(n).as_bytes());
    let common = ["--samples", "s.csv", "--center", "0", "--width", "1", "--memory"];
    let error = folder.count(&[&common[..], &["1MiB"], &weights].concat()).refused();
    assert!(error.contains("s.csv and its weights take more than --memory, 1.0 MiB"), "{error}");
    folder.count(&[&common[..], &["4MiB"], &weights].concat()).text();
}

#[test]
fn weights_that_count_as_nothing_are_told() {
    let folder = folder();
    let mut weights = [1e-11; N];
    weights[5] = 1e9;
    folder.write("apart.npy", &npy_f8("(60,)", "False", &weights));
    let output = folder.run(&[&COUNT[..6], &["apart.npy", "--width", "9"]].concat());
    assert_eq!(output.code, Some(0), "{}", output.errors);
    let told = "warning: apart.npy: 59 weights above 0 are less than half of 1.16";
    assert!(output.errors.contains(told), "{}", output.errors);
    let json = folder.run(&[&COUNT[..], &["--width", "9", "--json"]].concat()).json();
    assert_eq!(json["weighing"]["unit"], json!(0.125), "nothing is told of others");
}
