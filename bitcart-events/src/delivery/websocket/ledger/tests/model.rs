//! The ledger itself, with a daemon of two wallets, a handler and an inbox, and everything that can happen to them, in any
//! order.
//!
//! What is told again and cannot be told apart has a model of its own beside the history. So here each payment comes once,
//! and no daemon's queue is ever full: whatever the daemon tells is to be delivered, in its order.

use std::sync::PoisonError;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use daemon::{Told, WALLETS};
use shelf::Shelf;
use steps::{Kind, Step, steps};
use world::World;

mod daemon;
mod process;
mod shelf;
mod steps;
mod world;

/// What was told and not handled, handled twice, or handled before what was told before it.
#[derive(Debug, Default)]
struct Wrong {
    lost: Vec<Told>,
    twice: Vec<Told>,
    early: Vec<Told>,
}

impl Wrong {
    fn of(world: &World) -> Self {
        let handled = world.handled.lock().unwrap_or_else(PoisonError::into_inner);
        let mut first: Vec<Told> = Vec::new();
        let mut wrong = Self::default();
        for told in &*handled {
            if first.contains(told) { wrong.twice.push(*told) } else { first.push(*told) }
        }
        for wallet in 0..WALLETS.len() {
            let payments = (0..world.daemon.payments[wallet]).map(|number| Told::Payment(wallet, number));
            wrong.lost.extend(payments.filter(|told| !first.contains(told)));
            let numbers = first.iter().filter_map(|told| match told {
                Told::Payment(of, number) => (*of == wallet).then_some(*number),
                Told::Block(_) => None,
            });
            let numbers: Vec<usize> = numbers.collect();
            let early = numbers.windows(2).filter(|pair| pair[0] > pair[1] && !world.is_hasty);
            wrong.early.extend(early.map(|pair| Told::Payment(wallet, pair[0])));
        }
        wrong.lost.extend((0..world.daemon.blocks).map(Told::Block).filter(|told| !first.contains(told)));
        wrong
    }
}

/// What is wrong after these steps, when all has come, and what is left in the inbox.
async fn after(kind: Kind, steps: impl IntoIterator<Item = Step>) -> (Wrong, (usize, usize)) {
    let mut world = World::new(kind).await;
    for step in steps {
        world.step(step).await;
    }
    world.finish().await;
    let left = world.shelf.as_ref().map_or((0, 0), Shelf::left);
    if left.0 > 0 {
        world.kill().await;
        world.finish().await;
    }
    (Wrong::of(&world), world.shelf.as_ref().map_or((0, 0), Shelf::left))
}

fn check(kind: Kind, cases: u32) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let result = TestRunner::new_with_rng(config, rng).run(&steps(kind), |steps| {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let (wrong, left) = runtime.block_on(after(kind, steps));
        prop_assert!(wrong.lost.is_empty() && wrong.early.is_empty(), "{wrong:?}");
        prop_assert!(wrong.twice.is_empty() || kind.refuses > 0, "{wrong:?}");
        prop_assert_eq!(left, (0, 0));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// There is room for everything.
const PLAIN: Kind =
    Kind { is_durable: false, stops: 0, refuses: 0, kills: 0, blocks: 4, removals: 5, room: 1_000 };
const DURABLE: Kind = Kind { is_durable: true, ..PLAIN };
/// Not for all that arrives together, nor for all that is held.
const LITTLE: usize = 2;

#[test]
fn in_memory() {
    check(PLAIN, 250);
}

#[test]
fn in_memory_with_stops() {
    check(Kind { stops: 2, ..PLAIN }, 250);
}

#[test]
fn in_little_memory() {
    check(Kind { stops: 1, room: LITTLE, ..PLAIN }, 250);
}

#[test]
fn in_a_file() {
    check(DURABLE, 250);
}

#[test]
fn in_a_file_with_stops() {
    check(Kind { stops: 2, ..DURABLE }, 250);
}

#[test]
fn in_a_file_that_refuses() {
    check(Kind { stops: 1, refuses: 2, ..DURABLE }, 250);
}

#[test]
fn in_a_file_with_kills() {
    check(Kind { stops: 1, kills: 2, ..DURABLE }, 250);
}

#[test]
fn in_a_file_with_kills_and_removals() {
    check(Kind { kills: 4, blocks: 16, removals: 10, ..DURABLE }, 250);
}

#[test]
fn in_a_file_with_little_room() {
    check(Kind { stops: 1, kills: 1, room: LITTLE, ..DURABLE }, 250);
}

#[test]
fn in_a_file_with_all_of_it() {
    check(Kind { stops: 1, refuses: 1, kills: 1, ..DURABLE }, 250);
}

/// Between the blocks a payment is for nobody. After a kill they are not taken for two in a row, of which it would not be known
/// where they are in the daemon's queue, nor where what was held before them is.
#[tokio::test(start_paused = true)]
async fn blocks_after_a_removal_are_not_the_wallets_after_a_kill() {
    use Step::{Block, Connect, Kill, Payment, Read, Remove};
    let held = [Payment(0), Connect, Payment(0), Payment(0), Read(2), Remove(0)];
    let (wrong, left) =
        after(DURABLE, held.into_iter().chain([Block, Payment(0), Block, Read(4), Kill])).await;
    assert!(wrong.lost.is_empty() && wrong.twice.is_empty() && wrong.early.is_empty(), "{wrong:?}");
    assert_eq!(left, (0, 0));
}
