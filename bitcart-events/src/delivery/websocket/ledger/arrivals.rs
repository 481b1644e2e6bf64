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

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::Coin;

    /// Who waits does other things too, so that it may be gone at any moment, even when the bell has rung for it.
    #[tokio::test]
    async fn nothing_that_arrives_is_overheard() {
        let arrivals = Arrivals::default();
        let put = || arrivals.put(Fetched { coin: Coin::btc("w"), answer: Ok(None) });
        let is_there = || arrivals.next().now_or_never().is_some();
        put();
        assert!(is_there() && !is_there(), "it came before anybody waited");
        let mut waiting = Box::pin(arrivals.next());
        assert!(waiting.as_mut().now_or_never().is_none());
        put();
        put();
        drop(waiting);
        assert!(is_there() && is_there() && !is_there(), "it came for one who is gone");
        let waiting = async { tokio::join!(arrivals.next(), async { put() }) };
        assert!(tokio::time::timeout(std::time::Duration::from_secs(5), waiting).await.is_ok());
    }
}
