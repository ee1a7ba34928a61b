//! What `--out` writes: whole or not at all.

#[cfg(target_os = "linux")]
use std::process::{Command, Stdio};

#[cfg(target_os = "linux")]
use assert_cmd::cargo::cargo_bin;

use super::ROWS;
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

/// A file that takes very long, because it has a length but no content.
#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_leaves_nothing_behind() {
    use std::time::{Duration, Instant};

    let folder = Folder::new();
    let n = 4_000_000_000_u64;
    let head = npy("'<f8'", &format!("({n}, 2)"), "False", &[]);
    folder.write("vast.npy", &head);
    let vast = std::fs::File::options().write(true).open(folder.path("vast.npy")).unwrap();
    vast.set_len(head.len() as u64 + n * 16).unwrap();
    let mut command = Command::new(cargo_bin!("parzen"));
    command.args(["count", "--samples", "vast.npy", "--center", "0,0", "--width", "1"]);
    command.args(["--memory", "1MiB", "--out", "result.json"]).current_dir(folder.path(""));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    // It listens for signals before it opens anything.
    let reads = || {
        let files = std::fs::read_dir(format!("/proc/{}/fd", child.id())).into_iter().flatten();
        let mut targets = files.flatten().flat_map(|file| std::fs::read_link(file.path()));
        targets.any(|target| target.ends_with("vast.npy"))
    };
    let began = Instant::now();
    while !reads() {
        assert!(began.elapsed() < Duration::from_mins(1), "it never opens the file");
        std::thread::yield_now();
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let asked = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(asked.elapsed() < Duration::from_secs(30), "it does not end");
        std::thread::yield_now();
    };
    assert_eq!(status.code(), Some(130));
    assert_eq!(folder.names(), ["vast.npy"]);
}
