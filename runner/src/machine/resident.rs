//! How much memory a process holds, as the kernel adds it up in `/proc/ID/smaps_rollup`.
//!
//! Resident memory alone does not tell shared from distributed memory: pages that several processes map
//! count in each of them. Private pages belong to one. Separate from [`pages`](super::pages), which
//! tells of what size the pages of some addresses are.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Tree;

/// Memory of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resident {
    /// Bytes in main memory.
    pub resident_bytes: u64,
    /// Of these, bytes that no other process has mapped.
    pub private_bytes: u64,
}

/// The memory of process `id`; `None` where the system does not tell, or if there is no such process.
pub fn of(id: u32) -> Option<Resident> {
    parse(&std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?)
}

/// The memory that the text of a `smaps_rollup` file tells; `None` if it does not.
pub fn parse(rollup: &str) -> Option<Resident> {
    let field = |name: &str| {
        let kilobytes = rollup.lines().find_map(|line| line.strip_prefix(name))?;
        let kilobytes = kilobytes.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
        kilobytes.checked_mul(1024)
    };
    let private_bytes = field("Private_Clean:")?.checked_add(field("Private_Dirty:")?)?;
    Some(Resident { resident_bytes: field("Rss:")?, private_bytes })
}

/// The most bytes that this process ever held in main memory; `None` where the system does not tell.
pub fn peak_bytes() -> Option<u64> {
    Tree::new(Path::new("/")).bytes("proc/self/status", "VmHWM")
}

#[cfg(test)]
mod tests {
    use super::{Resident, of, parse};
    use std::io::Read as _;
    use std::process::{Command, Stdio};

    #[test]
    fn private_pages_are_clean_and_dirty_ones() {
        let text = "5580-7ffe ---p 0 00:00 0 [rollup]\nRss:    1944 kB\nPss:  600 kB\n\
                    Shared_Clean: 1700 kB\nPrivate_Clean:    4 kB\nPrivate_Dirty:   240 kB\n";
        let expected = Resident { resident_bytes: 1944 << 10, private_bytes: 244 << 10 };
        assert_eq!(parse(text), Some(expected));
        assert_eq!(parse("Rss: 1944 kB\n"), None);
        assert_eq!(parse(""), None);
    }

    /// Another process, because tests that run beside this one take and give back memory all the time.
    #[cfg(target_os = "linux")]
    #[test]
    fn memory_that_is_touched_is_resident_and_private() {
        let mut filler = Command::new("dd")
            .args(["if=/dev/zero", "bs=32M"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // With the first byte the whole block has been read; what follows waits in the pipe.
        filler.stdout.as_mut().unwrap().read_exact(&mut [1]).unwrap();
        let held = of(filler.id());
        filler.kill().unwrap();
        filler.wait().unwrap();
        let held = held.unwrap();
        assert!(held.private_bytes >= 32 << 20, "{held:?}");
        assert!(held.resident_bytes >= held.private_bytes, "{held:?}");
        assert_eq!(of(u32::MAX), None);
    }
}
