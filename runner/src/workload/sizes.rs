//! Workloads that are sized for this machine: samples that live in a certain cache, or in none.
//!
//! Separate from the [presets](super::presets), whose n is fixed: here n follows from the caches that
//! the machine tells of. What it does not tell is replaced by a size that is common among machines
//! of today, and [`Sized::assumed`] says so. n is part of what a study records, so that it can be
//! repeated on another machine. Where every worker has samples of its own, those that share a cache share
//! its room, too: otherwise a level would be left as workers are added, and keep its name.
//! Next: [`super::Workload`].

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
    /// In main memory: twice all third-level caches together, so that they stay too small however many
    /// workers bring theirs along.
    #[serde(rename = "DRAM")]
    Dram,
}

/// Of memory, samples take at most this part.
const MEMORY_PART: u64 = 8;
/// More samples are never made: their oracle alone would take minutes. 2 GiB.
const MOST_SAMPLES: u64 = 1 << 27;
/// Bytes of one sample: two coordinates of eight bytes.
const SAMPLE_BYTES: u64 = 16;
/// A pass reads about so many bytes: a tenth of a second for a core that reads 10 GB/s.
const PASS_BYTES: u64 = 1_000_000_000;
/// So many widths where scans are short: about as many as the article, but divisible among 1, 2, 3, 4,
/// 5, 6, 8, 10 and 12 workers.
pub const MOST_WIDTHS: usize = 120;
/// Samples that a limit keeps below this part of their size may not leave the caches: 1.5 times all
/// third-level caches instead of twice.
const REACHED: f64 = 0.75;

/// What samples are sized by.
#[derive(Clone, Copy, Debug)]
pub struct Room<'a> {
    /// The machine's caches, each once.
    pub caches: &'a [Cache],
    /// Its memory.
    pub memory_bytes: Option<u64>,
    /// How many workers at most have samples of their own; 1 if all share them.
    pub copies: usize,
    /// Widths that one scan counts; there are at least so many.
    pub widths_per_scan: usize,
}

/// A workload, and what had to be assumed about the machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Sized {
    /// Why the samples may be smaller than their level asks for, if they are.
    pub shortfall: Option<String>,
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

    /// Whether workers share the way to samples that live there, so that they can be in each other's way
    /// without sharing anything else: a third-level cache and main memory.
    pub fn is_shared(self) -> bool {
        matches!(self, Self::L3 | Self::Dram)
    }

    /// What it means, in one line.
    pub fn summary(self) -> &'static str {
        match self {
            Self::L1 => "samples fill half of a core's first-level data cache",
            Self::L2 => "samples fill half of a second-level cache, all copies together",
            Self::L3 => "samples fill half of a third-level cache, all copies together",
            Self::Dram => "samples are twice as large as all third-level caches",
        }
    }

    /// The workload of this size in some room.
    pub fn workload(self, room: Room<'_>) -> Sized {
        let (cache_level, common_bytes) = match self {
            Self::L1 => (1, 32 << 10),
            Self::L2 => (2, 1 << 20),
            Self::L3 | Self::Dram => (3, 32 << 20),
        };
        let caches = data_caches(room.caches, cache_level);
        let assumed = caches.is_empty().then(|| {
            format!(
                "a level {cache_level} cache of {} KiB, whose size is unknown",
                common_bytes >> 10
            )
        });
        let wanted = match self {
            Self::Dram => total_bytes(&caches).unwrap_or(common_bytes).saturating_mul(2),
            Self::L1 | Self::L2 | Self::L3 => {
                bytes_of_a_sharer(&caches, room.copies).unwrap_or(common_bytes) / 2
            }
        };
        let bytes = wanted
            .min(room.memory_bytes.unwrap_or(u64::MAX) / MEMORY_PART)
            .min(MOST_SAMPLES * SAMPLE_BYTES);
        let n = (bytes / SAMPLE_BYTES).max(1);
        let is_short = self == Self::Dram && (bytes as f64) < REACHED * wanted as f64;
        let shortfall = is_short.then(|| {
            format!(
                "twice all level 3 caches would take {} MiB; taken are {} MiB, at most an eighth of \
                 memory and never more than {} MiB",
                wanted >> 20,
                bytes >> 20,
                (MOST_SAMPLES * SAMPLE_BYTES) >> 20
            )
        });
        Sized { workload: self.of_samples(n, room.widths_per_scan), assumed, shortfall }
    }

    /// The workload of `n` samples.
    fn of_samples(self, n: u64, widths_per_scan: usize) -> Workload {
        let scans = (PASS_BYTES / (n * SAMPLE_BYTES)) as usize;
        let widths = scans.max(widths_per_scan).clamp(1, MOST_WIDTHS);
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
            widths: WidthRange { start: 1.0, stop: 1.2, count: widths },
            expected: Expected::Oracle,
            checksum: None,
        }
    }
}

/// The caches of this level that hold data and whose size is known.
fn data_caches(caches: &[Cache], level: u32) -> Vec<&Cache> {
    let holds_data = |cache: &&Cache| {
        cache.level == level && !cache.kind.eq_ignore_ascii_case("instruction") && cache.bytes > 0
    };
    caches.iter().filter(holds_data).collect()
}

/// What all of them hold together.
fn total_bytes(caches: &[&Cache]) -> Option<u64> {
    let sum = caches.iter().fold(0_u64, |sum, cache| sum.saturating_add(cache.bytes));
    (sum > 0).then_some(sum)
}

/// What each of so many workers that share a cache has of it, where they have least.
fn bytes_of_a_sharer(caches: &[&Cache], copies: usize) -> Option<u64> {
    let of_one = |cache: &&Cache| {
        let sharers = cache.shared_by_cpus.len().min(copies).max(1);
        cache.bytes / sharers as u64
    };
    caches.iter().map(of_one).min()
}

#[cfg(test)]
mod tests {
    use super::{Level, MOST_SAMPLES, Room};
    use crate::machine::topology::Cache;

    fn cache(level: u32, kind: &str, bytes: u64, sharers: usize) -> Cache {
        Cache { level, kind: kind.into(), bytes, shared_by_cpus: (0..sharers).collect() }
    }

    fn caches() -> Vec<Cache> {
        vec![
            cache(1, "Data", 48 << 10, 2),
            cache(1, "Instruction", 16 << 10, 2),
            cache(2, "Unified", 2 << 20, 2),
            cache(3, "Unified", 32 << 20, 8),
        ]
    }

    fn room(caches: &[Cache]) -> Room<'_> {
        Room { caches, memory_bytes: None, copies: 1, widths_per_scan: 1 }
    }

    fn bytes(level: Level, room: Room<'_>) -> u64 {
        level.workload(room).workload.n as u64 * 16
    }

    #[test]
    fn sizes_follow_from_caches() {
        let caches = caches();
        let bytes = |level| bytes(level, Room { memory_bytes: Some(64 << 30), ..room(&caches) });
        assert_eq!(
            Level::ALL.iter().copied().map(bytes).collect::<Vec<_>>(),
            [24 << 10, 1 << 20, 16 << 20, 64 << 20]
        );
    }

    #[test]
    fn copies_share_what_their_workers_share() {
        let caches = caches();
        for (copies, l2, l3) in [(1, 1 << 20, 16 << 20), (3, 1 << 19, (16 << 20) / 3)] {
            let room = Room { copies, ..room(&caches) };
            assert_eq!(bytes(Level::L2, room), l2);
            assert_eq!(bytes(Level::L3, room), l3 / 16 * 16);
            assert_eq!(bytes(Level::Dram, room), 64 << 20, "each alone must leave the cache");
        }
        let many = Room { copies: 100, ..room(&caches) };
        assert_eq!(bytes(Level::L3, many), 2 << 20, "more workers than CPUs take turns");
    }

    #[test]
    fn main_memory_is_beyond_all_third_level_caches_together() {
        let two = [cache(3, "Unified", 32 << 20, 8), cache(3, "Unified", 32 << 20, 8)];
        assert_eq!(bytes(Level::Dram, room(&two)), 128 << 20);
        assert_eq!(bytes(Level::L3, room(&two)), 16 << 20);
    }

    #[test]
    fn long_scans_have_few_widths_and_short_ones_many() {
        let caches = caches();
        let widths = |level: Level, room: Room<'_>| level.workload(room).workload.widths.count;
        assert_eq!(widths(Level::L1, room(&caches)), 120);
        assert_eq!(widths(Level::Dram, room(&caches)), 14);
        let large = [cache(3, "Unified", 480 << 20, 2)];
        assert_eq!(widths(Level::Dram, room(&large)), 1);
        let dial = |widths_per_scan| Room { widths_per_scan, ..room(&large) };
        assert_eq!(widths(Level::Dram, dial(10)), 10, "the dial needs something to turn");
        assert_eq!(widths(Level::Dram, dial(1000)), 120);
    }

    #[test]
    fn samples_that_a_limit_keeps_in_the_cache_say_so() {
        let caches = caches();
        let dram = |memory| Level::Dram.workload(Room { memory_bytes: memory, ..room(&caches) });
        assert_eq!(dram(Some(1 << 30)).shortfall, None);
        // An eighth of 400 MiB is 50 MiB: still more than one and a half times the cache.
        assert_eq!(dram(Some(400 << 20)).shortfall, None);
        let short = dram(Some(64 << 20));
        assert_eq!(short.workload.n * 16, 8 << 20);
        let text = short.shortfall.unwrap();
        assert!(text.contains("take 64 MiB; taken are 8 MiB"), "{text}");
        let vast = [cache(3, "Unified", 1 << 40, 2)];
        let vast = Level::Dram.workload(room(&vast));
        assert_eq!(vast.workload.n as u64, MOST_SAMPLES);
        assert!(vast.shortfall.is_some());
    }

    #[test]
    fn what_is_unknown_is_assumed_and_said() {
        let l2 = Level::L2.workload(room(&[]));
        assert_eq!(l2.workload.n, (1 << 19) / 16);
        assert!(l2.assumed.unwrap().starts_with("a level 2 cache of 1024 KiB"));
        assert_eq!(Level::L2.workload(room(&caches())).assumed, None);
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
