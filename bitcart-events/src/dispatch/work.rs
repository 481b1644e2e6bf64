//! The worker of a lane: one event after another, and what becomes of each.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::lanes::Waiting;
use super::policy::Next;
use super::run::{self, Ended, Run};
use super::{
    Accepted, Batch, Dispatcher, Failed, Ignored, IgnoredReason, Job, Rejected, Report, meter, runtime,
};
use crate::handler::{Attempt, Handler, HandlerError, Outcome};
use crate::inbox::{Claimed, Verdict};
use crate::source::{Lane, Source};
use crate::told::quietly;

/// A job of which so many updates have begun. If it is broken off the rest never will here.
pub(super) struct AtWork {
    dispatcher: Arc<Dispatcher>,
    job: Job,
    count: usize,
}

impl AtWork {
    pub(super) fn new(dispatcher: &Arc<Dispatcher>, job: Job) -> Self {
        Self { dispatcher: Arc::clone(dispatcher), job, count: 0 }
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.dispatcher.release(self.job.updates.get(self.count..).unwrap_or_default());
    }
}

/// The right to run a handler, of which there are so many. It is kept for the next event unless another lane waits for it.
struct Turn<'d>(Option<SemaphorePermit<'d>>);

impl<'d> Turn<'d> {
    async fn begin(&mut self, turns: &'d Semaphore) {
        if turns.available_permits() == 0 {
            self.end();
        }
        if self.0.is_none() {
            // Never closed.
            self.0 = turns.acquire().await.ok();
        }
    }

    fn end(&mut self) {
        self.0 = None;
    }
}

impl Dispatcher {
    /// Of what has not begun the inbox knows that it has not. In memory it is lost, and counted as such.
    pub(super) fn release(&self, updates: &[Accepted]) {
        if self.is_durable && self.closing.is_cancelled() {
            for accepted in updates {
                self.inbox.settle(&accepted.claimed, Verdict::Released);
            }
        }
    }

    /// It leaves when nothing waits in the lane.
    pub(super) async fn work(self: &Arc<Self>, lane: &Lane, waiting: &Waiting, first: AtWork) {
        let mut turn = Turn(None);
        let mut next = Some(first);
        while let Some(mut at_work) = next {
            let AtWork { job: Job { source, updates, batch, .. }, count, .. } = &mut at_work;
            for accepted in updates {
                // Handlers that never wait must not keep the thread from everything else, the end of all this too.
                tokio::task::coop::consume_budget().await;
                *count += 1;
                if self.begins() {
                    self.handle(source, batch.as_deref(), accepted, &mut turn).await;
                } else {
                    self.inbox.settle(&accepted.claimed, Verdict::Released);
                }
                waiting.handled();
                self.room.freed();
                self.unfinished.fetch_sub(1, Ordering::Relaxed);
            }
            drop(at_work);
            self.room.freed();
            next = self.lanes.next(lane).map(|job| AtWork::new(self, job));
        }
    }

    /// Whether another event may begin. What is stored does not have to when everything ends.
    fn begins(&self) -> bool {
        !(self.is_durable && self.closing.is_cancelled())
    }

    /// One event, until it is settled or leaves its lane.
    async fn handle<'d>(
        self: &'d Arc<Self>,
        source: &Source,
        mut batch: Option<&Batch>,
        accepted: &mut Accepted,
        turn: &mut Turn<'d>,
    ) {
        let Accepted { index, update, claimed } = accepted;
        let index = *index;
        if let Some(due) = claimed.due.take() {
            turn.end();
            if !self.wait_until(due).await {
                return self.inbox.settle(claimed, Verdict::Released);
            }
        }
        loop {
            let Some(handler) = source.find(update.coin(), update.event(), &self.routes) else {
                // It was accepted when there was one: whoever leaves it out does not lose what came for it.
                let error = format!("no handler is registered for `{}`", update.event());
                quietly(|| {
                    tracing::error!(
                        id = claimed.id.0, currency = %update.currency(), wallet = update.coin().wallet_shown(),
                        "{error}; it is a dead letter now"
                    );
                });
                self.inbox.settle(claimed, Verdict::Dead { error });
                meter::count(meter::DIED, &claimed.event);
                let ignored = Ignored { index, reason: IgnoredReason::NoHandler };
                return batch.into_iter().for_each(|batch| batch.note(|report| report.ignored.push(ignored)));
            };
            turn.begin(&self.turns).await;
            let Claimed { id, attempt, accepted, .. } = *claimed;
            let attempt = Attempt::new(self.key, id, attempt, claimed.event.origin, accepted);
            let Ended { outcome, next, error } =
                run::run(self, claimed, Run { handler: &handler, update, attempt: &attempt }).await;
            let is_failure = matches!(next, Next::Again(_));
            let again = self.settle(source, claimed, next, error);
            if let Some(batch) = batch.take() {
                batch.note(|report| note(report, index, &handler, outcome, again));
            }
            let Some(wait) = again.filter(|_| self.policy.strict) else { return };
            claimed.attempt = claimed.attempt.saturating_add(1);
            claimed.failures = claimed.failures.saturating_add(u32::from(is_failure));
            turn.end();
            if !self.wait(wait).await {
                return self.inbox.settle(claimed, Verdict::Released);
            }
        }
    }

    /// Tells the inbox what comes next. When another attempt is made, if one is.
    fn settle(
        self: &Arc<Self>,
        source: &Source,
        claimed: &Claimed,
        next: Next,
        error: String,
    ) -> Option<Duration> {
        let event = &claimed.event;
        match next {
            Next::Done | Next::Stored => {
                if matches!(next, Next::Done) {
                    self.inbox.settle(claimed, Verdict::Handled);
                }
                meter::count(meter::HANDLED, event);
                meter::lag(claimed);
                None
            }
            Next::Dead => {
                self.inbox.settle(claimed, Verdict::Dead { error });
                meter::count(meter::DIED, event);
                None
            }
            Next::Again(wait) => {
                meter::count(meter::RETRIED, event);
                let due = SystemTime::now() + wait;
                self.inbox.settle(claimed, Verdict::Retry { due, held: self.policy.strict, error });
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
                    let attempt = claimed.attempt.saturating_add(1);
                    let due = SystemTime::now() + wait;
                    self.postpone(source, &Claimed { attempt, ..claimed.clone() }, due);
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

    /// Whether the time passed before everything ends.
    async fn wait(&self, time: Duration) -> bool {
        self.closing.run_until_cancelled(tokio::time::sleep(time)).await.is_some()
    }
}

fn note(report: &mut Report, index: usize, handler: &Handler, outcome: Outcome, retry: Option<Duration>) {
    match outcome {
        Ok(()) => report.handled += 1,
        Err(HandlerError::Argument(error)) => {
            report.rejected.push(Rejected::argument(index, handler.info(), error));
        }
        Err(error) => report.failed.push(Failed { index, handler: handler.info(), error, retry }),
    }
}
