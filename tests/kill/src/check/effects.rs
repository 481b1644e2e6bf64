//! Booked exactly once, in the commit that settles the event.

use std::collections::{BTreeMap, BTreeSet};

use super::index::Index;
use super::{Findings, Kind};
use crate::what;

pub(super) fn check(index: &Index<'_>, findings: &mut Findings) {
    let mut told = BTreeSet::new();
    for (life, lived) in index.history.lives.iter().enumerate() {
        let mut booked = BTreeMap::<u64, Vec<&str>>::new();
        for (id, what) in &lived.after.effects {
            booked.entry(*id).or_default().push(what);
        }
        let mut add = |id: u64, problem: String| {
            if told.insert(id) {
                findings.add(Kind::Effect, format!("{id} {problem}, after life {}", life + 1));
            }
        };
        for (id, booked) in &booked {
            let event = index.events.get(id);
            if booked.len() > 1 {
                add(*id, format!("is booked {} times", booked.len()));
            }
            if event.is_none_or(|event| booked.iter().any(|what| *what != event.what)) {
                add(*id, format!("is booked as {booked:?}"));
            }
            if !index.is_settled(*id, life) {
                add(*id, "is booked and not settled".to_owned());
            }
        }
        let books = |(id, event): &(&u64, &super::index::Event<'_>)| {
            !what::is_block(event.what) && index.is_settled(**id, life)
        };
        for (id, event) in index.events.iter().filter(books) {
            if !booked.contains_key(id) {
                add(*id, format!("{} is settled and not booked", event.what));
            }
        }
    }
    let last = index.history.lives.last().map(|life| life.after.effects.len());
    findings.figures.effects = last.unwrap_or(0);
}
