//! What an inbox keeps of the ledger, so that the two lists of events can be merged after a restart too: histories, and as
//! the texts that they came as the updates that are held.

use std::sync::Arc;

use super::super::rows::{self, Kept, What};
use super::Ledger;
use crate::Result;
use crate::inbox::{Mark, Received, ReceivedId, Remember};
use crate::wallet::WalletKey;

impl Ledger {
    /// What happened for this wallet, as its history knows it already.
    pub(super) fn row(&mut self, key: &WalletKey, what: What) -> Vec<Remember> {
        if !self.keeps {
            return Vec::new();
        }
        self.number += 1;
        let (number, currency) = (self.number, self.currency);
        let Some(wallet) = self.wallets.get_mut(key) else { return Vec::new() };
        let whose = wallet.coin.id().map(|id| id.hex()).unwrap_or_default();
        let row = wallet.rows.put(currency, &whose, number, what);
        if wallet.rows.are_many() { self.whole(key) } else { vec![row] }
    }

    /// The same for a block, which is of all wallets.
    pub(super) fn block_row(&mut self, mark: Mark) -> Vec<Remember> {
        if !self.keeps {
            return Vec::new();
        }
        self.number += 1;
        self.block_rows.put(self.currency, self.number, mark)
    }

    /// The wallet's history, whole, in the place of what was kept of it.
    pub(super) fn whole(&mut self, key: &WalletKey) -> Vec<Remember> {
        if !self.keeps {
            return Vec::new();
        }
        self.number += 1;
        let (number, currency) = (self.number, self.currency);
        let Some(wallet) = self.wallets.get_mut(key) else { return Vec::new() };
        let whose = wallet.coin.id().map(|id| id.hex()).unwrap_or_default();
        wallet.rows.put_whole(currency, &whose, number, wallet.history.save(|held| held.received))
    }

    /// The daemon is about to be asked for these wallets' queues.
    pub(super) fn asked_rows(&mut self, keys: &[WalletKey]) {
        let rows: Vec<Remember> = keys.iter().flat_map(|key| self.row(key, What::Asked)).collect();
        if !rows.is_empty() {
            self.store(rows, Vec::new());
        }
    }

    /// The number of a text that is about to be kept.
    pub(super) fn next_text(&self) -> Option<ReceivedId> {
        self.keeps.then(|| self.desk.dispatcher.number())
    }

    /// Keeps a text before anything is made of it.
    pub(super) fn keep(&self, id: Option<ReceivedId>, text: String, remember: Vec<Remember>) {
        let Some(id) = id else { return };
        let received =
            Received { currency: self.currency, wallet: None, text: Arc::<str>::from(text).into() };
        drop(self.desk.dispatcher.keep(id, received, remember, Some(self.chain.clone())));
    }

    pub(super) async fn kept(&self) -> Result<Kept> {
        let (mut kept, prefix) = (Kept::default(), rows::all_of(self.currency));
        for (key, value) in self.desk.dispatcher.inbox().recall(&prefix).await? {
            kept.read(key.get(prefix.len()..).unwrap_or_default(), &value);
        }
        Ok(kept)
    }
}
