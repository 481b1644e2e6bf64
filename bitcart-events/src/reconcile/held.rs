//! What is known of a wallet where no inbox keeps it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::observe::observed;
use super::state::Known;
use crate::inbox::Remember;
use crate::{Coin, Update};

/// How much is held of all the wallets of a listener, in bytes. With more all of it is forgotten: who finds a part of what was
/// there would take the rest for new.
pub(super) const MOST: usize = 2 << 20;
/// So much is one thing that is known, about.
const EACH: usize = 128;
/// So much of what events said is looked at before somebody asks, so that what they said again and again is held once; but no
/// more often than this, because a flood of events is not to cost twice as much.
const MUCH: usize = MOST / 8;
const PAUSE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Held {
    known: Known,
    /// The events since then, as they came. They are looked at when somebody asks what is known: seldom, and mostly no event
    /// waits for it.
    said: String,
    ends: Vec<usize>,
    since: Instant,
}

impl Held {
    pub(super) fn new() -> Self {
        Self { known: Known::default(), said: String::new(), ends: Vec::new(), since: Instant::now() }
    }

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

    /// Whether it is time to look at what events said.
    pub(super) fn is_much(&self) -> bool {
        self.said.len() > MUCH && self.since.elapsed() >= PAUSE
    }

    /// What is known of the wallet, but for what events said since.
    pub(super) fn known(&self) -> &Known {
        &self.known
    }

    /// Looks at what events of this coin's wallet said.
    pub(super) fn take_up(&mut self, coin: &Coin) {
        self.since = Instant::now();
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
    }

    /// In bytes, about.
    pub(super) fn size(&self) -> usize {
        EACH * self.known.len() + self.said.len() + size_of_val(&*self.ends)
    }
}
