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

use tokio::time::Instant;

use crate::shutdown::{Request, unanswered};
use crate::{Listener, Result};
use crew::Crew;
use desk::Desk;

impl Listener {
    fn desk(&self) -> Arc<Desk> {
        Arc::new(Desk::new(self.source.clone(), Arc::clone(&self.parts.dispatcher)))
    }

    /// Lets a crew work until it is time to stop, then stops it and waits for what was accepted.
    async fn run(&self, mut crew: Crew) -> Result<()> {
        let (shutdown, dispatcher) = (&self.parts.shutdown, &self.parts.dispatcher);
        let (ended, request) = tokio::select! {
            request = shutdown.requested() => (Ok(()), request),
            error = crew.failed() => (Err(error), Request::Own),
        };
        let again = if request == Request::System { "; another Ctrl-C ends it at once" } else { "" };
        let deadline = shutdown.ends_at();
        let mut stopped = Err(unanswered());
        let finish = async {
            tracing::info!("shutting down: what is at work has {:?} to end{again}", shutdown.deadline);
            stopped = crew.stop(deadline).await;
            dispatcher.shut_down(deadline).await
        };
        let finished = tokio::select! {
            // First, so that another Ctrl-C is listened for before it is offered.
            biased;
            () = request.again() => dispatcher.shut_down(Instant::now()).await,
            finished = finish => finished,
        };
        ended.and(finished).and(stopped)
    }
}
