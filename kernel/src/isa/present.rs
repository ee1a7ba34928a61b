//! A set of ranks that changes, and how many of them lie below another.
//!
//! ```text
//! bits       a bit for each rank
//! words      for each word of 64 ranks the number of those present in the words before, of its block
//! blocks     for each block of 64 words the number in the blocks before, of its region
//! regions    for each region of 32 blocks the number in the regions before
//! below(r) = regions + blocks + words + bits of its word below r          four look-ups
//! ```
//!
//! A rank that comes or goes changes the numbers behind it, at most 64 on each level but the last: a few
//! vectors, without a branch. There are n / 131,072 regions, so that changes cost more from some ten million
//! ranks on. (The usual tree of sums takes log n steps for either, each of which waits for the one before.)

/// Words in a block.
const WORDS: usize = 64;
/// Blocks in a region.
const BLOCKS: usize = 32;
/// Ranks in a block.
const BLOCK: usize = 64 * WORDS;
/// Ranks in a region.
const REGION: usize = BLOCK * BLOCKS;

#[derive(Clone, Debug)]
#[repr(align(64))]
struct Words([u16; WORDS]);

#[derive(Clone, Debug)]
#[repr(align(64))]
struct Blocks([u32; BLOCKS]);

/// The ranks that are present, of those from 0 to n.
#[derive(Debug)]
pub(crate) struct Present {
    bits: Vec<u64>,
    words: Vec<Words>,
    blocks: Vec<Blocks>,
    regions: Vec<u32>,
}

impl Present {
    /// Nobody, of n.
    pub(crate) fn new(n: usize) -> Self {
        let blocks = n / BLOCK + 1;
        Self {
            bits: vec![0; blocks * WORDS],
            words: vec![Words([0; WORDS]); blocks],
            blocks: vec![Blocks([0; BLOCKS]); blocks.div_ceil(BLOCKS)],
            regions: vec![0; blocks.div_ceil(BLOCKS)],
        }
    }

    /// Puts exactly these ranks into the set.
    pub(crate) fn fill(&mut self, ranks: &[u32]) {
        self.bits.fill(0);
        for &rank in ranks {
            self.bits[rank as usize / 64] |= 1 << (rank % 64);
        }
        let mut all = 0;
        let blocks = self.words.chunks_mut(BLOCKS).zip(&mut self.blocks);
        let mut bits = self.bits.chunks_exact(WORDS);
        for ((words, numbers), region) in blocks.zip(&mut self.regions) {
            *region = all;
            // Also where there is no block: what is not there is never asked for.
            let mut in_region = 0;
            for (words, number) in words.iter_mut().zip(&mut numbers.0) {
                *number = in_region;
                let mut in_block = 0;
                for (word, bits) in words.0.iter_mut().zip(bits.next().unwrap_or_default()) {
                    *word = in_block;
                    in_block += bits.count_ones() as u16;
                }
                in_region += u32::from(in_block);
            }
            all += in_region;
        }
    }

    /// Adds a rank that is not present.
    #[inline(always)]
    pub(crate) fn insert(&mut self, rank: u32) {
        self.change::<1>(rank);
    }

    /// Takes a rank away that is present.
    #[inline(always)]
    pub(crate) fn remove(&mut self, rank: u32) {
        self.change::<-1>(rank);
    }

    #[inline(always)]
    fn change<const BY: i16>(&mut self, rank: u32) {
        let rank = rank as usize;
        self.bits[rank / 64] ^= 1 << (rank % 64);
        let word = (rank / 64 % WORDS) as u16;
        for (at, number) in (0..).zip(&mut self.words[rank / BLOCK].0) {
            let by: u16 = if at > word { BY as u16 } else { 0 };
            *number = number.wrapping_add(by);
        }
        let block = (rank / BLOCK % BLOCKS) as u32;
        for (at, number) in (0..).zip(&mut self.blocks[rank / REGION].0) {
            let by = if at > block { i32::from(BY) as u32 } else { 0 };
            *number = number.wrapping_add(by);
        }
        let region = (rank / REGION) as u32;
        for (at, number) in (0..).zip(&mut self.regions) {
            let by = if at > region { i32::from(BY) as u32 } else { 0 };
            *number = number.wrapping_add(by);
        }
    }

    /// Number of ranks present below `rank`, which is at most n.
    #[inline(always)]
    pub(crate) fn below(&self, rank: u32) -> u32 {
        let rank = rank as usize;
        let before = (1_u64 << (rank % 64)) - 1;
        let in_word = (self.bits[rank / 64] & before).count_ones();
        let in_block = u32::from(self.words[rank / BLOCK].0[rank / 64 % WORDS]);
        let in_region = self.blocks[rank / REGION].0[rank / BLOCK % BLOCKS];
        self.regions[rank / REGION] + in_region + in_block + in_word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares with a plain list, at every rank that is one of `asked`.
    fn check(present: &Present, list: &[bool], asked: impl Iterator<Item = usize>) {
        let mut sums = vec![0];
        sums.extend(list.iter().scan(0, |sum, &is_there| {
            *sum += u32::from(is_there);
            Some(*sum)
        }));
        for rank in asked {
            assert_eq!(present.below(rank as u32), sums[rank], "rank {rank} of {}", list.len());
        }
    }

    #[test]
    fn sums_are_those_of_a_plain_list() {
        for n in [0, 1, 63, 64, 65, BLOCK - 1, BLOCK, 5 * BLOCK + 3, REGION, 2 * REGION + 777] {
            let mut present = Present::new(n);
            let mut list = vec![false; n];
            let ranks: Vec<u32> = (0..n).filter(|i| i * 7 % 5 < 2).map(|i| i as u32).collect();
            for &rank in &ranks {
                list[rank as usize] = true;
            }
            present.fill(&ranks);
            check(&present, &list, 0..=n);
            let stride = (n / 300).max(1);
            for rank in (0..n).rev().step_by(stride) {
                if list[rank] {
                    present.remove(rank as u32);
                } else {
                    present.insert(rank as u32);
                }
                list[rank] = !list[rank];
            }
            check(&present, &list, 0..=n);
            let some = &ranks[..ranks.len() / 2];
            present.fill(some);
            list.fill(false);
            for &rank in some {
                list[rank as usize] = true;
            }
            check(&present, &list, 0..=n);
        }
    }
}
