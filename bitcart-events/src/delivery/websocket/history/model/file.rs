//! What the inbox keeps, as plainly as can be; and our process, which ends and starts again with it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::super::super::rows::{BlockRows, Kept, Rows, What, all_of};
use super::super::History;
use super::{Answer, Call, World};
use crate::Currency;
use crate::inbox::{ReceivedId, Remember, WalletId};

const CURRENCY: Currency = Currency::Btc;
const WALLET: WalletId = WalletId([7; 16]);

/// Which they are, and the connection that brought each.
type Emissions = Vec<(usize, usize)>;

pub(super) struct File {
    /// By its key, with the emissions that it is about.
    memory: BTreeMap<String, (Vec<u8>, Emissions)>,
    frames: BTreeSet<usize>,
    answers: VecDeque<Answer>,
    rows: Rows,
    blocks: BlockRows,
    number: u64,
    /// The number of the whole history.
    whole: u64,
    fails: bool,
    /// Nothing is stored after what could not be.
    is_broken: bool,
    /// How many steps until that is noticed.
    notice: u8,
}

impl Default for File {
    fn default() -> Self {
        Self {
            memory: BTreeMap::new(),
            frames: BTreeSet::new(),
            answers: VecDeque::new(),
            rows: Rows::new(),
            blocks: BlockRows::new(),
            number: 0,
            whole: 0,
            fails: false,
            is_broken: false,
            notice: 0,
        }
    }
}

impl File {
    /// Something may be missing.
    pub(super) fn gap(&mut self) {
        (self.rows.gap, self.blocks.rows.gap) = (true, true);
    }

    pub(super) fn fail(&mut self, notice: u8) {
        (self.fails, self.notice) = (true, notice);
    }

    pub(super) fn works_again(&mut self) {
        (self.fails, self.notice) = (false, 0);
    }

    /// One step more, in which it may be noticed that something could not be stored.
    pub(super) fn is_noticed(&mut self) -> bool {
        let is_noticed = self.is_broken && self.notice == 0;
        self.notice = self.notice.saturating_sub(u8::from(self.is_broken));
        is_noticed
    }

    /// An answer is stored however often it takes. One with nothing in it is not.
    pub(super) fn keep_answer(&mut self, answer: &Answer) {
        if !answer.elements.is_empty() {
            self.answers.push_back(answer.clone());
        }
    }

    pub(super) fn taken_answer(&mut self, answer: &Answer) {
        if !answer.elements.is_empty() {
            self.answers.pop_front();
        }
    }

    pub(super) fn taken(&mut self, id: usize) {
        self.frames.remove(&id);
    }

    fn write(&mut self, remember: Vec<Remember>, emissions: &[(usize, usize)]) {
        for remember in remember {
            match remember {
                Remember::Put(key, value) => drop(self.memory.insert(key, (value, emissions.to_vec()))),
                Remember::Forget(prefix) => self.memory.retain(|key, _| !key.starts_with(&prefix)),
                Remember::Remove(key) => drop(self.memory.remove(&key)),
            }
        }
    }

    /// The emissions that its rows and its whole history are about.
    fn emissions(&self) -> VecDeque<(usize, usize)> {
        let mut rows = BTreeMap::new();
        for (key, (_, emissions)) in &self.memory {
            let number = key.rsplit('/').next().and_then(|number| u64::from_str_radix(number, 16).ok());
            rows.insert(number.unwrap_or(self.whole), emissions);
        }
        rows.range(self.whole..).flat_map(|(_, emissions)| emissions.iter().copied()).collect()
    }
}

impl World {
    /// Whether the next commit succeeds. After one that did not, none does until that is noticed.
    pub(super) fn commits(&mut self) -> bool {
        let fails = std::mem::take(&mut self.file.fails);
        self.sum.failures += usize::from(fails);
        self.file.is_broken |= fails;
        !self.file.is_broken
    }

    /// The last entry, which is held or has been delivered.
    pub(super) fn keep_entry(&mut self, is_held: bool) {
        let Some((id, connection)) = self.entries.back().copied() else { return };
        let (told, mark) = (self.told[id].told, self.told[id].told.mark());
        if self.is_of_all(told) {
            self.file.number += 1;
            let remember = self.file.blocks.put(CURRENCY, self.file.number, mark);
            self.file.write(remember, &[(id, connection)]);
        } else if is_held {
            self.file.frames.insert(id);
            self.keep_row(What::Held(mark, ReceivedId(id as u64)), &[(id, connection)]);
        } else {
            self.keep_row(What::Delivered(mark), &[(id, connection)]);
        }
    }

    /// The daemon is asked only if it is written that it is.
    pub(super) fn keep_asked(&mut self) -> bool {
        let commits = self.commits();
        if commits {
            self.keep_row(What::Asked, &[]);
        }
        commits
    }

    fn keep_row(&mut self, what: What, emissions: &[(usize, usize)]) {
        self.file.number += 1;
        let row = self.file.rows.put(CURRENCY, &WALLET.hex(), self.file.number, what);
        self.file.write(vec![row], emissions);
        if self.file.rows.are_many() {
            self.keep_whole();
        }
    }

    pub(super) fn keep_whole(&mut self) {
        let file = &mut self.file;
        file.number += 1;
        file.whole = file.number;
        let saved = self.history.save(|id| Some(ReceivedId(*id as u64)));
        let remember = file.rows.put_whole(CURRENCY, &WALLET.hex(), file.number, &saved);
        let emissions: Emissions = self.entries.iter().copied().collect();
        file.write(remember, &emissions);
    }

    /// Something could not be stored: what is known here is read from the file again.
    pub(super) fn read_again(&mut self) {
        self.lose();
        self.read_file();
    }

    pub(super) fn restart(&mut self) {
        self.sum.restarts += 1;
        self.wire.clear();
        self.connected = false;
        // What the daemon answers now is answered to nobody.
        self.call = None;
        self.our_life += 1;
        self.read_file();
        self.history.connected();
    }

    pub(super) fn stop(&mut self) {
        self.lose();
        if matches!(self.call, Some(Call::Drained(_))) {
            self.drain();
        }
        if self.holding {
            self.release(false);
        }
        self.restart();
    }

    fn read_file(&mut self) {
        let (mut kept, prefix) = (Kept::default(), all_of(CURRENCY));
        for (key, (value, _)) in &self.file.memory {
            kept.read(&key[prefix.len()..], value);
        }
        let mut frames = self.file.frames.clone();
        let known = kept.take(WALLET, &mut |ReceivedId(id)| frames.take(&(id as usize)));
        let mut history = known.unwrap_or_else(|| History { cap: self.cap, ..History::default() });
        assert!(frames.is_empty(), "held, and no row says so: {frames:?}");
        history.cap = self.cap;
        self.entries = self.file.emissions();
        self.history = history;
        self.trim();
        let file = &mut self.file;
        (file.rows, file.blocks) = (Rows::new(), kept.blocks());
        file.is_broken = false;
        self.holding = true;
        self.answer_lost = true;
        for answer in self.file.answers.clone() {
            self.merge(&answer, false);
        }
    }
}
