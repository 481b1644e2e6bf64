//! What is known of a wallet where no inbox keeps it.

use std::sync::Arc;

use super::observe::observed;
use super::state::Known;
use crate::inbox::Remember;
use crate::{Coin, Update};

/// How much is held of all the wallets of a listener, in bytes. With more all of it is forgotten: who finds a part of what was
/// there would take the rest for new.
pub(super) const MOST: usize = 8 << 20;
/// So much is one thing that is known, about.
const EACH: usize = 128;

#[derive(Debug, Default)]
pub(super) struct Held {
    known: Known,
    /// The events since then, as they came. They are looked at when somebody asks what is known: seldom, and no event waits for it.
    said: String,
    ends: Vec<usize>,
}

impl Held {
    /// An event was accepted. By so much there is more.
    pub(super) fn say(&mut self, update: &Update) -> usize {
        let raw = update.raw();
        self.said.push_str(raw);
        self.ends.push(self.said.len());
        raw.len() + size_of::<usize>()
    }

    /// What a look has recorded. No event has said otherwise since it began, so it does not matter that this is done first.
    pub(super) fn remember(&mut self, prefix: &str, remember: Remember) {
        self.known.remember(prefix, remember);
    }

    /// What is known of this coin's wallet.
    pub(super) fn known(&mut self, coin: &Coin) -> Known {
        let said: Arc<str> = std::mem::take(&mut self.said).into();
        let mut begin = 0;
        for end in std::mem::take(&mut self.ends) {
            // It was one when it came.
            let update = Update::parse(&said, begin..end, coin).ok();
            if let Some((id, state)) = update.as_ref().and_then(observed) {
                self.known.note(id.to_owned(), state);
            }
            begin = end;
        }
        self.known.clone()
    }

    /// In bytes, about.
    pub(super) fn size(&self) -> usize {
        EACH * self.known.len() + self.said.len() + size_of_val(&*self.ends)
    }
}
