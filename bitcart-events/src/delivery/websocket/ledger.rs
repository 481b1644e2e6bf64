//! What each wallet has got by the websocket, what is fetched for it, and both put in order.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use tokio::time::Instant;

use super::history::{History, Merged, Next};
use crate::delivery::crew::Orders;
use crate::delivery::desk::{Answer, Desk};
use crate::delivery::waits::Waits;
use crate::dispatch::{Life, Read};
use crate::field::excerpt;
use crate::source::Source;
use crate::told::Told;
use crate::update::Mark;
use crate::wallet::WalletKey;
use crate::{Coin, Currency, Payload, Result, event, intake};

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

struct Wallet {
    coin: Coin,
    history: History<Held>,
    life: Life,
    /// Since when its frames are held.
    holds: Option<Instant>,
    asking: Asking,
    retry: Option<Instant>,
    waits: Waits,
    /// How many frames found no room since the last answer.
    dropped: usize,
}

/// Whether `get_updates` is under way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asking {
    No,
    Yes,
    /// And once more after it: something came between.
    Twice,
}

/// A frame that has its place, and waits.
struct Held {
    coin: Coin,
    update: Read,
    place: OwnedSemaphorePermit,
}

/// An answer, and the ping that was sent after it.
struct Waiting {
    key: WalletKey,
    answer: Answer,
    ping: u64,
    since: Instant,
}

/// What a call of `get_updates` came to; nothing if it was not made.
pub(super) struct Fetched {
    coin: Coin,
    answer: Result<Option<Answer>>,
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
                self.wallets.insert(key.clone(), new_wallet(coin));
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
            wallet.history.gap();
            wallet.holds.get_or_insert(now);
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
        let held = self.wallets.values_mut().flat_map(|wallet| wallet.history.forget()).collect();
        self.deliver(held);
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
        let (mark, held) = (mark(&update), Held { coin: coin.clone(), update, place });
        let whose = match (&self.desk.source, coin.key()) {
            (_, Some(key)) => self.wallets.get_mut(key),
            _ => None,
        };
        match whose {
            Some(wallet) if wallet.holds.is_some() => wallet.history.brought(mark, Some(held)),
            Some(wallet) => {
                wallet.history.brought(mark, None);
                let life = wallet.life;
                self.put(coin, vec![held.update], life, held.place);
            }
            None => {
                // Each wallet's queue has it too.
                self.wallets.values_mut().for_each(|wallet| wallet.history.brought(mark, None));
                match &mut self.blocks {
                    Some(blocks) if is_block(&held.update) => blocks.push(held),
                    _ => self.put(coin, vec![held.update], Life::new(), held.place),
                }
            }
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

    fn ask_all(&mut self) {
        let keys: Vec<WalletKey> = self.wallets.keys().cloned().collect();
        keys.iter().for_each(|key| self.ask(key));
    }

    /// Fetches what waits for a wallet, once more if that is under way.
    fn ask(&mut self, key: &WalletKey) {
        let Some(wallet) = self.wallets.get_mut(key) else { return };
        if wallet.asking != Asking::No {
            wallet.asking = Asking::Twice;
            return;
        }
        (wallet.asking, wallet.retry) = (Asking::Yes, None);
        self.under_way += 1;
        let (desk, coin) = (Arc::clone(&self.desk), wallet.coin.clone());
        let (fetching, stop) = (self.fetching.clone(), self.orders.stop.clone());
        self.orders.spawn(async move {
            let answer = desk.fetch(&coin, &stop).await;
            // The ledger takes what is under way before it goes.
            let _ = fetching.send(Fetched { coin, answer }).await;
        });
    }

    /// The next answer that arrives.
    pub(super) async fn fetched(&mut self) -> Fetched {
        match self.fetched.recv().await {
            Some(fetched) => fetched,
            None => std::future::pending().await,
        }
    }

    /// An answer has arrived. Whether a ping of this number is to be sent, to know which frames were sent before it.
    pub(super) fn answered(&mut self, Fetched { coin, answer }: Fetched, ping: u64) -> bool {
        self.under_way -= 1;
        let Some(key) = coin.key() else { return false };
        match answer {
            Ok(Some(answer)) if answer.parcel.updates.is_empty() => self.merge(key, answer, false),
            Ok(Some(answer)) => {
                self.answers.push_back(Waiting { key: key.clone(), answer, ping, since: Instant::now() });
                return true;
            }
            Ok(None) => self.give_up(key, None),
            Err(error) => {
                self.desk.tell_trouble(&coin, &error);
                self.give_up(key, Some(Instant::now()));
            }
        }
        false
    }

    /// There will be no answer for now: what was held for it goes on.
    fn give_up(&mut self, key: &WalletKey, failed: Option<Instant>) {
        let Some(wallet) = self.wallets.get_mut(key) else { return };
        wallet.asking = Asking::No;
        wallet.retry = failed.map(|now| now + wallet.waits.next());
        self.release(|wallet| wallet.coin.key() == Some(key));
    }

    /// A pong has arrived: everything that the daemon sent before it is here.
    pub(super) fn ponged(&mut self, ping: u64) {
        self.settle(true, |waiting| waiting.ping <= ping);
    }

    /// Merges the answers that have waited enough.
    fn settle(&mut self, live: bool, enough: impl Fn(&Waiting) -> bool) {
        while let Some(Waiting { key, answer, .. }) = self.answers.pop_front_if(|waiting| enough(waiting)) {
            self.merge(&key, answer, live);
        }
    }

    /// `live` says that every frame that was sent before the answer is here.
    fn merge(&mut self, key: &WalletKey, Answer { text, parcel, place }: Answer, live: bool) {
        // A wallet that was removed meanwhile gets nothing any more.
        let Ok((coin, updates)) = self.desk.dispatcher.read(&self.desk.source, &text, &parcel) else {
            return;
        };
        let Some(wallet) = self.wallets.get_mut(key) else { return };
        let marks: Vec<Mark> = updates.iter().map(mark).collect();
        // One that was asked before this connection may have been answered before it, too.
        let Merged { next, continues } = wallet.history.merge(&marks, live && wallet.asking != Asking::Twice);
        if !continues {
            wallet.life = Life::new();
        }
        let mut missed: Vec<Option<Read>> = updates.into_iter().map(Some).collect();
        let (mut place, mut merged, mut fetched) = (place, Vec::new(), 0_usize);
        for next in next {
            match next {
                Next::Held(held) => {
                    place.merge(held.place);
                    merged.push(held.update);
                }
                Next::Missed(index) => {
                    fetched += 1;
                    merged.extend(missed.get_mut(index).and_then(Option::take));
                }
            }
        }
        let dropped = std::mem::take(&mut wallet.dropped);
        if fetched > 0 || dropped > 0 {
            tracing::info!(
                currency = %self.currency, wallet = coin.wallet_shown(), dropped,
                "{fetched} updates that the websocket did not bring were waiting at the daemon",
            );
        }
        let (life, again) = (wallet.life, wallet.asking == Asking::Twice);
        (wallet.asking, wallet.waits) = (Asking::No, Waits::new());
        wallet.holds = again.then(Instant::now);
        self.put(&coin, merged, life, place);
        if again {
            self.ask(key);
        }
        let blocks = self.blocks.take().unwrap_or_default();
        self.deliver(blocks);
    }

    /// What is due by now: a daemon that answers no call must not hold up its websocket, nor an answer without a pong be
    /// kept for ever.
    pub(super) fn tick(&mut self, now: Instant) {
        self.settle(false, |waiting| now.duration_since(waiting.since) >= PONG);
        self.release(|wallet| wallet.holds.is_some_and(|since| now.duration_since(since) >= HOLD));
        let due = |(key, wallet): (&WalletKey, &Wallet)| {
            wallet.retry.is_some_and(|due| due <= now).then(|| key.clone())
        };
        let due: Vec<WalletKey> = self.wallets.iter().filter_map(due).collect();
        due.iter().for_each(|key| self.ask(key));
    }

    /// Delivers what is held for these wallets.
    fn release(&mut self, which: impl Fn(&Wallet) -> bool) {
        let mut released: Vec<Held> = self.blocks.take().unwrap_or_default();
        for wallet in self.wallets.values_mut().filter(|wallet| wallet.holds.is_some() && which(wallet)) {
            wallet.holds = None;
            released.extend(wallet.history.release());
        }
        self.deliver(released);
    }

    fn deliver(&self, held: Vec<Held>) {
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

/// A wallet of which nothing is known yet.
fn new_wallet(coin: Coin) -> Wallet {
    Wallet {
        coin,
        history: History::default(),
        life: Life::new(),
        holds: Some(Instant::now()),
        asking: Asking::No,
        retry: None,
        waits: Waits::new(),
        dropped: 0,
    }
}

fn mark(update: &Read) -> Mark {
    match update {
        Ok(update) => update.mark(),
        Err((_, raw)) => Mark::of(raw),
    }
}

fn is_block(update: &Read) -> bool {
    update.as_ref().is_ok_and(|update| update.event().name() == event::NewBlock::SCHEMA.name)
}
