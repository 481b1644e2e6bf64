//! An event that is to be handled here.

use std::time::SystemTime;

use crate::Update;
use crate::inbox::{Claimed, EventId, NewEvent, Origin};

/// What is [`Claimed`], with its update in the place of its text: an inbox asks for the one, handlers for the other.
pub(super) struct Accepted {
    /// Its place among the updates that it came with.
    pub(super) index: usize,
    /// Which one of the lanes of these.
    pub(super) lane: usize,
    pub(super) update: Update,
    pub(super) origin: Origin,
    pub(super) id: EventId,
    pub(super) at: SystemTime,
    pub(super) attempt: u32,
    pub(super) failures: u32,
    pub(super) due: Option<SystemTime>,
}

impl Accepted {
    /// One that is about to be. When it is stored it has an id.
    pub(super) fn new(index: usize, lane: usize, update: Update, origin: Origin) -> Self {
        let (id, at) = (EventId(0), SystemTime::UNIX_EPOCH);
        Self { index, lane, update, origin, id, at, attempt: 1, failures: 0, due: None }
    }

    /// The update is what the event's text says.
    pub(super) fn of(claimed: &Claimed, index: usize, update: Update) -> Self {
        let Claimed { id, attempt, failures, due, accepted: at, .. } = *claimed;
        let origin = claimed.event.origin;
        Self { index, lane: 0, update, origin, id, at, attempt, failures, due }
    }

    /// As an inbox keeps it, but for what it states.
    pub(super) fn event(&self) -> NewEvent {
        NewEvent::of(self.update.coin(), self.update.text(), self.origin)
    }

    pub(super) fn claimed(&self) -> Claimed {
        let Self { id, at: accepted, attempt, failures, due, .. } = *self;
        Claimed { id, event: self.event(), attempt, failures, due, accepted }
    }
}
