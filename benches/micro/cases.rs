//! The cases by name, for those who measure.

use bitcart_events::{Handlers, handlers};

use crate::handlers as given;
use crate::{Case, Outcome, by_hand, ours};

/// A case in both ways.
#[allow(dead_code, reason = "who counts has names of its own")]
pub(crate) struct Both {
    pub(crate) name: &'static str,
    pub(crate) ours: fn() -> Outcome<Case>,
    pub(crate) by_hand: fn() -> Outcome<Case>,
    /// How many updates one call has.
    pub(crate) updates: u64,
}

const fn both(
    name: &'static str,
    updates: u64,
    ours: fn() -> Outcome<Case>,
    by_hand: fn() -> Outcome<Case>,
) -> Both {
    Both { name, ours, by_hand, updates }
}

fn extraction(handlers: fn() -> Handlers) -> Outcome<Case> {
    ours::extraction(handlers())
}

/// In the order in which they are told.
pub(crate) const CASES: [Both; 16] = [
    both("envelope", 100, ours::envelope, by_hand::envelope),
    both("envelope and fields", 100, ours::fields, by_hand::fields),
    both("dispatch of 1", 1, || ours::whole(1), || by_hand::whole(1)),
    both("dispatch of 100", 100, || ours::whole(100), || by_hand::whole(100)),
    both("dispatch of 10,000", 10_000, || ours::whole(10_000), || by_hand::whole(10_000)),
    both("event alone", 100, || extraction(|| handlers![given::event_only]), by_hand::borrowed),
    both("borrowed, plain", 100, || extraction(|| handlers![given::plain]), by_hand::borrowed),
    both("borrowed, async", 100, || extraction(|| handlers![given::borrowed]), by_hand::borrowed),
    both("owned", 100, || extraction(|| handlers![given::owned]), by_hand::owned),
    both("decimal", 100, || extraction(|| handlers![given::decimal]), by_hand::decimal),
    both("several events", 100, || extraction(|| handlers![given::several]), by_hand::several),
    both("merge, new", 100, ours::merge_new, || by_hand::merge(true)),
    both("merge, known", 100, ours::merge_known, || by_hand::merge(false)),
    both("4 handlers", 100, || ours::among(4), by_hand::borrowed),
    // The first one that was added by hand, and not registered: another table is looked into.
    both("5 handlers", 100, || ours::among(5), by_hand::borrowed),
    both("400 handlers", 100, || ours::among(400), by_hand::borrowed),
];
