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
pub(super) const MOST: usize = 3 << 19;
/// So much is one thing that is known, about.
const EACH: usize = 128;
/// So much of what events said is looked at before somebody asks, so that what they said again and again is held once; but no
/// more often than this, because a flood of events is not to cost twice as much.
const MUCH: usize = MOST / 8;
const PAUSE: Duration = Duration::from_secs(60);
/// How long one piece of what they said gets. A longer text would be moved when it grows, and leave its old place behind.
const PIECE: usize = 32 << 10;

#[derive(Debug)]
pub(super) struct Held {
    known: Known,
    /// The events since then, as they came. They are looked at when somebody asks what is known: seldom, and mostly no event
    /// waits for it.
    said: Vec<Said>,
    since: Instant,
    size: usize,
}

#[derive(Debug, Default)]
struct Said {
    text: String,
    /// Where each event ends.
    ends: Vec<usize>,
}

impl Held {
    pub(super) fn new() -> Self {
        Self { known: Known::default(), said: Vec::new(), since: Instant::now(), size: 0 }
    }

    /// An event was accepted. By so much there is more.
    pub(super) fn say(&mut self, update: &Update) -> usize {
        let raw = update.raw();
        match self.said.last_mut().filter(|said| said.text.len() + raw.len() <= PIECE) {
            Some(said) => said.add(raw),
            None => {
                // Most wallets say little; one that has filled a piece is likely to fill another.
                let mut said = if self.said.is_empty() { Said::default() } else { Said::whole() };
                said.add(raw);
                self.said.push(said);
            }
        }
        let more = raw.len() + size_of::<usize>();
        self.size += more;
        more
    }

    /// What a look has recorded. No event has said otherwise since it began, so it does not matter that this is done first.
    pub(super) fn remember(&mut self, prefix: &str, remember: Remember) {
        self.known.remember(prefix, remember);
    }

    /// Whether it is time to look at what events said.
    pub(super) fn is_much(&self) -> bool {
        self.size > MUCH && self.since.elapsed() >= PAUSE
    }

    /// Looks at what events of this coin's wallet said.
    pub(super) fn take_up(&mut self, coin: &Coin) {
        (self.since, self.size) = (Instant::now(), 0);
        for Said { text, ends } in std::mem::take(&mut self.said) {
            let (text, mut begin): (Arc<str>, _) = (text.into(), 0);
            for end in ends {
                // It was one when it came.
                let update = Update::parse(&text, begin..end, coin).ok();
                if let Some((id, state)) = update.as_ref().and_then(observed) {
                    self.known.note(id.to_owned(), state);
                }
                begin = end;
            }
        }
    }

    /// What is known of the wallet, but for what events said since.
    pub(super) fn known(&self) -> &Known {
        &self.known
    }

    /// In bytes, about.
    pub(super) fn size(&self) -> usize {
        EACH * self.known.len() + self.size
    }
}

impl Said {
    fn whole() -> Self {
        Self { text: String::with_capacity(PIECE), ends: Vec::with_capacity(PIECE / 64) }
    }

    fn add(&mut self, raw: &str) {
        self.text.push_str(raw);
        self.ends.push(self.text.len());
    }
}
