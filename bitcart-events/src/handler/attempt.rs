//! One attempt to handle an event, as the inbox knows it.

#[cfg(feature = "sqlite")]
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use crate::inbox::{Effects, EventId, Origin};

/// Which event it is, and which attempt.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    /// The [key](crate::inbox::Inbox::key) of the inbox that it is in.
    pub(crate) inbox: [u8; 16],
    pub(crate) id: EventId,
    /// From 1.
    pub(crate) number: u32,
    pub(crate) origin: Origin,
    pub(crate) accepted: SystemTime,
    #[cfg(feature = "sqlite")]
    effects: OnceLock<Arc<Mutex<Effects>>>,
}

impl Attempt {
    pub(crate) fn new(
        inbox: [u8; 16],
        id: EventId,
        number: u32,
        origin: Origin,
        accepted: SystemTime,
    ) -> Self {
        Self {
            inbox,
            id,
            number,
            origin,
            accepted,
            #[cfg(feature = "sqlite")]
            effects: OnceLock::new(),
        }
    }

    /// What the handler wants to have done when its event is settled; the handler keeps it and adds to it.
    #[cfg(feature = "sqlite")]
    pub(crate) fn effects(&self) -> &Arc<Mutex<Effects>> {
        self.effects.get_or_init(Arc::default)
    }

    /// The same attempt, for another thread.
    pub(crate) fn shared(&self) -> Self {
        #[cfg(feature = "sqlite")]
        self.effects();
        self.clone()
    }

    /// Takes them, after the handler has ended. Without a file there is nothing that could be done.
    pub(crate) fn take_effects(&self) -> Effects {
        #[cfg(feature = "sqlite")]
        if let Some(effects) = self.effects.get() {
            return std::mem::take(&mut *effects.lock().unwrap_or_else(PoisonError::into_inner));
        }
        Effects::default()
    }
}
