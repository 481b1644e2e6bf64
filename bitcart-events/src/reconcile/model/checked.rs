//! What has to be so, whatever happens.

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::{Op, Standing, World};
use crate::Currency;
use crate::inbox::Origin;

fn op() -> impl Strategy<Value = Op> {
    let which = 0..6_usize;
    prop_oneof![
        2 => Just(Op::Make),
        2 => which.clone().prop_map(Op::Part),
        4 => which.clone().prop_map(Op::Pay),
        4 => which.clone().prop_map(Op::Confirm),
        1 => which.clone().prop_map(Op::Reorganise),
        1 => which.prop_map(Op::Expire),
        4 => Just(Op::Announce),
        3 => (1..4_usize).prop_map(Op::Lose),
        3 => (1..4_usize).prop_map(Op::Arrive),
        6 => Just(Op::Begin),
        6 => Just(Op::End),
        4 => Just(Op::Pass),
        2 => Just(Op::Gap),
        1 => Just(Op::Kill),
    ]
}

/// What happens, and then how each event was delivered.
fn course(ops: &[Op]) -> Vec<(Origin, i64)> {
    let mut world = World::new(Currency::Btc);
    let first_look = [Op::Make, Op::Begin, Op::End];
    first_look.iter().chain(ops).for_each(|op| world.run(*op));
    world.delivered.iter().map(|(origin, _, standing)| (*origin, standing.status)).collect()
}

#[test]
fn what_is_lost_is_found_at_two_looks_and_not_sooner() {
    use Op::{Announce, Begin, Confirm, End, Gap, Lose, Pass, Pay, Sleep};
    let lost = [Pay(0), Announce, Lose(1)];
    let with = |ops: &[Op]| course(&[&lost, ops].concat());
    assert_eq!(with(&[Gap, Begin, End]), [], "one look is none");
    assert_eq!(with(&[Gap, Begin, End, Gap, Begin, End]), [], "nor are two at the same moment");
    assert_eq!(with(&[Gap, Begin, End, Pass, Begin, End]), [(Origin::Reconciled, 7)]);
    // It is another state by then, which may be on its way.
    let changed = [Gap, Begin, End, Sleep, Confirm(0), Begin, End];
    assert_eq!(with(&changed), []);
    assert_eq!(with(&[&changed[..], &[Announce, Begin, End]].concat()), [(Origin::Live, 3)]);
}

#[test]
fn what_comes_after_all_has_been_delivered() {
    use Op::{Announce, Arrive, Begin, Confirm, End, Gap, Pay, Sleep};
    let slow = [Pay(0), Gap, Begin, End, Sleep, Begin, End, Announce, Arrive(1)];
    assert_eq!(course(&slow), [(Origin::Reconciled, 7)]);
    let other = [&slow[..], &[Confirm(0), Announce, Arrive(1)]].concat();
    assert_eq!(course(&other), [(Origin::Reconciled, 7), (Origin::Live, 3)]);
}

/// The first answer is older than an event that came while it was on its way.
#[test]
fn an_event_knows_better_than_an_answer() {
    use Op::{Announce, Arrive, Begin, End, Lose, Make, Part, Pass, Pay};
    let mut world = World::new(Currency::Btc);
    let late = [Make, Part(0), Announce, Lose(1), Begin, Pay(0), Announce, Arrive(1), End];
    let looks = [Pass, Begin, End, Pass, Begin, End];
    late.into_iter().chain(looks).for_each(|op| world.run(op));
    world.check();
    assert_eq!(world.delivered.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, rng_seed: RngSeed::Fixed(5), ..ProptestConfig::default() })]

    #[test]
    fn what_changed_is_told_once_and_in_order(currency in prop_oneof![Just(Currency::Btc), Just(Currency::Eth)], ops in vec(op(), 1..120)) {
        let mut world = World::new(currency);
        ops.into_iter().for_each(|op| world.run(op));
        world.check();
    }

    /// An event that comes after all is not delivered a second time.
    #[test]
    fn what_comes_late_does_not_come_twice(ops in vec(prop_oneof![5 => op(), 1 => Just(Op::Sleep)], 1..120)) {
        let mut world = World::new(Currency::Btc);
        ops.into_iter().filter(|op| !matches!(op, Op::Kill)).for_each(|op| world.run(op));
        world.come_to_rest();
        let mut last: HashMap<usize, usize> = HashMap::new();
        for (_, id, Standing { version, .. }) in &world.delivered {
            prop_assert_ne!(last.insert(*id, *version), Some(*version), "{:?}", world.delivered);
        }
    }

    /// Whatever was paid before the first look is told by nobody but the daemon.
    #[test]
    fn a_first_look_tells_of_nothing(ops in vec(op(), 1..60)) {
        let mut world = World::new(Currency::Btc);
        let is_daemon = |op: &Op| !matches!(op, Op::Begin | Op::End | Op::Arrive(_) | Op::Pass);
        ops.into_iter().filter(is_daemon).for_each(|op| world.run(op));
        world.run(Op::Lose(usize::MAX));
        world.quiet.clear();
        world.check();
        prop_assert!(world.delivered.is_empty(), "{:?}", world.delivered);
    }
}
