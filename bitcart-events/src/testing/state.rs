//! All that a daemon has.

use super::disk::Disk;
use super::faults::Faults;
use super::journal::Journal;
use super::memory::Memory;

#[derive(Debug)]
pub(super) struct State {
    pub(super) disk: Disk,
    /// `None` while no process runs.
    pub(super) memory: Option<Memory>,
    pub(super) journal: Journal,
    pub(super) faults: Faults,
}

impl State {
    /// Whether the process is shutting down, or dead already.
    pub(super) fn is_closing(&self) -> bool {
        self.memory.as_ref().is_none_or(|memory| memory.closing)
    }

    pub(super) fn has_websocket(&self, number: u64) -> bool {
        self.memory.as_ref().is_some_and(|memory| memory.sockets.has(number))
    }
}
