//! The history by its events.

use std::collections::BTreeMap;

use crate::history::{History, Line, Snapshot};

pub(super) struct Index<'a> {
    pub(super) history: &'a History,
    /// By their number in the inbox.
    pub(super) events: BTreeMap<u64, Event<'a>>,
}

/// An event of which anything was seen.
pub(super) struct Event<'a> {
    pub(super) what: &'a str,
    /// After which life it was seen first, or in which.
    pub(super) seen: usize,
    pub(super) runs: Vec<Run<'a>>,
}

/// A handler's attempt.
pub(super) struct Run<'a> {
    pub(super) life: usize,
    pub(super) attempt: u32,
    pub(super) lane: &'a str,
    pub(super) origin: &'a str,
    /// Whether it came to its end, and well.
    pub(super) ended: Option<bool>,
}

impl<'a> Index<'a> {
    pub(super) fn new(history: &'a History) -> Self {
        let mut events = BTreeMap::<u64, Event<'a>>::new();
        for (life, lived) in history.lives.iter().enumerate() {
            for line in &lived.lines {
                match line {
                    Line::Start { id, attempt, origin, lane, what } => {
                        let event = events.entry(*id).or_insert_with(|| Event::new(what, life));
                        event.runs.push(Run { life, attempt: *attempt, lane, origin, ended: None });
                    }
                    Line::End { id, ok } => {
                        let last = events.get_mut(id).and_then(|event| event.runs.last_mut());
                        if let Some(last) = last {
                            last.ended = Some(*ok);
                        }
                    }
                }
            }
            for (id, what) in &lived.after.events {
                events.entry(*id).or_insert_with(|| Event::new(what, life));
            }
        }
        Self { history, events }
    }

    /// In which life it was accepted: none gives numbers of another one.
    pub(super) fn accepted(&self, id: u64) -> usize {
        (0..self.history.lives.len()).rev().find(|life| self.first(*life) <= id).unwrap_or(0)
    }

    /// The first number that a life could give.
    pub(super) fn first(&self, life: usize) -> u64 {
        let before = life.checked_sub(1).and_then(|before| self.after(before));
        before.map_or(1, |before| before.next.max(1))
    }

    /// The file after a life.
    pub(super) fn after(&self, life: usize) -> Option<&'a Snapshot> {
        self.history.lives.get(life).map(|life| &life.after)
    }

    /// Whether the file said after a life that this event, which it knew, is settled.
    pub(super) fn is_settled(&self, id: u64, life: usize) -> bool {
        let is_known = self.events.get(&id).is_some_and(|event| event.seen <= life);
        is_known
            && self.after(life).is_some_and(|file| !file.events.contains_key(&id) && !file.dead.contains(&id))
    }

    /// When and how an event came, for people.
    pub(super) fn shown(&self, id: u64) -> String {
        let runs = self.events.get(&id).map_or(&[][..], |event| &event.runs);
        let origin = runs.first().map_or("never begun", |run| run.origin);
        format!("{id} ({origin}, accepted in life {})", self.accepted(id) + 1)
    }

    /// Those of one kind that were handled.
    pub(super) fn handled(&self) -> BTreeMap<&'a str, Vec<u64>> {
        let mut handled = BTreeMap::<&str, Vec<u64>>::new();
        for (id, event) in self.events.iter().filter(|(_, event)| event.is_handled()) {
            handled.entry(event.what).or_default().push(*id);
        }
        handled
    }
}

impl<'a> Event<'a> {
    fn new(what: &'a str, seen: usize) -> Self {
        Self { what, seen, runs: Vec::new() }
    }

    /// Whether a handler came to its end with it, up to that life.
    pub(super) fn is_handled_by(&self, life: usize) -> bool {
        self.runs.iter().any(|run| run.life <= life && run.ended == Some(true))
    }

    pub(super) fn is_handled(&self) -> bool {
        self.is_handled_by(usize::MAX)
    }
}
