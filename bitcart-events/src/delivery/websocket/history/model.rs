//! A daemon, a client, and everything that can happen between them, in any order.
//!
//! The daemon is told with the truth about each emission, which the client does not see. So each merge can be compared
//! with what really happened, and with every course of events that the client could not have told from it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;

mod client;
mod compared;
mod daemon;

use super::{History, mark_of};
use crate::inbox::Mark;

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
            Self::Payment(status) => mark_of((0, usize::from(status))),
            Self::Transfer(transaction) => mark_of((1, transaction)),
            Self::Block(height) => mark_of((2, height)),
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
