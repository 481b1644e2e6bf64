//! The end: what has begun is finished, what is stored stays.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use super::{Dispatcher, lock};
use crate::{Error, ErrorKind, Result};

/// How long handlers get to be dropped when the deadline of a shutdown has passed.
const LAST_STEPS: Duration = Duration::from_secs(1);

impl Dispatcher {
    /// Stops accepting, and waits for what was accepted; what is not finished by then is given up, and said. What an inbox
    /// keeps is left there, but for what has begun.
    pub(crate) async fn shut_down(&self, deadline: Instant) -> Result<()> {
        self.closing.cancel();
        self.room.close();
        self.pumps.close();
        self.workers.close();
        let ended = async {
            self.pumps.wait().await;
            self.workers.wait().await;
        };
        if tokio::time::timeout_at(deadline, ended).await.is_err() {
            // In this order: at most some that have ended are taken for lost, and never the other way round.
            let unfinished = || self.unfinished.load(Ordering::Acquire).saturating_sub(self.lanes.untold());
            // Also for whoever else waits for this: he finds nothing at work then.
            self.given_up.get_or_init(unfinished);
            self.abort.cancel();
            // A plain handler that blocks its thread cannot be stopped, only left behind.
            let _ = tokio::time::timeout(LAST_STEPS, self.workers.wait()).await;
        }
        self.abandon();
        lock(&self.awaited).clear();
        let last = deadline.max(Instant::now() + LAST_STEPS);
        let closed = tokio::time::timeout_at(last, self.inbox.close()).await;
        let closed = closed.unwrap_or_else(|_| {
            let name = self.inbox.name();
            let message = format!(
                "the time for a graceful shutdown ran out before the inbox `{name}` was closed: what it has not committed by then is handled again"
            );
            Err(Error::new(ErrorKind::Shutdown, message))
        });
        self.tell_what_is_left().await;
        match self.given_up.get() {
            Some(count @ 1..) => Err(self.gave_up(*count)),
            // Nothing was at work but the inbox.
            Some(0) | None => closed,
        }
    }

    fn gave_up(&self, count: usize) -> Error {
        // How many were at work is not counted: in an inbox, those that stood behind them have lost nothing.
        let what = if self.is_durable {
            "handlers were broken off; their events are in the inbox, and are handled again".to_owned()
        } else {
            format!("accepted updates were not handled to the end: {count}")
        };
        let message = format!("the graceful shutdown was over, by its deadline or another Ctrl-C; {what}");
        Error::new(ErrorKind::Shutdown, message)
    }

    /// Nothing of what waits in the lanes, or for its turn there, begins any more.
    pub(super) fn abandon(&self) {
        let parked = self.backlog.give_up();
        for job in self.lanes.clear() {
            self.release(&job.updates);
        }
        for (_, job) in parked {
            self.release(&job.updates);
        }
    }

    /// What memory holds is gone with the process.
    async fn tell_what_is_left(&self) {
        if self.is_durable {
            return;
        }
        match self.inbox.stats().await {
            Ok(stats) if stats.retrying + stats.dead > 0 => {
                // A delivery that ends, and who has ended it, both come here.
                self.told.once("what memory held", || {
                    tracing::warn!(
                        "lost with the process, because they were held in memory: events that waited for another attempt ({}), \
                         dead letters ({}); an inbox in a file keeps them (`BITCART_INBOX=events.db`)",
                        stats.retrying,
                        stats.dead,
                    );
                });
            }
            Ok(_) => {}
            Err(error) => tracing::warn!("{error}"),
        }
    }
}
