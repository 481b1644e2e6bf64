//! Others' code on the writer's thread.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs what may panic through no fault of ours: a subscriber that logs to a broken pipe, a callback, the `Drop` of what a
/// closure held. The thread goes on for the others; a panic that cannot be logged either is not. Whether all went well.
pub(super) fn quietly(run: impl FnOnce()) -> bool {
    let done = catch_unwind(AssertUnwindSafe(run));
    // What was thrown may panic itself when it is dropped; that is enough of it.
    done.map_err(std::mem::forget).is_ok()
}
