//! Tests of the allocator, through `GlobalAlloc` itself, and of the reader, on recorded text.
//!
//! Apart because the allocator's tests need more room than the allocator.

use super::*;

/// Writes both ends and the middle of a block, after checking that it is aligned.
fn fill(start: *mut u8, layout: Layout) {
    assert!(!start.is_null() && start.addr().is_multiple_of(layout.align()), "{layout:?}");
    for offset in [0, layout.size() / 2, layout.size() - 1] {
        // SAFETY: the offset is inside a block of `layout` that this test owns.
        unsafe { start.add(offset).write(offset as u8 | 1) }
    }
}

fn check(start: *mut u8, size: usize, offsets: &[usize]) {
    for &offset in offsets.iter().filter(|&&offset| offset < size) {
        // SAFETY: as in `fill`.
        assert_eq!(unsafe { start.add(offset).read() }, offset as u8 | 1, "offset {offset}");
    }
}

#[test]
fn blocks_of_many_sizes_are_aligned_writable_and_apart() {
    let sizes = [1, 4095, HUGE_PAGE - 1, HUGE_PAGE, HUGE_PAGE + 1, 3 * HUGE_PAGE + 4097];
    let mut blocks = Vec::new();
    for align in [1, 64, 4096, HUGE_PAGE, 4 * HUGE_PAGE] {
        for size in sizes {
            let layout = Layout::from_size_align(size, align).unwrap();
            // SAFETY: the size is not 0.
            let start = unsafe { HugePages.alloc(layout) };
            fill(start, layout);
            blocks.push((start, layout));
        }
    }
    let mut ranges: Vec<_> =
        blocks.iter().map(|(start, layout)| (start.addr(), start.addr() + layout.size())).collect();
    ranges.sort_unstable();
    assert!(ranges.windows(2).all(|pair| pair[0].1 <= pair[1].0), "blocks overlap");
    for (start, layout) in blocks {
        check(start, layout.size(), &[0, layout.size() / 2, layout.size() - 1]);
        // SAFETY: allocated above with this layout, freed once.
        unsafe { HugePages.dealloc(start, layout) }
    }
}

#[test]
fn zeroed_blocks_are_zero_even_after_reuse() {
    for align in [64, HUGE_PAGE] {
        let layout = Layout::from_size_align(2 * HUGE_PAGE + 100, align).unwrap();
        for _ in 0..3 {
            // SAFETY: the size is not 0; the slice is the whole block; freed once.
            unsafe {
                let start = HugePages.alloc_zeroed(layout);
                assert!(std::slice::from_raw_parts(start, layout.size()).iter().all(|&b| b == 0));
                start.write_bytes(0xA5, layout.size());
                HugePages.dealloc(start, layout);
            }
        }
    }
}

#[test]
fn resized_blocks_keep_their_contents_and_alignment() {
    for align in [64, HUGE_PAGE] {
        let mut layout = Layout::from_size_align(HUGE_PAGE + 10, align).unwrap();
        // SAFETY: the size is not 0.
        let mut start = unsafe { HugePages.alloc(layout) };
        fill(start, layout);
        let written = [0, layout.size() / 2, layout.size() - 1];
        let mut kept = layout.size();
        for size in [HUGE_PAGE + 20, 5 * HUGE_PAGE, 2 * HUGE_PAGE, HUGE_PAGE / 2, 7, HUGE_PAGE] {
            // SAFETY: allocated with `layout`, which is updated with every size.
            start = unsafe { HugePages.realloc(start, layout, size) };
            layout = Layout::from_size_align(size, align).unwrap();
            kept = kept.min(size);
            assert!(!start.is_null() && start.addr().is_multiple_of(align), "{layout:?}");
            check(start, kept, &written);
        }
        // SAFETY: the last layout, freed once.
        unsafe { HugePages.dealloc(start, layout) }
    }
}

#[test]
fn impossible_sizes_are_null() {
    let layout = Layout::from_size_align(isize::MAX as usize / 2, HUGE_PAGE).unwrap();
    // SAFETY: the size is not 0.
    assert!(unsafe { HugePages.alloc(layout) }.is_null());
}

#[cfg(target_os = "linux")]
#[test]
fn pages_of_own_memory_are_told() {
    let layout = Layout::from_size_align(4 * HUGE_PAGE, HUGE_PAGE).unwrap();
    // SAFETY: the size is not 0; the whole block is written; freed once after the last use.
    let pages = unsafe {
        let start = HugePages.alloc(layout);
        start.write_bytes(1, layout.size());
        let pages = of(start, layout.size());
        HugePages.dealloc(start, layout);
        pages.unwrap()
    };
    assert_eq!(pages.bytes, layout.size() as u64);
    assert!(pages.base_page_bytes >= 4096 && pages.huge_bytes <= pages.bytes, "{pages:?}");
}

const SMAPS: &str = "\
7f0000000000-7f0000400000 rw-p 00000000 00:00 0
Size:               4096 kB
KernelPageSize:        4 kB
MMUPageSize:           4 kB
AnonHugePages:      4096 kB
VmFlags: rd wr mr mw me ac hg
7f0000400000-7f0000800000 rw-p 00000000 00:00 0                          [heap]
KernelPageSize:        4 kB
AnonHugePages:      2048 kB
7f0000800000-7f0000801000 r--p 00000000 fe:00 1234                       /usr/lib/a-b.so
KernelPageSize:        4 kB
AnonHugePages:         0 kB
";

#[test]
fn huge_pages_of_a_whole_mapping_are_counted() {
    let pages = parse(SMAPS, 0x7f00_0000_0000..0x7f00_0040_0000).unwrap();
    let all = 4 << 20;
    assert_eq!(pages, Pages { bytes: all, huge_bytes: all, base_page_bytes: 4096 });
    assert_eq!(pages.to_string(), "2 MiB pages (100 %)");
}

#[test]
fn only_what_is_certain_is_counted_in_a_part_of_a_mapping() {
    let three_quarters = parse(SMAPS, 0x7f00_0040_0000..0x7f00_0070_0000).unwrap();
    assert_eq!((three_quarters.bytes, three_quarters.huge_bytes), (3 << 20, 1 << 20));
    assert_eq!(three_quarters.to_string(), "2 MiB pages (33 %), the rest 4 KiB");
    let half = parse(SMAPS, 0x7f00_0040_0000..0x7f00_0060_0000).unwrap();
    assert_eq!((half.huge_bytes, half.to_string().as_str()), (0, "4 KiB pages"));
}

#[test]
fn memory_across_mappings_is_added_up() {
    let pages = parse(SMAPS, 0x7f00_0020_0000..0x7f00_0080_0800).unwrap();
    assert_eq!((pages.bytes, pages.huge_bytes), ((6 << 20) + 0x800, 4 << 20));
}

#[test]
fn unknown_memory_and_foreign_text_are_none() {
    assert_eq!(parse(SMAPS, 0x1000..0x2000), None);
    assert_eq!(parse("", 0..u64::MAX), None);
    assert_eq!(parse("not-hex and more\nKernelPageSize: 4 kB", 0..u64::MAX), None);
}

#[test]
fn the_chosen_setting_is_the_one_in_brackets() {
    assert_eq!(chosen("always [madvise] never\n"), Some("madvise"));
    assert_eq!(chosen("always madvise never"), None);
}
