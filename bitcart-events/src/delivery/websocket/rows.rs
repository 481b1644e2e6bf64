//! Histories as an inbox keeps them.
//!
//! A wallet's history is kept whole now and then, and in between a row for each update that the socket brought. A row
//! names the one before it: where that is missing it could not be stored, and there is a gap.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::history::{History, Saved};
use crate::Currency;
use crate::inbox::{Mark, ReceivedId, Remember, WalletId};

/// After so many rows the history is kept whole again.
const ROWS: usize = 256;
/// How many blocks are kept; a history knows 128 updates in all.
const BLOCKS: usize = 160;
/// Whose the rows of blocks are.
const ALL: &str = "blocks";

#[derive(Serialize, Deserialize)]
struct Row {
    /// The number of the row before it.
    after: u64,
    /// Something may be missing before it.
    gap: bool,
    what: What,
}

/// What happened.
#[derive(Clone, Copy, Serialize, Deserialize)]
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
#[derive(Serialize, Deserialize)]
struct Whole {
    number: u64,
    history: Saved,
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
    numbers: VecDeque<u64>,
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
            if let (Some(id), Ok(whole)) = (WalletId::from_hex(whose), postcard::from_bytes::<Whole>(value)) {
                self.last = self.last.max(whole.number);
                if let Some(wallet) = self.wallet(id) {
                    wallet.whole = Some(whole);
                }
            }
            return;
        };
        let Ok(row) = postcard::from_bytes::<Row>(value) else { return };
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

    fn place(&self, id: WalletId) -> Result<usize, usize> {
        self.wallets.binary_search_by_key(&id, |wallet| wallet.id)
    }

    fn wallet(&mut self, id: WalletId) -> Option<&mut KeptWallet> {
        let place = self.place(id).unwrap_or_else(|new| {
            self.wallets.insert(new, KeptWallet { id, whole: None, rows: Vec::new() });
            new
        });
        self.wallets.get_mut(place)
    }

    /// What is known of a wallet, if anything is. Blocks that came while it was not listened to are none of its: between them there
    /// may be what nobody took, and they would be nowhere in the daemon's queue.
    pub(super) fn take<H>(
        &mut self,
        id: WalletId,
        held: &mut impl FnMut(ReceivedId) -> Option<H>,
    ) -> Option<History<H>> {
        let wallet = self.place(id).ok().and_then(|place| self.wallets.get_mut(place))?;
        let (whole, rows) = (wallet.whole.take(), std::mem::take(&mut wallet.rows));
        if whole.is_none() && rows.is_empty() {
            return None;
        }
        let mut last = whole.as_ref().map_or(0, |whole| whole.number);
        let mut history = whole.map_or_else(History::default, |whole| whole.history.restore(&mut *held));
        let known = self.blocks.partition_point(|(number, _)| *number <= last);
        let mut blocks = self.blocks.iter().skip(known).peekable();
        for (number, row) in &rows {
            let follows = last > 0 && row.after == last;
            while let Some((_, block)) = blocks.next_if(|(block, _)| block < number) {
                if follows || block.what.is_of(last) {
                    take_row(&mut history, block, true, held);
                }
            }
            // A block for which the wallet has a row of its own.
            blocks.next_if(|(block, _)| block == number);
            take_row(&mut history, row, follows, held);
            last = *number;
        }
        for (_, block) in blocks.filter(|(_, block)| block.what.is_of(last)) {
            take_row(&mut history, block, true, held);
        }
        history.restarted();
        Some(history)
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn blocks(&self) -> BlockRows {
        let numbers: VecDeque<u64> = self.blocks.iter().map(|(number, _)| *number).collect();
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
        // Nothing in it cannot be written.
        Remember::Put(row_key(currency, whose, number), postcard::to_stdvec(&row).unwrap_or_default())
    }

    /// The whole history in the place of the rows.
    pub(super) fn put_whole(
        &mut self,
        currency: Currency,
        whose: &str,
        number: u64,
        history: Saved,
    ) -> Vec<Remember> {
        *self = Self { last: number, count: 0, gap: false };
        // Nothing in it cannot be written.
        let Ok(value) = postcard::to_stdvec(&Whole { number, history }) else { return Vec::new() };
        let prefix = prefix(currency, whose);
        vec![Remember::Forget(prefix.clone()), Remember::Put(format!("{prefix}whole"), value)]
    }
}

impl BlockRows {
    pub(super) fn new() -> Self {
        Self { rows: Rows::new(), numbers: VecDeque::new(), left: 0 }
    }

    pub(super) fn put(&mut self, currency: Currency, number: u64, mark: Mark) -> Vec<Remember> {
        let mut rows = vec![self.rows.put(currency, ALL, number, What::Block(mark, self.left))];
        self.numbers.push_back(number);
        while self.numbers.len() > BLOCKS {
            let oldest = self.numbers.pop_front().unwrap_or_default();
            rows.push(Remember::Remove(row_key(currency, ALL, oldest)));
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::super::history::{Merged, Next};
    use super::*;

    const CURRENCY: Currency = Currency::Btc;
    const WALLET: WalletId = WalletId([7; 16]);

    fn mark(letter: u8) -> Mark {
        Mark([letter; 16])
    }

    /// What comes of these rows and an answer: lower case for what was missed.
    fn merged(rows: &[Remember], answer: &str) -> String {
        let mut kept = Kept::default();
        for row in rows {
            let Remember::Put(key, value) = row else { unreachable!("only rows") };
            kept.read(key.strip_prefix(&all_of(CURRENCY)).unwrap(), value);
        }
        let mut history = kept.take(WALLET, &mut |ReceivedId(id)| Some(id as u8)).unwrap();
        history.connected();
        let marks: Vec<Mark> = answer.bytes().map(mark).collect();
        let Merged { next, .. } = history.merge(&marks, true, false);
        let shown = next.into_iter().map(|next| match next {
            Next::Held(letter) => char::from(letter).to_ascii_uppercase(),
            Next::Missed(place) => char::from(answer.as_bytes()[place]),
        });
        shown.collect()
    }

    struct Wallet {
        rows: Rows,
        number: u64,
        kept: Vec<Remember>,
    }

    impl Wallet {
        fn put(&mut self, what: What) {
            self.number += 1;
            self.kept.push(self.rows.put(CURRENCY, &WALLET.hex(), self.number, what));
        }

        fn hold(&mut self, letters: &str) {
            letters.bytes().for_each(|letter| self.put(What::Held(mark(letter), ReceivedId(letter.into()))));
        }
    }

    /// A wallet that has a handler of its own for blocks has rows for them, of the same numbers as those for all wallets.
    #[test]
    fn a_block_of_its_own_is_one() {
        let mut wallet = Wallet { rows: Rows::new(), number: 0, kept: Vec::new() };
        let mut blocks = BlockRows::new();
        wallet.put(What::Asked);
        for letter in *b"pbqc" {
            wallet.put(What::Delivered(mark(letter)));
            if matches!(letter, b'b' | b'c') {
                wallet.kept.extend(blocks.put(CURRENCY, wallet.number, mark(letter)));
            }
        }
        wallet.number += 1;
        wallet.kept.extend(blocks.put(CURRENCY, wallet.number, mark(b'd')));
        assert_eq!(merged(&wallet.kept, "pbqcd"), "");
    }

    /// Frames of two connections are held, and the process ends before any answer has come. What came between them is no
    /// reason to deliver the others twice.
    #[test]
    fn what_is_held_has_its_gaps() {
        let mut wallet = Wallet { rows: Rows::new(), number: 0, kept: Vec::new() };
        wallet.put(What::Asked);
        wallet.hold("ab");
        wallet.rows.gap = true;
        wallet.put(What::Asked);
        wallet.hold("de");
        assert_eq!(merged(&wallet.kept, "abcde"), "ABcDE");
        // One that could not be stored.
        wallet.hold("fgh");
        wallet.kept.remove(7);
        assert_eq!(merged(&wallet.kept, "abcdefgh"), "ABcDEFgH");
    }
}
