//! What the socket brings: delivered, or held until it is known what belongs before it.

use tokio::sync::OwnedSemaphorePermit;

use crate::currency::Currency;
use crate::handler::additions;
use crate::inbox::{Life, Mark, WalletId};
use crate::intake::{self, Arrived, End, Parcel};
use crate::{Coin, Event, Result};

use super::super::held::Held;
use super::super::rows::What;
use super::Ledger;
use super::gathered::Delivery;
use super::kept::next_number;
use super::wallet::Wallet;

const TOO_SLOW: &str = "handlers are too slow: what finds no room is fetched from the daemon later, which keeps the last 100 events of a wallet";

fn too_slow(currency: Currency, wallet: Option<&str>) {
    tracing::warn!(%currency, wallet, "{TOO_SLOW}");
}

impl Ledger {
    /// The socket brought a text.
    pub(in super::super) fn frame(&mut self, text: &str) {
        // First: what comes for a wallet that was removed is for nobody, and a block is not for a handler of its own.
        if self.changes.has_changed().unwrap_or(false) {
            self.read_wallets();
        }
        if self.goes_on(text).is_none() {
            self.frame_of_any(text);
        }
    }

    /// Takes a frame of the wallet that the last one was of: many that arrive together are, and where it has places they need
    /// nothing but to be read. `None`: it is not one, or has a surprise in it.
    fn goes_on(&mut self, text: &str) -> Option<()> {
        let (key, end) = self.last.as_ref()?;
        let wallet = self.wallets.get_mut(key).filter(|wallet| wallet.has_place())?;
        let gathered = wallet.gathered.as_mut()?;
        let mut place = gathered.len();
        gathered.add_frame(text, end.as_ref()?, &mut self.marker)?;
        while let Some(mark) = wallet.mark_at(place) {
            wallet.gathers(mark, next_number(self.keeps, &mut self.number), &self.passed);
            place += 1;
        }
        Some(())
    }

    fn frame_of_any(&mut self, text: &str) {
        let spare = std::mem::take(&mut self.spare);
        let Ok(parcel) = intake::read_object_into(spare, text) else { return self.strange(text.len()) };
        let whose = self.desk.dispatcher.whose(&self.desk.source, &parcel);
        let is_ours = whose.as_ref().is_ok_and(|coin| coin.currency() == self.currency);
        if !is_ours {
            self.look_at_currency(&parcel);
        }
        match whose {
            Ok(coin) if is_ours => {
                self.meet(&coin);
                for update in parcel.arrived(text) {
                    self.take(&coin, update);
                }
            }
            Ok(coin) => {
                for update in parcel.arrived(text) {
                    self.pass_on(&coin, update);
                }
            }
            Err(_) => {}
        }
        self.spare = parcel.done();
    }

    /// What the socket brought is for no wallet of this currency: perhaps it is of another one.
    fn look_at_currency(&self, parcel: &Parcel<'_>) {
        let theirs = parcel.currency.as_deref().and_then(|code| code.parse::<Currency>().ok());
        if let Some(theirs) = theirs.filter(|theirs| *theirs != self.currency) {
            self.told.once("another currency", || {
                let ours = self.currency;
                tracing::error!(
                    "the daemon that should be {ours}'s is {theirs}'s: is {ours}_HOST or {ours}_PORT wrong?"
                );
            });
        }
    }

    /// The socket brought something that no daemon sends. It is not shown: it may be anything, a wallet's key too.
    pub(in super::super) fn strange(&self, length: usize) {
        const STRANGE: &str = "ignored a frame that is no JSON object with a list of `updates`";
        self.told.once(STRANGE, || {
            tracing::warn!(currency = %self.currency, bytes = length, "{STRANGE}; further ones are not told");
        });
    }

    /// It is of another currency, whose daemon is where ours should be: nothing of a wallet that has the same key here goes with it.
    fn pass_on(&mut self, coin: &Coin, update: Arrived<'_>) {
        self.flush();
        let place = self.desk.dispatcher.place_for(&self.desk.source, coin, update.said().ok(), 0, 1);
        let Ok(place) = place else {
            self.told.once(TOO_SLOW, || too_slow(coin.currency(), None));
            return;
        };
        self.put(Delivery::of(Held::new(coin, update, place), Life::new(), Vec::new()));
    }

    fn take(&mut self, coin: &Coin, update: Arrived<'_>) {
        let number = self.next_number();
        self.take_as(number, coin, update);
    }

    /// The number is the one of its row.
    fn take_as(&mut self, number: Option<u64>, coin: &Coin, update: Arrived<'_>) {
        if let Some(key) = coin.id()
            && self.wallets.get(&key).is_some_and(Wallet::has_place)
        {
            return self.gather(number, key, update);
        }
        let mut place = self.place_for(coin, update);
        if place.is_err() && !self.gathered.is_empty() {
            // What is gathered is as good as in the inbox, and has its room there.
            self.flush();
            place = self.place_for(coin, update);
        }
        let Ok(place) = place else { return self.overflow(coin) };
        match coin.id() {
            Some(key) => self.take_for(number, key, coin, update, place),
            None => self.take_for_all(number, coin, update, place),
        }
    }

    fn place_for(&self, coin: &Coin, update: Arrived<'_>) -> Result<OwnedSemaphorePermit> {
        let (held, wanted) = match coin.id().map(|key| self.wallets.get(&key)) {
            Some(Some(wallet)) => (wallet.waiting(), wallet.places_wanted(self.usual)),
            Some(None) => (0, 1),
            None => (self.blocks.as_ref().map_or(0, |(_, blocks)| blocks.len()), 1),
        };
        self.desk.dispatcher.place_for(&self.desk.source, coin, update.said().ok(), held, wanted)
    }

    fn take_for(
        &mut self,
        number: Option<u64>,
        key: WalletId,
        coin: &Coin,
        update: Arrived<'_>,
        place: OwnedSemaphorePermit,
    ) {
        let id = self.next_text();
        let Some(wallet) = self.wallets.get_mut(&key) else { return };
        if wallet.holds.is_none() {
            if wallet.gathered.is_none() {
                self.gathered.push(key);
            }
            wallet.add_place(place, self.usual);
            return self.gather(number, key, update);
        }
        wallet.held += 1;
        let mark = self.marker.mark_read(update.said());
        let held = Held { received: id, ..Held::new(coin, update, place) };
        let text = id.map(|_| held.text()).unwrap_or_default();
        wallet.history(&self.passed).brought(mark, Some(Box::new(held)));
        let row = id
            .zip(number)
            .map(|(id, number)| wallet.row(self.currency, number, What::Held(mark, id), &self.passed));
        self.keep(id, text, row.unwrap_or_default());
    }

    /// It has a place with what else arrives for its wallet.
    fn gather(&mut self, number: Option<u64>, key: WalletId, update: Arrived<'_>) {
        let Some(wallet) = self.wallets.get_mut(&key) else { return };
        let Some(gathered) = &mut wallet.gathered else { return };
        let mark = self.marker.mark_read(update.said());
        gathered.add(update, mark);
        wallet.gathers(mark, number, &self.passed);
        match &mut self.last {
            // To write it down is worth it for more than two.
            Some((last, end)) if *last == key => {
                end.get_or_insert_with(|| End::of(&wallet.coin));
            }
            last => *last = Some((key, None)),
        }
    }

    /// A block, which names no wallet. It is in the queue of each. For a wallet that has a handler of its own for it there is a
    /// row of its own, of the same number.
    fn take_for_all(
        &mut self,
        number: Option<u64>,
        coin: &Coin,
        update: Arrived<'_>,
        place: OwnedSemaphorePermit,
    ) {
        let mark = self.marker.mark_read(update.said());
        let own = update.said().map_or_else(|_| Vec::new(), |said| self.taking(said.event()));
        self.pass(mark, &own);
        for coin in &own {
            self.take_as(number, coin, update);
        }
        let mut held = Held::new(coin, update, place);
        let mut row = self.block_row(number, mark);
        if self.blocks.is_some() {
            held.received = self.next_text();
            let text = held.received.map(|_| held.text()).unwrap_or_default();
            self.keep(held.received, text, std::mem::take(&mut row));
        }
        match &mut self.blocks {
            Some((_, blocks)) => blocks.push(Box::new(held)),
            None => self.deliver(held, row),
        }
    }

    /// Notes a block for all wallets but these, which take it themselves.
    fn pass(&mut self, mark: Mark, but: &[Coin]) {
        for key in but.iter().filter_map(Coin::id) {
            if let Some(wallet) = self.wallets.get_mut(&key) {
                wallet.skip_next(&self.passed);
            }
        }
        self.passed.brought(mark);
    }

    /// The wallets that have handlers of their own for this event.
    fn taking(&mut self, event: Event) -> Vec<Coin> {
        let additions = additions::counted();
        if self.own.as_ref().is_none_or(|(then, _)| *then != additions) {
            let mut own = Vec::new();
            for wallet in self.wallets.values() {
                if wallet.coin.has_own_handlers() {
                    own.push(wallet.coin.clone());
                }
            }
            self.own = Some((additions, own));
        }
        let mut taking = Vec::new();
        for coin in self.own.as_ref().map(|(_, own)| &**own).unwrap_or_default() {
            if coin.own_handler(event).is_some() {
                taking.push(coin.clone());
            }
        }
        taking
    }

    /// There is no room for a frame. It is in the daemon's queue, for the moment.
    fn overflow(&mut self, coin: &Coin) {
        let Some(key) = coin.id() else {
            self.told.once(TOO_SLOW, || too_slow(self.currency, None));
            self.passed.gap();
            self.blocks_missed = true;
            self.block_rows.rows.gap = true;
            return;
        };
        let Some(wallet) = self.wallets.get_mut(&key) else { return };
        if wallet.dropped == 0 {
            too_slow(self.currency, coin.wallet_shown());
        }
        wallet.dropped = wallet.dropped.saturating_add(1);
        self.lack(key);
        self.ask(key);
    }

    /// Something that came for a wallet was not taken. It is fetched before what comes next is delivered.
    pub(super) fn lack(&mut self, key: WalletId) {
        let Some(wallet) = self.wallets.get_mut(&key) else { return };
        wallet.history(&self.passed).gap();
        wallet.hold();
        // A block may come next, whose row says nothing of this gap.
        let remember = self.whole(key);
        if !remember.is_empty() {
            self.store(remember, Vec::new());
        }
    }
}
