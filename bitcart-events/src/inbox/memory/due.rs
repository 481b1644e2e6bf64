//! What waits in memory for another attempt.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::time::{Duration, SystemTime};

use crate::inbox::Claimed;

/// So much back is no setting of the clock.
const SLACK: Duration = Duration::from_secs(1);

/// Events by when they are due.
#[derive(Default)]
pub(super) struct Due {
    waiting: BinaryHeap<Reverse<Waiting>>,
    /// What the clock showed when one of them was added last.
    pub(super) clock: Option<SystemTime>,
}

struct Waiting {
    due: SystemTime,
    event: Claimed,
}

impl Due {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn events(&self) -> impl Iterator<Item = &Claimed> {
        self.waiting.iter().map(|Reverse(Waiting { event, .. })| event)
    }

    /// When the first one is.
    pub(super) fn first(&self) -> Option<SystemTime> {
        self.waiting.peek().map(|Reverse(Waiting { due, .. })| *due)
    }

    /// One is due by what the clock shows now.
    pub(super) fn add(&mut self, due: SystemTime, event: Claimed, now: SystemTime) {
        // Before it is forgotten what it showed when all else was said to be due.
        self.follow_clock(now);
        self.clock = Some(now);
        self.waiting.push(Reverse(Waiting { due, event: Claimed { due: None, ..event } }));
    }

    /// The first one, if it is due.
    pub(super) fn take(&mut self, now: SystemTime) -> Option<Claimed> {
        self.follow_clock(now);
        self.first().filter(|due| *due <= now)?;
        self.waiting.pop().map(|Reverse(Waiting { event, .. })| event)
    }

    /// If the clock was set back everything is due so much sooner: otherwise a wait of a second would last as long as the
    /// clock was ahead.
    fn follow_clock(&mut self, now: SystemTime) {
        let back = self.clock.and_then(|clock| clock.duration_since(now).ok());
        let Some(back) = back.filter(|back| *back > SLACK) else { return };
        self.clock = Some(now);
        let sooner = |Reverse(Waiting { due, event }): Reverse<Waiting>| {
            Reverse(Waiting { due: due.checked_sub(back).unwrap_or(now), event })
        };
        self.waiting = std::mem::take(&mut self.waiting).into_iter().map(sooner).collect();
        if !self.waiting.is_empty() {
            tracing::warn!(
                "the clock was set back by {back:?}: events that wait for another attempt are due so much sooner: {}",
                self.waiting.len(),
            );
        }
    }
}

/// What is due at the same time goes in the order of its acceptance.
impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.due.cmp(&other.due).then(self.event.id.cmp(&other.event.id))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting {}
