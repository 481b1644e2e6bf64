//! One call of one handler. A panic or an error of it touches nothing else.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::task::JoinHandle;
use tracing::{Instrument, Level, Span};

use super::Dispatcher;
use super::policy::Next;
use crate::Update;
use crate::field::excerpt;
use crate::handler::{
    Attempt, ByHand, Call, Given, Handler, HandlerError, Invocation, Outcome, Subscription,
};
use crate::inbox::Claimed;
use crate::told::quietly;

tokio::task_local! {
    /// The dispatcher whose handler this task runs.
    static RUNNING: u64;
}

/// Which handler has which event. A subscriber writes all of it down for each event whether or not anything is logged, which
/// costs more than all the rest: so it is there for those who look closely, and where something went wrong.
macro_rules! span {
    ($level:expr, $run:expr) => {{
        let (run, mut span): (&Run<'_>, _) = ($run, Span::none());
        quietly(|| {
            let info = run.handler.info();
            span = tracing::span!(
                $level,
                "handler",
                event = %info.event,
                handler = info.name,
                at = %format_args!("{}:{}", info.file, info.line),
                currency = %run.update.currency(),
                wallet = run.update.coin().wallet_shown(),
            );
        });
        span
    }};
}

/// Whether the caller is a handler of this dispatcher.
pub(super) fn inside(dispatcher: u64) -> bool {
    RUNNING.try_with(|running| *running == dispatcher).unwrap_or(false)
}

/// A handler, and what it is to handle.
pub(super) struct Run<'a> {
    pub(super) handler: &'a Handler,
    pub(super) update: &'a Update,
    pub(super) attempt: &'a Attempt,
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
    let span = span!(Level::DEBUG, &run);
    let called = match run.handler {
        Handler::Registered(registration, subscription) => {
            let (states, update, attempt) = (&*dispatcher.states, run.update, run.attempt);
            let invocation = Invocation::new(Given { update, subscription, states, attempt });
            Called::Registered(registration.call, subscription, invocation)
        }
        Handler::ByHand(by_hand) => Called::ByHand(by_hand),
    };
    // A span's subscriber is the user's code too.
    let begin = AssertUnwindSafe(|| span.in_scope(|| begin(dispatcher, &run, &called)));
    // What ends at once needs no future around it.
    let begun = RUNNING.sync_scope(dispatcher.id, || catch_unwind(begin));
    let mut outcome = match begun.unwrap_or_else(|panic| Begun::Ended(Err(panicked(&*panic)))) {
        Begun::Ended(outcome) => outcome,
        Begun::Goes(future) => {
            let future = within(dispatcher.policy.time_limit, future).instrument(span.clone());
            catch(RUNNING.scope(dispatcher.id, future)).await
        }
        Begun::Blocks(thread) => thread.await.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => Err(panicked(&*panic)),
            Err(cancelled) => Err(HandlerError::Failed(cancelled.into())),
        }),
    };
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
    // What goes wrong is told with all that the span says, whether or not anybody wants to see the span.
    let span = if outcome.is_err() && span.is_disabled() { span!(Level::ERROR, &run) } else { span };
    quietly(|| span.in_scope(|| tell(&outcome, &error, &next, claimed, run.update)));
    Ended { outcome, next, error }
}

fn tell(outcome: &Outcome, error: &str, next: &Next, claimed: &Claimed, update: &Update) {
    const DEAD: &str = "it is a dead letter now";
    let (id, attempt) = (claimed.id.0, claimed.attempt);
    let Err(failed) = outcome else { return tracing::debug!(id, attempt, "handled") };
    let update = excerpt(update.raw());
    match (failed, next) {
        (HandlerError::Argument(_), _) => tracing::warn!(id, update, "rejected: {error}; {DEAD}"),
        (_, Next::Again(wait)) => {
            tracing::error!(id, attempt, update, "failed: {error}; trying again in {wait:.1?}");
        }
        (_, Next::Later(wait)) => {
            tracing::error!(
                id,
                attempt,
                update,
                "handled, but not stored: {error}; all of it again in {wait:.1?}"
            );
        }
        (_, _) => tracing::error!(id, attempt, update, "failed: {error}; {DEAD}"),
    }
}

/// A handler that is to be called, and what with.
enum Called<'u> {
    Registered(Call, &'u Arc<Subscription>, Invocation<'u>),
    ByHand(&'u ByHand),
}

/// One that was called.
enum Begun<'u> {
    Ended(Outcome),
    Goes(Pin<Box<dyn Future<Output = Outcome> + Send + 'u>>),
    /// On a thread for such.
    Blocks(JoinHandle<Outcome>),
}

fn begin<'u>(dispatcher: &Dispatcher, run: &Run<'_>, called: &'u Called<'u>) -> Begun<'u> {
    let (call, subscription, invocation) = match called {
        Called::Registered(call, subscription, invocation) => (call, subscription, invocation),
        Called::ByHand(by_hand) => {
            let handled = (by_hand.run)(run.update.clone());
            return Begun::Goes(Box::pin(async { handled.await.map_err(HandlerError::Failed) }));
        }
    };
    match *call {
        Call::Plain(call) => Begun::Ended(call(invocation)),
        Call::Async(call) => call(invocation).map_or_else(|error| Begun::Ended(Err(error)), Begun::Goes),
        Call::Blocking(call) => {
            let (update, attempt) = (run.update.clone(), run.attempt.shared());
            let (subscription, states) = (Arc::clone(subscription), Arc::clone(&dispatcher.states));
            let (id, span) = (dispatcher.id, Span::current());
            Begun::Blocks(tokio::task::spawn_blocking(move || {
                let _entered = span.enter();
                let (update, subscription, states, attempt) = (&update, &subscription, &*states, &attempt);
                let invocation = Invocation::new(Given { update, subscription, states, attempt });
                RUNNING.sync_scope(id, || call(&invocation))
            }))
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
