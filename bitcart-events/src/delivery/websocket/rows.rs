//! Histories as an inbox keeps them.
//!
//! A wallet's history is kept whole now and then, and in between a row for each update that the socket brought. A row
//! names the one before it: where that is missing it could not be stored, and there is a gap.

mod kept;

pub(super) use kept::Kept;

use super::bytes::{Reading, Written};
use super::history::Saved;
use crate::Currency;
use crate::inbox::{Mark, ReceivedId, Remember};

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
