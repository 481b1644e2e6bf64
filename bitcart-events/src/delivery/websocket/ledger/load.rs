//! Taking up what the inbox keeps: at the start, and when something could not be stored.

use tokio::sync::watch;
use tokio::time::Instant;

use super::super::held::{Boxed, Held};
use super::super::history::History;
use super::super::rows::Kept;
use super::Ledger;
use super::fetch::Which;
use super::wallet::{Asking, Wallet};
use crate::delivery::desk::Desk;
use crate::dispatch::{Texts, take_those};
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
                } else if let Some(frame) = frame(received) {
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
        for coin in self.desk.source.all_coins() {
            if coin.currency() == self.currency && coin.id().is_none() {
                let blocks = held_again(&self.desk, &mut self.frames, &coin);
                if !blocks.is_empty() {
                    self.blocks = Some((Instant::now(), blocks));
                }
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
        let mut answers = take_those(&mut self.unmerged, &is_theirs);
        for (id, received) in self.desk.dispatcher.leftover(&is_theirs) {
            if let Err(at) = place_of(&answers, id) {
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

/// Where this one is, or belongs: they are in the order of their numbers.
fn place_of(texts: &Texts, id: ReceivedId) -> std::result::Result<usize, usize> {
    texts.binary_search_by_key(&id, |(known, _)| *known)
}

/// The members of the object that it is kept as.
const WALLET: &str = "wallet";
const UPDATE: &str = "update";

/// An update that was held when it was stored, and for which wallet: its text says so.
fn frame(received: Received) -> Option<Received> {
    let (body, _) = received.text.body();
    let wallet =
        Members::read(body).ok()?.said(WALLET).and_then(|hex| WalletId::from_hex(hex.trim_matches('"')));
    Some(Received { wallet, ..received })
}

impl Held {
    /// The text to keep it as: with the wallet's id, because a frame names its key, which may be a seed.
    pub(super) fn text(&self) -> String {
        let raw = self.update.first().map_or_else(|raw| raw, Said::raw);
        let wallet = self.coin.id().map_or_else(|| "null".to_owned(), |id| format!("\"{}\"", id.hex()));
        format!("{{\"{WALLET}\":{wallet},\"{UPDATE}\":{raw}}}")
    }

    /// It is held again, for its wallet.
    fn again(desk: &Desk, (id, frame): &(ReceivedId, Received), coin: &Coin) -> Option<Boxed> {
        let (body, _) = frame.text.body();
        let raw = Members::read(body).ok()?.get(UPDATE)?;
        let update = Together::read(coin, body, range_in(body, raw));
        let place = desk.dispatcher.reserve_nothing().ok()?;
        Some(Box::new(Self { coin: coin.clone(), update, place, received: Some(*id) }))
    }
}

/// What is kept of a wallet: its history with what was held, and how many were held.
fn known(
    desk: &Desk,
    marker: &mut Marker,
    kept: &mut Kept,
    frames: &mut Texts,
    coin: &Coin,
) -> (History<Boxed>, usize) {
    let mut held = 0;
    let mut find = |id| {
        let at = place_of(frames, id).ok()?;
        let found = Held::again(desk, &frames.remove(at), coin);
        held += usize::from(found.is_some());
        found
    };
    let known = coin.id().and_then(|id| kept.take(id, &mut find));
    let mut history = known.unwrap_or_default();
    for frame in held_again(desk, frames, coin) {
        held += 1;
        history.brought(marker.mark_read(frame.update.first()), Some(frame));
    }
    (history, held)
}

/// All that is still held of a wallet, or of none.
fn held_again(desk: &Desk, frames: &mut Texts, coin: &Coin) -> Vec<Boxed> {
    let mut held = Vec::new();
    for frame in take_those(frames, &|frame| frame.wallet == coin.id()) {
        if let Some(frame) = Held::again(desk, &frame, coin) {
            held.push(frame);
        }
    }
    held
}
