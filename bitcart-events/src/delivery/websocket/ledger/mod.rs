//! What each wallet has got by the websocket, what is fetched for it, and both put in order.

mod fetch;
mod wallet;

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use tokio::time::Instant;

use fetch::{Fetched, Waiting};
use wallet::{Asking, Held, Wallet};

use crate::delivery::crew::Orders;
use crate::delivery::desk::Desk;
use crate::dispatch::{Life, Read};
use crate::field::excerpt;
use crate::source::Source;
use crate::told::Told;
use crate::wallet::WalletKey;
use crate::{Coin, Currency, intake};

/// How long frames wait for what may belong before them.
const HOLD: Duration = Duration::from_secs(10);
/// How long an answer waits for its pong.
const PONG: Duration = Duration::from_secs(10);
/// How many answers wait to be looked at; who fetched more waits.
const ANSWERS: usize = 64;

const TOO_SLOW: &str = "handlers are too slow: what finds no room is fetched from the daemon later, which keeps the last 100 events of a wallet";

/// The wallets of one currency.
pub(super) struct Ledger {
    desk: Arc<Desk>,
    currency: Currency,
    orders: Orders,
    wallets: HashMap<WalletKey, Wallet>,
    /// A manager's blocks are nobody's in particular: those that came before the first answer are held here.
    blocks: Option<Vec<Held>>,
    is_established: bool,
    /// Answers that wait for their pong, in the order of their pings.
    answers: VecDeque<Waiting>,
    fetched: mpsc::Receiver<Fetched>,
    fetching: mpsc::Sender<Fetched>,
    under_way: usize,
    told: Told,
}

impl Ledger {
    pub(super) fn new(desk: Arc<Desk>, currency: Currency, orders: Orders) -> Self {
        let (fetching, fetched) = mpsc::channel(ANSWERS);
        let mut ledger = Self {
            desk,
            currency,
            orders,
            wallets: HashMap::new(),
            blocks: None,
            is_established: false,
            answers: VecDeque::new(),
            fetched,
            fetching,
            under_way: 0,
            told: Told::default(),
        };
        ledger.read_wallets();
        ledger
    }

    /// What to ask the daemon for; nothing means everything.
    pub(super) fn filter(&self) -> Option<String> {
        match &self.desk.source {
            Source::Coin(coin) => Some(json!({ "xpub": coin.wallet()? }).to_string()),
            Source::Manager(_) => None,
        }
    }

    pub(super) fn changes(&self) -> watch::Receiver<()> {
        let mut changes = self.desk.source.changes();
        changes.mark_changed();
        changes
    }

    /// Takes up the wallets that were added, and leaves those that were removed.
    pub(super) fn read_wallets(&mut self) {
        let coins = self.desk.source.coins().into_iter().filter(|coin| coin.currency() == self.currency);
        let coins: HashMap<WalletKey, Coin> =
            coins.filter_map(|coin| Some((coin.key()?.clone(), coin))).collect();
        self.wallets.retain(|key, _| coins.contains_key(key));
        for (key, coin) in coins {
            if !self.wallets.contains_key(&key) {
                let mut wallet = Wallet::new(coin);
                wallet.history.connected();
                self.wallets.insert(key.clone(), wallet);
                if self.is_established {
                    self.ask(&key);
                }
            }
        }
    }

    /// A socket is open. Until it is known what it missed, what it brings is held.
    pub(super) fn connected(&mut self) {
        let now = Instant::now();
        for wallet in self.wallets.values_mut() {
            wallet.holds.get_or_insert(now);
            if wallet.asking == Asking::No {
                wallet.history.connected();
            } else {
                wallet.history.gap();
                wallet.asking = Asking::Outlived;
            }
        }
        if let Source::Manager(_) = self.desk.source {
            self.blocks.get_or_insert_default();
        }
    }

    /// The daemon sends to the socket: what it sent before waits in its queues.
    pub(super) fn established(&mut self) {
        self.is_established = true;
        self.ask_all();
    }

    /// The socket is closed.
    pub(super) fn disconnected(&mut self) {
        self.is_established = false;
        self.settle(false, |_| true);
        for wallet in self.wallets.values_mut() {
            wallet.history.gap();
        }
        self.release(|wallet| wallet.asking == Asking::No);
    }

    /// The daemon has ended, and its queues with it.
    pub(super) fn forget(&mut self) {
        self.disconnected();
        for wallet in self.wallets.values_mut() {
            match wallet.asking {
                Asking::No => drop(wallet.history.forget()),
                // What is under way may still be answered, by the daemon that ended.
                _ => wallet.ended = true,
            }
        }
    }

    /// The socket brought a text.
    pub(super) fn frame(&mut self, text: &str) {
        let body: Arc<str> = text.into();
        let parcel = match intake::read_object(text) {
            Ok(parcel) => parcel,
            Err(error) => return self.strange(&error.to_string(), text),
        };
        if let Ok((coin, updates)) = self.desk.dispatcher.read(&self.desk.source, &body, &parcel) {
            updates.into_iter().for_each(|update| self.take(&coin, update));
        }
    }

    /// The socket brought something that is no text.
    pub(super) fn strange_frame(&self, length: usize) {
        self.strange("a daemon sends JSON in text frames", &format!("a binary frame of {length} bytes"));
    }

    fn strange(&self, problem: &str, found: &str) {
        self.told.once(problem, || {
            tracing::warn!(currency = %self.currency, frame = excerpt(found), "ignored a frame: {problem}");
        });
    }

    fn take(&mut self, coin: &Coin, update: Read) {
        let Ok(place) = self.desk.dispatcher.place_for(&self.desk.source, Some(&update)) else {
            return self.overflow(coin);
        };
        let held = Held { coin: coin.clone(), update, place };
        match coin.key() {
            Some(key) => {
                if !self.wallets.contains_key(key) {
                    // Added a moment ago.
                    self.read_wallets();
                }
                self.take_for(key, held);
            }
            None => self.take_for_all(held),
        }
    }

    fn take_for(&mut self, key: &WalletKey, held: Held) {
        let Some(wallet) = self.wallets.get_mut(key) else { return self.deliver([held]) };
        let mark = held.mark();
        if wallet.holds.is_some() {
            wallet.history.brought(mark, Some(held));
        } else {
            wallet.history.brought(mark, None);
            self.deliver([held]);
        }
    }

    /// A block, which names no wallet. It is in the queue of each.
    fn take_for_all(&mut self, held: Held) {
        let mark = held.mark();
        let mut own = Vec::new();
        for (key, wallet) in &mut self.wallets {
            match held.update.as_ref().ok().filter(|update| wallet.coin.own_handler(update.event()).is_some())
            {
                Some(update) => own.push((key.clone(), update.of(&wallet.coin))),
                None => wallet.history.brought(mark, None),
            }
        }
        for (key, update) in own {
            let Some(coin) = self.wallets.get(&key).map(|wallet| wallet.coin.clone()) else { continue };
            self.take(&coin, Ok(update));
        }
        match &mut self.blocks {
            Some(blocks) => blocks.push(held),
            None => self.deliver([held]),
        }
    }

    /// There is no room for a frame. It is in the daemon's queue, for the moment.
    fn overflow(&mut self, coin: &Coin) {
        let fetched_for = match coin.key() {
            Some(key) => {
                let Some(wallet) = self.wallets.get_mut(key) else { return };
                if wallet.dropped == 0 {
                    tracing::warn!(currency = %self.currency, wallet = coin.wallet_shown(), "{TOO_SLOW}");
                }
                wallet.dropped = wallet.dropped.saturating_add(1);
                wallet.history.gap();
                wallet.holds.get_or_insert_with(Instant::now);
                Some(key.clone())
            }
            None => {
                self.told.once(TOO_SLOW, || tracing::warn!(currency = %self.currency, "{TOO_SLOW}"));
                self.wallets.values_mut().for_each(|wallet| wallet.history.gap());
                // A block is in every queue; one is enough to get it back.
                self.wallets.keys().next().cloned()
            }
        };
        if let Some(key) = fetched_for {
            self.ask(&key);
        }
    }

    /// What is due by now: a daemon that answers no call must not hold up its websocket, nor an answer without a pong be
    /// kept for ever.
    pub(super) fn tick(&mut self, now: Instant) {
        self.settle(false, |waiting| now.duration_since(waiting.since) >= PONG);
        for wallet in self.wallets.values_mut().filter(|wallet| wallet.holds.is_some()) {
            if !self.desk.dispatcher.has_room_for(&wallet.coin) {
                // Its handler is slow, not the daemon: nothing was asked yet.
                wallet.holds = Some(now);
            }
        }
        self.release(|wallet| wallet.holds.is_some_and(|since| now.duration_since(since) >= HOLD));
        let due = |(key, wallet): (&WalletKey, &Wallet)| {
            wallet.retry.is_some_and(|due| due <= now).then(|| key.clone())
        };
        let due: Vec<WalletKey> = self.wallets.iter().filter_map(due).collect();
        for key in due {
            if let Some(wallet) = self.wallets.get_mut(&key) {
                // The last answer may have been lost on its way, with what was in it.
                wallet.history.asked_again();
            }
            self.ask(&key);
        }
    }

    /// Delivers what is held for these wallets.
    fn release(&mut self, which: impl Fn(&Wallet) -> bool) {
        let mut released: Vec<Held> = self.blocks.take().unwrap_or_default();
        for wallet in self.wallets.values_mut().filter(|wallet| wallet.holds.is_some() && which(wallet)) {
            // Whether they go on where the last ones ended is not known.
            (wallet.holds, wallet.life) = (None, Life::new());
            released.extend(wallet.history.release());
        }
        self.deliver(released);
    }

    fn deliver(&self, held: impl IntoIterator<Item = Held>) {
        for Held { coin, update, place } in held {
            let life = coin.key().and_then(|key| self.wallets.get(key)).map(|wallet| wallet.life);
            self.put(&coin, vec![update], life.unwrap_or_else(Life::new), place);
        }
    }

    fn put(&self, coin: &Coin, updates: Vec<Read>, life: Life, place: OwnedSemaphorePermit) {
        if let Err(error) = self.desk.dispatcher.put(&self.desk.source, coin, updates, life, place) {
            tracing::error!(currency = %self.currency, wallet = coin.wallet_shown(), "{error}");
        }
    }

    /// Without a socket: until `work` is done, takes what was still under way.
    pub(super) async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = work.as_mut() => return done,
                fetched = self.fetched() => {
                    self.answered(fetched, 0);
                    self.settle(false, |_| true);
                }
                // What is held for an answer that does not come waits no longer than with a socket.
                () = tokio::time::sleep(HOLD) => self.release(|_| true),
            }
        }
    }

    /// Takes what is still under way, and delivers everything.
    pub(super) async fn finish(mut self) {
        while self.under_way > 0 {
            let fetched = self.fetched().await;
            self.answered(fetched, 0);
            self.settle(false, |_| true);
        }
        self.release(|_| true);
    }
}
