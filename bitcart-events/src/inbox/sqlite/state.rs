//! What is known of the file without asking it.

use super::facts::Facts;

/// Of one process.
#[derive(Default)]
pub(super) struct State {
    /// This consumer's number; 0 for tools.
    pub(super) me: i64,
    /// The next id.
    pub(super) next: u64,
    /// From this one on none may be given before that is written down.
    pub(super) reserved: u64,
    /// Up to this one every event was looked at: what can be claimed of them has a due time.
    pub(super) cursor: i64,
    /// An event was buried that may have ended earlier processes.
    pub(super) has_buried: bool,
    pub(super) facts: Facts,
}
