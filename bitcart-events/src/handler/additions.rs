//! How often handlers were added to a coin or a manager: what was found out about them before may be old.

use std::sync::atomic::{AtomicU64, Ordering};

static ADDITIONS: AtomicU64 = AtomicU64::new(0);

/// Some have been added.
pub(crate) fn count() {
    ADDITIONS.fetch_add(1, Ordering::Release);
}

/// Another number whenever some have been.
pub(crate) fn counted() -> u64 {
    ADDITIONS.load(Ordering::Acquire)
}
