//! What can happen to everybody.

use proptest::prelude::*;
use proptest::strategy::Union;

use super::daemon::WALLETS;

/// One step of anybody's. The numbers are of wallets, unless it is said otherwise.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Payment(usize),
    /// Two payments in one frame.
    Together(usize),
    Block,
    /// So many frames arrive together.
    Read(usize),
    /// A call goes on: asked, answered, kept, arrived.
    Call(usize),
    Fail(usize),
    /// A call of a ledger that has ended goes on.
    EndingCall,
    EndingFails,
    Remove(usize),
    Add(usize),
    /// The ledger is told that wallets, or the inbox, have changed.
    Look,
    Tick,
    Connect,
    Lose,
    /// The ledger ends, and another one begins.
    Stop,
    Start,
    /// What is appended waits to be committed, for a while.
    Lag,
    Refuse,
    Mend,
    /// The process is killed, and starts again with what the inbox has.
    Kill,
}

/// What can happen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub(super) is_durable: bool,
    pub(super) stops: u32,
    pub(super) refuses: u32,
    pub(super) kills: u32,
    /// How often there is a block, and how often a wallet is removed.
    pub(super) blocks: u32,
    pub(super) removals: u32,
    /// For how many events there is room.
    pub(super) room: usize,
}

pub(super) fn steps(
    Kind { is_durable, stops, refuses, kills, blocks, removals, .. }: Kind,
) -> impl Strategy<Value = Vec<Step>> {
    let of_one = |step: fn(usize) -> Step| (0..WALLETS.len()).prop_map(step).boxed();
    let all = vec![
        (20, of_one(Step::Payment)),
        (4, of_one(Step::Together)),
        (blocks, Just(Step::Block).boxed()),
        (16, (1..=6_usize).prop_map(Step::Read).boxed()),
        (24, of_one(Step::Call)),
        (2, of_one(Step::Fail)),
        (removals, of_one(Step::Remove)),
        (8, of_one(Step::Add)),
        (6, Just(Step::Look).boxed()),
        (5, Just(Step::Tick).boxed()),
        (8, Just(Step::Connect).boxed()),
        (3, Just(Step::Lose).boxed()),
        (stops, Just(Step::Stop).boxed()),
        (4 * stops, Just(Step::Start).boxed()),
        (4 * stops, Just(Step::EndingCall).boxed()),
        (stops, Just(Step::EndingFails).boxed()),
        (2 * u32::from(is_durable), Just(Step::Lag).boxed()),
        (refuses, Just(Step::Refuse).boxed()),
        (3 * refuses, Just(Step::Mend).boxed()),
        (kills, Just(Step::Kill).boxed()),
    ];
    let step = Union::new_weighted(all.into_iter().filter(|(weight, _)| *weight > 0).collect());
    proptest::collection::vec(step, 1..60)
}
