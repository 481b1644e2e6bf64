//! What goes into the inbox together.

use tokio::sync::OwnedSemaphorePermit;

use super::super::held::Held;
use crate::Coin;
use crate::dispatch::Incoming;
use crate::inbox::{Life, Origin, ReceivedId, Remember};

/// Updates of one wallet, and what goes with them.
pub(super) struct Delivery {
    pub(super) coin: Coin,
    pub(super) updates: Vec<Incoming>,
    pub(super) taken: Vec<ReceivedId>,
    pub(super) remember: Vec<Remember>,
    pub(super) place: OwnedSemaphorePermit,
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

    pub(super) fn add(
        &mut self,
        Held { update, place, received, .. }: Held,
        life: Life,
        remember: Vec<Remember>,
    ) {
        self.updates.push(Incoming { update, origin: Origin::Live, life });
        self.taken.extend(received);
        self.remember.extend(remember);
        self.place.merge(place);
    }
}
