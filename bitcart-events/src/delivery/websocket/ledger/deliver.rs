//! What goes from here into the inbox, in the order in which it came. Updates that arrive together go together: one wallet's
//! are one batch.

use tokio::sync::OwnedSemaphorePermit;

use super::wallet::Wallet;
use super::{Held, Ledger};
use crate::Coin;
use crate::dispatch::{Delivered, Incoming};
use crate::inbox::{Life, Origin, ReceivedId, Remember, WalletId};

/// Updates of one wallet that go into the inbox together, and what goes with them.
pub(super) struct Delivery {
    pub(super) coin: Coin,
    pub(super) updates: Vec<Incoming>,
    pub(super) taken: Vec<ReceivedId>,
    pub(super) remember: Vec<Remember>,
    pub(super) place: OwnedSemaphorePermit,
}

impl Delivery {
    fn of(Held { coin, update, place, received }: Held, life: Life, remember: Vec<Remember>) -> Self {
        let updates = vec![Incoming { update, origin: Origin::Live, life }];
        Self { coin, updates, taken: received.into_iter().collect(), remember, place }
    }

    fn add(&mut self, Held { update, place, received, .. }: Held, life: Life, remember: Vec<Remember>) {
        self.updates.push(Incoming { update, origin: Origin::Live, life });
        self.taken.extend(received);
        self.remember.extend(remember);
        self.place.merge(place);
    }
}

impl Wallet {
    /// Delivers what a frame brought with what else arrives now: until something is to be stored after it, or
    /// [`Ledger::flush`] is called.
    pub(super) fn gather(&mut self, held: Held, remember: Vec<Remember>) {
        match &mut self.gathered {
            Some(gathered) => gathered.add(held, self.life, remember),
            None => self.gathered = Some(Delivery::of(held, self.life, remember)),
        }
    }
}

impl Ledger {
    /// Delivers what was gathered.
    pub(in super::super) fn flush(&mut self) {
        for key in std::mem::take(&mut self.gathered) {
            if let Some(delivery) = self.wallets.get_mut(&key).and_then(|wallet| wallet.gathered.take()) {
                self.put_now(delivery);
            }
        }
    }

    /// Delivers one update, with what is to be known of it later.
    pub(super) fn deliver(&mut self, held: Held, remember: Vec<Remember>) {
        let life = held.coin.id().and_then(|key| self.wallets.get(&key)).map(|wallet| wallet.life);
        self.put(Delivery::of(held, life.unwrap_or_else(Life::new), remember));
    }

    /// Delivers what was held for a wallet, all of it together: its history says that it is delivered.
    pub(super) fn deliver_held(&mut self, key: WalletId, held: Vec<Held>) {
        let remember = self.whole(key);
        let Some(life) = self.wallets.get(&key).map(|wallet| wallet.life) else { return };
        let mut held = held.into_iter();
        match held.next() {
            Some(first) => {
                let mut delivery = Delivery::of(first, life, remember);
                held.for_each(|next| delivery.add(next, life, Vec::new()));
                self.put(delivery);
            }
            None if remember.is_empty() => {}
            None => self.store(remember, Vec::new()),
        }
    }

    pub(super) fn put(&mut self, delivery: Delivery) {
        self.flush();
        self.put_now(delivery);
    }

    fn put_now(&self, Delivery { coin, updates, taken, remember, place }: Delivery) {
        let chain = Some(self.chain.clone());
        let delivered = Delivered::new(&self.desk.source, &coin, updates);
        let delivered = Delivered { taken, remember, chain, ..delivered };
        if let Err(error) = self.desk.dispatcher.put(delivered, place) {
            tracing::error!(currency = %self.currency, wallet = coin.wallet_shown(), "{error}");
        }
    }

    /// Nobody waits for it: what cannot be stored is noticed by the session.
    pub(super) fn store(&mut self, remember: Vec<Remember>, taken: Vec<ReceivedId>) {
        self.flush();
        drop(self.desk.dispatcher.remember(remember, taken, Some(self.chain.clone())));
    }
}
