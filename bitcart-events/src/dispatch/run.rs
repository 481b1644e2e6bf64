//! One call of one handler. A panic or an error of it touches nothing else.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tracing::{Instrument, Span};

use super::Dispatcher;
use super::policy::Next;
use crate::Update;
use crate::field::excerpt;
use crate::handler::{Attempt, Call, Given, Handler, HandlerError, Invocation, Outcome};
use crate::inbox::Claimed;
use crate::told::quietly;

tokio::task_local! {
    /// The dispatcher whose handler this task runs.
    static RUNNING: u64;
}

/// Whether the caller is a handler of this dispatcher.
pub(super) fn inside(dispatcher: u64) -> bool {
    RUNNING.try_with(|running| *running == dispatcher).unwrap_or(false)
}

/// A handler, and what it is to handle.
pub(super) struct Run<'a> {
    pub(super) handler: &'a Handler,
    pub(super) update: &'a Update,
    pub(super) attempt: Arc<Attempt>,
}

/// How a call ended.
pub(super) struct Ended {
    pub(super) outcome: Outcome,
    pub(super) next: Next,
    /// The error as text.
    pub(super) error: String,
}

/// Runs a handler, and what it wants to have stored; logs how it ended, and what comes next.
pub(super) async fn run(dispatcher: &Dispatcher, claimed: &Claimed, run: Run<'_>) -> Ended {
    let span = span(&run);
    let called = RUNNING.scope(dispatcher.id, call(dispatcher, &run)).instrument(span.clone());
    let mut outcome = catch(called).await;
    let (effects, mut next) = (run.attempt.take_effects(), Next::Done);
    if outcome.is_ok() && !effects.is_empty() {
        next = Next::Stored;
        match dispatcher.inbox.settle_with(claimed, effects).await {
            Ok(()) => {}
            Err(error) => outcome = Err(HandlerError::Failed(error)),
        }
    }
    // The error's `Display` is the user's code too.
    let shown = catch_unwind(AssertUnwindSafe(|| outcome.as_ref().err().map(ToString::to_string)));
    let error = shown.unwrap_or_else(|panic| {
        let error = panicked(&*panic);
        let shown = error.to_string();
        outcome = Err(error);
        Some(shown)
    });
    if outcome.is_err() {
        next = dispatcher.policy.next(&outcome, claimed.failures, run.handler.retries());
    }
    let error = error.unwrap_or_default();
    quietly(|| span.in_scope(|| tell(&outcome, &error, &next, claimed, run.update)));
    Ended { outcome, next, error }
}

fn span(run: &Run<'_>) -> Span {
    let info = run.handler.info();
    let mut span = Span::none();
    quietly(|| {
        span = tracing::info_span!(
            "handler",
            event = %info.event,
            handler = info.name,
            at = %format_args!("{}:{}", info.file, info.line),
            currency = %run.update.currency(),
            wallet = run.update.coin().wallet_shown(),
        );
    });
    span
}

fn tell(outcome: &Outcome, error: &str, next: &Next, claimed: &Claimed, update: &Update) {
    const DEAD: &str = "it is a dead letter now";
    let (id, attempt, update) = (claimed.id.0, claimed.attempt, excerpt(update.raw()));
    match (outcome, next) {
        (Ok(()), _) => tracing::debug!(id, attempt, "handled"),
        (Err(HandlerError::Argument(_)), _) => tracing::warn!(id, update, "rejected: {error}; {DEAD}"),
        (Err(_), Next::Again(wait)) => {
            tracing::error!(id, attempt, update, "failed: {error}; trying again in {wait:.1?}");
        }
        (Err(_), Next::Later(wait)) => {
            tracing::error!(
                id,
                attempt,
                update,
                "handled, but not stored: {error}; all of it again in {wait:.1?}"
            );
        }
        (Err(_), _) => tracing::error!(id, attempt, update, "failed: {error}; {DEAD}"),
    }
}

async fn call(dispatcher: &Dispatcher, run: &Run<'_>) -> Outcome {
    let (states, update, attempt) = (&dispatcher.states, run.update, &run.attempt);
    let (call, subscription) = match run.handler {
        Handler::Registered(registration, subscription) => (registration.call, subscription),
        Handler::ByHand(by_hand) => {
            let handled = async { (by_hand.run)(update.clone()).await.map_err(HandlerError::Failed) };
            return within(dispatcher.policy.time_limit, handled).await;
        }
    };
    let invocation = Invocation::new(Given { update, subscription, states, attempt });
    match call {
        Call::Plain(call) => call(&invocation),
        Call::Async(call) => within(dispatcher.policy.time_limit, call(&invocation)?).await,
        Call::Blocking(call) => {
            let (update, states, attempt) = (update.clone(), Arc::clone(states), Arc::clone(attempt));
            let (subscription, id, span) = (Arc::clone(subscription), dispatcher.id, Span::current());
            let run = move || {
                let _entered = span.enter();
                let (update, subscription, states, attempt) = (&update, &*subscription, &*states, &*attempt);
                let invocation = Invocation::new(Given { update, subscription, states, attempt });
                RUNNING.sync_scope(id, || call(&invocation))
            };
            tokio::task::spawn_blocking(run).await.unwrap_or_else(|error| match error.try_into_panic() {
                Ok(panic) => Err(panicked(&*panic)),
                Err(cancelled) => Err(HandlerError::Failed(cancelled.into())),
            })
        }
    }
}

/// A time limit drops the handler's future where it waits.
async fn within(limit: Option<Duration>, future: impl Future<Output = Outcome>) -> Outcome {
    match limit {
        None => future.await,
        Some(limit) => {
            tokio::time::timeout(limit, future).await.unwrap_or(Err(HandlerError::TimedOut(limit)))
        }
    }
}

async fn catch(future: impl Future<Output = Outcome>) -> Outcome {
    AssertUnwindSafe(future).catch_unwind().await.unwrap_or_else(|panic| Err(panicked(&*panic)))
}

fn panicked(panic: &(dyn Any + Send)) -> HandlerError {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    HandlerError::Panicked(text.unwrap_or("without a message").to_owned())
}
