//! Runs the program in a folder of its own, and writes `.npy` files byte by byte, independently of
//! the crate that reads them.

use std::process::Stdio;

use assert_cmd::cargo::cargo_bin;
use tempfile::TempDir;

/// A folder that disappears, in which the program runs.
pub(crate) struct Folder(TempDir);

/// What a run left behind.
pub(crate) struct Output {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) errors: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// Names of the files in it, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Writes a file and gives its name.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.0.path().join(name), bytes).unwrap();
        name.to_owned()
    }

    pub(crate) fn make_folder(&self, name: &str) {
        std::fs::create_dir(self.0.path().join(name)).unwrap();
    }

    /// Makes a pipe with a name, to which nobody writes.
    #[cfg(target_os = "linux")]
    pub(crate) fn make_pipe(&self, name: &str) {
        let path = self.0.path().join(name);
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    }

    pub(crate) fn count(&self, arguments: &[&str]) -> Output {
        self.run(&[&["count"], arguments].concat())
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_into(arguments, Stdio::piped())
    }

    pub(crate) fn run_into(&self, arguments: &[&str], out: Stdio) -> Output {
        let mut command = std::process::Command::new(cargo_bin!("parzen"));
        command.args(arguments).current_dir(self.0.path());
        command.stdin(Stdio::null()).stdout(out).stderr(Stdio::piped());
        let output = command.spawn().unwrap().wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Output { code: output.status.code(), out: text(output.stdout), errors: text(output.stderr) }
    }
}

impl Output {
    /// Standard output of a run that succeeded and had nothing to complain about.
    pub(crate) fn text(&self) -> String {
        assert_eq!((self.code, self.errors.as_str()), (Some(0), ""), "{}", self.out);
        self.out.clone()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text()).unwrap()
    }

    /// Standard error of a run that was refused for its input.
    pub(crate) fn refused(&self) -> String {
        assert_eq!((self.code, self.out.as_str()), (Some(2), ""), "{}", self.errors);
        self.errors.clone()
    }
}

/// A `.npy` file, version 1.0, as the format's description lays it down (NEP 1).
pub(crate) fn npy(descr: &str, shape: &str, fortran_order: &str, data: &[u8]) -> Vec<u8> {
    let dictionary =
        format!("{{'descr': {descr}, 'fortran_order': {fortran_order}, 'shape': {shape}, }}");
    // Magic, version, length and header together are a multiple of 64 bytes.
    let length = (10 + dictionary.len() + 1).next_multiple_of(64) - 10;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(length).unwrap().to_le_bytes());
    bytes.extend(format!("{dictionary:<width$}\n", width = length - 1).bytes());
    bytes.extend(data);
    bytes
}

pub(crate) fn npy_f8(shape: &str, fortran_order: &str, values: &[f64]) -> Vec<u8> {
    let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    npy("'<f8'", shape, fortran_order, &data)
}

pub(crate) fn npy_f4(shape: &str, fortran_order: &str, values: &[f32]) -> Vec<u8> {
    let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    npy("'<f4'", shape, fortran_order, &data)
}
