//! What an earlier process kept: of each wallet its history as it was, and what has come since.

use super::super::history::History;
use super::{BlockRows, Row, Rows, What, Whole};
use crate::inbox::{ReceivedId, WalletId};

/// Rows by their numbers, in the order of these.
type Numbered = Vec<(u64, Row)>;

struct KeptWallet {
    id: WalletId,
    whole: Option<Whole>,
    rows: Numbered,
}

/// What an earlier process kept.
#[derive(Default)]
pub(in super::super) struct Kept {
    /// In the order of their ids, in which they come.
    wallets: Vec<KeptWallet>,
    blocks: Numbered,
    /// The last number that was given.
    last: u64,
}

impl Kept {
    /// What cannot be read is of a version to come, or of nobody: then less is known. The key is without what all of the
    /// currency begin with. They come in their order.
    pub(in super::super) fn read(&mut self, key: &str, value: &[u8]) {
        let Some((whose, number)) = key.split_once('/') else { return };
        let Some(number) = u64::from_str_radix(number, 16).ok() else {
            if let (Some(id), Some(whole)) = (WalletId::from_hex(whose), Whole::read(value)) {
                self.last = self.last.max(whole.number);
                if let Some(wallet) = self.wallet(id) {
                    wallet.whole = Some(whole);
                }
            }
            return;
        };
        let Some(row) = Row::read(value) else { return };
        self.last = self.last.max(number);
        match WalletId::from_hex(whose) {
            Some(id) => {
                if let Some(wallet) = self.wallet(id) {
                    wallet.rows.push((number, row));
                }
            }
            None => {
                let gap = row.gap || self.blocks.last().is_some_and(|(last, _)| *last != row.after);
                self.blocks.push((number, Row { gap, ..row }));
            }
        }
    }

    /// Of which something has come.
    fn wallet(&mut self, id: WalletId) -> Option<&mut KeptWallet> {
        if self.wallets.last().is_none_or(|last| last.id != id) {
            self.wallets.push(KeptWallet { id, whole: None, rows: Vec::new() });
        }
        self.wallets.last_mut()
    }

    /// What is known of a wallet, if anything is. Blocks that came while it was not listened to are none of its: between them there
    /// may be what nobody took, and they would be nowhere in the daemon's queue.
    pub(in super::super) fn take<H>(
        &mut self,
        id: WalletId,
        held: &mut impl FnMut(ReceivedId) -> Option<H>,
    ) -> Option<History<H>> {
        let place = self.wallets.binary_search_by_key(&id, |wallet| wallet.id).ok()?;
        let wallet = self.wallets.get_mut(place)?;
        let (whole, rows) = (wallet.whole.take(), std::mem::take(&mut wallet.rows));
        if whole.is_none() && rows.is_empty() {
            return None;
        }
        let mut last = whole.as_ref().map_or(0, |whole| whole.number);
        let mut history = whole.map_or_else(History::default, |whole| whole.history.restore(&mut *held));
        let mut blocks = self.blocks.as_slice();
        // Those that are in the whole.
        while let Some(((place, _), others)) = blocks.split_first()
            && *place <= last
        {
            blocks = others;
        }
        for (number, row) in &rows {
            let follows = last > 0 && row.after == last;
            while let Some(((place, block), others)) = blocks.split_first()
                && place <= number
            {
                blocks = others;
                // Not one for which the wallet has a row of its own.
                if place < number && (follows || block.what.is_of(last)) {
                    take_row(&mut history, block, true, held);
                }
            }
            take_row(&mut history, row, follows, held);
            last = *number;
        }
        for (_, block) in blocks {
            if block.what.is_of(last) {
                take_row(&mut history, block, true, held);
            }
        }
        history.restarted();
        Some(history)
    }

    pub(in super::super) fn last(&self) -> u64 {
        self.last
    }

    pub(in super::super) fn blocks(&self) -> BlockRows {
        let mut numbers = Vec::with_capacity(self.blocks.len());
        for (number, _) in &self.blocks {
            numbers.push(*number);
        }
        BlockRows { rows: Rows::new(), numbers, left: self.last }
    }
}

fn take_row<H>(
    history: &mut History<H>,
    row: &Row,
    follows: bool,
    held: &mut impl FnMut(ReceivedId) -> Option<H>,
) {
    if row.gap || !follows {
        history.gap();
    }
    match row.what {
        What::Delivered(mark) | What::Block(mark, _) => history.brought(mark, None),
        // What is not held any more has been delivered.
        What::Held(mark, id) => history.brought(mark, held(id)),
        What::Asked => history.asked_again(),
    }
}
