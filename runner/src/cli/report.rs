//! From a result file to its report: what every command that measures ends with.
//!
//! Separate because they all end the same way: files of every format beside the result, and on standard
//! output what has no file. Next: the library `bench-report`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bench_report::compare::Compared;
use bench_report::render;

use crate::failure::Failure;
use crate::output;

/// A report that was written.
#[derive(Debug)]
pub(super) struct Written {
    /// The results that were read, and then the files of the report.
    files: Vec<PathBuf>,
    /// What belongs on standard output.
    texts: Vec<String>,
}

impl Written {
    /// Reads `results` and writes their report into the folder `out`.
    ///
    /// # Errors
    /// [`Failure::Unwritable`], also where a result cannot be read back.
    pub(super) fn of(results: &[PathBuf], out: &Path) -> anyhow::Result<Self> {
        Self::made(results, out)
            .with_context(|| Failure::Unwritable("the report cannot be written".into()))
    }

    /// As [`Written::of`]; the files also tell what lies in `out` as `neighbor`, a result of an earlier run,
    /// if it can be read. Standard output has nothing of it.
    ///
    /// # Errors
    /// As [`Written::of`].
    pub(super) fn beside(results: &[PathBuf], neighbor: &str, out: &Path) -> anyhow::Result<Self> {
        let neighbor = out.join(neighbor);
        let is_there = bench_report::read_any(std::slice::from_ref(&neighbor)).is_ok();
        let mut written = Self::of(results, out)?;
        if is_there {
            let all = [results, &[neighbor]].concat();
            written.files = Self::of(&all, out)?.files;
        }
        Ok(written)
    }

    fn made(results: &[PathBuf], out: &Path) -> Result<Self, bench_report::Error> {
        let report = bench_report::read_any(results)?;
        // Compared once for all formats: that takes longer than laying them out.
        let compared = Compared::of(&report);
        let mut files = results.to_vec();
        files.extend(bench_report::write_compared(&compared, render::ALL, out)?);
        let texts = render::ALL.iter().filter(|format| format.file_name().is_none());
        let texts = texts.map(|format| format.lay_out(&compared)).collect::<Result<_, _>>()?;
        Ok(Self { files, texts })
    }

    /// Prints the texts, and where the files are.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub(super) fn print(&self) -> anyhow::Result<()> {
        output::to_stdout(|out| {
            self.texts.iter().try_for_each(|text| writeln!(out, "{}\n", text.trim_end()))?;
            self.files.iter().try_for_each(|file| writeln!(out, "{}", file.display()))
        })
    }
}
