//! What waits in memory for another attempt.

use std::time::{Duration, SystemTime};

use crate::inbox::Claimed;

/// So much back is no setting of the clock.
const SLACK: Duration = Duration::from_secs(1);

/// Events by when they are due.
#[derive(Default)]
pub(super) struct Due {
    /// In their order. In boxes, so that it costs little to make place for one among them.
    waiting: Vec<(SystemTime, Box<Claimed>)>,
    /// What the clock showed when one of them was added last.
    pub(super) clock: Option<SystemTime>,
}

impl Due {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// When the one was accepted that has waited for the longest.
    pub(super) fn oldest(&self) -> Option<SystemTime> {
        self.waiting.iter().map(|(_, event)| event.accepted).min()
    }

    /// When the first one is.
    pub(super) fn first(&self) -> Option<SystemTime> {
        self.waiting.first().map(|(due, _)| *due)
    }

    /// One is due by what the clock shows now. What is due at the same time goes in the order of its acceptance.
    pub(super) fn add(&mut self, due: SystemTime, event: Claimed, now: SystemTime) {
        // Before it is forgotten what it showed when all else was said to be due.
        self.follow_clock(now);
        self.clock = Some(now);
        let event = Box::new(Claimed { due: None, ..event });
        let place = self.waiting.partition_point(|(known, other)| (*known, other.id) < (due, event.id));
        self.waiting.insert(place, (due, event));
    }

    /// Those that are due, but at most so many.
    pub(super) fn take(&mut self, most: usize, now: SystemTime) -> Vec<Claimed> {
        self.follow_clock(now);
        let due = self.waiting.partition_point(|(due, _)| *due <= now);
        let mut taken = Vec::new();
        for (_, event) in self.waiting.drain(..due.min(most)) {
            taken.push(*event);
        }
        taken
    }

    /// If the clock was set back everything is due so much sooner: otherwise a wait of a second would last as long as the
    /// clock was ahead.
    fn follow_clock(&mut self, now: SystemTime) {
        let back = self.clock.and_then(|clock| clock.duration_since(now).ok());
        let Some(back) = back.filter(|back| *back > SLACK) else { return };
        self.clock = Some(now);
        for (due, _) in &mut self.waiting {
            *due = due.checked_sub(back).unwrap_or(now);
        }
        if !self.waiting.is_empty() {
            tracing::warn!(
                "the clock was set back by {back:?}: events that wait for another attempt are due so much sooner: {}",
                self.waiting.len(),
            );
        }
    }
}
