//! What goes into the inbox together.

use tokio::sync::OwnedSemaphorePermit;

use super::super::held::Held;
use crate::Coin;
use crate::dispatch::Incoming;
use crate::inbox::{Life, Origin, ReceivedId, Remember};
use crate::intake::{Arrived, Sheaf};

/// What arrives for one wallet.
pub(super) struct Gathered {
    coin: Coin,
    life: Life,
    updates: Sheaf,
    remember: Vec<Remember>,
    place: OwnedSemaphorePermit,
}

/// Updates of one wallet, and what goes with them.
pub(super) struct Delivery {
    pub(super) coin: Coin,
    pub(super) updates: Vec<Incoming>,
    pub(super) taken: Vec<ReceivedId>,
    pub(super) remember: Vec<Remember>,
    pub(super) place: OwnedSemaphorePermit,
}

impl Gathered {
    /// Nothing yet, but with a place for it.
    pub(super) fn new(coin: Coin, life: Life, place: OwnedSemaphorePermit) -> Self {
        Self { coin, life, updates: Sheaf::default(), remember: Vec::new(), place }
    }

    pub(super) fn add(&mut self, update: Arrived<'_>, remember: Vec<Remember>) {
        self.updates.add(update);
        self.remember.extend(remember);
    }

    pub(super) fn add_place(&mut self, place: OwnedSemaphorePermit) {
        self.place.merge(place);
    }

    /// Whether there is a place that nothing has yet.
    pub(super) fn has_place(&self) -> bool {
        self.place.num_permits() > self.updates.len()
    }

    pub(super) fn len(&self) -> usize {
        self.updates.len()
    }
}

impl From<Gathered> for Delivery {
    fn from(Gathered { coin, life, updates, remember, place }: Gathered) -> Self {
        let incoming = |update| Incoming { update, origin: Origin::Live, life };
        let updates = updates.read(&coin).map(incoming).collect();
        Self { coin, updates, taken: Vec::new(), remember, place }
    }
}

impl Delivery {
    pub(super) fn of(
        Held { coin, update, place, received }: Held,
        life: Life,
        remember: Vec<Remember>,
    ) -> Self {
        let updates = vec![Incoming { update, origin: Origin::Live, life }];
        Self { coin, updates, taken: received.into_iter().collect(), remember, place }
    }

    pub(super) fn add(&mut self, Held { update, place, received, .. }: Held, life: Life) {
        self.updates.push(Incoming { update, origin: Origin::Live, life });
        self.taken.extend(received);
        self.place.merge(place);
    }
}
