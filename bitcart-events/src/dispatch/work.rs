//! The worker of a lane: one event after another, and what becomes of each.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::found::Found;
use super::lanes::Waiting;
use super::policy::Next;
use super::run::{self, Failure, Handled};
use super::tally::{AtOnce, Became, Tally};
use super::{Accepted, Batch, Dispatcher, Failed, Ignored, IgnoredReason, Job, Rejected, Report, meter};
use crate::handler::{Handler, HandlerError};
use crate::inbox::{Claimed, Verdict};
use crate::runtime::runtime;
use crate::source::{Lane, Source};
use crate::told::quietly;

/// A job of which so many updates have begun, and ended. If it is broken off the rest never will here.
pub(super) struct AtWork {
    dispatcher: Arc<Dispatcher>,
    job: Job,
    count: Count,
}

/// Of the updates of a job, which are never as many as this can count. It is small because all of a worker's future has to be: what
/// is larger than 1,032 bytes takes glibc three times as long to find a place for.
#[derive(Default)]
struct Count {
    begun: u32,
    ended: u32,
}

impl AtWork {
    pub(super) fn new(dispatcher: &Arc<Dispatcher>, job: Job) -> Self {
        Self { dispatcher: Arc::clone(dispatcher), job, count: Count::default() }
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        let Self { dispatcher, job: Job { updates, .. }, count } = self;
        let [ended, begun] = [count.ended, count.begun].map(|count| count as usize);
        let (broken_off, waiting) = (updates.get(ended..begun), updates.get(begun..));
        dispatcher.break_off(broken_off.unwrap_or_default(), waiting.unwrap_or_default());
    }
}

/// The right to run a handler, of which there are so many. It is kept for the next event unless another lane waits for it.
struct Turn<'d>(Option<SemaphorePermit<'d>>);

impl<'d> Turn<'d> {
    /// Whether it is here, and nobody else waits for one.
    fn goes_on(&self, turns: &Semaphore) -> bool {
        self.0.is_some() && turns.available_permits() > 0
    }

    async fn begin(&mut self, turns: &'d Semaphore) {
        self.end();
        self.0 = match turns.try_acquire() {
            Ok(turn) => Some(turn),
            // Never closed.
            Err(_) => turns.acquire().await.ok(),
        };
    }

    fn end(&mut self) {
        self.0 = None;
    }
}

impl Dispatcher {
    /// Of what has not begun the inbox knows that it has not. In memory it is lost, and counted as such.
    pub(super) fn release(&self, updates: &[Accepted]) {
        self.break_off(&[], updates);
    }

    /// The same, and of what was broken off that it may have done something: its next attempt is another one.
    fn break_off(&self, broken_off: &[Accepted], waiting: &[Accepted]) {
        if !self.is_durable || (broken_off.is_empty() && waiting.is_empty()) {
            return;
        }
        let release = || {
            for accepted in broken_off {
                let mut claimed = accepted.claimed();
                claimed.attempt = claimed.attempt.saturating_add(1);
                self.inbox.settle(&claimed, Verdict::Postponed { due: accepted.progress.at });
            }
            for accepted in waiting {
                self.inbox.settle(&accepted.claimed(), Verdict::Released);
            }
        };
        if self.closing.is_cancelled() {
            release();
        } else {
            // Their runtime has ended, and the listener has not.
            self.unfinished.fetch_sub(broken_off.len() + waiting.len(), Ordering::Relaxed);
            self.backlog.returned(release);
        }
    }

    /// It leaves when nothing waits in the lane.
    pub(super) async fn work(self: &Arc<Self>, lane: &Lane, waiting: &Waiting, at_work: &mut Option<AtWork>) {
        let (mut turn, mut at_once, mut is_on_its_own) = (Turn(None), AtOnce::default(), false);
        while let Some(AtWork { job: Job { source, updates, found, batch, .. }, count, .. }) = at_work {
            let batch = batch.as_ref();
            let mut tally = Tally::new(self, waiting, batch);
            for accepted in updates {
                if at_once.is_enough() {
                    at_once.none();
                    tokio::task::yield_now().await;
                }
                count.begun += 1;
                let handling = pin!(self.handle(source, found, batch, accepted, &mut turn));
                let handling = while_waiting(handling, || {
                    tally.tell();
                    at_once.none();
                });
                let became = handling.await;
                count.ended += 1;
                tally.count(became);
            }
            drop(tally);
            *at_work = None;
            self.room.freed();
            *at_work = self.lanes.next(lane).map(|job| AtWork::new(self, job));
            if at_work.is_some() && !std::mem::replace(&mut is_on_its_own, true) {
                // Whoever lent his thread did so for his own events.
                tokio::task::yield_now().await;
            }
        }
    }

    /// Whether another event may begin. What is stored does not have to when everything ends, and when the time for that is up
    /// nothing does.
    fn begins(&self) -> bool {
        self.given_up.get().is_none() && !(self.is_durable && self.closing.is_cancelled())
    }

    /// One event, until it is settled or leaves its lane.
    async fn handle<'d>(
        self: &'d Arc<Self>,
        source: &Source,
        found: &mut Found,
        batch: Option<&Batch>,
        accepted: &mut Accepted,
        turn: &mut Turn<'d>,
    ) -> Became {
        let is_too_late = match accepted.progress.due.take() {
            _ if !self.begins() => true,
            None => false,
            Some(due) => {
                turn.end();
                !self.wait_until(due).await
            }
        };
        if is_too_late {
            self.inbox.settle(&accepted.claimed(), Verdict::Released);
            return Became::Left;
        }
        let (index, mut is_noted) = (accepted.index, false);
        loop {
            let (coin, event) = (accepted.update.coin(), accepted.update.event());
            let Some(handler) = found.handler(self, source, coin, event) else {
                // It was accepted when there was one: whoever leaves it out does not lose what came for it.
                let error = format!("no handler is registered for `{event}`");
                quietly(|| {
                    let (id, currency, wallet) =
                        (accepted.progress.id.0, coin.currency(), coin.wallet_shown());
                    tracing::error!(id, %currency, wallet, "{error}; it is a dead letter now");
                });
                self.inbox.settle(&accepted.claimed(), Verdict::Dead { error });
                meter::count(meter::DIED, coin, accepted.origin);
                let ignored = Ignored { index, reason: IgnoredReason::NoHandler };
                batch.into_iter().for_each(|batch| batch.note(|report| report.ignored.push(ignored)));
                return Became::Left;
            };
            if !turn.goes_on(&self.turns) {
                turn.begin(&self.turns).await;
            }
            let Failure { error, next, shown } = match run::run(self, handler, accepted).await {
                Ok(handled) => {
                    self.settle(accepted, &handled);
                    return if is_noted { Became::HandledLater } else { Became::Handled };
                }
                Err(failure) => failure,
            };
            let is_failure = matches!(next, Next::Again(_));
            let again = self.settle_failed(source, accepted, next, shown);
            if let Some(batch) = batch.filter(|_| !is_noted) {
                batch.note(|report| note(report, index, handler, error, again));
            }
            is_noted = true;
            let Some(wait) = again.filter(|_| self.policy.strict) else { return Became::Left };
            accepted.progress.attempt = accepted.progress.attempt.saturating_add(1);
            accepted.progress.failures = accepted.progress.failures.saturating_add(u32::from(is_failure));
            turn.end();
            if !self.wait(wait).await {
                self.inbox.settle(&accepted.claimed(), Verdict::Released);
                return Became::Left;
            }
        }
    }

    /// Tells the inbox that it is handled.
    fn settle(&self, accepted: &Accepted, handled: &Handled) {
        if matches!(handled, Handled::Untold) && !self.is_transient {
            self.inbox.settle(&accepted.claimed(), Verdict::Handled);
        }
        meter::count(meter::HANDLED, accepted.update.coin(), accepted.origin);
        meter::lag(accepted.update.coin(), accepted.progress.at);
    }

    /// Tells the inbox what comes next. When another attempt is made, if one is.
    fn settle_failed(
        self: &Arc<Self>,
        source: &Source,
        accepted: &Accepted,
        next: Next,
        error: String,
    ) -> Option<Duration> {
        let count = |what| meter::count(what, accepted.update.coin(), accepted.origin);
        match next {
            Next::Dead => {
                self.inbox.settle(&accepted.claimed(), Verdict::Dead { error });
                count(meter::DIED);
                None
            }
            Next::Again(wait) => {
                count(meter::RETRIED);
                let due = SystemTime::now() + wait;
                let retry = Verdict::Retry { due, held: self.policy.strict, error };
                self.inbox.settle(&accepted.claimed(), retry);
                if !self.policy.strict
                    && let Ok(runtime) = runtime()
                {
                    self.start_pump(source, &runtime);
                    self.backlog.due_at(due);
                }
                Some(wait)
            }
            Next::Later(wait) => {
                if !self.policy.strict {
                    let mut claimed = accepted.claimed();
                    claimed.attempt = claimed.attempt.saturating_add(1);
                    self.postpone(source, &claimed, SystemTime::now() + wait);
                }
                Some(wait)
            }
        }
    }

    /// It comes again at that time, and nothing is counted as a failure.
    pub(super) fn postpone(self: &Arc<Self>, source: &Source, claimed: &Claimed, due: SystemTime) {
        self.inbox.settle(claimed, Verdict::Postponed { due });
        if let Ok(runtime) = runtime() {
            self.start_pump(source, &runtime);
            self.backlog.due_at(due);
        }
    }

    async fn wait_until(&self, due: SystemTime) -> bool {
        // A clock that was set back must not make an event wait for as long.
        let wait = due
            .duration_since(SystemTime::now())
            .unwrap_or_default()
            .min(self.policy.waits.1.saturating_mul(2));
        self.wait(wait).await
    }

    /// Whether the time passed before everything ends. Apart from the worker's future, in which room for this would be of no use
    /// to most events.
    fn wait(&self, time: Duration) -> Pin<Box<impl Future<Output = bool>>> {
        Box::pin(async move { self.closing.run_until_cancelled(tokio::time::sleep(time)).await.is_some() })
    }
}

fn note(report: &mut Report, index: usize, handler: &Handler, error: HandlerError, retry: Option<Duration>) {
    match error {
        HandlerError::Argument(error) => {
            report.rejected.push(Rejected::argument(index, handler.info(), error));
        }
        error => report.failed.push(Failed { index, handler: handler.info(), error, retry }),
    }
}

/// The same future, which tells whenever it has to wait.
fn while_waiting<T>(
    mut future: Pin<&mut impl Future<Output = T>>,
    mut waits: impl FnMut(),
) -> impl Future<Output = T> {
    poll_fn(move |context| {
        let polled = future.as_mut().poll(context);
        if polled.is_pending() {
            waits();
        }
        polled
    })
}
