//! Each emission is one event: not two, and none only if a kill took it before it could be accepted.

use std::collections::BTreeMap;

use super::index::{Event, Index};
use super::{Findings, Kind};
use crate::history::{Delivery, Emitted, Fate};
use crate::what;

pub(super) fn check(index: &Index<'_>, findings: &mut Findings) {
    let handled = index.handled();
    let mut emitted = BTreeMap::<&str, Vec<usize>>::new();
    for (place, emission) in index.history.emissions.iter().enumerate() {
        emitted.entry(&emission.what).or_default().push(place);
    }
    for what in handled.keys().filter(|what| !emitted.contains_key(*what)) {
        findings.add(Kind::Double, format!("{what} was handled, and nobody emitted it"));
    }
    for (what, places) in &emitted {
        let times = if what::is_fact(what) { 1 } else { places.len() };
        let ids = handled.get(what).map_or(&[][..], Vec::as_slice);
        let handled = ids.len();
        let doubles = handled.saturating_sub(times);
        if doubles > 0 {
            let documented = if what::is_fact(what) { 0 } else { queued(index, places) };
            findings.figures.doubles_documented += doubles.min(documented);
            let shown = ids.iter().map(|id| index.shown(*id)).collect::<Vec<_>>().join(", ");
            if documented > 0 {
                findings.notes.push(format!("sent again: {what} is {shown}"));
            }
            for _ in documented..doubles {
                findings.add(Kind::Double, format!("{what} was emitted {times} times, and is {shown}"));
            }
        }
        gone(index, what, places, times.saturating_sub(handled), findings);
    }
}

/// How many of these may come twice: a daemon whose webhook was killed before it could answer keeps an event that was
/// accepted ("may come once more after a broken connection", in the crate's table of what comes twice).
fn queued(index: &Index<'_>, places: &[usize]) -> usize {
    if index.history.delivery != Delivery::Webhook {
        return 0;
    }
    emissions(index, places).filter(|emission| emission.fate == Fate::Queued).count()
}

fn emissions<'a>(index: &'a Index<'_>, places: &[usize]) -> impl Iterator<Item = &'a Emitted> {
    places.iter().filter_map(|place| index.history.emissions.get(*place))
}

/// What was never accepted. A daemon forgets what it answers, so what was under way to a process that was killed is gone:
/// nothing else may be.
fn gone(index: &Index<'_>, what: &str, places: &[usize], gone: usize, findings: &mut Findings) {
    if gone == 0 {
        return;
    }
    findings.figures.lost_by_the_protocol += gone;
    findings.notes.push(format!("gone: {what}, {gone} of {}", places.len()));
    let (explained, why) = match index.history.delivery {
        Delivery::Webhook => {
            let unanswered = emissions(index, places).filter(|emission| emission.fate != Fate::Answered);
            (unanswered.count(), String::new())
        }
        Delivery::Websocket | Delivery::Polling => {
            let drained = drained(index, what);
            let under_way = drained.iter().filter(|drained| drained.was_under_way).count();
            // It is said to each wallet, and more than once; of all that is delivered once.
            let explained = if !what::is_fact(what) {
                under_way
            } else if under_way == drained.len() {
                drained.len().min(gone)
            } else {
                0
            };
            (explained, format!("; it was in these answers: {drained:?}"))
        }
    };
    for _ in explained..gone {
        findings.add(Kind::Vanished, format!("{what} vanished while its listener lived{why}"));
    }
}

/// That it was handed out.
#[derive(Debug)]
struct Drained<'a> {
    #[expect(dead_code, reason = "for whoever reads it")]
    life: usize,
    #[expect(dead_code, reason = "for whoever reads it")]
    wallet: &'a str,
    /// The process was killed before it had the answer, as far as anything shows. Whoever asks again for the same wallet has the
    /// answer before; so has who accepted something that only this answer brought.
    was_under_way: bool,
}

fn drained<'a>(index: &Index<'a>, what: &str) -> Vec<Drained<'a>> {
    let mut found = Vec::new();
    for (life, lived) in index.history.lives.iter().enumerate() {
        for (place, (wallet, whats)) in lived.drained.iter().enumerate() {
            let times = whats.iter().filter(|other| *other == what).count();
            if times == 0 {
                continue;
            }
            let is_last = lived.drained.iter().skip(place + 1).all(|(other, _)| other != wallet);
            let was_under_way = lived.killed && is_last && !whats.iter().any(|what| has(index, life, what));
            let drained = || Drained { life: life + 1, wallet, was_under_way };
            found.extend(std::iter::repeat_with(drained).take(times));
        }
    }
    found
}

/// Whether this was accepted in that life out of an answer, and no other answer has it.
fn has(index: &Index<'_>, life: usize, what: &str) -> bool {
    let answers = index.history.lives.iter().flat_map(|life| &life.drained).flat_map(|(_, whats)| whats);
    let is_accepted = |(id, event): (&u64, &Event<'_>)| {
        event.what == what
            && index.accepted(*id) == life
            && event.runs.first().is_some_and(|run| run.origin == "drained")
    };
    answers.filter(|other| *other == what).count() == 1 && index.events.iter().any(is_accepted)
}
