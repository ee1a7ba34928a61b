//! Workloads that are sized for this machine: samples that live in a certain cache, or in none.
//!
//! Separate from the [presets](super::presets), whose n is fixed: here n follows from the caches that
//! the machine tells of. What it does not tell is replaced by a size that is common among machines
//! of today, and [`Sized::assumed`] says so. n is part of what a study records, so that it can be
//! repeated on another machine. Next: [`super::Workload`].

use serde::{Deserialize, Serialize};

use super::{Expected, Generator, Stored, WidthRange, Workload};
use crate::machine::topology::Cache;

/// Where samples live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Level {
    /// In the first-level data cache of a core: half of it.
    L1,
    /// In the second-level cache: half of it.
    L2,
    /// In a third-level cache: half of it.
    L3,
    /// In main memory: twice the third-level cache.
    #[serde(rename = "DRAM")]
    Dram,
}

/// Of memory, samples take at most this part.
const MEMORY_PART: u64 = 8;
/// More samples are never made: their oracle alone would take minutes.
const MOST_SAMPLES: u64 = 1 << 26;
/// Bytes of one sample: two coordinates of eight bytes.
const SAMPLE_BYTES: u64 = 16;
/// A pass reads about so many bytes: a tenth of a second for a core that reads 10 GB/s.
const PASS_BYTES: u64 = 1_000_000_000;
/// So many widths where scans are short, as the article.
const MOST_WIDTHS: u64 = 100;
/// So many where they are long: fewer could not be shared out.
const FEWEST_WIDTHS: u64 = 4;

/// A workload, and what had to be assumed about the machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Sized {
    /// What is counted.
    pub workload: Workload,
    /// The cache whose size the machine does not tell, with the size that was taken instead.
    pub assumed: Option<String>,
}

impl Level {
    /// Every level, the nearest first.
    pub const ALL: &'static [Self] = &[Self::L1, Self::L2, Self::L3, Self::Dram];

    /// Its name, as on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
            Self::Dram => "DRAM",
        }
    }

    /// The level called `name`, in capital or small letters.
    ///
    /// # Errors
    /// A sentence that lists the known names.
    pub fn by_name(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|level| level.name().eq_ignore_ascii_case(name));
        found.copied().ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|level| level.name()).collect();
            format!("unknown size '{name}'; known: {}", known.join(", "))
        })
    }

    /// What it means, in one line.
    pub fn summary(self) -> &'static str {
        match self {
            Self::L1 => "samples fill half of a core's first-level data cache",
            Self::L2 => "samples fill half of a second-level cache",
            Self::L3 => "samples fill half of a third-level cache",
            Self::Dram => "samples are twice as large as a third-level cache",
        }
    }

    /// The workload of this size on a machine with these caches and so much memory.
    pub fn workload(self, caches: &[Cache], memory_bytes: Option<u64>) -> Sized {
        let (cache_level, common_bytes) = match self {
            Self::L1 => (1, 32 << 10),
            Self::L2 => (2, 1 << 20),
            Self::L3 | Self::Dram => (3, 32 << 20),
        };
        let known = cache_bytes(caches, cache_level);
        let assumed = known.is_none().then(|| {
            format!(
                "a level {cache_level} cache of {} KiB, whose size is unknown",
                common_bytes >> 10
            )
        });
        let cache = known.unwrap_or(common_bytes);
        let wanted = if self == Self::Dram { cache.saturating_mul(2) } else { cache / 2 };
        let bytes = wanted.min(memory_bytes.unwrap_or(u64::MAX) / MEMORY_PART);
        let n = (bytes / SAMPLE_BYTES).clamp(1, MOST_SAMPLES);
        Sized { workload: self.of_samples(n), assumed }
    }

    /// The workload of `n` samples.
    fn of_samples(self, n: u64) -> Workload {
        let widths = (PASS_BYTES / (n * SAMPLE_BYTES)).clamp(FEWEST_WIDTHS, MOST_WIDTHS);
        Workload {
            name: match self {
                Self::L1 => "l1",
                Self::L2 => "l2",
                Self::L3 => "l3",
                Self::Dram => "dram",
            },
            title: self.summary(),
            n: n as usize,
            d: 2,
            element: Stored::Double,
            generator: Generator::StandardNormal,
            seed: 123,
            center: &[0.0, 0.0],
            widths: WidthRange { start: 1.0, stop: 1.2, count: widths as usize },
            expected: Expected::Oracle,
            checksum: None,
        }
    }
}

/// Size of the smallest cache of this level that holds data: the one that every core can count on.
fn cache_bytes(caches: &[Cache], level: u32) -> Option<u64> {
    let data = caches.iter().filter(|cache| {
        cache.level == level && !cache.kind.eq_ignore_ascii_case("instruction") && cache.bytes > 0
    });
    data.map(|cache| cache.bytes).min()
}

#[cfg(test)]
mod tests {
    use super::{Level, MOST_SAMPLES};
    use crate::machine::topology::Cache;

    fn cache(level: u32, kind: &str, bytes: u64) -> Cache {
        Cache { level, kind: kind.into(), bytes, shared_by_cpus: vec![0] }
    }

    fn caches() -> Vec<Cache> {
        vec![
            cache(1, "Data", 48 << 10),
            cache(1, "Instruction", 16 << 10),
            cache(2, "Unified", 2 << 20),
            cache(3, "Unified", 32 << 20),
        ]
    }

    #[test]
    fn sizes_follow_from_caches() {
        let n = |level: Level| level.workload(&caches(), Some(64 << 30)).workload.n as u64;
        assert_eq!(n(Level::L1) * 16, 24 << 10);
        assert_eq!(n(Level::L2) * 16, 1 << 20);
        assert_eq!(n(Level::L3) * 16, 16 << 20);
        assert_eq!(n(Level::Dram) * 16, 64 << 20);
    }

    #[test]
    fn long_scans_have_few_widths_and_short_ones_a_hundred() {
        let widths =
            |level: Level, caches: &[Cache]| level.workload(caches, None).workload.widths.count;
        assert_eq!(widths(Level::L1, &caches()), 100);
        assert_eq!(widths(Level::Dram, &caches()), 14);
        assert_eq!(widths(Level::Dram, &[cache(3, "Unified", 480 << 20)]), 4);
    }

    #[test]
    fn memory_and_the_oracle_limit_sizes() {
        let dram = |memory| Level::Dram.workload(&caches(), memory).workload.n as u64;
        assert_eq!(dram(Some(64 << 20)) * 16, 8 << 20);
        let vast = [cache(3, "Unified", 1 << 40)];
        assert_eq!(Level::Dram.workload(&vast, None).workload.n as u64, MOST_SAMPLES);
    }

    #[test]
    fn what_is_unknown_is_assumed_and_said() {
        let l2 = Level::L2.workload(&[], None);
        assert_eq!(l2.workload.n, (1 << 19) / 16);
        assert!(l2.assumed.unwrap().starts_with("a level 2 cache of 1024 KiB"));
        assert_eq!(Level::L2.workload(&caches(), None).assumed, None);
    }

    #[test]
    fn names_are_found_in_small_letters_too() {
        assert_eq!(Level::by_name("dram"), Ok(Level::Dram));
        for level in Level::ALL {
            assert_eq!(Level::by_name(level.name()), Ok(*level));
            assert_eq!(serde_json::to_value(level).unwrap(), level.name());
        }
        assert!(Level::by_name("L4").unwrap_err().contains("'L4'; known: L1, L2, L3, DRAM"));
    }
}
