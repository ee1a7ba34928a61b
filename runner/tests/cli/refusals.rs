//! One clear line for every bad input: it names value, place and what is allowed, and exits with 2.

use super::ROWS;
use super::program::{self, Folder, npy_f8};

/// Runs `count` with good defaults for what `arguments` leave out, and expects one line of error.
fn refused(folder: &Folder, arguments: &[&str], parts: &[&str]) {
    let good = folder.write("good.npy", &npy_f8("(4, 2)", "False", &ROWS));
    let mut all = arguments.to_vec();
    for (names, default) in [
        (&["--samples"][..], ["--samples", good.as_str()]),
        (&["--center", "--centers"], ["--center", "0,0"]),
        (&["--width", "--widths"], ["--width", "1"]),
    ] {
        if !names.iter().any(|name| arguments.contains(name)) {
            all.extend(default);
        }
    }
    let error = folder.count(&all).refused();
    let line = error.lines().next().unwrap_or_default();
    assert!(line.starts_with("error: "), "{arguments:?}: {error}");
    for part in parts {
        assert!(line.contains(part), "'{part}' is missing for {arguments:?}: {error}");
    }
}

#[test]
fn bad_npy_files_are_named_with_what_is_allowed() {
    let folder = Folder::new();
    let with_type = |descr: &str| program::npy(descr, "(4, 2)", "False", &[0; 64]);
    let good = npy_f8("(4, 2)", "False", &ROWS);
    let deep = format!("{}'<f8'{}", "[".repeat(200), "]".repeat(200));
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("cut.npy", good[..good.len() - 1].to_vec(), &["truncated", "4 x 2", "64 bytes", "63"]),
        ("long.npy", [&good[..], &[0]].concat(), &["followed by something else", "65"]),
        ("int.npy", with_type("'<i8'"), &["'<i8' (integers", "'f8' and 'f4'"]),
        ("half.npy", with_type("'<f2'"), &["'<f2'", "'f8' and 'f4'"]),
        ("cube.npy", npy_f8("(2, 2, 2)", "False", &ROWS), &["(2, 2, 2)", "allowed: (n, d)"]),
        ("object.npy", program::npy("'|O'", "(1,)", "False", b"x"), &["pickled", "'f8' and 'f4'"]),
        (
            "record.npy",
            program::npy("[('x', '<f8')]", "(1,)", "False", &[0; 8]),
            &["structured", "'f8' and 'f4'"],
        ),
        ("none.npy", npy_f8("(0, 2)", "False", &[]), &["holds no samples", "at least 1"]),
        ("wide.npy", npy_f8("(0, 1000000000000)", "False", &[]), &["holds no samples"]),
        ("tall.npy", npy_f8("(0, 1000000000000)", "True", &[]), &["holds no samples"]),
        ("deep.npy", with_type(&deep), &["more than 4 brackets", "'f8' and 'f4'"]),
        ("flat.npy", npy_f8("(2, 0)", "False", &[]), &["0 dimensions", "at least 1"]),
        ("text.npy", b"hello".to_vec(), &["not a readable .npy file"]),
        ("empty.npy", Vec::new(), &["not a readable .npy file"]),
        (
            "nan.npy",
            npy_f8("(2, 2)", "False", &[0.0, 0.0, 0.0, f64::NAN]),
            &["row 1, column 1 is NaN", "finite"],
        ),
        (
            "vast.npy",
            npy_f8("(1000000000000, 1000000000000)", "False", &ROWS),
            &["1000000000000, 1000000000000", "no memory"],
        ),
        ("huge.npy", npy_f8("(1000000000000, 2)", "False", &ROWS), &["truncated"]),
    ];
    for (name, bytes, parts) in cases {
        let file = folder.write(name, &bytes);
        refused(&folder, &["--samples", &file], &[parts, &[name]].concat());
    }
}

#[test]
fn bad_csv_files_are_named_with_line_and_column() {
    let folder = Folder::new();
    let cases: &[(&str, &[u8], &[&str])] = &[
        ("empty.csv", b"", &["empty", "at least one row"]),
        ("blank.csv", b"\n  \n", &["empty", "at least one row"]),
        ("header.csv", b"x,y\n", &["holds no samples"]),
        ("ragged.csv", b"x,y\n1,2\n\n3\n", &["line 4 has 1 fields", "line 1 has 2"]),
        ("crlf.csv", b"x,y\r\n\r\n1,2\r\n3,4\r\n5,z", &["line 5, column 1 ('y'): 'z'"]),
        ("word.csv", b"x,y\n1,2\n3,four\n", &["line 3, column 1 ('y'): 'four' is not a number"]),
        ("gap.csv", b"1,\n3,4\n", &["line 1, column 1: '' is not a number"]),
        ("nan.csv", b"1,2\n3,NaN\n", &["line 2, column 1: 'NaN' is not finite"]),
        ("mixed.csv", b"\n1,y\n3,4\n", &["line 2, column 1: 'y' is not a number", "header"]),
        ("label.csv", b"x,,-2\n", &["line 1, column 0: 'x' is not a number", "column 2"]),
        ("range.csv", b"1,2\n3,1e999\n", &["line 2, column 1: '1e999' is not finite"]),
        ("latin.csv", b"x,y\n1,2\n\xff,3\n", &["line 3", "UTF-8"]),
        (
            "semicolon.csv",
            b"x;y\n1;2\n",
            &["line 2, column 0 ('x;y'): '1;2' is not a number", "separated by commas", "by ';'"],
        ),
        (
            "german.csv",
            b"1,5;2,5\n",
            &["line 1", "'5;2' is not a number", "looks separated by ';'"],
        ),
        ("comma.csv", b"x;y\n1,5;2,5\n", &["line 2 has 3 fields", "looks separated by ';'"]),
        ("tabs.csv", b"1\t2\n3\t4\n", &["is not a number", "looks separated by tabs"]),
        ("spaces.csv", b"1 2\n3 4\n", &["is not a number", "looks separated by spaces"]),
        (
            "holes.csv",
            b"NA,NA\n1,2\n",
            &["line 1, column 0: 'NA' is not a number; --nonfinite drop leaves"],
        ),
        ("decimals.csv", b"\"1,5\",\"2,5\"\n1,2\n", &["line 1, column 0: '1,5' is not a number"]),
    ];
    for (name, bytes, parts) in cases {
        let file = folder.write(name, bytes);
        refused(&folder, &["--samples", &file], &[parts, &[*name][..]].concat());
    }
}

#[test]
fn bad_paths_are_named() {
    let folder = Folder::new();
    refused(&folder, &["--samples", "nosuch.npy"], &["nosuch.npy", "cannot read the file"]);
    refused(&folder, &["--samples", "samples.txt"], &["samples.txt", "'txt'", "allowed: npy, csv"]);
    #[cfg(not(feature = "parquet"))]
    refused(
        &folder,
        &["--samples", "samples.parquet"],
        &["unknown extension 'parquet'", "built with --features parquet"],
    );
    folder.make_folder("folder.npy");
    refused(&folder, &["--samples", "folder.npy"], &["folder.npy", "not a regular file"]);
    refused(&folder, &["--centers", "nosuch.csv"], &["nosuch.csv", "cannot read the file"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_is_refused_rather_than_waited_for() {
    let folder = Folder::new();
    folder.make_pipe("pipe.csv");
    refused(&folder, &["--samples", "pipe.csv"], &["pipe.csv", "not a regular file"]);
}

#[test]
fn bad_centers_are_named() {
    let folder = Folder::new();
    refused(&folder, &["--center", "0,0,0"], &["--center", "3 coordinates", "2 dimensions"]);
    refused(&folder, &["--center", "0"], &["--center", "1 coordinate,", "2 dimensions"]);
    refused(&folder, &["--center", "0,x"], &["--center", "'x' is not a number; allowed: finite"]);
    refused(&folder, &["--center", "0,nan"], &["center coordinate 1 is NaN", "finite"]);
    let wrong = folder.write("line.csv", b"1\n2\n");
    refused(&folder, &["--centers", &wrong], &["line.csv", "1 coordinate,", "2 dimensions"]);
    let none = folder.write("none.csv", b"x,y\n");
    refused(&folder, &["--centers", &none], &["none.csv", "holds no centers"]);
    let bad = folder.write("bad.csv", b"0,0\n0,inf\n");
    refused(&folder, &["--centers", &bad], &["bad.csv", "line 2, column 1", "'inf'"]);
    refused(&folder, &["--center", "0,0", "--centers", &bad], &["--center", "--centers"]);
}

#[test]
fn bad_widths_are_named() {
    let folder = Folder::new();
    for width in ["0", "-1", "nan", "inf"] {
        refused(&folder, &["--width", width], &["width", "above 0"]);
    }
    refused(&folder, &["--width", "-1"], &["--width: width -1 must be a finite number"]);
    refused(&folder, &["--width", "wide"], &["'wide'", "--width"]);
    refused(&folder, &["--widths", "1,-2,3"], &["--widths: width -2 (number 2)", "above 0"]);
    refused(&folder, &["--widths", "0:1:3"], &["--widths: width 0 (number 1)", "above 0"]);
    refused(&folder, &["--widths", "1:2"], &["'1:2'", "start:stop:count"]);
    refused(&folder, &["--widths", "1:2:0"], &["'0'; allowed: 1 to"]);
    refused(&folder, &["--widths", "1:2:x"], &["'x'; allowed: 1 to"]);
    refused(&folder, &["--widths", "1,,2"], &["'' is not a number"]);
    refused(&folder, &["--width", "1", "--widths", "1,2"], &["--width", "--widths"]);
    let file = folder.write("good.npy", &npy_f8("(4, 2)", "False", &ROWS));
    let error = folder.count(&["--samples", &file, "--center", "0,0"]).refused();
    assert!(error.contains("--width <H>") && error.contains("--widths <LIST>"), "{error}");
}

#[test]
fn other_bad_arguments_are_named() {
    let folder = Folder::new();
    refused(&folder, &["--isa", "abacus"], &["'abacus'", kernel::isa::ALL[0].name()]);
    let most = 4 * runner::machine::affinity::allowed().len();
    let range = format!("allowed: 1 to {most}");
    for workers in ["0", "-1", "two", &(most + 1).to_string()] {
        let parts = [&format!("'{workers}'"), "--workers", &range];
        refused(&folder, &["--workers", workers], &parts);
    }
    refused(&folder, &["--columns", "7"], &["good.npy", "'7'", "positions 0 to 1"]);
    refused(&folder, &["--columns", "0,0"], &["good.npy", "chosen twice"]);
    refused(&folder, &["--nonfinite", "maybe"], &["'maybe'", "--nonfinite"]);
    let file = folder.write("h.csv", b"x,y\n1,2\n");
    refused(&folder, &["--samples", &file, "--columns", "z"], &["h.csv", "'z'", "x, y"]);
    let tabs = folder.write("t.csv", b"x\ty\n1\t2\n");
    refused(&folder, &["--samples", &tabs, "--columns", "x"], &["t.csv", "'x'", "by tabs"]);
    refused(&folder, &["--memory", "1G"], &["'1G' is not a size of memory", "such as 1GiB"]);
    refused(&folder, &["--memory", "-1"], &["'-1'", "such as 1GiB"]);
    refused(&folder, &["--memory", "1KiB"], &["'1KiB' is too little", "at least 65536 bytes"]);
    refused(
        &folder,
        &["--memory", "100000", "--widths", "1:2:5000"],
        &["1 centers with 5000 widths alone take", "--memory is 97.7 KiB", "raise it"],
    );
    let all_nan = folder.write("nan.csv", b"nan\n");
    refused(
        &folder,
        &["--samples", &all_nan, "--center", "0", "--nonfinite", "drop"],
        &["nan.csv", "all 1 rows were dropped"],
    );
}

#[test]
fn an_autopsy_names_an_interpreter_that_cannot_start_and_a_budget_that_cannot_be_kept() {
    let folder = Folder::new();
    let autopsy = |arguments: &[&str]| {
        let all = [&["article", "--autopsy", "--out", "out"], arguments].concat();
        folder.run(&all).refused()
    };
    let error = autopsy(&["--python", "./no-such-python"]);
    assert!(error.contains("'./no-such-python' cannot be started"), "{error}");
    let error = autopsy(&["--full", "--budget", "5m"]);
    assert!(error.contains("at least 20m"), "{error}");
}
