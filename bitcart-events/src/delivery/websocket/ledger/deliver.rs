//! What goes from here into the inbox, in the order in which it came. Updates that arrive together go together: one wallet's
//! are one batch.

use tokio::sync::OwnedSemaphorePermit;

use super::super::held::{Boxed, Held};
use super::Ledger;
use super::gathered::{Delivery, Gathered};
use crate::dispatch::{Delivered, Few, Incoming};
use crate::inbox::{Life, Origin, ReceivedId, Remember, WalletId};

impl Ledger {
    /// Delivers what was gathered.
    pub(in super::super) fn flush(&mut self) {
        for key in std::mem::take(&mut self.gathered) {
            if let Some(gathered) = self.wallets.get_mut(&key).and_then(|wallet| wallet.gathered.take()) {
                self.usual = gathered.size();
                let Gathered { coin, life, updates, marks, remember, place } = gathered;
                let updates = updates.together(&coin);
                let updates = Few::one(Incoming { updates, marks, origin: Origin::Live, life });
                let delivered = Delivered::new(&self.desk.source, &coin, updates);
                self.put_now(Delivered { remember, ..delivered }, place);
            }
        }
    }

    /// Whether all that was delivered is handled, or on its way into the inbox.
    pub(in super::super) fn is_at_rest(&self) -> bool {
        self.desk.dispatcher.is_at_rest()
    }

    /// Delivers one update, with what is to be known of it later.
    pub(super) fn deliver(&mut self, held: Held, remember: Vec<Remember>) {
        let life = held.coin.id().and_then(|key| self.wallets.get(&key)).map(|wallet| wallet.life);
        self.put(Delivery::of(held, life.unwrap_or_else(Life::new), remember));
    }

    /// Delivers what was held for a wallet, all of it together: its history says that it is delivered.
    pub(super) fn deliver_held(&mut self, key: WalletId, held: Vec<Boxed>) {
        let remember = self.whole(key);
        let Some(life) = self.wallets.get(&key).map(|wallet| wallet.life) else { return };
        let mut held = held.into_iter();
        match held.next() {
            Some(first) => {
                let mut delivery = Delivery::of(*first, life, remember);
                for next in held {
                    delivery.add(*next, life);
                }
                self.put(delivery);
            }
            None if remember.is_empty() => {}
            None => self.store(remember, Vec::new()),
        }
    }

    pub(super) fn put(&mut self, delivery: Delivery) {
        self.flush();
        let Delivery { coin, updates, taken, remember, place } = delivery;
        let delivered = Delivered::new(&self.desk.source, &coin, updates);
        self.put_now(Delivered { taken, remember, ..delivered }, place);
    }

    fn put_now(&self, delivered: Delivered<'_>, place: OwnedSemaphorePermit) {
        let (coin, chain, lends) = (delivered.coin, Some(self.chain.clone()), self.lends);
        if let Err(error) = self.desk.dispatcher.put(Delivered { chain, lends, ..delivered }, place) {
            tracing::error!(currency = %self.currency, wallet = coin.wallet_shown(), "{error}");
        }
    }

    /// Nobody waits for it: what cannot be stored is noticed by the session.
    pub(super) fn store(&mut self, remember: Vec<Remember>, taken: Vec<ReceivedId>) {
        self.flush();
        drop(self.desk.dispatcher.remember(remember, taken, Some(self.chain.clone())));
    }
}
