//! What a study leaves behind: the contents of `study.json`, version 1.
//!
//! Plain data. Nothing derived is stored: medians, intervals and ratios are computed by whoever reads
//! the file (`bench-report`), so that every figure can be recomputed from the raw samples. The file
//! appears whole or not at all. Next: [`super::run`], which fills it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Error;
use super::order::Configuration;
use crate::backend::Sample;
use crate::machine::Machine;
use crate::machine::pages::Pages;

/// Name of the file in the output folder.
pub const FILE: &str = "study.json";
/// What the file calls itself.
pub const FORMAT: &str = "parzen-study";
/// Version of the format.
pub const VERSION: u32 = 1;

/// A whole study.
#[derive(Clone, Debug, Serialize)]
pub struct Study {
    /// [`FORMAT`].
    pub format: &'static str,
    /// [`VERSION`].
    pub version: u32,
    /// When the study began, in seconds since 1970.
    pub created_unix_s: u64,
    /// Seed of the random order.
    pub seed: u64,
    /// Name of the instruction set that counted.
    pub isa: &'static str,
    /// Where it was measured.
    pub machine: Machine,
    /// What was measured.
    pub workloads: Vec<WorkloadRecord>,
    /// What a reader must know, in words.
    pub warnings: Vec<String>,
}

/// One workload with everything that was measured of it.
#[derive(Clone, Debug, Serialize)]
pub struct WorkloadRecord {
    /// Short name.
    pub name: &'static str,
    /// One sentence for people.
    pub title: &'static str,
    /// Number of samples.
    pub n: usize,
    /// Number of dimensions.
    pub d: usize,
    /// How samples are stored, in NumPy's words: `f8` or `f4`.
    pub element: &'static str,
    /// How samples came about.
    pub generator: String,
    /// Seed of the generator; `None` if it has none.
    pub sample_seed: Option<u64>,
    /// Identity of the samples.
    pub checksum: String,
    /// d coordinates.
    pub center: Vec<f64>,
    /// One task for each width.
    pub widths: Vec<f64>,
    /// What a task is, in words.
    pub task: &'static str,
    /// Bytes of all samples: what one scan reads.
    pub bytes: u64,
    /// The pages that hold them; `None` where the system does not tell.
    pub pages: Option<Pages>,
    /// The checked count of each width.
    pub counts: Vec<u64>,
    /// What is compared.
    pub configurations: Vec<Configuration>,
    /// How often each measured sample repeats the whole job.
    pub passes: usize,
    /// The samples, block after block, in the order measured.
    pub blocks: Vec<Vec<Measured>>,
    /// Passes of every configuration before the first block, not measured.
    pub warm_up_passes: usize,
}

/// One sample of one configuration.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// Position in [`WorkloadRecord::configurations`].
    pub configuration: usize,
    /// Its times; `wall_ns` is for all passes together.
    #[serde(flatten)]
    pub sample: Sample,
}

impl Study {
    /// Writes `study.json` into `folder`, which is made if need be; the path of the file.
    ///
    /// # Errors
    /// [`Error::Unwritable`] names the path and the system's reason; an older file is then still whole.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, Error> {
        let path = folder.join(FILE);
        let written = self.write_to(folder, &path);
        written.map(|()| path.clone()).map_err(|source| Error::Unwritable { path, source })
    }

    fn write_to(&self, folder: &Path, path: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut file = readable_by_all().tempfile_in(folder)?;
        let mut writer = std::io::BufWriter::new(&mut file);
        serde_json::to_writer(&mut writer, self)?;
        writer.write_all(b"\n")?;
        writer.flush()?;
        drop(writer);
        file.persist(path)?;
        Ok(())
    }
}

/// Makes `folder` if need be, and proves that files can be written there: known before a long
/// measurement rather than after it.
///
/// # Errors
/// [`Error::Unwritable`] names the folder and the system's reason.
pub fn check_writable(folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder)
        .and_then(|()| tempfile::tempfile_in(folder))
        .map(drop)
        .map_err(|source| Error::Unwritable { path: folder.to_owned(), source })
}

/// Temporary files are private by default; a result is as readable as any new file.
fn readable_by_all() -> tempfile::Builder<'static, 'static> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "modes are a thing of Unix"))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}
