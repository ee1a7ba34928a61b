//! Files that do not fit into `--memory` are counted chunk by chunk, and nobody can tell from the counts.

use serde_json::Value;

use super::program::{self, Folder, npy_f4, npy_f8};

const N: usize = 9000;
const D: usize = 3;
/// The least that may be given: a few hundred rows of the files below.
const LITTLE: &str = "64KiB";

/// Coordinates in [-1, 1) without a pattern; multiples of 2^-10, which singles hold, too.
fn rows() -> Vec<f64> {
    let mut state = 12345_u64;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from((state >> 53) as u32) / 1024.0 - 1.0
    };
    (0..N * D).map(|_| next()).collect()
}

fn columns(rows: &[f64]) -> Vec<f64> {
    (0..D).flat_map(|j| rows.iter().skip(j).step_by(D).copied()).collect()
}

fn csv(rows: &[f64]) -> String {
    let lines = rows.chunks(D).map(|row| format!("{},{},{}\n", row[0], row[1], row[2]));
    "x,y,z\n".chars().chain(lines.collect::<String>().chars()).collect()
}

/// The parts of the answer that must not depend on memory, and the number of chunks.
fn counted(folder: &Folder, arguments: &[&str], memory: &str) -> (Vec<Value>, u64) {
    let json = folder.count(&[arguments, &["--json", "--memory", memory]].concat()).json();
    let names = ["n", "d", "widths", "queries", "element", "checksum", "dropped_rows"];
    let names = names.into_iter().chain(["widths_per_dimension", "faces"]);
    let same = names.map(|name| json[name].clone()).collect();
    assert!(json["memory_bytes"].is_u64(), "{json}");
    assert!(!json["pages"].is_null() || !cfg!(target_os = "linux"), "{json}");
    let peak = &json["peak_memory_bytes"];
    assert!(peak.is_null() || peak.as_u64().is_some_and(|bytes| bytes > 1 << 20), "{json}");
    (same, json["chunks"].as_u64().unwrap())
}

/// Counts in little memory and in plenty, and expects the same; the number of chunks.
fn same_in_chunks(folder: &Folder, arguments: &[&str]) -> u64 {
    let (whole, one) = counted(folder, arguments, "1GiB");
    let (chunked, chunks) = counted(folder, arguments, LITTLE);
    assert_eq!(chunked, whole, "{arguments:?}");
    assert_eq!(one, 1);
    chunks
}

#[test]
fn chunks_of_every_layout_add_up() {
    let folder = Folder::new();
    let rows = rows();
    let (n, by_columns) = (format!("({N}, {D})"), columns(&rows));
    let single = |values: &[f64]| values.iter().map(|&value| value as f32).collect::<Vec<_>>();
    let big: Vec<u8> = rows.iter().flat_map(|value| value.to_be_bytes()).collect();
    let files = [
        ("c8.npy", npy_f8(&n, "False", &rows)),
        ("f8.npy", npy_f8(&n, "True", &by_columns)),
        ("c4.npy", npy_f4(&n, "False", &single(&rows))),
        ("f4.npy", npy_f4(&n, "True", &single(&by_columns))),
        ("big.npy", program::npy("'>f8'", &n, "False", &big)),
        ("text.csv", csv(&rows).into_bytes()),
    ];
    let mut answers = Vec::new();
    for (name, bytes) in files {
        let file = folder.write(name, &bytes);
        for columns in ["0,1,2", "2,0,1"] {
            let common = ["--samples", &file, "--columns", columns, "--center", "0.25,-0.5,0"];
            let arguments = [&common[..], &["--widths", "0.5,1,0.25", "--workers", "2"]].concat();
            assert!(same_in_chunks(&folder, &arguments) > 10, "{name}");
            let (answer, _) = counted(&folder, &arguments, LITTLE);
            // Files of one storage hold the same samples: all but the checksum of singles are equal.
            answers.push((columns, answer[3].clone(), (name.contains('4'), answer[5].clone())));
        }
    }
    for (columns, queries, (is_single, checksum)) in &answers {
        let like = answers.iter().find(|(other, ..)| other == columns).unwrap();
        assert_eq!(queries, &like.1);
        assert_eq!(checksum == &like.2.1, !is_single);
    }
    let middle = answers[0].1[0]["counts"][1].as_u64().unwrap();
    assert!((500..2000).contains(&middle), "{middle}: an eighth of {N}");
}

#[test]
fn chunks_are_counted_by_every_algorithm() {
    let folder = Folder::new();
    let file = folder.write("s.npy", &npy_f8(&format!("({N}, {D})"), "False", &rows()));
    for (columns, d) in [("0", 1), ("0,1", 2), ("0,1,2", 3)] {
        let line = |i: i32| [f64::from(i) / 700.0, f64::from(i % 7) / 7.0, 0.0];
        let text =
            |row: [f64; D]| row[..d].iter().map(f64::to_string).collect::<Vec<_>>().join(",");
        let centers = (0..700).map(|i| text(line(i)) + "\n").collect::<String>();
        let centers = folder.write("centers.csv", centers.as_bytes());
        let few = folder.write("few.csv", (text([0.0; D]) + "\n" + &text([0.5; D])).as_bytes());
        for (centers, memory) in [(&few, LITTLE), (&centers, "280KiB")] {
            let common = ["--samples", &file, "--columns", columns, "--centers", centers];
            let common = [&common[..], &["--width", "0.5", "--workers", "2"]].concat();
            let (whole, _) = counted(&folder, &common, "1GiB");
            let algorithms = kernel::algorithm::ALL.iter();
            let suited = algorithms.filter(|algorithm| algorithm.checked(N, d).is_ok());
            for algorithm in suited {
                let arguments = [&common[..], &["--algorithm", algorithm.name()]].concat();
                let (chunked, chunks) = counted(&folder, &arguments, memory);
                assert!(chunked == whole && chunks > 1, "{} {chunks}", algorithm.name());
            }
            let (chunked, chunks) = counted(&folder, &common, memory);
            assert!(chunked == whole && chunks > 1, "{chunks} chunks");
        }
    }
}

#[test]
fn boxes_and_open_faces_are_counted_in_chunks() {
    let folder = Folder::new();
    // Multiples of an eighth: many samples lie on the faces of every window below.
    let rows: Vec<f64> = rows().iter().map(|value| (value * 8.0).floor() / 8.0).collect();
    let file = folder.write("s.npy", &npy_f8(&format!("({N}, {D})"), "False", &rows));
    let many =
        (0..600).map(|i| format!("{},{},0\n", f64::from(i % 9) / 8.0, f64::from(i % 7) / 8.0));
    let many = folder.write("many.csv", many.collect::<String>().as_bytes());
    let scan = kernel::algorithm::ALL[0].name();
    for (size, box_widths) in
        [("--widths", Value::Null), ("--widths-per-dimension", [0.5, 0.25, 1.0].into())]
    {
        let size = [size, "0.5,0.25,1"];
        for (places, memory, algorithm) in [
            (["--center", "0.25,-0.5,0"], LITTLE, &[][..]),
            (["--centers", &many], "320KiB", &[]),
            (["--centers", &many], "320KiB", &["--algorithm", scan]),
        ] {
            let common = ["--samples", &file, "--workers", "2"];
            let common = [&common[..], &places, &size, algorithm].concat();
            let counts = ["closed", "open"].map(|faces| {
                let open: &[&str] = if faces == "open" { &["--open"] } else { &[] };
                let arguments = [&common[..], open].concat();
                let (whole, one) = counted(&folder, &arguments, "1GiB");
                let (chunked, chunks) = counted(&folder, &arguments, memory);
                assert_eq!(chunked, whole, "{arguments:?}");
                assert!(one == 1 && chunks > 1, "{chunks} chunks");
                assert_eq!(whole[7..], [box_widths.clone(), faces.into()]);
                whole[3][0]["counts"][0].as_u64().unwrap()
            });
            assert!(counts[0] > counts[1] && counts[1] > 0, "{counts:?}");
        }
    }
}

#[test]
fn memory_that_leaves_no_room_beside_the_answer_is_refused_with_what_works() {
    let folder = Folder::new();
    let file = folder.write("s.npy", &npy_f8(&format!("({N}, {D})"), "False", &rows()));
    let centers = (0..700).map(|i| format!("{},0,0\n", f64::from(i) / 700.0));
    let centers = folder.write("centers.csv", centers.collect::<String>().as_bytes());
    let common = ["--samples", &file, "--centers", &centers, "--width", "0.5", "--memory"];
    let error = folder.count(&[&common[..], &["250KiB"]].concat()).refused();
    let (_, least) = error.split_once("raise it to at least ").unwrap();
    let least: u64 = least.split_once(" bytes").unwrap().0.parse().unwrap();
    folder.count(&[&common[..], &[&(least - 1).to_string()]].concat()).refused();
    assert!(
        folder.count(&[&common[..], &[&least.to_string()]].concat()).text().contains(" chunks")
    );
}

#[test]
fn lines_say_that_samples_were_counted_in_chunks() {
    let folder = Folder::new();
    let file = folder.write("s.npy", &npy_f8(&format!("({N}, {D})"), "False", &rows()));
    let common = ["--samples", &file, "--center", "0,0,0", "--width", "0.5"];
    let text = folder.count(&[&common[..], &["--memory", LITTLE]].concat()).text();
    assert!(text.contains("\ncounted in ") && text.contains(" chunks: "), "{text}");
    assert!(!folder.count(&common).text().contains("chunks"));
}

#[test]
fn rows_that_are_not_finite_are_found_in_late_chunks() {
    let folder = Folder::new();
    let mut rows = rows();
    rows[8765 * D + 1] = f64::NAN;
    rows[8766 * D] = f64::NEG_INFINITY;
    let shape = format!("({N}, {D})");
    for (name, bytes, place) in [
        ("c.npy", npy_f8(&shape, "False", &rows), "value at row 8765, column 1 is NaN"),
        ("f.npy", npy_f8(&shape, "True", &columns(&rows)), "value at row 8765, column 1 is NaN"),
        ("s.csv", csv(&rows).into_bytes(), "line 8767, column 1 ('y'): 'NaN' is not finite"),
    ] {
        let file = folder.write(name, &bytes);
        let common =
            ["--samples", &file, "--columns", "1,2,0", "--center", "0,0,0", "--width", "1"];
        let error = folder.count(&[&common[..], &["--memory", LITTLE]].concat()).refused();
        assert!(error.starts_with(&format!("error: {name}: ")) && error.contains(place), "{error}");
        let dropping = [&common[..], &["--nonfinite", "drop"]].concat();
        assert!(same_in_chunks(&folder, &dropping) > 10, "{name}");
        let (answer, _) = counted(&folder, &dropping, LITTLE);
        assert_eq!((&answer[0], &answer[6]), (&(N - 2).into(), &2.into()));
    }
    let none = folder.write("none.npy", &npy_f8(&shape, "False", &vec![f64::NAN; N * D]));
    let common = ["--samples", &none, "--center", "0,0,0", "--width", "1", "--nonfinite", "drop"];
    let error = folder.count(&[&common[..], &["--memory", LITTLE]].concat()).refused();
    assert!(error.contains("none.npy: holds no finite samples; all 9000 rows"), "{error}");
}

#[test]
fn damage_in_late_chunks_is_named() {
    let folder = Folder::new();
    let text = csv(&rows());
    let cut = text[..text.len() - 1].rfind(',').unwrap();
    let file = folder.write("cut.csv", &text.as_bytes()[..cut]);
    let bytes = npy_f8(&format!("({N}, {D})"), "False", &rows());
    let short = folder.write("cut.npy", &bytes[..bytes.len() - 8]);
    for (file, part) in [(&file, "line 9001 has 2 fields"), (&short, "data is truncated")] {
        let common = ["--samples", file, "--center", "0,0,0", "--width", "1", "--memory", LITTLE];
        let error = folder.count(&common).refused();
        assert!(error.contains(file.as_str()) && error.contains(part), "{error}");
    }
}
