//! What an inbox keeps of the ledger, so that the two lists of events can be merged after a restart too.
//!
//! A wallet's history is kept whole now and then, and in between a row for each update that the socket brought. A row
//! names the one before it: where that is missing it could not be stored, and there is a gap. Updates that are held, and
//! answers that are not merged yet, are kept as the texts that they came as.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::super::history::{History, Saved};
use super::{Held, Ledger};
use crate::delivery::desk::Desk;
use crate::inbox::{Mark, Received, ReceivedId, Remember, WalletId};
use crate::wallet::WalletKey;
use crate::{Currency, Result};

/// After so many rows the history is kept whole again.
const ROWS: usize = 256;
/// How many blocks are kept; a history knows 128 updates in all.
const BLOCKS: usize = 160;

/// An update that the socket brought.
#[derive(Serialize, Deserialize)]
struct Row {
    /// The number of the row before it.
    after: u64,
    /// Something may be missing before it.
    gap: bool,
    mark: Mark,
    /// The number of its text, if it was held.
    held: Option<ReceivedId>,
}

/// A history as it was after the row of that number.
#[derive(Serialize, Deserialize)]
struct Whole {
    number: u64,
    history: Saved,
}

/// What is known of whose rows.
#[derive(Default)]
pub(super) struct Rows {
    last: u64,
    count: usize,
    /// Something may be missing before the next one.
    pub(super) gap: bool,
}

/// What an earlier process kept.
#[derive(Default)]
pub(super) struct Kept {
    wallets: HashMap<WalletId, (Option<Whole>, BTreeMap<u64, Row>)>,
    blocks: BTreeMap<u64, Row>,
    /// The last number that was given.
    last: u64,
}

fn prefix(currency: Currency, whose: &str) -> String {
    format!("align/{currency}/{whose}/")
}

fn row_key(currency: Currency, whose: &str, number: u64) -> String {
    format!("{}{number:016x}", prefix(currency, whose))
}

impl Kept {
    pub(super) async fn load(desk: &Desk, currency: Currency) -> Result<Self> {
        let mut kept = Self::default();
        let whole = format!("align/{currency}/");
        for (key, value) in desk.dispatcher.inbox().recall(&whole).await? {
            kept.read(key.get(whole.len()..).unwrap_or_default(), &value);
        }
        Ok(kept)
    }

    /// What cannot be read is of a version to come, or of nobody: then less is known.
    fn read(&mut self, key: &str, value: &[u8]) {
        let Some((whose, number)) = key.split_once('/') else { return };
        let Some(number) = u64::from_str_radix(number, 16).ok() else {
            if let (Some(id), Ok(whole)) = (WalletId::from_hex(whose), postcard::from_bytes::<Whole>(value)) {
                self.last = self.last.max(whole.number);
                self.wallets.entry(id).or_default().0 = Some(whole);
            }
            return;
        };
        let Ok(row) = postcard::from_bytes::<Row>(value) else { return };
        self.last = self.last.max(number);
        match WalletId::from_hex(whose) {
            Some(id) => drop(self.wallets.entry(id).or_default().1.insert(number, row)),
            None => drop(self.blocks.insert(number, row)),
        }
    }

    /// What is known of a wallet, if anything is; with the number of its last row.
    pub(super) fn take(
        &mut self,
        id: WalletId,
        held: &mut impl FnMut(ReceivedId) -> Option<Box<Held>>,
    ) -> Option<(History<Box<Held>>, u64)> {
        let (whole, rows) = self.wallets.remove(&id).unwrap_or_default();
        let mut last = whole.as_ref().map_or(0, |whole| whole.number);
        if whole.is_none() && rows.is_empty() {
            return None;
        }
        let since = last;
        let mut history = whole.map_or_else(History::default, |whole| whole.history.restore(held));
        let mut blocks = self.blocks.range(since + 1..).peekable();
        let mut last_block = blocks.peek().map(|(_, row)| row.after);
        for (number, row) in &rows {
            while let Some((block, row)) = blocks.next_if(|(block, _)| *block < number) {
                take_row(&mut history, row, last_block.replace(*block), held);
            }
            take_row(&mut history, row, Some(last), held);
            last = *number;
        }
        for (block, row) in blocks {
            take_row(&mut history, row, last_block.replace(*block), held);
        }
        history.restarted();
        Some((history, last))
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn last_block(&self) -> Rows {
        let last = self.blocks.keys().next_back().copied().unwrap_or(0);
        Rows { last, count: self.blocks.len(), gap: true }
    }

    pub(super) fn block_numbers(&self) -> impl Iterator<Item = u64> {
        self.blocks.keys().copied()
    }
}

fn take_row(
    history: &mut History<Box<Held>>,
    row: &Row,
    before: Option<u64>,
    held: &mut impl FnMut(ReceivedId) -> Option<Box<Held>>,
) {
    if row.gap || before != Some(row.after) {
        history.gap();
    }
    // What is not held any more has been delivered.
    history.brought(row.mark, row.held.and_then(held));
}

impl Rows {
    pub(super) fn after(last: u64) -> Self {
        Self { last, count: 0, gap: true }
    }
}

impl Ledger {
    /// The socket brought an update for this wallet, which is delivered at once, or held with the text of this number.
    pub(super) fn row(&mut self, key: &WalletKey, mark: Mark, held: Option<ReceivedId>) -> Vec<Remember> {
        if !self.keeps {
            return Vec::new();
        }
        self.number += 1;
        let (number, currency) = (self.number, self.currency);
        let Some(wallet) = self.wallets.get_mut(key) else { return Vec::new() };
        wallet.rows.count += 1;
        if wallet.rows.count >= ROWS {
            return self.whole(key);
        }
        let whose = wallet.coin.id().map(|id| id.hex()).unwrap_or_default();
        vec![wallet.rows.put(currency, &whose, number, (mark, held))]
    }

    /// The same for a block, which is of all wallets.
    pub(super) fn block_row(&mut self, mark: Mark) -> Vec<Remember> {
        if !self.keeps {
            return Vec::new();
        }
        self.number += 1;
        let mut rows = vec![self.block_rows.put(self.currency, "blocks", self.number, (mark, None))];
        self.block_numbers.push_back(self.number);
        while self.block_numbers.len() > BLOCKS {
            let oldest = self.block_numbers.pop_front().unwrap_or_default();
            rows.push(Remember::Forget(row_key(self.currency, "blocks", oldest)));
        }
        rows
    }

    /// The wallet's history, whole, in the place of what was kept of it.
    pub(super) fn whole(&mut self, key: &WalletKey) -> Vec<Remember> {
        if !self.keeps {
            return Vec::new();
        }
        self.number += 1;
        let (number, currency) = (self.number, self.currency);
        let Some(wallet) = self.wallets.get_mut(key) else { return Vec::new() };
        wallet.rows = Rows { last: number, count: 0, gap: false };
        let whose = wallet.coin.id().map(|id| id.hex()).unwrap_or_default();
        let whole = Whole { number, history: wallet.history.save(|held| held.received) };
        // Nothing in it cannot be written.
        let Ok(value) = postcard::to_stdvec(&whole) else { return Vec::new() };
        let prefix = prefix(currency, &whose);
        vec![Remember::Forget(prefix.clone()), Remember::Put(format!("{prefix}whole"), value)]
    }

    /// Keeps a text before anything is made of it.
    pub(super) fn keep(&self, id: Option<ReceivedId>, text: &std::sync::Arc<str>, remember: Vec<Remember>) {
        if let Some(id) = id {
            let received = Received { currency: self.currency, wallet: None, text: text.clone().into() };
            drop(self.desk.dispatcher.keep(id, received, remember, Some(self.chain.clone())));
        }
    }
}

impl Rows {
    fn put(
        &mut self,
        currency: Currency,
        whose: &str,
        number: u64,
        (mark, held): (Mark, Option<ReceivedId>),
    ) -> Remember {
        let row = Row { after: self.last, gap: std::mem::take(&mut self.gap), mark, held };
        self.last = number;
        // Nothing in it cannot be written.
        Remember::Put(row_key(currency, whose, number), postcard::to_stdvec(&row).unwrap_or_default())
    }
}
