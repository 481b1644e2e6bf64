//! What an inbox keeps of the ledger, so that the two lists of events can be merged after a restart too: histories, and as
//! the texts that they came as the updates that are held.

use std::sync::Arc;

use super::super::rows::{self, Kept, What};
use super::Ledger;
use crate::Result;
use crate::inbox::{Mark, Received, ReceivedId, Remember};
use crate::wallet::WalletKey;

impl Ledger {
    fn next_number(&mut self) -> Option<u64> {
        self.number += u64::from(self.keeps);
        self.keeps.then_some(self.number)
    }

    /// What happened for this wallet, as its history knows it already.
    pub(super) fn row(&mut self, key: &WalletKey, what: What) -> Vec<Remember> {
        let Some(number) = self.next_number() else { return Vec::new() };
        let Some(wallet) = self.wallets.get_mut(key) else { return Vec::new() };
        let row = wallet.rows.put(self.currency, &wallet.hex(), number, what);
        if wallet.rows.are_many() { self.whole(key) } else { vec![row] }
    }

    /// The same for a block, which is of all wallets.
    pub(super) fn block_row(&mut self, mark: Mark) -> Vec<Remember> {
        let Some(number) = self.next_number() else { return Vec::new() };
        self.block_rows.put(self.currency, number, mark)
    }

    /// The wallet's history, whole, in the place of what was kept of it.
    pub(super) fn whole(&mut self, key: &WalletKey) -> Vec<Remember> {
        let Some(number) = self.next_number() else { return Vec::new() };
        let Some(wallet) = self.wallets.get_mut(key) else { return Vec::new() };
        let history = wallet.history(&self.passed).save(|held| held.received);
        wallet.rows.put_whole(self.currency, &wallet.hex(), number, history)
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
    pub(super) fn keep(&mut self, id: Option<ReceivedId>, text: String, remember: Vec<Remember>) {
        let Some(id) = id else { return };
        self.flush();
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
