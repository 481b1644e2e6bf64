//! What is claimed, and what becomes of it.

use std::fmt;
use std::time::SystemTime;

use super::{EventId, NewEvent};
#[cfg(feature = "sqlite")]
use crate::BoxError;

/// An event that is this process's to handle.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Claimed {
    /// Its number in the inbox.
    pub id: EventId,
    /// The event.
    pub event: NewEvent,
    /// Which attempt is to come, from 1. It is greater than 1 if the event may have been handled before: by an attempt
    /// that failed, or in a process that ended before it settled it.
    pub attempt: u32,
    /// How many attempts have failed.
    pub failures: u32,
    /// When the next one is due, if that is not at once.
    pub due: Option<SystemTime>,
    /// When it was accepted.
    pub accepted: SystemTime,
}

impl Claimed {
    /// One that was claimed by being appended, and has not been tried.
    #[must_use]
    pub fn appended(id: EventId, event: NewEvent) -> Self {
        Self { id, event, attempt: 1, failures: 0, due: None, accepted: SystemTime::now() }
    }
}

/// What was claimed.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Claims {
    /// The events.
    pub events: Vec<Claimed>,
    /// When the next one is due that is not among them; `None` if none waits for a time.
    pub next_due: Option<SystemTime>,
}

/// What became of a claimed event.
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// It is handled, or nobody wants it: it is not needed any more.
    Handled,
    /// The attempt failed, and another one is due at that time.
    Retry {
        /// When.
        due: SystemTime,
        /// It stays claimed until then, because it holds back what follows it.
        held: bool,
        /// What went wrong.
        error: String,
    },
    /// It cannot be handled.
    Dead {
        /// Why.
        error: String,
    },
    /// It was not handled: somebody else may claim it.
    Released,
}

/// What a handler gave to its `InboxTx`, to be run when its event is settled.
#[derive(Default)]
pub struct Effects {
    #[cfg(feature = "sqlite")]
    pub(crate) writes: Vec<Write>,
}

/// One of them.
#[cfg(feature = "sqlite")]
pub(crate) type Write = Box<dyn FnOnce(&rusqlite::Transaction<'_>) -> Result<(), BoxError> + Send>;

impl Effects {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        #[cfg(feature = "sqlite")]
        return self.writes.is_empty();
        #[cfg(not(feature = "sqlite"))]
        true
    }
}

impl fmt::Debug for Effects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Effects").field("is_empty", &self.is_empty()).finish()
    }
}
