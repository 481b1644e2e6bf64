//! A daemon, a client, and everything that can happen between them, in any order.
//!
//! The daemon is told with the truth about each emission, which the client does not see. So each merge can be compared
//! with what really happened, and with every course of events that the client could not have told from it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;

use super::reference::{self, Known, Stretch};
use super::{History, Next};
use crate::update::Mark;

/// What a daemon tells, in the order of the wallet. Blocks have a height of their own; all else comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Told {
    Payment(u8),
    Transfer(usize),
    Block(usize),
}

impl Told {
    fn mark(self) -> Mark {
        match self {
            Self::Payment(status) => Mark::of((0, usize::from(status))),
            Self::Transfer(transaction) => Mark::of((1, transaction)),
            Self::Block(height) => Mark::of((2, height)),
        }
    }
}

/// One step of anybody's.
#[derive(Debug, Clone, Copy)]
enum Step {
    Payment(u8),
    Transfer(u8),
    Block,
    /// So many of them at once.
    Blocks(u8),
    /// What is emitted next is sent, but not queued before the step after.
    Hesitate,
    /// The client reads so many frames.
    Read(u8),
    /// It has no room for the next one.
    Drop,
    Connect,
    /// The connection ends, and what is under way on it is lost.
    Lose,
    /// `get_updates` goes on: asked, drained, answered.
    Drain,
    LoseAnswer,
    TimeOut,
    Kill,
    ShutDown,
    /// Another client names the wallet.
    Load,
}

/// How much happens: a ring's length, and whether there are heights between the payments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) ring: usize,
    pub(super) steps: usize,
    pub(super) blocks: u32,
    pub(super) faults: u32,
}

fn steps(size: Size) -> impl Strategy<Value = Vec<Step>> {
    let many = u8::try_from(size.ring).unwrap_or(u8::MAX);
    let step = prop_oneof![
        20 => prop_oneof![Just(Step::Payment(3)), Just(Step::Payment(7))],
        6 => (1..=2_u8).prop_map(Step::Transfer),
        size.blocks.max(1) => Just(Step::Block),
        (size.blocks / 10).max(1) => (1..=many + many / 2).prop_map(Step::Blocks),
        2 => Just(Step::Hesitate),
        20 => (1..=many).prop_map(Step::Read),
        14 => Just(Step::Drain),
        6 => Just(Step::Connect),
        5 => Just(Step::Lose),
        size.faults => Just(Step::Drop),
        size.faults => Just(Step::LoseAnswer),
        size.faults => Just(Step::TimeOut),
        size.faults => Just(Step::Kill),
        size.faults => Just(Step::ShutDown),
        size.faults => Just(Step::Load),
    ];
    proptest::collection::vec(step, 1..size.steps)
}

/// Something that the daemon told, once.
struct Emission {
    told: Told,
    life: usize,
    /// Which of all transfers it is: the same one is told again in each life.
    transfer: usize,
}

enum Frame {
    Event(usize),
    Pong,
}

enum Call {
    Asked,
    Drained(Answer),
    Answered(Answer),
}

#[derive(Clone)]
struct Answer {
    elements: Vec<usize>,
    /// All before this one was queued.
    until: usize,
}

/// What came of many runs.
#[derive(Debug, Default, Clone)]
pub(super) struct Sum {
    pub(super) cases: usize,
    pub(super) exact_cases: usize,
    pub(super) merges: usize,
    pub(super) exact: usize,
    /// Merges of which only one course of events explains what was seen.
    pub(super) certain: usize,
    pub(super) certain_wrong: usize,
    pub(super) carried: usize,
    pub(super) lost: usize,
    pub(super) twice: usize,
    pub(super) lives_wrong: usize,
    pub(super) implausible: usize,
    pub(super) facts: usize,
    pub(super) facts_lost: usize,
    pub(super) facts_twice: usize,
}

impl Sum {
    fn add(&mut self, other: &Self) {
        let Self { cases, exact_cases, merges, exact, certain, certain_wrong, carried, lost, twice, .. } =
            other;
        self.cases += cases;
        self.exact_cases += exact_cases;
        self.merges += merges;
        self.exact += exact;
        self.certain += certain;
        self.certain_wrong += certain_wrong;
        self.carried += carried;
        self.lost += lost;
        self.twice += twice;
        self.lives_wrong += other.lives_wrong;
        self.implausible += other.implausible;
        self.facts += other.facts;
        self.facts_lost += other.facts_lost;
        self.facts_twice += other.facts_twice;
    }
}

#[derive(Default)]
struct World {
    cap: usize,
    told: Vec<Emission>,
    /// A transaction's number for each of its transfers.
    transactions: Vec<usize>,
    height: usize,
    // The daemon.
    loaded: bool,
    life: usize,
    ring: VecDeque<usize>,
    hesitates: bool,
    sending: Option<usize>,
    // Between.
    wire: VecDeque<Frame>,
    call: Option<Call>,
    // The client.
    connection: usize,
    connected: bool,
    holding: bool,
    history: History<usize>,
    /// What the history's entries are, and the connection that brought each.
    entries: VecDeque<(usize, usize)>,
    answer_lost: bool,
    delivered: Vec<usize>,
    our_life: usize,
    labels: BTreeMap<usize, usize>,
    facts: BTreeMap<usize, (usize, usize, usize)>,
    carried: BTreeSet<usize>,
    /// A merge was not what happened. What the client knows is no longer what it thinks.
    astray: bool,
    sum: Sum,
}

impl World {
    fn new(cap: usize) -> Self {
        Self { cap, history: History { cap, ..History::default() }, ..Self::default() }
    }

    // ------------------------------------------------------------ the daemon

    fn emit(&mut self, told: Told, transfer: usize) {
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
    fn queue(&mut self) {
        if let Some(id) = self.sending.take() {
            self.ring.push_back(id);
            if self.ring.len() > self.cap {
                self.ring.pop_front();
            }
        }
    }

    fn load(&mut self) {
        if std::mem::replace(&mut self.loaded, true) {
            return;
        }
        for (nth, transaction) in self.transactions.clone().into_iter().enumerate() {
            self.emit(Told::Transfer(transaction), nth);
        }
    }

    fn end(&mut self) {
        (self.loaded, self.sending, self.life) = (false, None, self.life + 1);
        self.ring.clear();
        if matches!(self.call, Some(Call::Drained(_))) {
            self.answer_lost = true;
            self.call = Some(Call::Asked);
        }
    }

    // ------------------------------------------------------------ the client

    fn connect(&mut self) {
        // A client does not connect while its get_updates is under way.
        if self.connected || self.call.is_some() {
            return;
        }
        // What was sent on a connection that is closed is queued before the next one stands.
        self.queue();
        self.connected = true;
        self.connection += 1;
        self.history.connected();
        self.holding = true;
        self.call = Some(Call::Asked);
    }

    fn lose(&mut self) {
        if !std::mem::take(&mut self.connected) {
            return;
        }
        self.wire.clear();
        match self.call.take() {
            Some(Call::Answered(answer)) => self.merge(&answer, false),
            call => self.call = call,
        }
        self.history.gap();
    }

    fn read(&mut self, drop: bool) {
        match self.wire.pop_front() {
            None => {}
            Some(Frame::Event(_)) if drop => self.history.gap(),
            Some(Frame::Event(id)) => {
                self.carried.insert(id);
                let held = self.holding.then_some(id);
                self.history.brought(self.told[id].told.mark(), held);
                self.entries.push_back((id, self.connection));
                self.trim();
                if !self.holding {
                    self.deliver(id);
                }
            }
            Some(Frame::Pong) => match self.call.take() {
                Some(Call::Answered(answer)) => self.merge(&answer, true),
                call => self.call = call,
            },
        }
    }

    fn drain(&mut self) {
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

    fn lose_answer(&mut self) {
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
            }
        }
    }

    fn release(&mut self, forget: bool) {
        self.holding = false;
        self.our_life += 1;
        let held = if forget { self.history.forget() } else { self.history.release() };
        for id in held {
            self.deliver(id);
        }
        self.trim();
    }

    fn deliver(&mut self, id: usize) {
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
    fn trim(&mut self) {
        let length: usize = self.history.stretches.iter().map(|stretch| stretch.entries.len()).sum();
        while self.entries.len() > length {
            self.entries.pop_front();
            // A whole stretch was forgotten: a later answer that reaches back to it is delivered again.
            let first = self.history.stretches.front();
            self.astray |= self.history.stretches.len() > 1 && first.is_some_and(|first| !first.shortened);
        }
    }

    // ------------------------------------------------------------ the comparison

    fn merge(&mut self, answer: &Answer, live: bool) {
        let known = self.known();
        let before: BTreeSet<usize> = self.entries.iter().map(|entry| entry.0).collect();
        let delivered: BTreeSet<usize> = self.delivered.iter().copied().collect();
        let marks: Vec<Mark> = answer.elements.iter().map(|id| self.told[*id].told.mark()).collect();
        let told: Vec<Told> = answer.elements.iter().map(|id| self.told[*id].told).collect();

        let merged = self.history.merge(&marks, live);
        self.holding = false;
        self.trim();
        let mut result = Vec::new();
        for (nth, next) in merged.next.iter().enumerate() {
            self.our_life += usize::from(merged.begins == Some(nth));
            let id = match next {
                Next::Held(id) => *id,
                Next::Missed(place) => answer.elements[*place],
            };
            result.push(id);
            self.deliver(id);
        }
        self.our_life += usize::from(merged.begins == Some(merged.next.len()));

        // What happened.
        let held = known.iter().flat_map(|stretch| &stretch.entries).filter(|entry| entry.held);
        let held: BTreeSet<usize> = held.map(|entry| entry.id).collect();
        let missed = answer.elements.iter().copied();
        let mut truth: BTreeSet<usize> =
            missed.filter(|id| !delivered.contains(id) && !before.contains(id)).collect();
        truth.extend(&held);
        let kept: Vec<usize> = before.iter().copied().filter(|id| *id >= answer.until).collect();
        let contents = |ids: &[usize]| ids.iter().map(|id| self.told[*id].told).collect::<Vec<_>>();
        let truth: Vec<usize> = truth.into_iter().collect();
        let is_exact =
            contents(&truth) == contents(&result) && kept.len().min(super::KNOWN) == self.entries.len();

        self.sum.merges += 1;
        self.sum.exact += usize::from(is_exact);
        if !self.astray {
            let courses = reference::Courses {
                stretches: &known,
                answer: &told,
                live,
                cap: (!self.answer_lost).then_some(self.cap),
            };
            let outcome = |ids: &[usize], kept: usize| {
                let next = ids.iter().map(|id| match answer.elements.iter().position(|other| other == id) {
                    Some(place) if !before.contains(id) => Next::Missed(place),
                    _ => Next::Held(*id),
                });
                (next.collect::<Vec<_>>(), kept)
            };
            let outcomes = courses.outcomes();
            let possible: Vec<_> = outcomes.iter().map(|(outcome, _)| outcome).collect();
            let truth = outcome(&truth, kept.len().min(super::KNOWN));
            let result = (merged.next, self.entries.len());
            let show = || {
                format!(
                    "{:?}\n{told:?} live {live} cap {}\nresult {result:?}\ntruth {truth:?}\npossible {possible:?}",
                    known, self.cap
                )
            };
            assert!(possible.contains(&&truth), "the reference does not know what happened: {}", show());
            assert!(possible.contains(&&result), "impossible: {}", show());
            let plausible = outcomes.iter().filter(|(_, plausible)| *plausible);
            let plausible: Vec<_> = plausible.map(|(outcome, _)| outcome).collect();
            assert!(plausible.contains(&&truth), "the reference does not know what happened: {}", show());
            self.sum.implausible += usize::from(!plausible.contains(&&result));
            if plausible.len() == 1 {
                self.sum.certain += 1;
                self.sum.certain_wrong += usize::from(!is_exact);
            }
        }
        self.answer_lost = !live;
        self.astray |= !is_exact;
    }

    /// What the client knows, with the truth about it.
    fn known(&self) -> Vec<Stretch> {
        let mut entries = self.entries.iter();
        let stretches = self.history.stretches.iter().map(|stretch| {
            let known = entries.by_ref().take(stretch.entries.len()).zip(&stretch.entries);
            let mut earlier = false;
            let entries = known.map(|((id, connection), entry)| {
                earlier = *connection < self.connection;
                Known { id: *id, told: self.told[*id].told, held: entry.held.is_some() }
            });
            let entries = entries.collect();
            Stretch { entries, shortened: stretch.shortened, earlier }
        });
        stretches.collect()
    }

    // ------------------------------------------------------------ a run

    fn step(&mut self, step: Step) {
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
        }
        // A question that nobody waits for any more is not asked.
        if !self.connected && matches!(self.call, Some(Call::Asked)) {
            self.call = None;
            self.answer_lost = true;
        }
    }

    fn block(&mut self) {
        self.height += 1;
        self.emit(Told::Block(self.height), 0);
    }

    /// Everything comes to rest.
    fn rest(&mut self) {
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

    fn finish(mut self) -> Sum {
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
    fn count_facts(&mut self) {
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

pub(super) fn run(size: Size, cases: u32) -> Sum {
    let sum = std::cell::RefCell::new(Sum::default());
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let rng = proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(config, rng);
    let result = runner.run(&steps(size), |steps| {
        let mut world = World::new(size.ring);
        steps.into_iter().for_each(|step| world.step(step));
        let one = world.finish();
        let mut sum = sum.borrow_mut();
        sum.add(&one);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    sum.into_inner()
}

/// So many of a thousand, at most.
fn at_most(part: usize, whole: usize, thousandths: usize) -> bool {
    part * 1_000 <= whole * thousandths
}

/// What must hold for each run, whatever its size, and how often the result may be another than the truth.
fn check(size: Size, cases: u32, inexact: usize) {
    let sum = run(size, cases);
    assert!(sum.merges > sum.cases, "most runs must merge");
    assert!(at_most(sum.merges - sum.exact, sum.merges, inexact), "{sum:?}");
    assert_eq!(sum.certain_wrong, 0, "only one course explains what was seen, and it was not taken: {sum:?}");
    assert_eq!(sum.implausible, 0, "{sum:?}");
    assert!(at_most(sum.lost, sum.carried, inexact), "{sum:?}");
    assert!(at_most(sum.twice, sum.carried, 1), "{sum:?}");
    assert!(at_most(sum.facts_lost, sum.facts, 1), "{sum:?}");
    assert!(at_most(sum.facts_twice, sum.facts, 3), "{sum:?}");
}

#[test]
fn payments_among_blocks() {
    check(Size { ring: 6, steps: 60, blocks: 20, faults: 1 }, 8_000, 10);
}

/// The same few marks again and again: the truth is often one of several.
#[test]
fn payments_alone() {
    check(Size { ring: 6, steps: 60, blocks: 0, faults: 1 }, 7_000, 25);
}

#[test]
fn mostly_blocks() {
    check(Size { ring: 6, steps: 60, blocks: 60, faults: 1 }, 5_000, 5);
}

#[test]
fn a_queue_of_a_hundred() {
    check(Size { ring: 100, steps: 160, blocks: 20, faults: 1 }, 400, 20);
}
