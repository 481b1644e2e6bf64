//! What becomes part of a commit, and who is told.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::settle::Settled;
use crate::inbox::verdict::Write;
use crate::inbox::{Batch, Claimed, Claims, Committed, EventId};
use crate::told::{quietly, quietly_once};
use crate::{BoxError, Error, ErrorKind, Result};

pub(super) enum Work {
    Append(Batch, Done),
    Settle(Settled),
    Effects(EventId, Vec<Write>, oneshot::Sender<Result<(), BoxError>>),
    Claim { most: usize, held: bool, reply: oneshot::Sender<Result<HandedOut>> },
}

/// What was claimed, on its way. If nobody takes it, because the runtime of whoever asked has ended, it can be claimed again.
pub(super) struct HandedOut {
    claims: Claims,
    release: Box<dyn Fn(&Claimed) + Send>,
}

impl HandedOut {
    pub(super) fn new(claims: Claims, release: impl Fn(&Claimed) + Send + 'static) -> Self {
        Self { claims, release: Box::new(release) }
    }

    pub(super) fn take(mut self) -> Claims {
        std::mem::take(&mut self.claims)
    }
}

impl Drop for HandedOut {
    fn drop(&mut self) {
        self.claims.events.iter().for_each(&self.release);
    }
}

/// Calls back once, whatever happens: one who waits for it for ever would keep a daemon waiting.
pub(super) struct Done {
    call: Option<Committed>,
    name: Arc<str>,
}

impl Done {
    pub(super) fn new(name: &Arc<str>, call: Committed) -> Self {
        Self { call: Some(call), name: name.clone() }
    }

    pub(super) fn call(mut self, result: Result<Vec<Option<EventId>>>) {
        self.give(result);
    }

    pub(super) fn refuse(self) {
        let message =
            format!("too much waits to be committed to the inbox `{}`; try again in a moment", self.name);
        self.call(Err(Error::new(ErrorKind::Refused, message)));
    }

    fn give(&mut self, result: Result<Vec<Option<EventId>>>) {
        let Some(call) = self.call.take() else { return };
        // The writer goes on for the others.
        if !quietly_once(|| call(result)) {
            quietly(|| {
                tracing::error!("inbox {}: who appended to it panicked when told the result", self.name);
            });
        }
    }
}

impl Drop for Done {
    fn drop(&mut self) {
        if self.call.is_some() {
            let error = ended(&self.name);
            self.give(Err(error));
        }
    }
}

/// Why nothing is taken any more.
pub(super) fn ended(name: &str) -> Error {
    Error::inbox(format!("the inbox `{name}` is closed"))
}
