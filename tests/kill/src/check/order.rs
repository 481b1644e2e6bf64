//! Within a lane one after another, in the order of acceptance.

use std::collections::{BTreeMap, BTreeSet};

use super::index::Index;
use super::{Findings, Kind};
use crate::history::Line;

#[derive(Default)]
struct Lane {
    /// The last one whose first attempt began.
    last_new: u64,
    begun: BTreeSet<u64>,
    failed: BTreeSet<u64>,
    /// Those of this life.
    at_work: Option<u64>,
    last: u64,
    /// Without those that come later because they failed.
    last_in_turn: u64,
    handled: BTreeSet<u64>,
}

pub(super) fn check(index: &Index<'_>, findings: &mut Findings) {
    let lane_of: BTreeMap<u64, &str> =
        index.events.iter().filter_map(|(id, event)| event.runs.first().map(|run| (*id, run.lane))).collect();
    let mut lanes = BTreeMap::<&str, Lane>::new();
    for (life, lived) in index.history.lives.iter().enumerate() {
        for lane in lanes.values_mut() {
            (lane.at_work, lane.last, lane.last_in_turn) = (None, 0, 0);
            lane.handled.clear();
        }
        // What the life began with, by lanes: those that never run are said to be lost elsewhere.
        let left = life.checked_sub(1).and_then(|before| index.after(before)).map(|file| &file.events);
        for line in &lived.lines {
            match line {
                Line::Start { id, lane: name, what, .. } => {
                    let lane = lanes.entry(name).or_default();
                    if let Some(other) = lane.at_work.replace(*id) {
                        findings.add(
                            Kind::Order,
                            format!("{id} {what} began while {other} of its lane was at work"),
                        );
                    }
                    if lane.begun.insert(*id) {
                        if *id < lane.last_new {
                            findings
                                .add(Kind::Order, format!("{id} {what} began first after {}", lane.last_new));
                        }
                        lane.last_new = lane.last_new.max(*id);
                    }
                    if !lane.failed.contains(id) {
                        if *id < lane.last_in_turn {
                            findings
                                .add(Kind::Order, format!("{id} {what} began after {}", lane.last_in_turn));
                        }
                        lane.last_in_turn = *id;
                    }
                    if index.history.strict {
                        if *id < lane.last {
                            findings.add(Kind::Order, format!("{id} {what} came after {}", lane.last));
                        }
                        lane.last = *id;
                        let before = left.into_iter().flat_map(|left| left.range(..*id)).map(|(id, _)| id);
                        let of_lane = before.filter(|before| lane_of.get(before) == Some(&name.as_str()));
                        for waiting in of_lane.filter(|before| !lane.handled.contains(before)) {
                            findings.add(Kind::Order, format!("{id} {what} did not wait for {waiting}"));
                        }
                    }
                }
                Line::End { id, ok } => {
                    let lane = lane_of.get(id).and_then(|name| lanes.get_mut(name));
                    if let Some(lane) = lane {
                        lane.at_work = None;
                        let ended = if *ok { &mut lane.handled } else { &mut lane.failed };
                        ended.insert(*id);
                    }
                }
            }
        }
    }
}
