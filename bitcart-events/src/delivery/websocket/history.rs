//! What the socket brought for one wallet lately, to be told from what only the daemon's queue has.

use std::collections::VecDeque;

use super::align;
use crate::update::Mark;

/// How many updates are known again. A daemon's queue holds 100 unless its operator wants otherwise (capture `eth_rpc`:
/// get_updates-150-blocks-cap).
const KNOWN: usize = 128;

/// The updates of one wallet, from the last answer of `get_updates` on. `H` is one that is held back until the
/// next answer has said what belongs before it.
pub(super) struct History<H> {
    stretches: VecDeque<Stretch<H>>,
}

/// What came without a gap.
struct Stretch<H> {
    entries: VecDeque<Entry<H>>,
    /// It was longer: what came before it was delivered too.
    shortened: bool,
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
    /// Whether the answer goes on where the socket left off. If not it may be of another life of the daemon.
    pub(super) continues: bool,
}

impl<H> Default for History<H> {
    fn default() -> Self {
        Self { stretches: VecDeque::from([Stretch::default()]) }
    }
}

impl<H> Default for Stretch<H> {
    fn default() -> Self {
        Self { entries: VecDeque::new(), shortened: false }
    }
}

impl<H> History<H> {
    /// The socket brought an update, which is held back or has been delivered.
    pub(super) fn brought(&mut self, mark: Mark, held: Option<H>) {
        if let Some(stretch) = self.stretches.back_mut() {
            stretch.entries.push_back(Entry { mark, held });
        }
        self.shorten();
    }

    /// Something may be missing here: the socket was closed, or an update could not be taken.
    pub(super) fn gap(&mut self) {
        if self.stretches.back().is_some_and(|stretch| !stretch.entries.is_empty()) {
            self.stretches.push_back(Stretch::default());
        }
    }

    /// Gives out what is held back, without an answer.
    pub(super) fn release(&mut self) -> Vec<H> {
        let entries = self.stretches.iter_mut().flat_map(|stretch| &mut stretch.entries);
        let held = entries.filter_map(|entry| entry.held.take()).collect();
        self.shorten();
        held
    }

    /// The daemon has ended, and its queue with it: nothing of this will be in an answer.
    pub(super) fn forget(&mut self) -> Vec<H> {
        let held = self.release();
        *self = Self::default();
        held
    }

    /// Merges with an answer. `live` says that everything which the socket was sent before the answer is here.
    pub(super) fn merge(&mut self, answer: &[Mark], live: bool) -> Merged<H> {
        let marks = |stretch: &Stretch<H>| stretch.entries.iter().map(|entry| entry.mark).collect();
        let stretches: Vec<Vec<Mark>> = self.stretches.iter().map(marks).collect();
        let offsets = align::place(&stretches, answer, live);
        let old = std::mem::take(self);
        let mut merged = Merged { next: Vec::new(), continues: offsets.iter().any(Option::is_some) };
        let (mut taken, last) = (0, stretches.len().saturating_sub(1));
        for (index, (stretch, offset)) in old.stretches.into_iter().zip(offsets).enumerate() {
            let start = offset.and_then(|offset| usize::try_from(offset).ok()).unwrap_or(0);
            // Only the first of all can have been longer, so before it there is nothing but what was delivered.
            if !stretch.shortened {
                merged.next.extend((taken..start).map(Next::Missed));
            }
            if offset.is_none() && index == last {
                // All of it came after the answer.
                merged.next.extend((taken..answer.len()).map(Next::Missed));
                taken = answer.len();
            }
            let covered = isize::try_from(stretch.entries.len()).ok().zip(offset);
            let end = covered.and_then(|(length, offset)| usize::try_from(offset + length).ok());
            taken = taken.max(start).max(end.unwrap_or(0).min(answer.len()));
            self.gap();
            for (nth, Entry { mark, held }) in stretch.entries.into_iter().enumerate() {
                merged.next.extend(held.map(Next::Held));
                let place = offset.and_then(|offset| offset.checked_add_unsigned(nth));
                let is_after = match place.map(usize::try_from) {
                    None => index == last,
                    Some(place) => place.is_ok_and(|place| place >= answer.len()),
                };
                if is_after {
                    self.brought(mark, None);
                }
            }
        }
        merged.next.extend((taken..answer.len()).map(Next::Missed));
        merged
    }

    /// Forgets the oldest that are not held back.
    fn shorten(&mut self) {
        let mut length: usize = self.stretches.iter().map(|stretch| stretch.entries.len()).sum();
        while length > KNOWN
            && let Some(first) = self.stretches.front_mut()
            && first.entries.front().is_some_and(|entry| entry.held.is_none())
        {
            first.entries.pop_front();
            first.shortened = true;
            length -= 1;
            if first.entries.is_empty() && self.stretches.len() > 1 {
                self.stretches.pop_front();
            }
        }
    }
}
