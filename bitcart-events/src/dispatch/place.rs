//! From the inbox into the lanes.

use std::future::poll_fn;
use std::mem::take;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use futures_util::FutureExt;
use tokio::runtime::Handle;

use super::batch::Batch;
use super::few::Few;
use super::found::Found;
use super::lanes::Waiting;
use super::work::AtWork;
use super::{Accepted, Dispatcher, Job, lock, meter, run};
use crate::Coin;
use crate::inbox::{EventId, Origin};
#[cfg(feature = "polling")]
use crate::reconcile::Stored;
use crate::source::{Lane, Source};
use crate::told::quietly;

/// What a lane's worker does, from its begin to its end.
pub(super) type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where updates go when they are stored.
pub(super) struct Placing {
    pub(super) source: Source,
    pub(super) coin: Coin,
    pub(super) updates: Vec<Accepted>,
    /// How the dead letters came that are stored with them.
    pub(super) died: Vec<Origin>,
    pub(super) lanes: Few<Lane>,
    pub(super) found: Found,
    pub(super) batch: Batch,
    /// They are claimed by being appended.
    pub(super) claim: bool,
    pub(super) awaited: bool,
    /// Who is to be told whether they are stored.
    #[cfg(feature = "polling")]
    pub(super) watched: Option<Stored>,
}

impl Dispatcher {
    /// They are stored, as the inbox says now: those that are ours go into their lanes. The lanes that have to begin.
    pub(super) fn stored(self: &Arc<Self>, mut placing: Placing, ids: Vec<Option<EventId>>) -> Few<Work> {
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
                    waiting.insert(id, (batch.clone(), accepted.index));
                }
            }
            *claim
        });
        self.place(placing)
    }

    /// They are stored, and all of them are ours.
    pub(super) fn place(self: &Arc<Self>, placing: Placing) -> Few<Work> {
        let Placing { source, coin, mut updates, died, lanes, mut found, batch, .. } = placing;
        for origin in died {
            meter::count(meter::DIED, &coin, origin);
        }
        let mut works = Few::default();
        // Mostly all of them have the same lane.
        let mut apart = Vec::new();
        if lanes.len() > 1 {
            apart.resize_with(lanes.len(), Vec::new);
            for accepted in updates.drain(..) {
                if let Some(job) = apart.get_mut(accepted.lane) {
                    job.push(accepted);
                }
            }
        }
        for (nth, lane) in lanes.into_iter().enumerate() {
            let updates = take(apart.get_mut(nth).unwrap_or(&mut updates));
            if !updates.is_empty() {
                let (source, found, batch) = (source.clone(), take(&mut found), Some(batch.clone()));
                let job = Job { source, updates, found, batch, place: None };
                works.extend(self.backlog.turn(lane, job).and_then(|(lane, job)| self.enter(lane, job)));
            }
        }
        works
    }

    /// Puts a job into its lane. If the lane is to begin, its work.
    #[must_use]
    pub(super) fn enter(self: &Arc<Self>, lane: Lane, job: Job) -> Option<Work> {
        let count = job.updates.len();
        self.unfinished.fetch_add(count, Ordering::Relaxed);
        let (job, waiting) = self.lanes.push(lane.clone(), job, count)?;
        let at_work = Some(AtWork::new(self, job));
        let mut lane = AtLane { dispatcher: Arc::clone(self), lane, waiting, at_work, has_left: false };
        // Made where it stays: it is large, and would be copied there.
        let place = Box::new_uninit();
        let work = self.workers.track_future(async move {
            let AtLane { dispatcher, lane, waiting, at_work, has_left } = &mut lane;
            let is_broken_off = dispatcher.abort.is_cancelled() || {
                let work = pin!(dispatcher.work(lane, waiting, at_work));
                let mut work = run::as_worker(dispatcher.id, work);
                let mut abort = None;
                let ended = poll_fn(|context| match work.poll_unpin(context) {
                    Poll::Ready(()) => Poll::Ready(false),
                    // Only what has to wait has to know when it is broken off.
                    Poll::Pending => {
                        let abort = abort.get_or_insert_with(|| Box::pin(dispatcher.abort.cancelled()));
                        abort.poll_unpin(context).map(|()| true)
                    }
                });
                ended.await
            };
            *has_left = !is_broken_off;
            if is_broken_off {
                // Released before those that wait behind it.
                *at_work = None;
                dispatcher.abandon();
            }
        });
        let work = Box::into_pin(Box::write(place, work));
        Some(work)
    }

    /// Begins to work.
    pub(super) fn begin(&self, lanes: impl IntoIterator<Item = Work>, runtime: &Handle) {
        for work in lanes {
            runtime.spawn(work);
        }
    }

    /// Begins to work for one who waits until all of it is done, and lends his thread until there is something to wait for: most
    /// handlers have ended by then, and a task costs more than many of them.
    pub(super) fn begin_here(&self, mut lanes: Few<Work>, runtime: &Handle) {
        if let Some(work) = lanes.only() {
            let mut has_ended = true;
            // A panic ends this worker, as it would end a task, and not him.
            quietly(|| has_ended = work.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
            if has_ended {
                return;
            }
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
    /// Nothing waited there any more.
    has_left: bool,
}

impl Drop for AtLane {
    fn drop(&mut self) {
        if self.has_left {
            return;
        }
        // Released before those that wait behind it.
        self.at_work = None;
        let left = self.dispatcher.lanes.abandon(&self.lane, &self.waiting);
        for job in left {
            self.dispatcher.release(&job.updates);
        }
    }
}
