//! Each emission is one event: not two, and none only if a kill took it before it could be accepted.

use std::collections::BTreeMap;

use super::index::Index;
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

/// What was never accepted: in the daemon's answer on its way to a process that was killed, as the daemon forgets what it
/// answers. Then what was emitted before it was accepted in another life than what was emitted after it.
fn gone(index: &Index<'_>, what: &str, places: &[usize], gone: usize, findings: &mut Findings) {
    if gone == 0 {
        return;
    }
    findings.figures.lost_by_the_protocol += gone;
    findings.notes.push(format!("gone: {what}, {gone} of {}", places.len()));
    let explained = match index.history.delivery {
        Delivery::Webhook => {
            emissions(index, places).filter(|emission| emission.fate != Fate::Answered).count()
        }
        Delivery::Websocket | Delivery::Polling => {
            places.iter().filter(|place| is_at_a_kill(index, **place)).count()
        }
    };
    let beside = places.iter().filter_map(|place| beside(index, *place));
    let beside =
        beside.map(|(before, after)| format!("{before:?} to {after:?}")).collect::<Vec<_>>().join(", ");
    for _ in explained..gone {
        let life = "in the lives, counted from 0, that accepted what was emitted beside it";
        findings.add(Kind::Vanished, format!("{what} vanished while its listener lived, {life}: {beside}"));
    }
}

fn is_at_a_kill(index: &Index<'_>, place: usize) -> bool {
    // After the last one nothing is killed; before the first one everything may be.
    beside(index, place)
        .is_some_and(|(before, after)| after.is_some_and(|after| before.is_none_or(|before| before < after)))
}

/// In which lives those before and after it were accepted, of its wallet.
fn beside(index: &Index<'_>, place: usize) -> Option<(Option<usize>, Option<usize>)> {
    let emissions = &index.history.emissions;
    let wallet = &emissions.get(place)?.wallet;
    let accepted = |emission: &Emitted| (emission.wallet == *wallet).then(|| life(index, emission)).flatten();
    let before = emissions.iter().take(place).rev().find_map(accepted);
    let after = emissions.iter().skip(place + 1).find_map(accepted);
    // Each wallet's last event is one that nothing was killed after; the last block may be any.
    let last = if what::is_block(&emissions.get(place)?.what) {
        index.history.lives.len().checked_sub(1)
    } else {
        None
    };
    Some((before, after.or(last)))
}

/// In which life an emission was accepted, if that is certain: there is no other one of its kind. It may have been kept as a
/// part of a text first.
fn life(index: &Index<'_>, emission: &Emitted) -> Option<usize> {
    let is_one = index.history.emissions.iter().filter(|other| other.what == emission.what).count() == 1;
    let mut of_kind = index.events.iter().filter(|(_, event)| is_one && event.what == emission.what);
    let accepted = of_kind.next().map(|(id, _)| index.accepted(*id))?;
    let received = index.history.lives.iter().position(|life| life.after.received.contains(&emission.what));
    Some(received.map_or(accepted, |received| received.min(accepted)))
}
