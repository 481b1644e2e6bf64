//! Whatever was accepted was handled.

use std::collections::{BTreeMap, BTreeSet};

use super::index::Index;
use super::{Findings, Kind};
use crate::history::Fate;
use crate::what;

pub(super) fn check(index: &Index<'_>, findings: &mut Findings) {
    let mut told = BTreeSet::new();
    for (life, lived) in index.history.lives.iter().enumerate() {
        for (id, event) in &index.events {
            if index.is_settled(*id, life) && !event.is_handled_by(life) && told.insert(*id) {
                let what = event.what;
                findings.add(
                    Kind::Lost,
                    format!("{id} {what} was settled in life {} without having been handled", life + 1),
                );
            }
        }
        for id in &lived.after.dead {
            if told.insert(*id) {
                findings.add(Kind::Dead, format!("{id} became a dead letter in life {}", life + 1));
            }
        }
    }
    for (id, event) in &index.events {
        if !event.is_handled() && told.insert(*id) {
            findings.add(Kind::Lost, format!("{id} {} was accepted and never handled", event.what));
        }
    }
    skipped(index, findings);
    answered(index, findings);
    received(index, findings);
}

/// Numbers are given without gaps, within a life.
fn skipped(index: &Index<'_>, findings: &mut Findings) {
    let mut last = None;
    for id in index.events.keys() {
        let life = index.accepted(*id);
        let next = last.filter(|(before, _)| *before == life).map_or(index.first(life), |(_, last)| last + 1);
        for skipped in next..*id {
            findings
                .add(Kind::Lost, format!("{skipped}, accepted in life {}, was never seen again", life + 1));
        }
        last = Some((life, *id));
    }
}

/// What was answered is the listener's.
fn answered(index: &Index<'_>, findings: &mut Findings) {
    let handled = index.handled();
    let mut answered = BTreeMap::<&str, usize>::new();
    for emitted in index.history.emissions.iter().filter(|emitted| emitted.fate == Fate::Answered) {
        *answered.entry(&emitted.what).or_default() += 1;
    }
    for (what, times) in answered {
        // Every wallet of a daemon of 2020 is told of a block.
        let expected = if what::is_fact(what) { 1 } else { times };
        let handled = handled.get(what).map_or(0, Vec::len);
        for _ in handled..expected {
            findings
                .add(Kind::Lost, format!("{what} was answered {times} times and handled {handled} times"));
        }
    }
}

/// What was kept as a text is the listener's too.
fn received(index: &Index<'_>, findings: &mut Findings) {
    let handled = index.handled();
    let all = index.history.lives.iter().flat_map(|life| &life.after.received);
    let received: BTreeSet<&str> = all.map(String::as_str).collect();
    for what in received.into_iter().filter(|what| !handled.contains_key(what)) {
        findings.add(Kind::Lost, format!("{what} was received and never handled"));
    }
}
