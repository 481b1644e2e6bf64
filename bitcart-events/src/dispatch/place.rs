//! From the inbox into the lanes.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Waker};
use std::time::SystemTime;

use futures_util::future::{Either, select};
use tokio::runtime::Handle;

use super::batch::Batch;
use super::found::Found;
use super::lanes::Waiting;
use super::work::AtWork;
use super::{Accepted, Dispatcher, Job, lock, meter, run};
use crate::Coin;
use crate::inbox::{EventId, Origin};
#[cfg(feature = "polling")]
use crate::reconcile::Stored;
use crate::source::{Lane, Source};

/// What a lane's worker does, from its begin to its end.
pub(super) type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where updates go when they are stored.
pub(super) struct Placing {
    pub(super) source: Source,
    pub(super) coin: Coin,
    pub(super) updates: Vec<Accepted>,
    /// How the dead letters came that are stored with them.
    pub(super) died: Vec<Origin>,
    pub(super) lanes: Vec<Lane>,
    pub(super) found: Found,
    pub(super) batch: Arc<Batch>,
    /// They are claimed by being appended.
    pub(super) claim: bool,
    pub(super) awaited: bool,
    /// Who is to be told whether they are stored.
    #[cfg(feature = "polling")]
    pub(super) watched: Option<Stored>,
}

impl Dispatcher {
    /// They are stored, as the inbox says now: those that are ours go into their lanes. The lanes that have to begin.
    pub(super) fn stored(self: &Arc<Self>, mut placing: Placing, ids: Vec<Option<EventId>>) -> Vec<Work> {
        let Placing { updates, batch, claim, awaited, .. } = &mut placing;
        let (now, mut ids) = (SystemTime::now(), ids.into_iter());
        updates.retain_mut(|accepted| {
            // An inbox that has forgotten one has not stored it: who waits for the report is told that there is none.
            let Some(stored) = ids.next() else { return false };
            let Some(id) = stored else {
                accepted.repeated();
                batch.note(|report| report.repeated.push(accepted.index));
                return false;
            };
            accepted.stored(id, now);
            if !*claim && *awaited {
                let mut waiting = lock(&self.awaited);
                // At the end nobody will look for it there.
                if !self.closing.is_cancelled() {
                    waiting.insert(id, (Arc::clone(batch), accepted.index));
                }
            }
            *claim
        });
        self.place(placing)
    }

    /// They are stored, and all of them are ours.
    pub(super) fn place(self: &Arc<Self>, placing: Placing) -> Vec<Work> {
        let Placing { source, coin, updates, died, lanes, found, batch, .. } = placing;
        died.into_iter().for_each(|origin| meter::count(meter::DIED, &coin, origin));
        // Mostly all of them have the same lane.
        let mut jobs = vec![updates];
        if lanes.len() > 1 {
            let all = std::mem::take(&mut jobs);
            jobs = lanes.iter().map(|_| Vec::new()).collect();
            for accepted in all.into_iter().flatten() {
                if let Some(job) = jobs.get_mut(accepted.lane) {
                    job.push(accepted);
                }
            }
        }
        let mut found = Some(found);
        let jobs = lanes.into_iter().zip(jobs).filter(|(_, updates)| !updates.is_empty());
        jobs.filter_map(|(lane, updates)| {
            let found = found.take().unwrap_or_default();
            let (source, batch) = (source.clone(), Some(Arc::clone(&batch)));
            let job = Job { source, updates, found, batch, place: None };
            self.backlog.turn(lane, job).and_then(|(lane, job)| self.enter(lane, job))
        })
        .collect()
    }

    /// Puts a job into its lane. If the lane is to begin, its work.
    #[must_use]
    pub(super) fn enter(self: &Arc<Self>, lane: Lane, job: Job) -> Option<Work> {
        let count = job.updates.len();
        self.unfinished.fetch_add(count, Ordering::Relaxed);
        let (job, waiting) = self.lanes.push(lane.clone(), job, count)?;
        let at_work = Some(AtWork::new(self, job));
        let mut lane = AtLane { dispatcher: Arc::clone(self), lane, waiting, at_work };
        Some(Box::pin(self.workers.track_future(async move {
            let AtLane { dispatcher, lane, waiting, at_work } = &mut lane;
            let is_broken_off = dispatcher.abort.is_cancelled() || {
                let work = pin!(dispatcher.work(lane, waiting, at_work));
                let work = run::as_worker(dispatcher.id, work);
                // Only what has to wait has to know when it is broken off.
                matches!(select(work, pin!(dispatcher.abort.cancelled())).await, Either::Right(_))
            };
            if is_broken_off {
                // Released before those that wait behind it.
                *at_work = None;
                dispatcher.abandon();
            }
        })))
    }

    /// Begins to work.
    pub(super) fn begin(&self, lanes: impl IntoIterator<Item = Work>, runtime: &Handle) {
        for work in lanes {
            runtime.spawn(work);
        }
    }

    /// Begins to work for one who waits until all of it is done, and lends his thread until there is something to wait for: most
    /// handlers have ended by then, and a task costs more than many of them.
    pub(super) fn begin_here(&self, mut lanes: Vec<Work>, runtime: &Handle) {
        if let [work] = lanes.as_mut_slice()
            && work.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
        {
            return;
        }
        self.begin(lanes, runtime);
    }
}

/// A lane that has a worker. One that is gone before its work has ended, with its runtime or by a panic, leaves nothing behind
/// that would wait for it.
struct AtLane {
    dispatcher: Arc<Dispatcher>,
    lane: Lane,
    waiting: Arc<Waiting>,
    /// What it has taken from there.
    at_work: Option<AtWork>,
}

impl Drop for AtLane {
    fn drop(&mut self) {
        // Released before those that wait behind it.
        self.at_work = None;
        let left = self.dispatcher.lanes.abandon(&self.lane, &self.waiting);
        left.iter().for_each(|job| self.dispatcher.release(&job.updates));
    }
}
