//! What is to happen when a websocket is there again.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::Currency;

/// A websocket was lost and is there again: what an [`on_reconnect`](crate::ListenerBuilder::on_reconnect) hook is told.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Reconnected {
    /// The currency of the daemon.
    pub currency: Currency,
    /// How long the websocket was away.
    pub away: Duration,
    /// How many attempts it took.
    pub attempts: u32,
    /// Why it was lost.
    pub reason: String,
}

/// What the user wants to do after each reconnect.
#[derive(Clone)]
pub(crate) struct Hook(Arc<dyn Fn(Reconnected) -> HookFuture + Send + Sync>);

pub(super) type HookFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Hook {
    pub(super) fn new<F, Fut>(hook: F) -> Self
    where
        F: Fn(Reconnected) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        Self(Arc::new(move |reconnected| Box::pin(hook(reconnected))))
    }

    pub(super) fn call(&self, reconnected: Reconnected) -> HookFuture {
        (self.0)(reconnected)
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}
