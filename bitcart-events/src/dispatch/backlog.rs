//! Who puts an event into its lane: the one who appends it, or the pump that claims it from the inbox.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use tokio::sync::Notify;

use super::place::Work;
use super::{Job, lock};
use crate::inbox::EventId;
use crate::source::Lane;

/// As long as nothing waits in the inbox, what is appended goes into its lane as soon as it is committed. Otherwise it
/// waits there too, and the pump claims it in its turn.
pub(super) struct Backlog {
    /// Held while a batch is appended, so that the order of the decisions is that of the inbox. Apart from the phase, because
    /// an inbox may call back before it returns.
    order: Mutex<()>,
    phase: Mutex<Phase>,
    is_durable: bool,
    is_shared: bool,
    /// How many batches were appended without being claimed, and how many of them are committed.
    unclaimed: AtomicU64,
    committed: AtomicU64,
    pub(super) wake: Arc<Notify>,
    /// Something is parked, so that the pump must not wait for room.
    parked: Notify,
    due: Mutex<Option<SystemTime>>,
}

enum Phase {
    /// Nothing waits in the inbox.
    Direct,
    /// Something does.
    Backlogged,
    /// The pump has almost all of it. What is appended is claimed at once again, and parked until the pump has what came
    /// before. Without this, a steady stream would go by the pump for ever.
    Closing(VecDeque<(Lane, Job)>),
}

impl Backlog {
    /// A durable inbox may have something from an earlier process.
    pub(super) fn new(is_durable: bool, is_shared: bool) -> Self {
        Self {
            is_shared,
            order: Mutex::default(),
            phase: Mutex::new(if is_durable { Phase::Backlogged } else { Phase::Direct }),
            is_durable,
            unclaimed: AtomicU64::new(0),
            committed: AtomicU64::new(0),
            wake: Arc::default(),
            parked: Notify::new(),
            due: Mutex::default(),
        }
    }

    /// Appends with the decision whether what is appended is claimed at once.
    pub(super) fn decide(&self, has_place: bool, append: impl FnOnce(bool)) {
        if !self.is_durable {
            return append(true);
        }
        let _order = lock(&self.order);
        append(self.claims(has_place));
    }

    /// Whether what is appended next is claimed at once.
    fn claims(&self, has_place: bool) -> bool {
        let mut phase = lock(&self.phase);
        let claim = has_place && !matches!(*phase, Phase::Backlogged);
        if !claim {
            if let Phase::Direct = *phase {
                *phase = Phase::Backlogged;
            }
            self.unclaimed.fetch_add(1, Ordering::AcqRel);
        }
        claim
    }

    /// What was claimed can be claimed again: what is new waits until the pump has it.
    pub(super) fn returned(&self, release: impl FnOnce()) {
        let mut phase = lock(&self.phase);
        if let Phase::Direct = *phase {
            *phase = Phase::Closing(VecDeque::new());
        }
        self.unclaimed.fetch_add(1, Ordering::AcqRel);
        drop(phase);
        release();
        self.appended();
    }

    /// What was not claimed is stored now, or will never be.
    pub(super) fn appended(&self) {
        self.committed.fetch_add(1, Ordering::AcqRel);
        self.wake.notify_one();
    }

    /// A job that was claimed when it was appended, unless it has to wait for what came before it.
    pub(super) fn turn(&self, lane: Lane, job: Job) -> Option<(Lane, Job)> {
        if !self.is_durable {
            return Some((lane, job));
        }
        match &mut *lock(&self.phase) {
            Phase::Closing(parked) => {
                parked.push_back((lane, job));
                self.parked.notify_one();
                None
            }
            Phase::Direct | Phase::Backlogged => Some((lane, job)),
        }
    }

    /// How many batches that were not claimed are committed.
    pub(super) fn committed(&self) -> u64 {
        self.committed.load(Ordering::Acquire)
    }

    /// Jobs that came before this event, and were parked.
    pub(super) fn parked_before(&self, id: EventId) -> VecDeque<(Lane, Job)> {
        let mut before = VecDeque::new();
        if let Phase::Closing(parked) = &mut *lock(&self.phase) {
            while parked.front().is_some_and(|(_, job)| job.first().is_none_or(|first| first < id)) {
                before.extend(parked.pop_front());
            }
        }
        before
    }

    /// A claim has taken all that there was, after so many batches had been committed. What those do that were parked is to be begun
    /// by the caller: it may end at once, and come back here.
    #[must_use]
    pub(super) fn claimed_all(&self, committed: u64, enter: &dyn Fn(Lane, Job) -> Option<Work>) -> Vec<Work> {
        let mut begin = Vec::new();
        let mut phase = lock(&self.phase);
        // Otherwise some are on their way that it could not see.
        let is_all = self.unclaimed.load(Ordering::Acquire) == committed;
        match &mut *phase {
            // Others append too, which is not counted here.
            _ if self.is_shared => {}
            Phase::Direct => {}
            Phase::Backlogged if !is_all => *phase = Phase::Closing(VecDeque::new()),
            Phase::Closing(_) if !is_all => {}
            Phase::Backlogged => *phase = Phase::Direct,
            Phase::Closing(parked) => {
                // While nobody else can enter one.
                while let Some((lane, job)) = parked.pop_front() {
                    begin.extend(enter(lane, job));
                }
                *phase = Phase::Direct;
            }
        }
        begin
    }

    #[cfg(all(test, feature = "sqlite"))]
    pub(super) fn is_direct(&self) -> bool {
        matches!(&*lock(&self.phase), Phase::Direct)
    }

    /// Takes what is parked: nothing comes before it any more.
    pub(super) fn give_up(&self) -> VecDeque<(Lane, Job)> {
        match std::mem::replace(&mut *lock(&self.phase), Phase::Direct) {
            Phase::Closing(parked) => parked,
            Phase::Direct | Phase::Backlogged => VecDeque::new(),
        }
    }

    /// Whether something is parked: it has its place, and waits for the pump.
    pub(super) fn has_parked(&self) -> bool {
        matches!(&*lock(&self.phase), Phase::Closing(parked) if !parked.is_empty())
    }

    /// Ready when something was parked since the last time.
    pub(super) async fn parked(&self) {
        self.parked.notified().await;
    }

    /// Something is due at that time.
    pub(super) fn due_at(&self, time: SystemTime) {
        let mut due = lock(&self.due);
        if due.is_none_or(|known| time < known) {
            *due = Some(time);
            self.wake.notify_one();
        }
    }

    /// What has been said to be due since the last look.
    pub(super) fn due(&self) -> Option<SystemTime> {
        *lock(&self.due)
    }

    /// Whatever is due will be claimed.
    pub(super) fn forget_due(&self) {
        *lock(&self.due) = None;
    }

    /// Looks into the inbox soon.
    pub(super) fn look(&self) {
        self.wake.notify_one();
    }
}
