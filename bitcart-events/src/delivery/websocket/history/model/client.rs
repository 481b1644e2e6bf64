//! The client, as the websocket's is, around the real history.

use super::{Answer, Call, Frame, Told, World};

impl World {
    pub(super) fn connect(&mut self) {
        // A client does not connect while its get_updates is under way.
        if self.connected || self.call.is_some() {
            return;
        }
        // What was sent on a connection that is closed is queued before the next one stands.
        self.queue();
        self.connected = true;
        self.connection += 1;
        self.history.connected();
        self.file.gap();
        self.holding = true;
        self.call = self.keep_asked().then_some(Call::Asked);
    }

    pub(super) fn lose(&mut self) {
        if !std::mem::take(&mut self.connected) {
            return;
        }
        self.wire.clear();
        match self.call.take() {
            Some(Call::Answered(answer)) => self.merge(&answer, false),
            call => self.call = call,
        }
        self.history.gap();
        self.file.gap();
    }

    pub(super) fn read(&mut self, drop: bool) {
        match self.wire.pop_front() {
            None => {}
            Some(Frame::Event(_)) if drop => {
                self.history.gap();
                self.file.gap();
                if self.commits() {
                    self.keep_whole();
                }
            }
            // What is not stored is not accepted.
            Some(Frame::Event(_)) if !self.commits() => {}
            Some(Frame::Event(id)) => {
                self.carried.insert(id);
                self.take(id);
            }
            Some(Frame::Pong) => match self.call.take() {
                Some(Call::Answered(answer)) => self.merge(&answer, true),
                call => self.call = call,
            },
        }
    }

    fn take(&mut self, id: usize) {
        let told = self.told[id].told;
        let is_held = self.holding && !self.is_of_all(told);
        self.history.brought(told.mark(), is_held.then_some(id));
        self.entries.push_back((id, self.connection));
        self.trim();
        self.keep_entry(is_held);
        if !is_held {
            self.deliver(id);
        }
    }

    /// A block, of a manager's.
    pub(super) fn is_of_all(&self, told: Told) -> bool {
        self.manager && matches!(told, Told::Block(_))
    }

    pub(super) fn drain(&mut self) {
        match self.call.take() {
            None | Some(Call::Answered(_)) if !self.connected => self.call = None,
            None => {}
            Some(Call::Asked) => {
                self.load();
                let elements = self.ring.drain(..).collect();
                let until = self.told.len() - usize::from(self.sending.is_some());
                self.call = Some(Call::Drained(Answer { elements, until }));
            }
            Some(Call::Drained(answer)) => {
                self.carried.extend(&answer.elements);
                self.file.keep_answer(&answer);
                if self.connected {
                    self.wire.push_back(Frame::Pong);
                    self.call = Some(Call::Answered(answer));
                } else {
                    self.merge(&answer, false);
                }
            }
            Some(Call::Answered(answer)) => self.call = Some(Call::Answered(answer)),
        }
    }

    pub(super) fn lose_answer(&mut self) {
        if matches!(self.call, Some(Call::Drained(_))) {
            self.answer_lost = true;
            // It is asked again, or nobody is there to ask.
            self.call = self.connected.then_some(Call::Asked);
            if self.connected {
                // It pings first.
                self.queue();
                while !self.wire.is_empty() {
                    self.read(false);
                }
                self.connection += 1;
                self.history.asked_again();
                self.call = self.keep_asked().then_some(Call::Asked);
            }
        }
    }

    pub(super) fn release(&mut self, forget: bool) {
        if self.holding || !forget {
            if !self.commits() {
                return;
            }
            self.holding = false;
            self.our_life += 1;
            for id in self.history.release() {
                self.file.taken(id);
                self.deliver(id);
            }
            self.trim();
            self.keep_whole();
        }
        if forget && self.commits() {
            drop(self.history.forget());
            self.trim();
            self.keep_whole();
        }
    }

    pub(super) fn deliver(&mut self, id: usize) {
        if let Told::Transfer(transaction) = self.told[id].told {
            // As facts.rs counts them.
            let (life, sent, delivered) = self.facts.entry(transaction).or_insert((self.our_life, 0, 0));
            if *life != self.our_life {
                (*life, *sent) = (self.our_life, 0);
            }
            *sent += 1;
            *delivered = (*delivered).max(*sent);
        }
        let life = self.told[id].life;
        let mixed = *self.labels.entry(self.our_life).or_insert(life) != life;
        self.sum.lives_wrong += usize::from(mixed && !self.astray);
        self.delivered.push(id);
    }

    /// The history has forgotten its oldest.
    pub(super) fn trim(&mut self) {
        let length: usize = self.history.stretches.iter().map(|stretch| stretch.entries.len()).sum();
        while self.entries.len() > length {
            self.entries.pop_front();
            // What is forgotten before its answer has come may be in it.
            self.astray |= self.call.is_some();
            // A whole stretch was forgotten: a later answer that reaches back to it is delivered again.
            let first = self.history.stretches.first();
            self.astray |= self.history.stretches.len() > 1 && first.is_some_and(|first| !first.shortened);
        }
    }
}
