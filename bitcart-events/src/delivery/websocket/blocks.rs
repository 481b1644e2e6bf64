//! Blocks name no wallet, and stand in the queue of each. They are noted once; a wallet's history takes them up when it is
//! looked at, so that a block's work does not grow with the number of wallets.

use std::collections::VecDeque;

use super::history::{History, KNOWN};
use crate::inbox::Mark;

/// The last ones, as many as a history knows and one more, so that it knows when there were others before.
#[derive(Default)]
pub(super) struct Blocks {
    noted: VecDeque<Noted>,
    /// How many were noted before these.
    gone: u64,
}

enum Noted {
    Block(Mark),
    /// A block found no room.
    Gap,
}

/// Up to which one a history has them.
pub(super) struct Seen(u64);

impl Blocks {
    pub(super) fn brought(&mut self, mark: Mark) {
        self.note(Noted::Block(mark));
    }

    pub(super) fn gap(&mut self) {
        if !matches!(self.noted.back(), Some(Noted::Gap)) {
            self.note(Noted::Gap);
        }
    }

    fn note(&mut self, noted: Noted) {
        self.noted.push_back(noted);
        // Every other one may be a gap.
        if self.noted.len() > 2 * (KNOWN + 1) {
            self.noted.pop_front();
            self.gone += 1;
        }
    }

    /// For a history that has them all.
    pub(super) fn seen(&self) -> Seen {
        Seen(self.gone + self.noted.len() as u64)
    }

    /// Gives a history those that it has not seen. Whether there is a gap among them.
    pub(super) fn take_up<H>(&self, history: &mut History<H>, seen: &mut Seen) -> bool {
        let Seen(from) = std::mem::replace(seen, self.seen());
        let mut has_gap = from < self.gone;
        if has_gap {
            // They are known no more. Nor is what came before them, unless it is held.
            history.gap();
        }
        let unseen = usize::try_from(from.saturating_sub(self.gone)).unwrap_or(usize::MAX);
        for noted in self.noted.iter().skip(unseen) {
            match noted {
                Noted::Block(mark) => history.brought(*mark, None),
                Noted::Gap => {
                    has_gap = true;
                    history.gap();
                }
            }
        }
        has_gap
    }
}
