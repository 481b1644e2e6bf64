//! What a coin and a manager have alike: handlers that were added to them, and the listener behind their own methods.

use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use crate::handler::{Handler, HandlerInfo, Routes, additions};
use crate::listener::{Listener, ListenerBuilder};
use crate::source::Source;
use crate::{Error, Result};

#[derive(Default)]
pub(crate) struct Own {
    added: RwLock<Routes>,
    /// Made at first use. It does not hold the coin or manager, or that would keep itself alive.
    listener: OnceLock<Result<MakeListener>>,
}

/// A closure rather than its parts, which hold updates, which hold coins: rustc would walk that circle in each handler that
/// has a coin, to see that its future is `Send`.
type MakeListener = Box<dyn Fn(Source) -> Listener + Send + Sync>;

impl Own {
    /// Adds handlers; those that they replace are returned.
    pub(crate) fn add(&self, handlers: impl IntoIterator<Item = Handler>) -> Vec<HandlerInfo> {
        let mut added = self.added.write().unwrap_or_else(PoisonError::into_inner);
        let replaced = handlers.into_iter().flat_map(|handler| added.insert(&handler));
        let replaced = replaced.map(|replaced| replaced.first).collect();
        additions::count();
        replaced
    }

    pub(crate) fn added(&self) -> RwLockReadGuard<'_, Routes> {
        self.added.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The listener of `source`, whose own this is: every registered handler, no states, the default settings.
    pub(crate) fn listener(&self, source: Source) -> Result<Listener> {
        let build = || {
            let parts = ListenerBuilder::new(source.clone()).build()?.into_parts();
            Ok(Box::new(move |source| Listener::from_parts(source, Arc::clone(&parts))) as MakeListener)
        };
        let listener = self.listener.get_or_init(build).as_ref().map_err(Error::again)?;
        Ok(listener(source))
    }

    /// Stops what that listener runs. One that cannot be built was never started: there is nothing to stop.
    pub(crate) async fn shut_down(&self, source: Source) -> Result<()> {
        match self.listener(source) {
            Ok(listener) => listener.shut_down().await,
            Err(_) => Ok(()),
        }
    }
}
