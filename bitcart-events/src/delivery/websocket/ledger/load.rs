//! Taking up what the inbox keeps: at the start, and when something could not be stored.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::Instant;

use super::super::held::Held;
use super::super::history::History;
use super::super::rows::Kept;
use super::Ledger;
use super::fetch::Which;
use super::wallet::{Asking, Wallet};
use crate::delivery::desk::Desk;
use crate::inbox::{Chain, Received, ReceivedId, WalletId};
use crate::intake::Together;
use crate::object::{Members, range_in};
use crate::update::{Marker, Said};
use crate::{Coin, Result};

impl Ledger {
    /// Reads what the inbox keeps. What was here before is forgotten: not all of it may have been stored.
    pub(in super::super) async fn load(&mut self) -> Result<()> {
        if self.keeps {
            let loaded = *self.troubles.borrow_and_update();
            self.kept = self.kept().await?;
            let received = self.desk.dispatcher.inbox().received().await?;
            // Not before: if it cannot be read, what is known here is not to be believed or stored by anybody.
            (self.loaded, self.chain) = (loaded, Chain::default());
            (self.frames, self.unmerged, self.reread) = (Vec::new(), Vec::new(), Vec::new());
            for (id, received) in received {
                if received.currency != self.currency {
                    continue;
                }
                if received.wallet.is_some() {
                    self.unmerged.push((id, received));
                    self.reread.push(id);
                } else if let Some(frame) = KeptFrame::read(&received) {
                    self.frames.push((id, frame));
                }
            }
            // Those that were waiting here are among them.
            self.answers.clear();
            drop(self.desk.dispatcher.leftover(&|received| received.currency == self.currency));
            self.number = self.number.max(self.kept.last());
            self.block_rows = self.kept.blocks();
            self.blocks = None;
            for wallet in self.wallets.values_mut() {
                wallet.restore(
                    known(&self.desk, &mut self.marker, &mut self.kept, &mut self.frames, &wallet.coin),
                    &self.passed,
                );
                wallet.holds = Some(Instant::now());
            }
            for key in self.those(&|_| true) {
                self.merge_again(key);
            }
        }
        self.read_wallets();
        let is_none = |coin: &Coin| coin.currency() == self.currency && coin.id().is_none();
        if let Some(none) = self.desk.source.all_coins().into_iter().find(is_none) {
            let blocks = held_again(&self.desk, &mut self.frames, &none);
            if !blocks.is_empty() {
                self.blocks = Some((Instant::now(), blocks));
            }
        }
        Ok(())
    }

    /// Whether something could not be stored since it was loaded.
    pub(in super::super) fn is_in_doubt(&self) -> bool {
        self.keeps && self.troubles.has_changed().unwrap_or(false)
    }

    /// Ready when something could not be stored.
    pub(in super::super) fn trouble(&self) -> watch::Receiver<u64> {
        self.troubles.clone()
    }

    /// Takes up a wallet, with what is known of it and what was fetched for it.
    pub(super) fn add(&mut self, key: WalletId, coin: Coin) {
        // Of what could not be stored since then the inbox knows that it was not delivered.
        let before = self.memory.take(self.currency, key).filter(|known| known.loaded == self.loaded);
        let is_known = before.is_some();
        let mut wallet = Wallet::new(coin, before, &self.passed);
        if self.keeps {
            // Taken in any case: of what is known since then it is a part, and what was held may have been delivered.
            let kept = known(&self.desk, &mut self.marker, &mut self.kept, &mut self.frames, &wallet.coin);
            if !is_known {
                wallet.restore(kept, &self.passed);
            }
        }
        self.wallets.insert(key, wallet);
        self.merge_again(key);
        let was_left = self.take_left(key);
        let Some(wallet) = self.wallets.get_mut(&key) else { return };
        if was_left {
            wallet.asking = Asking::Outlived;
        } else {
            wallet.history(&self.passed).connected();
        }
    }

    /// Merges the answers that were stored, or came when the wallet was not listened to, and were not merged. None of them is
    /// the one that the wallet waits for.
    pub(super) fn merge_again(&mut self, key: WalletId) {
        let Some(coin) = self.wallets.get(&key).map(|wallet| wallet.coin.clone()) else { return };
        let currency = self.currency;
        let is_theirs = |received: &Received| received.currency == currency && received.wallet == Some(key);
        let mut answers = Vec::new();
        answers.extend(self.unmerged.extract_if(.., |(_, received)| is_theirs(received)));
        for (id, received) in self.desk.dispatcher.leftover(&is_theirs) {
            if let Err(at) = answers.binary_search_by_key(&id, |(known, _)| *known) {
                answers.insert(at, (id, received));
            }
        }
        for (id, received) in answers {
            match self.desk.again(&coin, id, &received) {
                Ok(answer) => self.merge(key, answer, Which::Earlier),
                Err(error) => self.desk.tell_trouble(coin.client(), coin.wallet_shown(), &error),
            }
        }
    }
}

/// The members of the object that it is kept as.
const WALLET: &str = "wallet";
const UPDATE: &str = "update";

/// An update that was held when it was stored, and for which wallet.
pub(super) struct KeptFrame {
    wallet: Option<WalletId>,
    body: Arc<str>,
}

impl KeptFrame {
    fn read(received: &Received) -> Option<Self> {
        let (body, _) = received.text.body();
        let wallet = Members::read(body).ok()?.said(WALLET).map(|hex| hex.trim_matches('"'));
        Some(Self { wallet: wallet.and_then(WalletId::from_hex), body: Arc::clone(body) })
    }

    /// It is held again, for its wallet.
    fn held_again(&self, desk: &Desk, id: ReceivedId, coin: &Coin) -> Option<Held> {
        let raw = Members::read(&self.body).ok()?.get(UPDATE)?;
        let update = Together::read(coin, &self.body, range_in(&self.body, raw));
        let place = desk.dispatcher.reserve_nothing().ok()?;
        Some(Held { coin: coin.clone(), update, place, received: Some(id) })
    }
}

impl Held {
    /// The text to keep it as: with the wallet's id, because a frame names its key, which may be a seed.
    pub(super) fn text(&self) -> String {
        let raw = self.update.first().map_or_else(|raw| raw, Said::raw);
        let wallet = self.coin.id().map_or_else(|| "null".to_owned(), |id| format!("\"{}\"", id.hex()));
        format!("{{\"{WALLET}\":{wallet},\"{UPDATE}\":{raw}}}")
    }
}

/// What is kept of a wallet: its history with what was held, and how many were held.
fn known(
    desk: &Desk,
    marker: &mut Marker,
    kept: &mut Kept,
    frames: &mut Vec<(ReceivedId, KeptFrame)>,
    coin: &Coin,
) -> (History<Box<Held>>, usize) {
    let mut held = 0;
    let mut find = |id| {
        let at = frames.binary_search_by_key(&id, |(known, _)| *known).ok()?;
        let found = frames.remove(at).1.held_again(desk, id, coin).map(Box::new);
        held += usize::from(found.is_some());
        found
    };
    let known = coin.id().and_then(|id| kept.take(id, &mut find));
    let mut history = known.unwrap_or_default();
    for frame in held_again(desk, frames, coin) {
        held += 1;
        history.brought(marker.mark_read(frame.update.first()), Some(Box::new(frame)));
    }
    (history, held)
}

/// All that is still held of a wallet, or of none.
fn held_again(desk: &Desk, frames: &mut Vec<(ReceivedId, KeptFrame)>, coin: &Coin) -> Vec<Held> {
    let mut held = Vec::new();
    for (id, frame) in frames.extract_if(.., |(_, frame)| frame.wallet == coin.id()) {
        held.extend(frame.held_again(desk, id, coin));
    }
    held
}
