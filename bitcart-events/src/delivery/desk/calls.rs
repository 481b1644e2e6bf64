//! How much is asked of each daemon at the same time.

use std::sync::atomic::AtomicBool;

use tokio::sync::Semaphore;

/// How many calls are under way to one daemon at the same time, not counting those that it keeps waiting.
const CALLS: usize = 32;
/// But each of these has a connection, of which a process has no more than a thousand or so.
const SLOW_CALLS: usize = 256;

/// The calls to one daemon: one that keeps them waiting holds up no other.
pub(super) struct Calls {
    pub(super) all: Semaphore,
    pub(super) slow: Semaphore,
    /// Whether the daemon was ever in order: then it has let us in.
    pub(super) was_well: AtomicBool,
}

impl Default for Calls {
    fn default() -> Self {
        let (all, slow) = (Semaphore::new(CALLS), Semaphore::new(SLOW_CALLS));
        Self { all, slow, was_well: AtomicBool::new(false) }
    }
}
