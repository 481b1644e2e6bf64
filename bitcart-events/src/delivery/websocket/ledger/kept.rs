//! What an inbox keeps of the ledger, so that the two lists of events can be merged after a restart too: histories, and as
//! the texts that they came as the updates that are held.

use std::sync::Arc;

use super::super::blocks::Blocks;
use super::super::rows::{self, Kept, What};
use super::Ledger;
use super::wallet::Wallet;
use crate::inbox::{Mark, Received, ReceivedId, Remember, WalletId};
use crate::{Currency, Result};

impl Wallet {
    /// What is known later of an update that is gathered. It has a number if that is kept.
    pub(super) fn gathers(&mut self, mark: Mark, number: Option<u64>, blocks: &Blocks) {
        self.history(blocks).brought(mark, None);
        let Some(number) = number else { return };
        let row = self.row(self.coin.currency(), number, What::Delivered(mark), blocks);
        if let Some(gathered) = &mut self.gathered {
            gathered.remember.extend(row);
        }
    }

    /// What the update says that was gathered at this place.
    pub(super) fn mark_at(&self, place: usize) -> Option<Mark> {
        self.gathered.as_ref()?.marks.get(place).copied()
    }

    /// What happened, as the history knows it already: a row, or the whole history where there are many.
    pub(super) fn row(
        &mut self,
        currency: Currency,
        number: u64,
        what: What,
        blocks: &Blocks,
    ) -> Vec<Remember> {
        let row = self.rows.put(currency, &self.hex(), number, what);
        if self.rows.are_many() { self.whole(currency, number, blocks) } else { vec![row] }
    }

    /// The history, in the place of what was kept of it.
    fn whole(&mut self, currency: Currency, number: u64, blocks: &Blocks) -> Vec<Remember> {
        let history = self.history(blocks).save(|held| held.received);
        self.rows.put_whole(currency, &self.hex(), number, &history)
    }

    /// Under which id it is kept.
    fn hex(&self) -> String {
        self.coin.id().map(|id| id.hex()).unwrap_or_default()
    }
}

/// The one behind the last; nothing if nothing is kept.
pub(super) fn next_number(keeps: bool, last: &mut u64) -> Option<u64> {
    *last += u64::from(keeps);
    keeps.then_some(*last)
}

impl Ledger {
    /// The number of the next row; nothing if nothing is kept.
    pub(super) fn next_number(&mut self) -> Option<u64> {
        next_number(self.keeps, &mut self.number)
    }

    /// What happened for this wallet, as its history knows it already.
    fn row(&mut self, key: WalletId, what: What) -> Vec<Remember> {
        let Some(number) = self.next_number() else { return Vec::new() };
        let wallet = self.wallets.get_mut(&key);
        wallet.map(|wallet| wallet.row(self.currency, number, what, &self.passed)).unwrap_or_default()
    }

    /// The same for a block, which is of all wallets.
    pub(super) fn block_row(&mut self, number: Option<u64>, mark: Mark) -> Vec<Remember> {
        number.map(|number| self.block_rows.put(self.currency, number, mark)).unwrap_or_default()
    }

    /// The wallet's history, whole, in the place of what was kept of it.
    pub(super) fn whole(&mut self, key: WalletId) -> Vec<Remember> {
        let Some(number) = self.next_number() else { return Vec::new() };
        let wallet = self.wallets.get_mut(&key);
        wallet.map(|wallet| wallet.whole(self.currency, number, &self.passed)).unwrap_or_default()
    }

    /// The daemon is about to be asked for these wallets' queues.
    pub(super) fn asked_rows(&mut self, keys: &[WalletId]) {
        let mut rows = Vec::new();
        for key in keys {
            rows.extend(self.row(*key, What::Asked));
        }
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
