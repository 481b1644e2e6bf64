//! The ways by which events come, and what they have in common: tasks that keep on asking, for each wallet or currency.

pub(crate) mod crew;
pub(crate) mod desk;
pub(crate) mod polling;
mod round;
#[cfg(feature = "webhook")]
pub(crate) mod webhook;
#[cfg(feature = "websocket")]
pub(crate) mod websocket;

use std::sync::Arc;

use crew::Crew;
use desk::Desk;

use crate::{Listener, Result};

impl Listener {
    fn desk(&self) -> Arc<Desk> {
        Arc::new(Desk::new(self.source.clone(), Arc::clone(&self.parts.dispatcher)))
    }

    /// Lets a crew work until it is time to stop, then stops it and waits for what was accepted.
    async fn run(&self, mut crew: Crew) -> Result<()> {
        let shutdown = &self.parts.shutdown;
        let ended = tokio::select! {
            () = shutdown.requested() => Ok(()),
            error = crew.failed() => Err(error),
        };
        tracing::info!("shutting down");
        let deadline = shutdown.ends_at();
        let stopped = crew.stop(deadline).await;
        let finished = self.parts.dispatcher.shut_down(deadline).await;
        ended.and(finished).and(stopped)
    }
}
