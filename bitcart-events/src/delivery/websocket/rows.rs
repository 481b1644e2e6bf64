//! Histories as an inbox keeps them.
//!
//! A wallet's history is kept whole now and then, and in between a row for each update that the socket brought. A row
//! names the one before it: where that is missing it could not be stored, and there is a gap.

use super::bytes::{Reading, Written};
use super::history::{History, Saved};
use crate::Currency;
use crate::inbox::{Mark, ReceivedId, Remember, WalletId};

/// After so many rows the history is kept whole again.
const ROWS: usize = 256;
/// How many blocks are kept; a history knows 128 updates in all.
const BLOCKS: usize = 160;
/// Whose the rows of blocks are.
const ALL: &str = "blocks";

struct Row {
    /// The number of the row before it.
    after: u64,
    /// Something may be missing before it.
    gap: bool,
    what: What,
}

/// What happened.
#[derive(Clone, Copy)]
pub(super) enum What {
    /// The socket brought an update, which was delivered at once.
    Delivered(Mark),
    /// It brought one that is held: the text that it came in.
    Held(Mark, ReceivedId),
    /// The daemon is about to be asked.
    Asked,
    /// It brought a block, which was delivered at once. When a wallet was left last, this was the last number.
    Block(Mark, u64),
}

impl What {
    /// Whether it is a block that a wallet got whose last row before it has this number: no wallet was left since.
    fn is_of(self, last: u64) -> bool {
        matches!(self, Self::Block(_, left) if left < last)
    }
}

/// A history as it was after the row of that number.
struct Whole {
    number: u64,
    history: Saved,
}

impl Row {
    fn write(&self) -> Vec<u8> {
        let mut bytes = Written::default();
        bytes.number(self.after);
        bytes.flag(self.gap);
        match self.what {
            What::Delivered(mark) => {
                bytes.number(0);
                bytes.mark(&mark);
            }
            What::Held(mark, ReceivedId(id)) => {
                bytes.number(1);
                bytes.mark(&mark);
                bytes.number(id);
            }
            What::Asked => bytes.number(2),
            What::Block(mark, left) => {
                bytes.number(3);
                bytes.mark(&mark);
                bytes.number(left);
            }
        }
        bytes.done()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Reading(bytes);
        let (after, gap) = (bytes.number()?, bytes.flag()?);
        let what = match bytes.number()? {
            0 => What::Delivered(bytes.mark()?),
            1 => What::Held(bytes.mark()?, ReceivedId(bytes.number()?)),
            2 => What::Asked,
            3 => What::Block(bytes.mark()?, bytes.number()?),
            _ => return None,
        };
        Some(Self { after, gap, what })
    }
}

impl Whole {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Reading(bytes);
        Some(Self { number: bytes.number()?, history: Saved::read(&mut bytes)? })
    }
}

/// What is known of whose rows.
pub(super) struct Rows {
    last: u64,
    count: usize,
    /// Something may be missing before the next one.
    pub(super) gap: bool,
}

/// Those of the blocks, which are of all wallets.
pub(super) struct BlockRows {
    pub(super) rows: Rows,
    numbers: Vec<u64>,
    /// The last number when a wallet was left last: all of them are when a process ends.
    pub(super) left: u64,
}

/// Rows by their numbers, in the order of these.
type Numbered = Vec<(u64, Row)>;

struct KeptWallet {
    id: WalletId,
    whole: Option<Whole>,
    rows: Numbered,
}

/// What an earlier process kept.
#[derive(Default)]
pub(super) struct Kept {
    /// In the order of their ids, in which they come.
    wallets: Vec<KeptWallet>,
    blocks: Numbered,
    /// The last number that was given.
    last: u64,
}

/// What the keys of a currency begin with.
pub(super) fn all_of(currency: Currency) -> String {
    format!("align/{currency}/")
}

fn prefix(currency: Currency, whose: &str) -> String {
    format!("{}{whose}/", all_of(currency))
}

fn row_key(currency: Currency, whose: &str, number: u64) -> String {
    format!("{}{number:016x}", prefix(currency, whose))
}

impl Kept {
    /// What cannot be read is of a version to come, or of nobody: then less is known. The key is without what all of the
    /// currency begin with. They come in their order.
    pub(super) fn read(&mut self, key: &str, value: &[u8]) {
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
    pub(super) fn take<H>(
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

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn blocks(&self) -> BlockRows {
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

impl Rows {
    /// They do not follow on those that there were before: of what came in between nothing is known.
    pub(super) fn new() -> Self {
        Self { last: 0, count: 0, gap: true }
    }

    /// Whether it is time for the whole history.
    pub(super) fn are_many(&self) -> bool {
        self.count >= ROWS
    }

    pub(super) fn put(&mut self, currency: Currency, whose: &str, number: u64, what: What) -> Remember {
        let row = Row { after: self.last, gap: std::mem::take(&mut self.gap), what };
        self.last = number;
        self.count += 1;
        Remember::Put(row_key(currency, whose, number), row.write())
    }

    /// The whole history in the place of the rows.
    pub(super) fn put_whole(
        &mut self,
        currency: Currency,
        whose: &str,
        number: u64,
        history: &Written,
    ) -> Vec<Remember> {
        *self = Self { last: number, count: 0, gap: false };
        let (prefix, mut value) = (prefix(currency, whose), Written::default());
        value.number(number);
        value.all_of(history);
        vec![Remember::Forget(prefix.clone()), Remember::Put(format!("{prefix}whole"), value.done())]
    }
}

impl BlockRows {
    pub(super) fn new() -> Self {
        Self { rows: Rows::new(), numbers: Vec::new(), left: 0 }
    }

    pub(super) fn put(&mut self, currency: Currency, number: u64, mark: Mark) -> Vec<Remember> {
        let mut rows = vec![self.rows.put(currency, ALL, number, What::Block(mark, self.left))];
        self.numbers.push(number);
        while self.numbers.len() > BLOCKS {
            let oldest = self.numbers.remove(0);
            rows.push(Remember::Remove(row_key(currency, ALL, oldest)));
        }
        rows
    }
}

#[cfg(test)]
mod tests;
