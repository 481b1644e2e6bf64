//! What the socket brought for one wallet lately, to be told from what only the daemon's queue has.

use std::collections::VecDeque;
use std::ops::Range;

use super::align::{self, Place};
use crate::inbox::Mark;

#[cfg(test)]
mod model;
#[cfg(test)]
mod reference;
mod saved;
#[cfg(test)]
mod tests;

pub(super) use saved::Saved;

/// How many updates are known again. A daemon's queue holds 100 unless its operator wants otherwise (capture `eth_rpc`:
/// get_updates-150-blocks-cap).
pub(super) const KNOWN: usize = 128;
const CAP: usize = 100;

/// The updates of one wallet, from the last answer of `get_updates` on. `H` is one that is held back until the
/// next answer has said what belongs before it.
pub(super) struct History<H> {
    stretches: Vec<Stretch<H>>,
    /// How many of the entries are not held back.
    delivered: usize,
    /// The connection that stands had an answer already: all that it brings is of the same life of the daemon.
    joined: bool,
    /// An answer may have been lost, with what was in it.
    unseen: bool,
    /// How much the daemon queues.
    cap: usize,
}

/// What a stretch begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begin {
    /// Something may be missing before it.
    Gap,
    /// All since `get_updates` was asked for is in it.
    Asked,
    /// All since the last answer is in it.
    Answer,
}

/// What came without a gap.
struct Stretch<H> {
    entries: VecDeque<Entry<H>>,
    /// It was longer: what came before it was delivered too.
    shortened: bool,
    /// It came before the answer was asked for that is to come.
    earlier: bool,
    /// It came on a connection before the one that stands.
    elsewhere: bool,
    begin: Begin,
}

struct Entry<H> {
    mark: Mark,
    held: Option<H>,
}

/// What is to be delivered next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<H> {
    /// What the socket has brought and was held back.
    Held(H),
    /// What only the answer has: its place there.
    Missed(usize),
}

/// The two lists, merged.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Merged<H> {
    /// In the daemon's order.
    pub(super) next: Vec<Next<H>>,
    /// From which of them on it may be another life of the daemon: the answer does not go on where the socket left off.
    pub(super) begins: Option<usize>,
}

impl<H> Merged<H> {
    /// What only the answer has, at these places of it.
    fn missed(&mut self, places: Range<usize>) {
        for place in places {
            self.next.push(Next::Missed(place));
        }
    }
}

impl<H> Default for History<H> {
    fn default() -> Self {
        Self { stretches: vec![Stretch::default()], delivered: 0, joined: false, unseen: false, cap: CAP }
    }
}

impl<H> Default for Stretch<H> {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
            shortened: false,
            earlier: false,
            elsewhere: false,
            begin: Begin::Gap,
        }
    }
}

impl<H> Stretch<H> {
    fn laid(&self) -> align::Stretch {
        let mut marks = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            marks.push(entry.mark);
        }
        align::Stretch { marks, earlier: self.earlier, whole: self.begin == Begin::Answer && !self.shortened }
    }
}

impl<H> History<H> {
    /// The socket brought an update, which is held back or has been delivered.
    pub(super) fn brought(&mut self, mark: Mark, held: Option<H>) {
        let is_delivered = held.is_none();
        self.delivered += usize::from(is_delivered);
        if let Some(stretch) = self.stretches.last_mut() {
            stretch.entries.push_back(Entry { mark, held });
        }
        if is_delivered {
            self.shorten();
        }
    }

    /// Something may be missing here: the socket was closed, or an update could not be taken.
    pub(super) fn gap(&mut self) {
        match self.stretches.last_mut() {
            Some(stretch) if stretch.entries.is_empty() => stretch.begin = Begin::Gap,
            _ => self.stretches.push(Stretch::default()),
        }
    }

    /// Another connection stands, and `get_updates` is about to be asked for.
    pub(super) fn connected(&mut self) {
        let unseen = self.unseen || !self.joined;
        self.asked_again();
        self.unseen &= unseen;
        for stretch in &mut self.stretches {
            stretch.elsewhere = stretch.earlier;
        }
        self.joined = false;
    }

    /// An answer was lost, a ping was answered since, and `get_updates` is about to be asked for once more on the
    /// connection that stands.
    pub(super) fn asked_again(&mut self) {
        self.gap();
        for stretch in &mut self.stretches {
            stretch.earlier = !stretch.entries.is_empty();
        }
        if let Some(stretch) = self.stretches.last_mut() {
            stretch.begin = Begin::Asked;
        }
        self.unseen = self.stretches.len() > 1;
    }

    /// It is of a process that has ended: an answer may have been lost with it.
    pub(super) fn restarted(&mut self) {
        self.gap();
        (self.joined, self.unseen) = (false, true);
    }

    /// Does this with each that is held back.
    pub(super) fn for_each_held(&mut self, with: &mut dyn FnMut(&mut H)) {
        for stretch in &mut self.stretches {
            for entry in &mut stretch.entries {
                if let Some(held) = &mut entry.held {
                    with(held);
                }
            }
        }
    }

    /// Gives out what is held back, without an answer.
    pub(super) fn release(&mut self) -> Vec<H> {
        let mut held = Vec::new();
        for stretch in &mut self.stretches {
            for entry in &mut stretch.entries {
                if let Some(one) = entry.held.take() {
                    held.push(one);
                }
            }
        }
        self.delivered += held.len();
        self.shorten();
        held
    }

    /// Drops what is held back, which was not delivered, and what came after it without a gap. Here is a gap too.
    pub(super) fn drop_held(&mut self) {
        self.delivered = 0;
        for mut stretch in std::mem::take(&mut self.stretches) {
            let entries = std::mem::take(&mut stretch.entries);
            for entry in entries {
                if entry.held.is_some() {
                    break;
                }
                stretch.entries.push_back(entry);
            }
            self.delivered += stretch.entries.len();
            // One without entries lies nowhere, and would be in the way of the others.
            if !stretch.entries.is_empty() {
                self.stretches.push(stretch);
            }
        }
        self.stretches.push(Stretch::default());
    }

    /// The daemon has ended, and its queue with it: nothing of this will be in an answer.
    pub(super) fn forget(&mut self) -> Vec<H> {
        let held = self.release();
        *self = Self { cap: self.cap, ..Self::default() };
        held
    }

    /// Merges with an answer. `live` says that everything which the socket was sent before the answer is here; `more` that
    /// there will be another answer, so that what came after a gap goes on waiting for it.
    pub(super) fn merge(&mut self, answer: &[Mark], live: bool, more: bool) -> Merged<H> {
        let mut laid = Vec::with_capacity(self.stretches.len());
        for stretch in &self.stretches {
            laid.push(stretch.laid());
        }
        let full = answer.len() >= self.cap || self.unseen;
        let places = align::place(&laid, &align::Answer { marks: answer, live, full });
        let old = std::mem::replace(self, Self { joined: true, cap: self.cap, ..Self::default() });
        let mut merged = Merged { next: Vec::new(), begins: (!old.joined).then_some(0) };
        let mut taken = 0;
        for (stretch, place) in old.stretches.into_iter().zip(&places) {
            // Where it lies on the answer, and how much of it lies before the answer's end.
            let (start, end, gone) = match *place {
                Place::Before => (0, 0, stretch.entries.len()),
                Place::After => (answer.len(), answer.len(), 0),
                Place::On(offset) => {
                    let end =
                        usize::try_from(offset.saturating_add_unsigned(stretch.entries.len())).unwrap_or(0);
                    let gone = usize::try_from(answer.len().cast_signed() - offset).unwrap_or(0);
                    (usize::try_from(offset).unwrap_or(0), end.min(answer.len()), gone)
                }
            };
            // Only the first of all can have been longer, so before it there is nothing but what was delivered.
            if !stretch.shortened {
                merged.missed(taken..start);
            }
            taken = taken.max(end);
            // Whether what stays known goes on where the answer ends.
            let follows = match place {
                Place::Before => false,
                Place::On(_) => gone < stretch.entries.len() || (gone == stretch.entries.len() && live),
                Place::After => stretch.begin == Begin::Asked,
            };
            self.gap();
            if self.stretches.len() == 1
                && let Some(first) = self.stretches.last_mut()
            {
                first.begin = if follows { Begin::Answer } else { Begin::Gap };
            }
            let shortened = stretch.shortened && gone == 0;
            let waits = more && *place == Place::After && stretch.begin == Begin::Gap;
            for (nth, Entry { mark, mut held }) in stretch.entries.into_iter().enumerate() {
                if !waits && let Some(held) = held.take() {
                    merged.next.push(Next::Held(held));
                }
                if nth >= gone {
                    self.brought(mark, held);
                }
            }
            if stretch.elsewhere {
                let joins = matches!(place, Place::On(_)) || merged.begins.is_none();
                merged.begins = (!joins).then_some(merged.next.len());
            }
            if let Some(kept) = self.stretches.last_mut() {
                kept.shortened |= shortened;
            }
        }
        merged.missed(taken..answer.len());
        merged
    }

    /// Forgets the oldest that are not held back. Those are bounded by the room of the one who holds them: if they
    /// counted here, a long hold would forget what its answer is to be compared with.
    fn shorten(&mut self) {
        while self.delivered > KNOWN
            && let Some(first) = self.stretches.first_mut()
            && first.entries.front().is_some_and(|entry| entry.held.is_none())
        {
            first.entries.pop_front();
            first.shortened = true;
            self.delivered -= 1;
            if first.entries.is_empty() && self.stretches.len() > 1 {
                self.stretches.remove(0);
            }
        }
    }
}

/// For tests, which say in other ways what an update is.
#[cfg(test)]
fn mark_of(what: impl std::fmt::Debug) -> Mark {
    crate::update::Marker::new(&[0; 16]).mark(&format!("{what:?}"), std::iter::empty())
}
