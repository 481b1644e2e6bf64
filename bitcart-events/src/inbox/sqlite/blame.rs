//! Whose `InboxTx` it was, when the transaction of several is gone.

use std::collections::HashSet;

use super::work::Work;
use crate::BoxError;
use crate::Error;
use crate::inbox::EventId;
use crate::told::quietly_once;

/// Events whose `InboxTx` was in a transaction that one of them spoiled. They are committed apart from each other's when they
/// come again, so that none suffers twice for another, and who does it is known.
#[derive(Default)]
pub(super) struct Suspects(HashSet<EventId>);

impl Suspects {
    /// What can be committed together, and what comes after that.
    pub(super) fn apart(&self, mut works: Vec<Work>) -> (Vec<Work>, Vec<Work>) {
        if self.0.is_empty() {
            return (works, Vec::new());
        }
        let (mut has_effects, mut has_suspect) = (false, false);
        let next = works.iter().position(|work| {
            let Work::Effects(id, ..) = work else { return false };
            let is_suspect = self.0.contains(id);
            let is_apart = has_suspect || (is_suspect && has_effects);
            (has_effects, has_suspect) = (true, has_suspect || is_suspect);
            is_apart
        });
        let next = next.unwrap_or(works.len());
        let later = works.split_off(next);
        (works, later)
    }

    pub(super) fn is_clear(&mut self, id: EventId) {
        self.0.remove(&id);
    }

    /// That one has ended the transaction. Those up to it have run, and cannot run again; the others have not.
    pub(super) fn ended(&mut self, works: Vec<Work>, culprit: usize, error: BoxError) -> Vec<Work> {
        let why = "the `InboxTx` of another event ended the transaction that this one was in: nothing was written, and \
                   this one is not to blame; it is to be tried again, by itself";
        self.give_up(works, culprit, why, Some(error))
    }

    /// SQLite looks at deferred foreign keys only when it commits, and does not say whose they are.
    pub(super) fn broke_a_promise(&mut self, works: Vec<Work>) -> Vec<Work> {
        let is_effects = |work: &Work| matches!(work, Work::Effects(..));
        let last = works.iter().rposition(is_effects).unwrap_or_default();
        let is_alone = works.iter().filter(|work| is_effects(work)).count() == 1;
        let why = "one of the events that were committed together left the transaction with a foreign key that leads \
                   nowhere: nothing was written; each is to be tried again, by itself, to find it";
        let own =
            "an `InboxTx` left its transaction with a foreign key that leads nowhere: nothing was written";
        self.give_up(works, last, why, is_alone.then(|| own.into()))
    }

    /// The last of them is told its own fault, if that is known.
    fn give_up(&mut self, works: Vec<Work>, last: usize, why: &str, mut own: Option<BoxError>) -> Vec<Work> {
        let mut left = Vec::with_capacity(works.len());
        for (number, work) in works.into_iter().enumerate() {
            match work {
                Work::Effects(id, _, reply) if number <= last => {
                    self.0.insert(id);
                    let own = if number == last { own.take() } else { None };
                    quietly_once(|| drop(reply.send(Err(own.unwrap_or_else(|| Error::inbox(why).into())))));
                }
                work => left.push(work),
            }
        }
        left
    }
}
