//! The daemon, and what happens to it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Call, Emission, Frame, Step, Sum, Told, World};

impl World {
    pub(super) fn emit(&mut self, told: Told, transfer: usize) {
        self.queue();
        if !self.loaded {
            return;
        }
        let id = self.told.len();
        self.told.push(Emission { told, life: self.life, transfer });
        if self.connected {
            self.wire.push_back(Frame::Event(id));
        }
        self.sending = Some(id);
        if !std::mem::take(&mut self.hesitates) {
            self.queue();
        }
    }

    /// What was sent is queued.
    pub(super) fn queue(&mut self) {
        if let Some(id) = self.sending.take() {
            self.ring.push_back(id);
            if self.ring.len() > self.cap {
                self.ring.pop_front();
            }
        }
    }

    pub(super) fn load(&mut self) {
        if std::mem::replace(&mut self.loaded, true) {
            return;
        }
        for (nth, transaction) in self.transactions.clone().into_iter().enumerate() {
            self.emit(Told::Transfer(transaction), nth);
        }
    }

    pub(super) fn end(&mut self) {
        (self.loaded, self.sending, self.life) = (false, None, self.life + 1);
        self.ring.clear();
        if matches!(self.call, Some(Call::Drained(_))) {
            self.answer_lost = true;
            self.call = Some(Call::Asked);
        }
    }

    pub(super) fn step(&mut self, step: Step) {
        match step {
            Step::Payment(status) => self.emit(Told::Payment(status), 0),
            // One transaction, and so many equal transfers in it.
            Step::Transfer(count) if self.loaded => {
                let transaction = self.told.len();
                for _ in 0..count {
                    self.transactions.push(transaction);
                    self.emit(Told::Transfer(transaction), self.transactions.len() - 1);
                }
            }
            Step::Transfer(_) => {}
            Step::Block => self.block(),
            Step::Blocks(count) => (0..count).for_each(|_| self.block()),
            Step::Hesitate => self.hesitates = true,
            Step::Read(count) => (0..count).for_each(|_| self.read(false)),
            Step::Drop => self.read(true),
            Step::Connect => self.connect(),
            Step::Lose => self.lose(),
            Step::Drain => self.drain(),
            Step::LoseAnswer => self.lose_answer(),
            Step::TimeOut if self.holding => self.release(false),
            Step::TimeOut => {}
            Step::Kill => {
                self.end();
                self.lose();
            }
            Step::ShutDown => {
                // The daemon answers what was asked before it ends, and what it sent before is read.
                self.queue();
                while self.connected && !self.wire.is_empty() {
                    self.read(false);
                }
                let was_connected = self.connected;
                self.lose();
                if matches!(self.call, Some(Call::Drained(_))) {
                    self.drain();
                }
                self.end();
                if was_connected {
                    self.release(true);
                }
            }
            Step::Load => self.load(),
            Step::Restart => self.restart(),
            Step::Stop => self.stop(),
            Step::Fail(notice) => self.file.fail(notice),
        }
        if self.file.is_noticed() {
            self.read_again();
        }
        // A question that nobody waits for any more is not asked.
        if !self.connected && matches!(self.call, Some(Call::Asked)) {
            self.call = None;
            self.answer_lost = true;
        }
    }

    pub(super) fn block(&mut self) {
        self.height += 1;
        self.emit(Told::Block(self.height), 0);
    }

    /// Everything comes to rest.
    pub(super) fn rest(&mut self) {
        self.file.works_again();
        if self.file.is_noticed() {
            self.read_again();
        }
        while self.call.is_some() && !self.connected {
            self.drain();
        }
        self.connect();
        for _ in 0..3 {
            self.drain();
        }
        while !self.wire.is_empty() {
            self.read(false);
        }
    }

    pub(super) fn finish(mut self) -> Sum {
        self.rest();
        let count = |ids: &mut dyn Iterator<Item = usize>| {
            let mut counts = BTreeMap::<Told, usize>::new();
            ids.for_each(|id| *counts.entry(self.told[id].told).or_default() += 1);
            counts
        };
        let carried = count(&mut self.carried.iter().copied());
        let delivered = count(&mut self.delivered.iter().copied());
        self.sum.carried += self.carried.len();
        for (told, count) in &carried {
            let delivered = delivered.get(told).copied().unwrap_or(0);
            self.sum.lost += count.saturating_sub(delivered);
            self.sum.twice += delivered.saturating_sub(*count);
        }
        self.sum.cases += 1;
        self.sum.exact_cases += usize::from(!self.astray);
        if !self.astray {
            assert_eq!(carried, delivered);
            self.count_facts();
        }
        self.sum
    }

    /// Every transfer that came is counted once, restarts included.
    pub(super) fn count_facts(&mut self) {
        for (transaction, (_, _, delivered)) in &self.facts {
            let mut carried = BTreeMap::<usize, usize>::new();
            let mut all = BTreeSet::new();
            for id in &self.carried {
                let emission = &self.told[*id];
                if emission.told == Told::Transfer(*transaction) {
                    *carried.entry(emission.life).or_default() += 1;
                    all.insert(emission.transfer);
                }
            }
            let least = carried.values().max().copied().unwrap_or(0);
            self.sum.facts_lost += least.saturating_sub(*delivered);
            self.sum.facts_twice += delivered.saturating_sub(all.len());
            self.sum.facts += all.len();
        }
    }
}
