//! What has to be so, whatever happens.

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Op, Standing, World};
use crate::Currency;

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
        1 => Just(Op::Kill),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

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
