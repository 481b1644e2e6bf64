//! What calls of `get_updates` came to, until the ledger looks at it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::fetch::Fetched;

/// A list and a bell: a channel of a type of its own would be 6,000 lines for LLVM. It needs no bound, because each answer has
/// its place in the inbox already.
#[derive(Default)]
pub(super) struct Arrivals {
    arrived: Mutex<Vec<Fetched>>,
    bell: Notify,
}

impl Arrivals {
    pub(super) fn put(&self, fetched: Fetched) {
        self.lock().push(fetched);
        self.bell.notify_one();
    }

    /// The one that arrived first, as soon as there is one.
    pub(super) async fn next(&self) -> Fetched {
        loop {
            if let Some(fetched) = self.take() {
                return fetched;
            }
            self.bell.notified().await;
        }
    }

    pub(super) fn take(&self) -> Option<Fetched> {
        let mut arrived = self.lock();
        (!arrived.is_empty()).then(|| arrived.remove(0))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Fetched>> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
