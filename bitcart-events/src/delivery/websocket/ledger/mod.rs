//! What each wallet has got by the websocket, what is fetched for it, and both put in order.

mod due;
mod fetch;
mod wallet;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use tokio::time::Instant;

use fetch::{Fetched, Waiting};
pub(super) use wallet::Held;
use wallet::{Asking, Wallet};

use crate::delivery::crew::Orders;
use crate::delivery::desk::Desk;
use crate::dispatch::{Delivered, Incoming, Read};
use crate::inbox::{Life, Origin};
use crate::source::Source;
use crate::told::Told;
use crate::wallet::WalletKey;
use crate::{Coin, Currency, intake};

/// How often the wallets' queues are fetched while there is no socket.
const AWAY: Duration = Duration::from_secs(30);
/// How often it is looked for what is due.
pub(super) const TICK: Duration = Duration::from_secs(1);
/// How many answers wait to be looked at; who fetched more waits.
const ANSWERS: usize = 64;

const TOO_SLOW: &str = "handlers are too slow: what finds no room is fetched from the daemon later, which keeps the last 100 events of a wallet";

/// The wallets of one currency.
pub(super) struct Ledger {
    desk: Arc<Desk>,
    currency: Currency,
    orders: Orders,
    wallets: HashMap<WalletKey, Wallet>,
    /// A manager's blocks are nobody's in particular: those that came before the first answer are held here, since then.
    blocks: Option<(Instant, Vec<Held>)>,
    /// A block found no room.
    blocks_missed: bool,
    /// When the queues are fetched if there is no socket until then.
    fetch_at: Instant,
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
            blocks_missed: false,
            fetch_at: Instant::now() + AWAY,
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
        let removed: Vec<WalletKey> =
            self.wallets.keys().filter(|key| !coins.contains_key(*key)).cloned().collect();
        for key in removed {
            if let Some(wallet) = self.wallets.remove(&key) {
                self.remember(key, wallet);
            }
        }
        for (key, coin) in coins {
            if !self.wallets.contains_key(&key) {
                self.desk.missed(&coin);
                let mut wallet = Wallet::new(coin, self.desk.memory.take(self.currency, &key));
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
        for wallet in self.wallets.values_mut() {
            wallet.hold();
            if wallet.asking == Asking::No {
                wallet.history.connected();
            } else {
                wallet.history.gap();
                wallet.asking = Asking::Outlived;
            }
        }
        if let Source::Manager(_) = self.desk.source {
            self.blocks.get_or_insert_with(|| (Instant::now(), Vec::new()));
        }
    }

    /// The daemon sends to the socket: what it sent before waits in its queues.
    pub(super) fn established(&mut self) {
        self.is_established = true;
        self.wallets.values().for_each(|wallet| self.desk.missed(&wallet.coin));
        self.ask_all();
    }

    /// The socket is closed. What is held goes on waiting for the answer that it waits for.
    pub(super) fn disconnected(&mut self) {
        self.is_established = false;
        self.fetch_at = Instant::now() + AWAY;
        self.settle(false, |_| true);
        for wallet in self.wallets.values_mut() {
            wallet.history.gap();
        }
    }

    /// The daemon has ended, and its queues with it.
    pub(super) fn forget(&mut self) {
        self.disconnected();
        self.release(|wallet| wallet.asking == Asking::No);
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
        let Ok(parcel) = intake::read_object(text) else { return self.strange(text.len()) };
        let theirs = parcel.currency.as_deref().and_then(|code| code.parse::<Currency>().ok());
        if let Some(theirs) = theirs.filter(|theirs| *theirs != self.currency) {
            self.told.once("another currency", || {
                let ours = self.currency;
                tracing::error!(
                    "the daemon that should be {ours}'s is {theirs}'s: is {ours}_HOST or {ours}_PORT wrong?"
                );
            });
        }
        if let Ok((coin, updates)) = self.desk.dispatcher.read(&self.desk.source, &body, &parcel) {
            updates.into_iter().for_each(|update| self.take(&coin, update));
        }
    }

    /// The socket brought something that no daemon sends. It is not shown: it may be anything, a wallet's key too.
    pub(super) fn strange(&self, length: usize) {
        const STRANGE: &str = "ignored a frame that is no JSON object with a list of `updates`";
        self.told.once(STRANGE, || {
            tracing::warn!(currency = %self.currency, bytes = length, "{STRANGE}; further ones are not told");
        });
    }

    fn take(&mut self, coin: &Coin, update: Read) {
        let held = match coin.key() {
            Some(key) => self.wallets.get(key).map_or(0, |wallet| wallet.held),
            None => self.blocks.as_ref().map_or(0, |(_, blocks)| blocks.len()),
        };
        let Ok(place) = self.desk.dispatcher.place_for(&self.desk.source, Some(&update), held) else {
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
        let mark = held.mark(self.desk.dispatcher.key());
        if wallet.holds.is_some() {
            wallet.held += 1;
            wallet.history.brought(mark, Some(Box::new(held)));
        } else {
            wallet.history.brought(mark, None);
            self.deliver([held]);
        }
    }

    /// A block, which names no wallet. It is in the queue of each.
    fn take_for_all(&mut self, held: Held) {
        let mark = held.mark(self.desk.dispatcher.key());
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
            Some((_, blocks)) => blocks.push(held),
            None => self.deliver([held]),
        }
    }

    /// There is no room for a frame. It is in the daemon's queue, for the moment.
    fn overflow(&mut self, coin: &Coin) {
        let Some(key) = coin.key() else {
            self.told.once(TOO_SLOW, || tracing::warn!(currency = %self.currency, "{TOO_SLOW}"));
            self.wallets.values_mut().for_each(|wallet| wallet.history.gap());
            self.blocks_missed = true;
            return;
        };
        let Some(wallet) = self.wallets.get_mut(key) else { return };
        if wallet.dropped == 0 {
            tracing::warn!(currency = %self.currency, wallet = coin.wallet_shown(), "{TOO_SLOW}");
        }
        wallet.dropped = wallet.dropped.saturating_add(1);
        wallet.history.gap();
        wallet.hold();
        self.ask(key);
    }

    /// Delivers what is held for these wallets.
    fn release(&mut self, which: impl Fn(&Wallet) -> bool) {
        let mut released = Vec::new();
        for wallet in self.wallets.values_mut().filter(|wallet| wallet.holds.is_some() && which(wallet)) {
            released.extend(wallet.release());
        }
        self.deliver(released);
    }

    fn release_blocks(&mut self) {
        let (_, blocks) = self.blocks.take().unzip();
        self.deliver(blocks.unwrap_or_default());
    }

    fn deliver(&self, held: impl IntoIterator<Item = Held>) {
        for Held { coin, update, place } in held {
            let life = coin.key().and_then(|key| self.wallets.get(key)).map(|wallet| wallet.life);
            let life = life.unwrap_or_else(Life::new);
            self.put(&coin, vec![Incoming { update, origin: Origin::Live, life }], place);
        }
    }

    fn put(&self, coin: &Coin, updates: Vec<Incoming>, place: OwnedSemaphorePermit) {
        if let Err(error) = self.desk.dispatcher.put(Delivered::new(&self.desk.source, coin, updates), place)
        {
            tracing::error!(currency = %self.currency, wallet = coin.wallet_shown(), "{error}");
        }
    }

    /// What was held for a wallet that is not listened to any more is gone with it.
    fn remember(&self, key: WalletKey, mut wallet: Wallet) {
        drop(wallet.history.release());
        wallet.history.gap();
        self.desk.memory.keep(self.currency, key, (wallet.history, wallet.life));
    }
}
