//! Puts big blocks of memory on huge pages, and tells which pages some memory lies on.
//!
//! With 4 KiB pages a scan over 16 MB touches 4,000 of them, more than the second-level translation
//! cache of most CPUs holds. Linux gives 2 MiB pages to memory that asks before it is first touched,
//! but the system allocator does not ask. `kernel` makes no system call; it aligns what belongs on
//! huge pages to [`HUGE_PAGE`], and [`HugePages`], installed as the program's global allocator,
//! answers that. Everything smaller, and every other system, is served by [`System`].
//!
//! Asking is not getting, so [`of`] reads back what the kernel really gave, from
//! `/proc/self/smaps`; the result goes into every `study.json`.
//!
//! This file is apart because it is the one in `runner` that may say `unsafe`: a global allocator
//! cannot be had without. Next: `kernel::samples` for who asks, [`affinity`](super::affinity).

#![expect(unsafe_code, reason = "a global allocator is an unsafe trait, and mmap an unsafe call")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt;
use std::ops::Range;

use kernel::samples::HUGE_PAGE;
use kernel::{Element, Samples};
use serde::{Deserialize, Serialize};

/// A global allocator that serves requests aligned to [`HUGE_PAGE`] or more from fresh anonymous
/// memory for which huge pages were asked, and everything else from [`System`].
///
/// ```no_run
/// #[global_allocator]
/// static ALLOCATOR: runner::machine::pages::HugePages = runner::machine::pages::HugePages;
/// # fn main() {}
/// ```
///
/// Sizes are rounded up to whole huge pages, so that the last one is huge, too.
#[derive(Clone, Copy, Debug)]
pub struct HugePages;

// SAFETY: each request is passed on, with its own layout, either to `System` or to `big`, and the
// alignment alone decides which; a block therefore goes back to where it came from. `big` returns
// null or memory of at least the asked size and alignment that nobody else has, and never panics.
unsafe impl GlobalAlloc for HugePages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_big(layout) {
            return big::map(layout);
        }
        // SAFETY: the caller's promise (size not 0) is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if is_big(layout) {
            // Fresh anonymous memory is zero already. Writing zeros would touch every page here
            // and now, on the wrong NUMA node and perhaps for nothing.
            return big::map(layout);
        }
        // SAFETY: the caller's promise (size not 0) is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        if is_big(layout) {
            // SAFETY: the caller promises that `start` came from here with this layout, and the
            // alignment says that it then came from `big::map`.
            return unsafe { big::unmap(start, layout) };
        }
        // SAFETY: as above, it came from `System` with this layout.
        unsafe { System.dealloc(start, layout) }
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if is_big(layout) {
            // SAFETY: the caller's promises: `start` came from here with `layout`, size is not 0.
            return unsafe { move_big(start, layout, size) };
        }
        // SAFETY: the alignment stays, so the block came from `System` and goes back there.
        unsafe { System.realloc(start, layout, size) }
    }
}

/// Whether a request belongs on huge pages. Depends on the alignment alone, which a block keeps for
/// life.
fn is_big(layout: Layout) -> bool {
    cfg!(target_os = "linux") && layout.align() >= HUGE_PAGE
}

/// Resizes a big block: in place if the number of huge pages stays, otherwise by copying.
///
/// # Safety
/// `start` came from `big::map(layout)`, which was not null, and is not used afterwards unless null
/// is returned.
unsafe fn move_big(start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
    let Ok(wanted) = Layout::from_size_align(size, layout.align()) else {
        return std::ptr::null_mut();
    };
    if big::length(layout) == big::length(wanted) {
        return start;
    }
    let moved = big::map(wanted);
    if !moved.is_null() {
        // SAFETY: both blocks are at least as long as the smaller size, and the new one is fresh;
        // then the old one is given back once.
        unsafe {
            start.copy_to_nonoverlapping(moved, layout.size().min(size));
            big::unmap(start, layout);
        }
    }
    moved
}

#[cfg(target_os = "linux")]
mod big {
    use std::alloc::Layout;
    use std::ptr::null_mut;

    use kernel::samples::HUGE_PAGE;
    use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous, munmap};

    /// Bytes mapped for `layout`: whole huge pages, at least one. `None` if that overflows.
    pub(super) fn length(layout: Layout) -> Option<usize> {
        layout.size().max(1).checked_next_multiple_of(HUGE_PAGE)
    }

    /// Fresh zeroed memory for `layout`, not touched yet; null if there is none.
    pub(super) fn map(layout: Layout) -> *mut u8 {
        let Some(length) = length(layout) else { return null_mut() };
        // A mapping starts at any base page: `align` bytes more always hold an aligned start.
        let Some(total) = length.checked_add(layout.align()) else { return null_mut() };
        // SAFETY: no address is asked for, so the kernel chooses one that nobody uses.
        let mapped = unsafe {
            mmap_anonymous(null_mut(), total, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE)
        };
        let Ok(mapped) = mapped else { return null_mut() };
        let before = mapped.addr().next_multiple_of(layout.align()) - mapped.addr();
        // SAFETY: `before` < `align`, so start, `length` bytes after it, and the rest up to `total`
        // lie in the mapping just made, which nobody else knows. What is unmapped is not returned.
        unsafe {
            let start = mapped.byte_add(before);
            trim(mapped, before);
            trim(start.byte_add(length), total - before - length);
            // Without huge pages on this system the advice fails, and the memory is as good as any.
            let _unheeded = madvise(start, length, Advice::LinuxHugepage);
            start.cast()
        }
    }

    /// Gives back a block of `map`.
    ///
    /// # Safety
    /// `start` came from `map(layout)`, was not null, and is never used again.
    pub(super) unsafe fn unmap(start: *mut u8, layout: Layout) {
        // SAFETY: `map` left exactly `length` bytes mapped at `start`.
        unsafe { trim(start.cast(), length(layout).unwrap_or(0)) }
    }

    /// Unmaps `bytes` at `start`, if any.
    ///
    /// # Safety
    /// They are whole pages of a mapping made by `map`, and nobody uses them any more.
    unsafe fn trim(start: *mut std::ffi::c_void, bytes: usize) {
        if bytes > 0 {
            // SAFETY: the caller's promise. A failure (the kernel's limit of mappings) leaks the
            // pages; an allocator has no way to report it.
            let _leaked = unsafe { munmap(start, bytes) };
        }
    }
}

/// Never reached, because nothing is big on other systems.
#[cfg(not(target_os = "linux"))]
mod big {
    use std::alloc::Layout;

    pub(super) fn length(_: Layout) -> Option<usize> {
        None
    }

    pub(super) fn map(_: Layout) -> *mut u8 {
        std::ptr::null_mut()
    }

    pub(super) unsafe fn unmap(_: *mut u8, _: Layout) {}
}

/// Which pages some memory lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pages {
    /// Bytes of the memory in question.
    pub bytes: u64,
    /// Of these, bytes proven to lie on huge pages; see [`parse`] for what is proven.
    pub huge_bytes: u64,
    /// Bytes of a page of the rest, usually 4096.
    pub base_page_bytes: u64,
}

impl fmt::Display for Pages {
    /// `2 MiB pages (100 %)`, `2 MiB pages (63 %), the rest 4 KiB`, or `4 KiB pages`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = self.base_page_bytes / 1024;
        // Rounded down: 100 % means all of it.
        let percent = u128::from(self.huge_bytes) * 100 / u128::from(self.bytes.max(1));
        // Only with 4 KiB pages is a huge page known to be of 2 MiB; elsewhere it may be 32 or 512.
        let huge = if base == 4 { "2 MiB" } else { "huge" };
        match (self.huge_bytes, percent) {
            (0, _) => write!(f, "{base} KiB pages"),
            (_, 100) => write!(f, "{huge} pages (100 %)"),
            _ => write!(f, "{huge} pages ({percent} %), the rest {base} KiB"),
        }
    }
}

/// The pages under `bytes` bytes at `start`; `None` where the system does not tell.
pub fn of(start: *const u8, bytes: usize) -> Option<Pages> {
    let smaps = std::fs::read_to_string("/proc/self/smaps").ok()?;
    parse(&smaps, start.addr() as u64..(start.addr() + bytes) as u64)
}

/// The pages under all columns of `samples` (and under the padding between them).
pub fn of_samples<T: Element>(samples: &Samples<T>) -> Option<Pages> {
    let start = samples.column(0).as_ptr();
    let stop = samples.column(samples.d() - 1).as_ptr_range().end;
    of(start.cast(), stop.addr() - start.addr())
}

/// The pages under the addresses `range`, from the text of a `smaps` file.
///
/// The kernel counts huge pages for a whole mapping, and neighbouring blocks may share one. Where a
/// mapping is larger than its part in `range`, only what is certain is counted: whatever of the
/// mapping is not on huge pages is taken to lie in `range`. `None` if no mapping overlaps.
pub fn parse(smaps: &str, range: Range<u64>) -> Option<Pages> {
    let mut pages = Pages { bytes: 0, huge_bytes: 0, base_page_bytes: 0 };
    let (mut overlap, mut mapping) = (0, 0);
    for line in smaps.lines() {
        if let Some(addresses) = addresses(line) {
            mapping = addresses.end.saturating_sub(addresses.start);
            let (start, end) = (addresses.start.max(range.start), addresses.end.min(range.end));
            overlap = end.saturating_sub(start);
            pages.bytes += overlap;
        } else if let Some(bytes) = field(line, "KernelPageSize:").filter(|_| overlap > 0) {
            pages.base_page_bytes = pages.base_page_bytes.max(bytes);
        } else if let Some(bytes) = field(line, "AnonHugePages:").filter(|_| overlap > 0) {
            pages.huge_bytes += overlap.saturating_sub(mapping.saturating_sub(bytes));
        }
    }
    (pages.bytes > 0).then_some(pages)
}

/// The addresses of a mapping, if `line` opens one: `7f00c0000000-7f00c0400000 rw-p …`.
fn addresses(line: &str) -> Option<Range<u64>> {
    let (start, end) = line.split_ascii_whitespace().next()?.split_once('-')?;
    Some(u64::from_str_radix(start, 16).ok()?..u64::from_str_radix(end, 16).ok()?)
}

/// The bytes of a line `name:   4096 kB`.
fn field(line: &str, name: &str) -> Option<u64> {
    let kilobytes = line.strip_prefix(name)?.trim().strip_suffix("kB")?.trim();
    kilobytes.parse::<u64>().ok()?.checked_mul(1024)
}

/// What the system does about huge pages: `"always"`, `"madvise"` (who asks gets them, as
/// [`HugePages`] does) or `"never"`; `None` if it does not tell.
pub fn advice() -> Option<String> {
    let path = "/sys/kernel/mm/transparent_hugepage/enabled";
    chosen(&std::fs::read_to_string(path).ok()?).map(str::to_owned)
}

/// The word in brackets of `always [madvise] never`.
fn chosen(setting: &str) -> Option<&str> {
    Some(setting.split_once('[')?.1.split_once(']')?.0)
}

#[cfg(test)]
mod tests;
