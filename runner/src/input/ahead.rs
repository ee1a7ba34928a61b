//! Reads a file ahead of whoever counts its rows.
//!
//! A thread reads while others count, through a few blocks of memory that go round: what is read never
//! takes more than these. Plain reads into memory of our own rather than a mapping of the file: pages of a
//! mapping count as memory of the process until they are given back, every one of them is a page fault (or
//! a call for a window), and a file that shrinks meanwhile is a signal in place of an error. Next:
//! [`query::chunks`](crate::query::chunks), which counts.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use super::Problem;
use super::block::Block;
use super::source::{Rows, Source};
use crate::workload::Rounded;

/// Blocks that go round: one is read, one is counted, one waits.
pub const BLOCKS: usize = 3;

/// Whether the system should keep in memory what was read of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// As it likes.
    Usual,
    /// It should not: the file is larger than the memory, so that its beginning is gone when its end is
    /// read. Without being told, the system looks for pages to give up one by one.
    Forget,
}

impl<T: Rounded> Rows<T> {
    /// Calls `each` with all rows in order, `rows` at a time, fewer only where the file pleases.
    ///
    /// # Errors
    /// What `each` says first, or what is wrong with the file.
    pub fn each<E: From<Problem>>(
        self,
        rows: usize,
        caching: Caching,
        each: &mut dyn FnMut(&Block<T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let source = self.source;
        std::thread::scope(|scope| {
            let (full, filled) = sync_channel(BLOCKS);
            let (spare, empty) = channel();
            for _ in 0..BLOCKS {
                give(&spare, Block::default());
            }
            let reader = move || read(source, rows, caching, &empty, &full);
            std::thread::Builder::new().spawn_scoped(scope, reader).map_err(Problem::Io)?;
            for block in filled {
                let block = block?;
                each(&block)?;
                give(&spare, block);
            }
            Ok(())
        })
    }
}

/// Gives a block back; a reader that is done needs none.
fn give<T>(spare: &Sender<Block<T>>, block: Block<T>) {
    let _unneeded = spare.send(block);
}

/// Reads until the file ends, something is wrong, or nobody listens any more.
fn read<T>(
    mut source: Box<dyn Source<T>>,
    rows: usize,
    caching: Caching,
    empty: &Receiver<Block<T>>,
    full: &SyncSender<Result<Block<T>, Problem>>,
) {
    while let Ok(mut block) = empty.recv() {
        let result = source.read(rows, &mut block);
        if result.is_ok() && block.rows == 0 {
            return;
        }
        let is_over = result.is_err();
        if full.send(result.map(|()| block)).is_err() || is_over {
            return;
        }
        if caching == Caching::Forget {
            source.forget();
        }
    }
}
