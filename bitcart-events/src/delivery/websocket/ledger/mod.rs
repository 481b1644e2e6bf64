//! What each wallet has got by the websocket, what is fetched for it, and both put in order.

mod arrivals;
mod deliver;
mod due;
mod fetch;
mod gathered;
mod kept;
mod load;
mod take;
#[cfg(test)]
mod tests;
mod wallet;
mod wallets;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use arrivals::Arrivals;
use fetch::Waiting;
use gathered::Size;
use wallet::{Asking, Wallet};

use super::blocks::Blocks;
use super::held::Boxed;
use super::memory::Memory;
use super::rows::{BlockRows, Kept};
use crate::by_id::ById;
use crate::delivery::crew::Orders;
use crate::delivery::desk::Desk;
use crate::dispatch::Texts;
use crate::inbox::{Chain, ReceivedId, WalletId};
use crate::intake::{End, Spare};
use crate::runtime::has_one_thread;
use crate::source::Source;
use crate::told::Told;
use crate::update::Marker;
use crate::{Coin, Currency, json};

/// How often the wallets' queues are fetched while there is no socket.
const AWAY: Duration = Duration::from_secs(30);
/// How often it is looked for what is due.
pub(super) const TICK: Duration = Duration::from_secs(1);

/// The wallets of one currency.
pub(super) struct Ledger {
    desk: Arc<Desk>,
    memory: Arc<Memory>,
    currency: Currency,
    orders: Orders,
    wallets: ById<WalletId, Wallet>,
    /// Of which wallets updates are gathered.
    gathered: Vec<WalletId>,
    /// Whose update was gathered last, and how the frames of that wallet end, if the one before was its too.
    last: Option<(WalletId, Option<End>)>,
    /// How much was gathered last for a wallet, as may be again.
    usual: Size,
    /// The blocks, which are of all wallets.
    passed: Blocks,
    /// Those with handlers of their own, and how many had been added anywhere when they were looked for.
    own: Option<(u64, Vec<Coin>)>,
    /// A manager's blocks are nobody's in particular: those that came before the first answer are held here, since then.
    blocks: Option<(Instant, Vec<Boxed>)>,
    /// A block found no room.
    blocks_missed: bool,
    /// When the queues are fetched if there is no socket until then.
    fetch_at: Instant,
    is_established: bool,
    /// Answers that wait for their pong, in the order of their pings.
    answers: Vec<Waiting>,
    arrivals: Arc<Arrivals>,
    under_way: usize,
    /// Wallets that were removed while an answer was under way, until it has come.
    left: Vec<WalletId>,
    told: Told,
    /// Whether the inbox keeps what is known here.
    keeps: bool,
    /// Whether what arrives is handled by whoever reads it: where there is only one thread, nobody else would. A runtime that can
    /// have more has another one when a handler blocks in place.
    lends: bool,
    /// What an earlier process kept, and what it held, of wallets that may still be added too. All in the order of its numbers.
    kept: Kept,
    frames: Texts,
    /// Answers that were stored and not merged; and those that may still be on their way to be.
    unmerged: Texts,
    reread: Vec<ReceivedId>,
    /// Whether wallets were added or removed since they were read.
    changes: watch::Receiver<()>,
    troubles: watch::Receiver<u64>,
    /// How many of them there had been when the inbox was loaded.
    loaded: u64,
    /// What is stored since it was loaded: in the order in which it came, or not at all.
    chain: Chain,
    /// The last number of what is kept.
    number: u64,
    block_rows: BlockRows,
    marker: Marker,
    /// The memory that frames are read in.
    spare: Spare,
}

impl Ledger {
    pub(super) fn new(desk: Arc<Desk>, memory: Arc<Memory>, currency: Currency, orders: Orders) -> Self {
        Self {
            keeps: desk.dispatcher.is_durable(),
            lends: has_one_thread().unwrap_or(false),
            kept: Kept::default(),
            frames: Vec::new(),
            unmerged: Vec::new(),
            reread: Vec::new(),
            changes: desk.source.changes(),
            troubles: desk.dispatcher.troubles(),
            loaded: 0,
            chain: Chain::default(),
            number: 0,
            block_rows: BlockRows::new(),
            marker: Marker::new(desk.dispatcher.key()),
            spare: Spare::default(),
            desk,
            memory,
            currency,
            orders,
            wallets: ById::default(),
            gathered: Vec::new(),
            last: None,
            usual: Size::default(),
            passed: Blocks::default(),
            own: None,
            blocks: None,
            blocks_missed: false,
            fetch_at: Instant::now() + AWAY,
            is_established: false,
            answers: Vec::new(),
            arrivals: Arc::default(),
            under_way: 0,
            left: Vec::new(),
            told: Told::default(),
        }
    }

    /// What to ask the daemon for; nothing means everything.
    pub(super) fn filter(&self) -> Option<String> {
        match &self.desk.source {
            Source::Coin(coin) => Some(json::text(&json::object(&mut [("xpub", coin.wallet()?.into())]))),
            Source::Manager(_) => None,
        }
    }

    pub(super) fn changes(&self) -> watch::Receiver<()> {
        let mut changes = self.desk.source.changes();
        changes.mark_changed();
        changes
    }

    /// A socket is open. Until it is known what it missed, what it brings is held.
    pub(super) fn connected(&mut self) {
        self.block_rows.rows.gap = true;
        let mut asked = Vec::new();
        for (key, wallet) in &mut self.wallets {
            wallet.hold();
            wallet.rows.gap = true;
            if wallet.asking == Asking::No {
                wallet.history(&self.passed).connected();
                asked.push(*key);
            } else {
                wallet.history(&self.passed).gap();
                wallet.asking = Asking::Outlived;
            }
        }
        self.asked_rows(&asked);
        if self.blocks.is_none() && matches!(self.desk.source, Source::Manager(_)) {
            self.blocks = Some((Instant::now(), Vec::new()));
        }
    }

    /// The daemon sends to the socket: what it sent before waits in its queues.
    pub(super) fn established(&mut self) {
        self.is_established = true;
        for wallet in self.wallets.values() {
            self.desk.missed(&wallet.coin);
        }
        self.ask_all();
    }

    /// The socket is closed. What is held goes on waiting for the answer that it waits for.
    pub(super) fn disconnected(&mut self) {
        self.is_established = false;
        self.fetch_at = Instant::now() + AWAY;
        self.settle(false, &|_| true);
        self.block_rows.rows.gap = true;
        for wallet in self.wallets.values_mut() {
            wallet.history(&self.passed).gap();
            wallet.rows.gap = true;
        }
    }

    /// The daemon has ended, and its queues with it.
    pub(super) fn forget(&mut self) {
        self.disconnected();
        self.release(&|wallet| wallet.asking == Asking::No);
        let mut forgotten = Vec::new();
        for (key, wallet) in &mut self.wallets {
            match wallet.asking {
                Asking::No => {
                    drop(wallet.history(&self.passed).forget());
                    forgotten.push(*key);
                }
                // What is under way may still be answered, by the daemon that ended.
                _ => wallet.ended = true,
            }
        }
        let mut remember = Vec::new();
        for key in forgotten {
            remember.extend(self.whole(key));
        }
        if !remember.is_empty() {
            self.store(remember, Vec::new());
        }
    }

    /// Delivers what is held for these wallets.
    fn release(&mut self, which: &dyn Fn(&Wallet) -> bool) {
        // It goes on from what has arrived before.
        self.flush();
        for key in self.those(&|wallet| wallet.holds.is_some() && which(wallet)) {
            if let Some(wallet) = self.wallets.get_mut(&key) {
                let held = wallet.release(&self.passed);
                self.deliver_held(key, held);
            }
        }
    }

    fn release_blocks(&mut self) {
        let (_, blocks) = self.blocks.take().unzip();
        for held in blocks.unwrap_or_default() {
            self.deliver(*held, Vec::new());
        }
    }
}
