//! The ledger itself, with a daemon of two wallets, a handler and an inbox, and everything that can happen to them, in any
//! order.
//!
//! What is told again and cannot be told apart has a model of its own beside the history. So here each payment comes once,
//! and no queue is ever full: whatever the daemon tells is to be delivered, in its order.

use std::sync::PoisonError;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use daemon::{Told, WALLETS};
use shelf::Shelf;
use steps::{Kind, steps};
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

fn check(kind: Kind, cases: u32) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let result = TestRunner::new_with_rng(config, rng).run(&steps(kind), |steps| {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let (wrong, left) = runtime.block_on(async {
            let mut world = World::new(kind.is_durable).await;
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
        });
        prop_assert!(wrong.lost.is_empty() && wrong.early.is_empty(), "{wrong:?}");
        prop_assert!(wrong.twice.is_empty() || kind.refuses > 0, "{wrong:?}");
        prop_assert_eq!(left, (0, 0));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

const PLAIN: Kind = Kind { is_durable: false, stops: 0, refuses: 0, kills: 0 };

#[test]
fn in_memory() {
    check(PLAIN, 250);
}

#[test]
fn in_memory_with_stops() {
    check(Kind { stops: 2, ..PLAIN }, 250);
}

#[test]
fn in_a_file() {
    check(Kind { is_durable: true, ..PLAIN }, 250);
}

#[test]
fn in_a_file_with_stops() {
    check(Kind { is_durable: true, stops: 2, ..PLAIN }, 250);
}

#[test]
fn in_a_file_that_refuses() {
    check(Kind { is_durable: true, stops: 1, refuses: 2, ..PLAIN }, 250);
}

#[test]
fn in_a_file_with_kills() {
    check(Kind { is_durable: true, stops: 1, refuses: 0, kills: 2 }, 250);
}

#[test]
fn in_a_file_with_all_of_it() {
    check(Kind { is_durable: true, stops: 1, refuses: 1, kills: 1 }, 250);
}
