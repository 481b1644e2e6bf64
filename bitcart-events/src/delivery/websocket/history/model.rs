//! A daemon, a client, and everything that can happen between them, in any order.
//!
//! The daemon is told with the truth about each emission, which the client does not see. So each merge can be compared
//! with what really happened, and with every course of events that the client could not have told from it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;
use proptest::strategy::Union;

mod client;
mod compared;
mod daemon;
mod file;
mod sum;

use file::File;
use sum::Sum;

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
    /// Our process is killed, and starts again with what its inbox keeps.
    Restart,
    /// The same in good order.
    Stop,
    /// The next commit fails, and so many steps later that is noticed.
    Fail(u8),
}

/// How much happens: a ring's length, and whether there are heights between the payments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) ring: usize,
    pub(super) steps: usize,
    pub(super) blocks: u32,
    pub(super) faults: u32,
    /// What happens to our own process and its file.
    pub(super) restarts: u32,
    /// Blocks are of all wallets, as a manager's are.
    pub(super) manager: bool,
}

fn steps(size: Size) -> impl Strategy<Value = Vec<Step>> {
    let many = u8::try_from(size.ring).unwrap_or(u8::MAX);
    let rare = |weight: u32, step: Step| (weight, Just(step).boxed());
    let all = vec![
        (20, prop_oneof![Just(Step::Payment(3)), Just(Step::Payment(7))].boxed()),
        (6, (1..=2_u8).prop_map(Step::Transfer).boxed()),
        (size.blocks.max(1), Just(Step::Block).boxed()),
        ((size.blocks / 10).max(1), (1..=many + many / 2).prop_map(Step::Blocks).boxed()),
        rare(2, Step::Hesitate),
        (20, (1..=many).prop_map(Step::Read).boxed()),
        rare(14, Step::Drain),
        rare(6, Step::Connect),
        rare(5, Step::Lose),
        rare(size.faults, Step::Drop),
        rare(size.faults, Step::LoseAnswer),
        rare(size.faults, Step::TimeOut),
        rare(size.faults, Step::Kill),
        rare(size.faults, Step::ShutDown),
        rare(size.faults, Step::Load),
        rare(3 * size.restarts, Step::Restart),
        rare(size.restarts, Step::Stop),
        (2 * size.restarts, (0..4_u8).prop_map(Step::Fail).boxed()),
    ];
    let step = Union::new_weighted(all.into_iter().filter(|(weight, _)| *weight > 0).collect());
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
    file: File,
    manager: bool,
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
    fn new(Size { ring: cap, manager, .. }: Size) -> Self {
        Self { cap, manager, history: History { cap, ..History::default() }, ..Self::default() }
    }
}

pub(super) fn run(size: Size, cases: u32) -> Sum {
    let sum = std::cell::RefCell::new(Sum::default());
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let rng = proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(config, rng);
    let result = runner.run(&steps(size), |steps| {
        let mut world = World::new(size);
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
    // A daemon that was restarted sends its transfers again: those of a small wallet can look like the ones before, without
    // a word from another connection that says otherwise.
    assert!(at_most(sum.implausible, sum.merges, size.restarts as usize), "{sum:?}");
    assert!(at_most(sum.lost, sum.carried, inexact), "{sum:?}");
    assert!(at_most(sum.twice, sum.carried, 1), "{sum:?}");
    assert!(at_most(sum.facts_lost, sum.facts, 1), "{sum:?}");
    assert!(at_most(sum.facts_twice, sum.facts, 3), "{sum:?}");
}

const PLAIN: Size = Size { ring: 6, steps: 60, blocks: 20, faults: 1, restarts: 0, manager: false };

#[test]
fn payments_among_blocks() {
    check(PLAIN, 5_000, 10);
}

/// The same few marks again and again: the truth is often one of several.
#[test]
fn payments_alone() {
    check(Size { blocks: 0, ..PLAIN }, 4_000, 25);
}

#[test]
fn mostly_blocks() {
    check(Size { blocks: 60, ..PLAIN }, 3_000, 5);
}

#[test]
fn a_queue_of_a_hundred() {
    check(Size { ring: 100, steps: 160, ..PLAIN }, 400, 20);
}

#[test]
fn payments_among_blocks_and_restarts() {
    check(Size { restarts: 1, ..PLAIN }, 5_000, 10);
}

#[test]
fn payments_and_restarts() {
    check(Size { blocks: 0, restarts: 1, ..PLAIN }, 3_000, 25);
}

#[test]
fn a_managers_blocks_and_restarts() {
    check(Size { blocks: 40, restarts: 1, manager: true, ..PLAIN }, 3_000, 10);
}

#[test]
fn a_queue_of_a_hundred_and_restarts() {
    check(Size { ring: 100, steps: 160, restarts: 2, manager: true, ..PLAIN }, 200, 20);
}
