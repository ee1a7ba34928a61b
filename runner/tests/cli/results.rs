//! What `--out` writes: whole or not at all.

#[cfg(target_os = "linux")]
use std::process::{Command, ExitStatus, Stdio};

#[cfg(target_os = "linux")]
use assert_cmd::cargo::cargo_bin;

use super::ROWS;
use super::density::samples;
#[cfg(target_os = "linux")]
use super::program::npy;
use super::program::{Folder, npy_f8};

#[test]
fn json_goes_into_a_file_that_is_replaced() {
    let folder = Folder::new();
    let file = folder.write("s.npy", &npy_f8("(4, 2)", "False", &ROWS));
    folder.write("result.json", b"old");
    let common = ["--samples", &file, "--center", "0,0", "--widths", "1,2"];
    let text = folder.count(&[&common[..], &["--out", "result.json"]].concat()).text();
    assert_eq!(text, "");
    let mut written: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.path("result.json")).unwrap()).unwrap();
    let mut printed = folder.count(&[&common[..], &["--json"]].concat()).json();
    for moves in ["memory_bytes", "peak_memory_bytes", "pages"] {
        written[moves].take();
        printed[moves].take();
    }
    assert_eq!(written, printed);
    assert_eq!(folder.names(), ["result.json", "s.npy"]);
}

#[test]
fn no_result_replaces_what_is_read() {
    let folder = Folder::new();
    let bytes = npy_f8("(4, 2)", "False", &ROWS);
    let read = [folder.write("s.npy", &bytes), folder.write("c.npy", &bytes)];
    folder.make_folder("in");
    std::fs::hard_link(folder.path("s.npy"), folder.path("picture.svg")).unwrap();
    let [samples, centers] = [["--samples", &read[0]], ["--centers", &read[1]]];
    let windows = [&centers[..], &["--width", "1"]].concat();
    let weights = folder.write("w.npy", &bytes);
    let weighted = [&windows[..], &["--weights", &weights]].concat();
    for (command, windows, result, input) in [
        ("count", &windows[..], ["--out", "s.npy"], "s.npy"),
        ("count", &windows, ["--out", "in/../c.npy"], "c.npy"),
        ("count", &weighted, ["--out", "w.npy"], "w.npy"),
        ("density", &weighted, ["--out", "w.npy"], "w.npy"),
        ("density", &windows, ["--out", "./s.npy"], "s.npy"),
        ("density", &windows, ["--counts", "c.npy"], "c.npy"),
        ("density", &windows, ["--svg", "picture.svg"], "s.npy"),
        ("width", &[], ["--svg", "picture.svg"], "s.npy"),
    ] {
        let error = folder.run(&[&[command], &samples[..], windows, &result].concat()).refused();
        let named = format!("error: {} and {input} are one file: ", result[1]);
        assert!(error.starts_with(&named), "{command} {result:?}: {error}");
    }
    for name in read {
        assert_eq!(std::fs::read(folder.path(&name)).unwrap(), bytes, "{name}");
    }
}

#[test]
fn a_place_that_cannot_be_written_is_a_failure() {
    let folder = Folder::new();
    let file = folder.write("s.npy", &npy_f8("(4, 2)", "False", &ROWS));
    folder.make_folder("folder");
    for place in ["no/such/result.json", "folder"] {
        let output =
            folder.count(&["--samples", &file, "--center", "0,0", "--width", "1", "--out", place]);
        assert_eq!((output.code, output.out.as_str()), (Some(1), ""), "{}", output.errors);
        assert!(
            output.errors.starts_with(&format!("error: cannot write {place}: ")),
            "{}",
            output.errors
        );
    }
}

/// A limit on the length of files stands for a full disk.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_previous_result() {
    let folder = Folder::new();
    folder.write("s.npy", &npy_f8("(4, 2)", "False", &ROWS));
    folder.write("result.json", b"old");
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" count --samples s.npy --center 0,0 \
                  --widths 1:2:1000 --out result.json";
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(cargo_bin!("parzen")).current_dir(folder.path(""));
    let output = command.output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.starts_with("error: cannot write result.json: "), "{errors}");
    assert_eq!(std::fs::read(folder.path("result.json")).unwrap(), b"old");
    assert_eq!(folder.names(), ["result.json", "s.npy"]);
}

/// Runs `parzen` in `folder` until it listens for signals and `is_busy`, sends Ctrl-C, and waits for its end.
#[cfg(target_os = "linux")]
fn interrupted(folder: &Folder, arguments: &[&str], is_busy: impl Fn(u32) -> bool) -> ExitStatus {
    use std::time::{Duration, Instant};

    let mut command = Command::new(cargo_bin!("parzen"));
    command.args(arguments).current_dir(folder.path(""));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while !is_busy(child.id()) {
        assert!(began.elapsed() < Duration::from_mins(1), "it never gets there");
        std::thread::yield_now();
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let asked = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if asked.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("it does not end");
        }
        std::thread::yield_now();
    }
}

/// A file that takes very long, because it has a length but no content.
#[cfg(target_os = "linux")]
fn write_vast(folder: &Folder, n: u64) {
    let head = npy("'<f8'", &format!("({n}, 2)"), "False", &[]);
    folder.write("vast.npy", &head);
    let vast = std::fs::File::options().write(true).open(folder.path("vast.npy")).unwrap();
    vast.set_len(head.len() as u64 + n * 16).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_leaves_nothing_behind() {
    let folder = Folder::new();
    write_vast(&folder, 4_000_000_000);
    let place = ["--samples", "vast.npy", "--center", "0,0", "--width", "1"];
    let count = [&["count"], &place[..], &["--memory", "1MiB", "--out", "result.json"]].concat();
    // It listens for signals before it opens anything.
    let status = interrupted(&folder, &count, |id| {
        let files = std::fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten();
        let mut targets = files.flatten().flat_map(|file| std::fs::read_link(file.path()));
        targets.any(|target| target.ends_with("vast.npy"))
    });
    assert_eq!(status.code(), Some(130));
    assert_eq!(folder.names(), ["vast.npy"]);
}

/// So many windows over so many samples that it is still counting when it is asked to stop.
#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_leaves_no_densities_behind() {
    let folder = Folder::new();
    let values: Vec<f64> = (0..200_000).map(f64::from).collect();
    folder.write("s.npy", &npy_f8("(200000,)", "False", &values));
    let density = ["density", "--samples", "s.npy", "--width", "1", "--grid", "1000000"];
    let scan = ["--algorithm", kernel::algorithm::ALL[0].name(), "--out", "p.npy"];
    let status = interrupted(&folder, &[&density[..], &scan].concat(), |id| {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        caught.is_some_and(|mask| mask & (1 << 1) != 0) // SIGINT is number 2
    });
    assert_eq!(status.code(), Some(130));
    assert_eq!(folder.names(), ["s.npy"]);
}

/// A system that promises more memory than it has would end the program without a word.
#[cfg(target_os = "linux")]
#[test]
fn samples_that_do_not_fit_are_refused_before_they_are_read() {
    let folder = Folder::new();
    write_vast(&folder, 200_000_000_000);
    let place = ["density", "--samples", "vast.npy", "--center", "0,0", "--width", "1"];
    let error = folder.run(&place).refused();
    for part in ["vast.npy: its samples take 2.9 TiB, ", "parzen count"] {
        assert!(error.contains(part), "{error}");
    }
}

/// A third of the memory for samples leaves too little for what is prepared for them.
#[cfg(target_os = "linux")]
#[test]
fn indexes_and_answers_that_do_not_fit_are_refused_before_samples_are_read() {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap();
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:")).unwrap();
    let kib: u64 = total.trim().trim_end_matches(" kB").parse().unwrap();
    let folder = Folder::new();
    write_vast(&folder, kib * 1024 / 3 / 16);
    let density = ["density", "--samples", "vast.npy", "--at-samples", "--width", "1"];
    for command in [&density[..], &["width", "--samples", "vast.npy"]] {
        let error = folder.run(command).refused();
        for part in ["vast.npy: its samples take ", "an index over them up to ", "available; "] {
            assert!(error.contains(part), "{error}");
        }
    }
}

/// One density of the samples in `s.npy`.
const DENSITY: [&str; 7] = ["density", "--samples", "s.npy", "--width", "1", "--center", "0,0"];

#[test]
fn densities_that_cannot_be_written_are_known_at_once() {
    let folder = Folder::new();
    folder.write("s.npy", &npy_f8("(40, 2)", "False", &samples(40)));
    folder.make_folder("p.npy");
    for (path, reason) in [("p.npy", "directory"), ("none/p.npy", "No such file")] {
        let output = folder.run(&[&DENSITY[..], &["--out", path]].concat());
        assert_eq!((output.code, output.out.as_str()), (Some(1), ""), "{}", output.errors);
        let named = format!("cannot write {path}");
        assert!(
            output.errors.contains(&named) && output.errors.contains(reason),
            "{}",
            output.errors
        );
    }
}

/// A limit on the size of files is the nearest thing to a full disk that a test can have.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_old_densities_and_nothing_else() {
    let folder = Folder::new();
    folder.write("s.npy", &npy_f8("(40, 2)", "False", &samples(40)));
    folder.write("k.npy", b"old");
    folder.write("p.npy", b"old");
    let program = cargo_bin!("parzen");
    let script = "trap '' XFSZ; ulimit -f 4; exec \"$0\" density --samples s.npy --width 1 \
                  --grid 40 --counts k.npy --out p.npy";
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(program)
        .current_dir(folder.path("."))
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("cannot write p.npy: File too large"), "{errors}");
    assert_eq!(folder.names(), ["k.npy", "p.npy", "s.npy"]);
    for name in ["k.npy", "p.npy"] {
        assert_eq!(std::fs::read(folder.path(name)).unwrap(), b"old", "{name}");
    }
}

#[test]
fn densities_are_replaced_and_leave_nothing_behind() {
    let folder = Folder::new();
    folder.write("s.npy", &npy_f8("(40, 2)", "False", &samples(40)));
    folder.write("p.csv", b"old");
    folder.run(&[&DENSITY[..], &["--out", "p.csv"]].concat()).text();
    let text = std::fs::read_to_string(folder.path("p.csv")).unwrap();
    assert!(text.starts_with("x0,x1,count,density,log_density\n0.0,0.0,"), "{text}");
    assert_eq!(std::fs::read_dir(folder.path(".")).unwrap().count(), 2);
}
