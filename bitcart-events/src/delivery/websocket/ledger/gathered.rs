//! What goes into the inbox together.

use tokio::sync::OwnedSemaphorePermit;

use super::super::held::Held;
use crate::Coin;
use crate::dispatch::{Few, Incoming};
use crate::inbox::{Life, Mark, Origin, ReceivedId, Remember};
use crate::intake::{Arrived, End, Sheaf};
use crate::update::Marker;

/// What arrives for one wallet.
pub(super) struct Gathered {
    pub(super) coin: Coin,
    pub(super) life: Life,
    pub(super) updates: Sheaf,
    /// What each of them says.
    pub(super) marks: Vec<Mark>,
    pub(super) remember: Vec<Remember>,
    pub(super) place: OwnedSemaphorePermit,
}

/// How much is gathered, as may be again.
#[derive(Clone, Copy, Default)]
pub(super) struct Size {
    pub(super) updates: usize,
    bytes: usize,
}

/// A frame that is larger, or has more in it, is none of those that there may be again.
const MOST: Size = Size { updates: 256, bytes: 64 << 10 };

/// Updates of one wallet, and what goes with them.
pub(super) struct Delivery {
    pub(super) coin: Coin,
    pub(super) updates: Few<Incoming>,
    pub(super) taken: Vec<ReceivedId>,
    pub(super) remember: Vec<Remember>,
    pub(super) place: OwnedSemaphorePermit,
}

impl Gathered {
    /// Nothing yet, but with a place for it, and memory for as much as usual.
    pub(super) fn new(coin: Coin, life: Life, place: OwnedSemaphorePermit, usual: Size) -> Self {
        let marks = Vec::with_capacity(usual.updates);
        Self { coin, life, updates: Sheaf::with_room(usual.bytes), marks, remember: Vec::new(), place }
    }

    pub(super) fn add(&mut self, update: Arrived<'_>, mark: Mark) {
        self.updates.add(update);
        self.marks.push(mark);
    }

    /// Adds what a frame of its wallet brings, if it is written as most are, and there are places for all of it.
    pub(super) fn add_frame(&mut self, text: &str, end: &End, marker: &mut Marker) -> Option<()> {
        let before = self.len();
        self.updates.add_body(text, end, self.places_left())?;
        for place in before..self.len() {
            if let Some(said) = self.updates.said(place) {
                self.marks.push(said.mark(marker));
            }
        }
        Some(())
    }

    pub(super) fn size(&self) -> Size {
        Size { updates: self.len().min(MOST.updates), bytes: self.updates.bytes().min(MOST.bytes) }
    }

    pub(super) fn add_place(&mut self, place: OwnedSemaphorePermit) {
        self.place.merge(place);
    }

    /// How many places nothing has yet.
    fn places_left(&self) -> usize {
        self.place.num_permits().saturating_sub(self.len())
    }

    pub(super) fn has_place(&self) -> bool {
        self.places_left() > 0
    }

    pub(super) fn len(&self) -> usize {
        self.updates.len()
    }
}

impl Delivery {
    pub(super) fn of(
        Held { coin, update, place, received }: Held,
        life: Life,
        remember: Vec<Remember>,
    ) -> Self {
        let updates = Few::one(Incoming::new(update, Origin::Live, life));
        Self { coin, updates, taken: received.into_iter().collect(), remember, place }
    }

    pub(super) fn add(&mut self, Held { update, place, received, .. }: Held, life: Life) {
        self.updates.push(Incoming::new(update, Origin::Live, life));
        self.taken.extend(received);
        self.place.merge(place);
    }
}
