//! The program from outside: counts of files, JSON, help, exit codes.
//!
//! Next: `density` and `pictures` for that command, `chunks` for files that do not fit into the memory that is given,
//! `weights` for samples that have some, `results` for files that are written, `refusals` for bad input,
//! `program` for running it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod chunks;
mod density;
mod pictures;
mod program;
mod refusals;
mod results;
mod weights;

use program::{Folder, Output, npy_f4, npy_f8};
use runner::workload::{Workload, presets};

/// The article's sample as a `.npy` file in C order.
fn article(folder: &Folder) -> String {
    let samples = Workload::by_name("article").unwrap().samples().unwrap();
    folder.write("article.npy", &npy_f8("(10000, 2)", "False", &samples.to_rows()))
}

/// Four samples in the plane; three are in the window of width 2 around the origin.
const ROWS: [f64; 8] = [0.5, -0.25, 1.0, 1.0, -1.0, 0.0, 3.0, 0.125];

fn counts(output: &Output) -> Vec<Vec<u64>> {
    let queries = output.json()["queries"].as_array().unwrap().clone();
    let counts = |query: &serde_json::Value| {
        query["counts"].as_array().unwrap().iter().map(|k| k.as_u64().unwrap()).collect()
    };
    queries.iter().map(counts).collect()
}

#[test]
fn the_articles_counts_come_out() {
    let folder = Folder::new();
    let file = article(&folder);
    for workers in ["1", "2", "4"] {
        let run = |widths: &str| {
            folder.count(&[
                "--samples",
                &file,
                "--center",
                "0,0",
                "--widths",
                widths,
                "--workers",
                workers,
                "--json",
            ])
        };
        assert_eq!(counts(&run("0.1:1.2:12")), [presets::TWELVE_COUNTS]);
        let hundred = &counts(&run("1.0:1.2:100"))[0];
        let ends = (hundred[0], hundred[99], hundred.len(), hundred.iter().sum::<u64>());
        assert_eq!(ends, (1445, 2022, 100, 172_940));
    }
}

#[test]
fn every_instruction_set_of_this_machine_counts_the_same_and_others_are_refused() {
    let folder = Folder::new();
    let file = article(&folder);
    for isa in kernel::isa::ALL {
        let output = folder.count(&[
            "--samples",
            &file,
            "--center",
            "0,0",
            "--widths",
            "1.0,1.1",
            "--isa",
            isa.name(),
            "--json",
        ]);
        if isa.is_available() {
            assert_eq!(counts(&output), [[1445, 1728]], "{}", isa.name());
            assert_eq!(output.json()["isa"], isa.name());
        } else {
            assert!(output.refused().contains(isa.requires()), "{}", isa.name());
        }
    }
}

#[test]
fn json_has_the_promised_shape() {
    let folder = Folder::new();
    let file = folder.write("s.npy", &npy_f8("(4, 2)", "False", &ROWS));
    let json =
        folder.count(&["--samples", &file, "--center", "0,0", "--widths", "2,4", "--json"]).json();
    assert_eq!(json["n"], 4);
    assert_eq!(json["d"], 2);
    assert_eq!(json["widths"], serde_json::json!([2.0, 4.0]));
    let log = |h| kernel::Density::uniform(4, 2, kernel::Width::new(h).unwrap()).unwrap().log_of(3);
    let query = serde_json::json!({"center": [0.0, 0.0], "counts": [3, 3],
        "densities": [0.1875, 0.046_875], "log_densities": [log(2.0), log(4.0)]});
    assert_eq!(json["queries"], serde_json::json!([query]));
    assert!(json["isa"].is_string() && json["algorithm"].is_string(), "{json}");
    assert_eq!((&json["element"], &json["dropped_rows"]), (&"f8".into(), &0.into()));
    assert!(json["checksum"].as_str().unwrap().starts_with("xxh3:"), "{json}");
}

#[test]
fn every_algorithm_gives_the_same_counts_and_says_what_it_is_made_for() {
    let folder = Folder::new();
    let file = folder.write("s.npy", &npy_f8("(4, 2)", "False", &ROWS));
    let common = ["--samples", &file, "--center", "-1,0.5", "--widths", "1,4.5", "--json"];
    for algorithm in kernel::algorithm::ALL {
        let output = folder.count(&[&common[..], &["--algorithm", algorithm.name()]].concat());
        if algorithm.checked(4, 2).is_ok() {
            assert_eq!(counts(&output), [[1, 3]], "{}", algorithm.name());
            assert_eq!(output.json()["algorithm"], algorithm.name());
            assert_eq!(output.json()["reason"], "it was asked for");
        } else {
            assert!(output.refused().contains("is not made for 4 samples of 2 dimensions"));
        }
    }
    let refused = folder.count(&[&common[..], &["--algorithm", "quick"]].concat()).refused();
    assert!(refused.contains("no algorithm is called 'quick'; known: brute_force"), "{refused}");
}

#[test]
fn people_get_a_table_and_a_line_about_the_samples() {
    let folder = Folder::new();
    let file = folder.write("s.npy", &npy_f8("(4, 2)", "False", &ROWS));
    let text = folder.count(&["--samples", &file, "--center", "0,0", "--width", "2"]).text();
    for part in ["density p", "0.187500", "n = 4, d = 2, f8, ISA", "1 worker, xxh3:"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn every_layout_of_npy_is_the_same_samples() {
    let folder = Folder::new();
    let columns: Vec<f64> =
        [0, 1].iter().flat_map(|&j| ROWS.into_iter().skip(j).step_by(2)).collect();
    let mut big_endian = npy_f8("(4, 2)", "False", &[]);
    let descr = big_endian.windows(2).position(|pair| pair == b"<f").unwrap();
    big_endian[descr] = b'>';
    big_endian.extend(ROWS.iter().flat_map(|value| value.to_be_bytes()));
    let single: Vec<f32> = ROWS.iter().map(|&value| value as f32).collect();
    for (name, bytes) in [
        ("c.npy", npy_f8("(4, 2)", "False", &ROWS)),
        ("fortran.npy", npy_f8("(4, 2)", "True", &columns)),
        ("big.npy", big_endian),
        ("single.npy", npy_f4("(4, 2)", "False", &single)),
    ] {
        let file = folder.write(name, &bytes);
        let output = folder.count(&[
            "--samples",
            &file,
            "--center",
            "-1,0.5",
            "--widths",
            "1,4.5",
            "--json",
        ]);
        assert_eq!(counts(&output), [[1, 3]], "{name}");
        let element = if name == "single.npy" { "f4" } else { "f8" };
        assert_eq!(output.json()["element"], element, "{name}");
    }
    let line = folder.write("line.npy", &npy_f8("(8,)", "False", &ROWS));
    let output = folder.count(&["--samples", &line, "--center", "0.5", "--width", "1", "--json"]);
    assert_eq!((counts(&output), &output.json()["d"]), (vec![vec![5]], &1.into()));
}

#[test]
fn columns_of_npy_are_chosen_by_position() {
    let folder = Folder::new();
    let file = folder.write("s.npy", &npy_f8("(4, 2)", "False", &ROWS));
    let output = folder.count(&[
        "--samples",
        &file,
        "--columns",
        "1",
        "--center",
        "0",
        "--width",
        "0.25",
        "--json",
    ]);
    assert_eq!((counts(&output), &output.json()["d"]), (vec![vec![2]], &1.into()));
}

#[test]
fn csv_is_read_with_and_without_header() {
    let folder = Folder::new();
    let plain = "0.5,-0.25\n1.0, 1.0\n\n-1,0\n3,0.125\n";
    let bare = folder.write("bare.csv", plain.as_bytes());
    let header = folder.write("header.csv", format!("x,\"y\"\n{plain}").as_bytes());
    for file in [&bare, &header] {
        let output =
            folder.count(&["--samples", file, "--center", "0,0", "--width", "2", "--json"]);
        assert_eq!((counts(&output), &output.json()["n"]), (vec![vec![3]], &4.into()), "{file}");
    }
    for columns in ["y,x", "1,0", "y,0"] {
        let output = folder.count(&[
            "--samples",
            &header,
            "--columns",
            columns,
            "--center",
            "-0.25,0.5",
            "--width",
            "0.1",
            "--json",
        ]);
        assert_eq!(counts(&output), [[1]], "{columns}");
    }
}

#[test]
fn centers_come_from_a_file_too() {
    let folder = Folder::new();
    let file = folder.write("s.npy", &npy_f8("(4, 2)", "False", &ROWS));
    let csv = folder.write("centers.csv", b"x,y\n0,0\n-1,0\n");
    let npy = folder.write("centers.npy", &npy_f8("(2, 2)", "False", &[0.0, 0.0, -1.0, 0.0]));
    for centers in [&csv, &npy] {
        let arguments = ["--samples", &file, "--centers", centers, "--widths", "2,1"];
        let output = folder.count(&[&arguments[..], &["--json"]].concat());
        assert_eq!(counts(&output), [[3, 1], [1, 1]], "{centers}");
        assert!(folder.count(&arguments).text().contains("-1, 0"));
    }
}

#[test]
fn rows_that_are_not_finite_are_dropped_on_request() {
    let folder = Folder::new();
    let csv = folder.write("s.csv", b"0,0\nnan,0\n0.1,inf\n0.2,0.2\n");
    let npy = folder.write("s.npy", &npy_f8("(2, 2)", "False", &[0.0, 0.0, f64::NAN, 1.0]));
    for (file, n, dropped) in [(csv, 2, 2), (npy, 1, 1)] {
        let arguments =
            ["--samples", &file, "--center", "0,0", "--width", "1", "--nonfinite", "drop"];
        let output = folder.count(&[&arguments[..], &["--json"]].concat());
        assert_eq!(counts(&output), [[n]]);
        assert_eq!(
            (&output.json()["n"], &output.json()["dropped_rows"]),
            (&n.into(), &dropped.into())
        );
        assert!(folder.count(&arguments).text().contains(&format!("dropped {dropped} rows")));
    }
}

#[test]
fn the_machine_is_shown_as_table_and_json() {
    let folder = Folder::new();
    let json = folder.run(&["machine", "--json"]).json();
    let (machine, limits) = (&json["machine"], &json["limits"]);
    assert!(limits["allowed_cpus"].as_array().is_some_and(|cpus| !cpus.is_empty()), "{json}");
    assert!(json["state"].is_object() && json["fingerprint"].is_string(), "{json}");
    let isas = machine["isas"].as_array().unwrap();
    assert_eq!(isas.len(), kernel::isa::ALL.len());
    assert!(machine["rustc"].as_str().unwrap().starts_with("rustc "), "{json}");
    let pages = &json["large_samples_pages"];
    assert!(pages.is_null() || pages["huge_bytes"].is_u64(), "{json}");
    assert!(json.as_object().unwrap().contains_key("large_samples_pages"), "{json}");
    let text = folder.run(&["machine"]).text();
    for isa in isas {
        assert!(text.contains(isa["name"].as_str().unwrap()), "{text}");
    }
    assert!(text.contains("transparent huge pages"), "{text}");
}

#[test]
fn help_names_every_command_and_usage_errors_exit_with_two() {
    let folder = Folder::new();
    let help = folder.run(&["--help"]).text();
    for command in ["count", "density", "machine", "list", "control", "study", "article"] {
        assert!(help.contains(command), "{help}");
        let help = folder.run(&[command, "--help"]).text();
        assert!(help.contains("Usage: parzen"), "{help}");
    }
    assert!(folder.run(&["nosuch"]).refused().contains("'nosuch'"));
}

#[test]
fn the_list_names_what_the_tables_hold() {
    let folder = Folder::new();
    let text = folder.run(&["list"]).text();
    let groups = folder.run(&["list", "--json"]).json();
    for backend in runner::backend::ALL {
        assert!(text.contains(backend.name()), "{text}");
    }
    let names: Vec<&str> =
        groups.as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap()).collect();
    assert_eq!(names[..4], ["presets", "backends", "modes", "sizes"]);
}

#[test]
fn a_study_names_what_it_cannot_take() {
    let folder = Folder::new();
    let refused = |arguments: &[&str]| folder.run(&[&["study"], arguments].concat()).refused();
    assert!(refused(&["--preset", "nosuch"]).contains("known: quick, article, full"));
    assert!(refused(&["--backend", "nosuch"]).contains("'nosuch'"));
    assert!(refused(&["--size", "L9"]).contains("L1, L2, L3, DRAM"));
    assert!(refused(&["--mode", "x"]).contains("strong, weak, throughput"));
    assert!(refused(&["--precision", "0"]).contains("above 0 and up to 100"));
    assert!(refused(&["--placement", "0,0"]).contains("0,0"));
    assert!(refused(&["--resume", "--seed", "1"]).contains("--seed"));
    assert!(refused(&["--blocks", "1", "--budget", "1s"]).contains("--budget"));
    assert!(refused(&["--resume"]).contains("there is no study to go on with"));
    assert!(refused(&["--workers", "0"]).contains("0 workers asked for; allowed: 1 to"));
    assert!(
        refused(&["--workers", "2,x"]).contains("'x' is no number of workers; allowed: 1 to 1024")
    );
    assert!(refused(&["--workers", "1025"]).contains("1025 workers asked for; allowed: 1 to 1024"));
    assert!(refused(&["--blocks", "0"]).contains("'0'; allowed: whole numbers from 1 on"));
    assert!(refused(&["--widths-per-scan", "0"]).contains("'0'; allowed: whole numbers from 1 on"));
    assert!(refused(&["--seed=x"]).contains("allowed: whole numbers from 0 to 9007199254740991"));
    let control = folder.run(&["control", "--comparisons", "none"]).refused();
    assert!(control.contains("'none'; allowed: whole numbers from 1 on"), "{control}");
    let control = folder.run(&["control", "--blocks-per-comparison", "5"]).refused();
    assert!(control.contains("'5'; allowed: 6 to"), "{control}");
}

#[test]
fn a_tour_names_what_it_cannot_take() {
    let folder = Folder::new();
    let refused = |arguments: &[&str]| folder.run(&[&["article"], arguments].concat()).refused();
    assert!(refused(&["--section", "nosuch"]).contains("'nosuch'; known: queue, pool, memory,"));
    assert!(refused(&["--mean", "1"]).contains("'1'; allowed: 2 numbers"));
    assert!(refused(&["--covariance", "1,0,0"]).contains("allowed: 4 numbers"));
    assert!(refused(&["--covariance", "1,2,2,1"]).contains("positive definite"));
    // 1 - rho^2 is 2e-8.
    let narrow = ["--covariance", "1,0.99999999,0.99999999,1"];
    assert!(refused(&narrow).contains("expected at least 1e-4"));
    assert!(refused(&["--mean", "1e9,0"]).contains("1000000000.0"));
    assert!(refused(&["--seed", "5000000000"]).contains("is 4294967295"));
    assert!(refused(&["--mean", "NaN,0"]).contains("NaN"));
    assert!(refused(&["--samples", "0"]).contains("whole numbers from 1 on"));
}

#[cfg(target_os = "linux")]
#[test]
fn one_section_of_the_tour_is_printed_and_written() {
    let folder = Folder::new();
    let output = folder.run(&["article", "--section", "queue", "--out", "tour", "--json"]);
    assert_eq!(output.code, Some(0), "{}", output.errors);
    assert!(output.errors.starts_with("section 1 of 1, queue: "), "{}", output.errors);
    let printed: serde_json::Value = serde_json::from_str(&output.out).unwrap();
    assert_eq!((&printed["format"], &printed["seed"]), (&"parzen-article".into(), &123.into()));
    assert_eq!(printed["sections"].as_array().unwrap().len(), 1);
    assert_eq!(printed["sections"][0]["data"]["strings"].as_array().unwrap().len(), 4);
    let told = folder.run(&["article", "--section", "queue", "--out", "tour"]);
    for text in ["sorted and stripped: ", "article.json", "report.html"] {
        assert!(told.out.contains(text), "{}", told.out);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure_and_a_closed_pipe_is_not() {
    let folder = Folder::new();
    let file = folder.write("s.npy", &npy_f8("(4, 2)", "False", &ROWS));
    let arguments = ["count", "--samples", &file, "--center", "0,0", "--width", "1"];
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = folder.run_into(&arguments, full.into());
    assert_eq!(output.code, Some(1));
    assert!(output.errors.contains("error: cannot write to standard output"), "{}", output.errors);

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = folder.run_into(&arguments, writer.into());
    assert_eq!((output.code, output.errors.as_str()), (Some(0), ""));
}
