//! What was done to the files of an inbox, and what was promised meanwhile, in one order.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// One of the files that SQLite writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// The database.
    Main,
    /// What is committed and not in the database yet.
    Wal,
    /// What was in the database before, while it is made.
    Journal,
}

impl File {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Main, Self::Wal, Self::Journal];

    /// What its name has after the database's.
    #[must_use]
    pub const fn end(self) -> &'static str {
        match self {
            Self::Main => "",
            Self::Wal => "-wal",
            Self::Journal => "-journal",
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Op {
    /// A file was made.
    Create(File),
    /// Bytes were written at an offset.
    Write(File, usize, Vec<u8>),
    /// A file was cut to that length.
    Truncate(File, usize),
    /// A file was flushed.
    Sync(File),
    /// A file was deleted.
    Delete(File),
    /// Told that it is stored: it must be there from here on, until it is settled.
    Accepted(u32),
    /// Given to be settled: it may be gone from here on.
    Settling(u32, Settling),
    /// What was appended after it is stored: so is this.
    Settled(u32),
    /// A key's value was given, the how manieth.
    Remembering(u32),
    /// It is stored.
    Remembered(u32),
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settling {
    /// It is handled.
    Handled,
    /// It is a dead letter.
    Dead,
    /// It is tried again.
    Retry,
}

static LOGS: LazyLock<Mutex<HashMap<PathBuf, Vec<Op>>>> = LazyLock::new(Mutex::default);

fn logs() -> MutexGuard<'static, HashMap<PathBuf, Vec<Op>>> {
    LOGS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The recording of one database.
#[derive(Debug)]
pub struct Log(PathBuf);

impl Log {
    /// Begins one; the path is absolute and has no links in it.
    #[must_use]
    pub fn begin(path: &Path) -> Self {
        crate::vfs::register();
        logs().insert(path.to_owned(), Vec::new());
        Self(path.to_owned())
    }

    /// Adds what was promised.
    pub fn add(path: &Path, op: Op) {
        if let Some(log) = logs().get_mut(path) {
            log.push(op);
        }
    }

    /// What happened, and the end of it.
    #[must_use]
    pub fn end(self) -> Vec<Op> {
        logs().remove(&self.0).unwrap_or_default()
    }
}

/// What SQLite does to a file; those that nobody wants to know of are left out.
pub(crate) fn file_op(path: &str, op: impl FnOnce(File) -> Op) {
    let mut logs = logs();
    for file in [File::Wal, File::Journal, File::Main] {
        if let Some(path) = path.strip_suffix(file.end())
            && let Some(log) = logs.get_mut(Path::new(path))
        {
            log.push(op(file));
            return;
        }
    }
}
