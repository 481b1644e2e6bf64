//! What a coin and a manager have alike: handlers that were added to them, and the listener behind their own methods.

use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use crate::handler::{Handler, HandlerInfo, Routes, additions};
use crate::listener::{Listener, ListenerBuilder, ListenerParts};
use crate::source::Source;
use crate::{Error, Result};

#[derive(Default)]
pub(crate) struct Own {
    added: RwLock<Routes>,
    /// Made at first use. It does not hold the coin or manager, or that would keep itself alive.
    listener: OnceLock<Result<Arc<ListenerParts>>>,
}

impl Own {
    /// Adds handlers; those that they replace are returned.
    pub(crate) fn add(&self, handlers: Vec<Handler>) -> Vec<HandlerInfo> {
        let mut added = self.added.write().unwrap_or_else(PoisonError::into_inner);
        let mut replaced = Vec::new();
        for handler in &handlers {
            added.insert(handler, &mut |duplicate| replaced.push(duplicate.first));
        }
        additions::count();
        replaced
    }

    pub(crate) fn added(&self) -> RwLockReadGuard<'_, Routes> {
        self.added.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The listener of `source`, whose own this is: every registered handler, no states, the default settings.
    pub(crate) fn listener(&self, source: Source) -> Result<Listener> {
        let build = || Ok(ListenerBuilder::new(source.clone()).build()?.into_parts());
        let parts = self.listener.get_or_init(build).as_ref().map_err(Error::again)?;
        Ok(Listener::from_parts(source, Arc::clone(parts)))
    }

    /// Stops what that listener runs. One that cannot be built was never started: there is nothing to stop.
    pub(crate) async fn shut_down(&self, source: Source) -> Result<()> {
        match self.listener(source) {
            Ok(listener) => listener.shut_down().await,
            Err(_) => Ok(()),
        }
    }
}
