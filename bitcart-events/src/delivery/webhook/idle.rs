//! How long a client sends no whole head.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Since when; `None` while a request is being answered.
///
/// hyper has such a limit too, but with a new clock for each request: that costs a tenth of what an event does that comes alone.
pub(super) struct Idle(Mutex<Option<Instant>>);

impl Idle {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Some(Instant::now())))
    }

    /// A request has come.
    pub(super) fn ends(&self) {
        *self.since() = None;
    }

    /// It is answered.
    pub(super) fn begins(&self) {
        *self.since() = Some(Instant::now());
    }

    /// Ends when it has lasted for so long.
    pub(super) async fn lasts(&self, limit: Duration) {
        loop {
            let now = Instant::now();
            let end = self.since().unwrap_or(now) + limit;
            if end <= now {
                return;
            }
            sleep_until(end).await;
        }
    }

    fn since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_time_runs_from_the_last_answer() {
        const LIMIT: Duration = Duration::from_secs(10);
        let (idle, begin) = (Idle::new(), Instant::now());
        let requests = async {
            for _ in 0..3 {
                tokio::time::sleep(LIMIT - Duration::from_secs(1)).await;
                idle.ends();
                // It is answered as long as its handlers need.
                tokio::time::sleep(LIMIT * 3).await;
                idle.begins();
            }
            begin.elapsed()
        };
        let lasts = async {
            idle.lasts(LIMIT).await;
            begin.elapsed()
        };
        let (last, ended) = tokio::join!(requests, lasts);
        let passed = ended.checked_sub(last).unwrap();
        // A clock of tokio counts milliseconds.
        assert!(passed >= LIMIT && passed < LIMIT + Duration::from_millis(10), "{passed:?}");
    }
}
