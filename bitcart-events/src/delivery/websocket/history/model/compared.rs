//! What a merge made of it, what happened, and what could have happened.

use std::collections::BTreeSet;

use super::super::reference::{Courses, Known, Stretch};
use super::super::{KNOWN, Next};
use super::{Answer, Told, World};
use crate::inbox::Mark;

impl World {
    pub(super) fn merge(&mut self, answer: &Answer, live: bool) {
        if !self.commits() {
            return;
        }
        let known = self.known();
        let before: BTreeSet<usize> = self.entries.iter().map(|entry| entry.0).collect();
        let delivered: BTreeSet<usize> = self.delivered.iter().copied().collect();
        let marks: Vec<Mark> = answer.elements.iter().map(|id| self.told[*id].told.mark()).collect();
        let told: Vec<Told> = answer.elements.iter().map(|id| self.told[*id].told).collect();

        let merged = self.history.merge(&marks, live, false);
        self.holding = false;
        self.trim();
        let mut result = Vec::new();
        for (nth, next) in merged.next.iter().enumerate() {
            self.our_life += usize::from(merged.begins == Some(nth));
            let id = match next {
                Next::Held(id) => *id,
                Next::Missed(place) => answer.elements[*place],
            };
            self.file.taken(id);
            result.push(id);
            self.deliver(id);
        }
        self.our_life += usize::from(merged.begins == Some(merged.next.len()));

        self.file.taken_answer(answer);
        self.keep_whole();

        // What happened.
        let held = known.iter().flat_map(|stretch| &stretch.entries).filter(|entry| entry.held);
        let held: BTreeSet<usize> = held.map(|entry| entry.id).collect();
        let missed = answer.elements.iter().copied();
        let mut truth: BTreeSet<usize> =
            missed.filter(|id| !delivered.contains(id) && !before.contains(id)).collect();
        truth.extend(&held);
        let kept: Vec<usize> = before.iter().copied().filter(|id| *id >= answer.until).collect();
        let contents = |ids: &[usize]| ids.iter().map(|id| self.told[*id].told).collect::<Vec<_>>();
        let truth: Vec<usize> = truth.into_iter().collect();
        let is_exact = contents(&truth) == contents(&result) && kept.len().min(KNOWN) == self.entries.len();

        self.sum.merges += 1;
        self.sum.exact += usize::from(is_exact);
        if !self.astray {
            let courses = Courses {
                stretches: &known,
                answer: &told,
                live,
                cap: (!self.answer_lost).then_some(self.cap),
            };
            let outcome = |ids: &[usize], kept: usize| {
                let next = ids.iter().map(|id| match answer.elements.iter().position(|other| other == id) {
                    Some(place) if !before.contains(id) => Next::Missed(place),
                    _ => Next::Held(*id),
                });
                (next.collect::<Vec<_>>(), kept)
            };
            let outcomes = courses.outcomes();
            let possible: Vec<_> = outcomes.iter().map(|(outcome, _)| outcome).collect();
            let truth = outcome(&truth, kept.len().min(KNOWN));
            let result = (merged.next, self.entries.len());
            let show = || {
                format!(
                    "{:?}\n{told:?} live {live} cap {}\nresult {result:?}\ntruth {truth:?}\npossible {possible:?}",
                    known, self.cap
                )
            };
            assert!(possible.contains(&&truth), "the reference does not know what happened: {}", show());
            assert!(possible.contains(&&result), "impossible: {}", show());
            let plausible = outcomes.iter().filter(|(_, plausible)| *plausible);
            let plausible: Vec<_> = plausible.map(|(outcome, _)| outcome).collect();
            assert!(plausible.contains(&&truth), "the reference does not know what happened: {}", show());
            if !plausible.contains(&&result) {
                self.sum.implausible += 1;
                self.sum.shown.get_or_insert_with(show);
            }
            if plausible.len() == 1 {
                self.sum.certain += 1;
                self.sum.certain_wrong += usize::from(!is_exact);
            }
        }
        self.answer_lost = !live;
        self.astray |= !is_exact;
    }

    /// What the client knows, with the truth about it.
    pub(super) fn known(&self) -> Vec<Stretch> {
        let mut entries = self.entries.iter();
        let stretches = self.history.stretches.iter().map(|stretch| {
            let known = entries.by_ref().take(stretch.entries.len()).zip(&stretch.entries);
            let mut earlier = false;
            let entries = known.map(|((id, connection), entry)| {
                earlier = *connection < self.connection;
                Known { id: *id, told: self.told[*id].told, held: entry.held.is_some() }
            });
            let entries = entries.collect();
            Stretch { entries, shortened: stretch.shortened, earlier }
        });
        stretches.collect()
    }
}
