//! An event that is to be handled here.

use std::time::SystemTime;

use tracing::Level;

use super::meter;
use crate::Update;
use crate::field::excerpt;
use crate::inbox::{Claimed, EventId, NewEvent, Origin};
use crate::told::quietly_at;

/// What is [`Claimed`], with its update in the place of its text: an inbox asks for the one, handlers for the other.
pub(super) struct Accepted {
    /// Its place among the updates that it came with.
    pub(super) index: usize,
    /// Which one of the lanes of these.
    pub(super) lane: usize,
    pub(super) update: Update,
    pub(super) origin: Origin,
    pub(super) progress: Progress,
}

/// How far it has come.
#[derive(Clone, Copy)]
pub(super) struct Progress {
    pub(super) id: EventId,
    pub(super) at: SystemTime,
    pub(super) due: Option<SystemTime>,
    pub(super) attempt: u32,
    pub(super) failures: u32,
}

impl Accepted {
    /// One that is about to be. When it is stored it has an id.
    pub(super) fn new(index: usize, lane: usize, update: Update, origin: Origin) -> Self {
        let (id, at) = (EventId(0), SystemTime::UNIX_EPOCH);
        let progress = Progress { id, at, due: None, attempt: 1, failures: 0 };
        Self { index, lane, update, origin, progress }
    }

    /// It is in the inbox.
    pub(super) fn stored(&mut self, id: EventId, at: SystemTime) {
        (self.progress.id, self.progress.at) = (id, at);
        let Self { update, origin, .. } = self;
        meter::count(meter::ACCEPTED, update.coin(), *origin);
        quietly_at(Level::DEBUG, || {
            tracing::debug!(id = id.0, ?origin, currency = %update.currency(), event = %update.event(), "accepted");
        });
    }

    /// It is not: what it states was delivered before.
    pub(super) fn repeated(&self) {
        let Self { update, origin, .. } = self;
        quietly_at(Level::DEBUG, || {
            tracing::debug!(currency = %update.currency(), update = excerpt(update.raw()), "delivered before");
        });
        meter::count(meter::REPEATED, update.coin(), *origin);
    }

    /// The update is what the event's text says.
    pub(super) fn of(claimed: &Claimed, index: usize, update: Update) -> Self {
        let Claimed { id, attempt, failures, due, accepted: at, .. } = *claimed;
        let origin = claimed.event.origin;
        let progress = Progress { id, at, due, attempt, failures };
        Self { index, lane: 0, update, origin, progress }
    }

    /// As an inbox keeps it, but for what it states.
    pub(super) fn event(&self) -> NewEvent {
        NewEvent::of(self.update.coin(), self.update.text(), self.origin)
    }

    pub(super) fn claimed(&self) -> Claimed {
        let Progress { id, at: accepted, due, attempt, failures } = self.progress;
        Claimed { id, event: self.event(), attempt, failures, due, accepted }
    }
}
