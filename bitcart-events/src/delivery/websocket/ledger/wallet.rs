//! What is known of one wallet.

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::super::history::History;
use crate::Coin;
use crate::delivery::waits::Waits;
use crate::dispatch::{Life, Read};
use crate::update::Mark;

pub(super) struct Wallet {
    pub(super) coin: Coin,
    pub(super) history: History<Held>,
    pub(super) life: Life,
    /// Since when its frames are held.
    pub(super) holds: Option<Instant>,
    pub(super) asking: Asking,
    /// The daemon has ended since it was asked, and its queue with it.
    pub(super) ended: bool,
    pub(super) retry: Option<Instant>,
    pub(super) waits: Waits,
    /// How many frames found no room since the last answer.
    pub(super) dropped: usize,
}

/// Whether `get_updates` is under way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    No,
    Yes,
    /// And once more after it: something found no room.
    Again,
    /// And once more after it: the socket is another one since.
    Outlived,
}

/// A frame that has its place, and waits.
pub(super) struct Held {
    pub(super) coin: Coin,
    pub(super) update: Read,
    pub(super) place: OwnedSemaphorePermit,
}

impl Wallet {
    /// One of which nothing is known yet.
    pub(super) fn new(coin: Coin) -> Self {
        Self {
            coin,
            history: History::default(),
            life: Life::new(),
            holds: Some(Instant::now()),
            asking: Asking::No,
            ended: false,
            retry: None,
            waits: Waits::new(),
            dropped: 0,
        }
    }
}

impl Held {
    pub(super) fn mark(&self) -> Mark {
        mark(&self.update)
    }
}

pub(super) fn mark(update: &Read) -> Mark {
    match update {
        Ok(update) => update.mark(),
        Err((_, raw)) => Mark::of(raw),
    }
}
