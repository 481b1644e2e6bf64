//! How often the handlers were called, and when that is so often.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use crate::Outcome;

/// A frame that is not handled must not look like a fast one.
pub(crate) static CALLS: AtomicUsize = AtomicUsize::new(0);
/// A frame that is lost is not waited for.
const LONGEST: Duration = Duration::from_secs(60);
static AWAITED: AtomicUsize = AtomicUsize::new(usize::MAX);
/// To look again and again would cost a hundredth of what is measured.
static REACHED: Notify = Notify::const_new();

pub(crate) fn called() {
    if CALLS.fetch_add(1, Ordering::Relaxed) + 1 == AWAITED.load(Ordering::Relaxed) {
        REACHED.notify_one();
    }
}

/// Until so many were called.
pub(crate) async fn reach(calls: usize) -> Outcome {
    AWAITED.store(calls, Ordering::SeqCst);
    if CALLS.load(Ordering::SeqCst) < calls {
        let lost = |_| format!("{} of {calls} frames were handled", CALLS.load(Ordering::SeqCst));
        tokio::time::timeout(LONGEST, REACHED.notified()).await.map_err(lost)?;
    }
    Ok(())
}
