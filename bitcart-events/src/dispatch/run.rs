//! One call of one handler. A panic or an error of it touches nothing else.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::task::JoinHandle;
use tracing::{Level, Span};

use super::Dispatcher;
use super::policy::Next;
use crate::Update;
use crate::field::excerpt;
use crate::handler::{
    Attempt, ByHand, Call, Given, Handler, HandlerError, Invocation, Outcome, Registration, Started,
    Subscription,
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
    let mut inside = Inside { dispatcher: dispatcher.id, span: span!(Level::DEBUG, &run) };
    let called = match run.handler {
        Handler::Registered(registration, subscription) => {
            let (states, update, attempt) = (&*dispatcher.states, run.update, run.attempt);
            let invocation = Invocation::new(Given { update, subscription, states, attempt });
            Called::Registered(registration, subscription, invocation)
        }
        Handler::ByHand(by_hand) => Called::ByHand(by_hand),
    };
    let begun = inside.run(|| begin(dispatcher, &run, &called));
    let mut outcome = match begun.unwrap_or_else(|panicked| Begun::Ended(Err(panicked))) {
        Begun::Ended(outcome) => outcome,
        Begun::Goes(future) => Going { inside: &inside, future: Some(future) }.await,
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
    let mut error = String::new();
    if let Err(failed) = &outcome {
        // The error's `Display` is the user's code too.
        match catch_unwind(AssertUnwindSafe(|| failed.to_string())) {
            Ok(shown) => error = shown,
            Err(panic) => {
                let panicked = panicked(&*panic);
                error = panicked.to_string();
                outcome = Err(panicked);
            }
        }
        next = dispatcher.policy.next(&outcome, claimed.failures, run.handler.retries());
        // What goes wrong is told with all that the span says, whether or not anybody wants to see the span.
        if inside.span.is_disabled() {
            inside.span = span!(Level::ERROR, &run);
        }
    }
    quietly(|| inside.span.in_scope(|| tell(&outcome, &error, &next, claimed, run.update)));
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

/// What the user's code runs inside of, whether it is called, polled or dropped.
struct Inside {
    dispatcher: u64,
    span: Span,
}

impl Inside {
    /// An error says that it panicked.
    fn run<T>(&self, run: impl FnOnce() -> T) -> Result<T, HandlerError> {
        // A span's subscriber is the user's code too.
        let run = AssertUnwindSafe(|| self.span.in_scope(run));
        RUNNING.sync_scope(self.dispatcher, || catch_unwind(run)).map_err(|panic| panicked(&*panic))
    }
}

/// An `async` handler that was called.
struct Going<'a> {
    inside: &'a Inside,
    /// `None` when it has ended.
    future: Option<Started<'a>>,
}

impl Future for Going<'_> {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let Self { inside, future } = &mut *self;
        let Some(started) = future else { return Poll::Pending };
        let polled = inside.run(|| started.as_mut().poll(context));
        let outcome = ready!(polled.unwrap_or_else(|panicked| Poll::Ready(Err(panicked))));
        *future = None;
        Poll::Ready(outcome)
    }
}

impl Drop for Going<'_> {
    fn drop(&mut self) {
        if let Some(given_up) = self.future.take() {
            // That it panicked is told by the panic itself, and it ends in any case.
            let _ = self.inside.run(|| drop(given_up));
        }
    }
}

/// A handler that is to be called, and what with.
enum Called<'u> {
    Registered(&'u Registration, &'u Arc<Subscription>, Invocation<'u>),
    ByHand(&'u ByHand),
}

/// One that was called.
enum Begun<'u> {
    Ended(Outcome),
    Goes(Started<'u>),
    /// On a thread for such.
    Blocks(JoinHandle<Outcome>),
}

fn begin<'u>(dispatcher: &Dispatcher, run: &Run<'_>, called: &'u Called<'u>) -> Begun<'u> {
    let goes = |future: Started<'u>| {
        Begun::Goes(match dispatcher.policy.time_limit {
            None => future,
            Some(limit) => Box::pin(within(limit, future)),
        })
    };
    let (registration, subscription, invocation) = match called {
        Called::Registered(registration, subscription, invocation) => {
            (registration, subscription, invocation)
        }
        Called::ByHand(by_hand) => {
            let handled = (by_hand.run)(run.update.clone());
            return goes(Box::pin(async { handled.await.map_err(HandlerError::Failed) }));
        }
    };
    let caller = registration.caller;
    if !registration.is_blocking {
        return match caller(invocation) {
            Call::Plain(outcome) | Call::Blocking(outcome) => Begun::Ended(outcome),
            Call::Async(started) => started.map_or_else(|error| Begun::Ended(Err(error)), goes),
        };
    }
    let (update, attempt) = (run.update.clone(), run.attempt.shared());
    let (subscription, states) = (Arc::clone(subscription), Arc::clone(&dispatcher.states));
    let (id, span) = (dispatcher.id, Span::current());
    Begun::Blocks(tokio::task::spawn_blocking(move || {
        let _entered = span.enter();
        let (update, subscription, states, attempt) = (&update, &subscription, &*states, &attempt);
        let invocation = Invocation::new(Given { update, subscription, states, attempt });
        RUNNING.sync_scope(id, || match caller(&invocation) {
            Call::Plain(outcome) | Call::Blocking(outcome) => outcome,
            // It said that it blocks.
            Call::Async(started) => started.map(drop),
        })
    }))
}

/// A time limit drops the handler's future where it waits.
async fn within(limit: Duration, future: Started<'_>) -> Outcome {
    tokio::time::timeout(limit, future).await.unwrap_or(Err(HandlerError::TimedOut(limit)))
}

fn panicked(panic: &(dyn Any + Send)) -> HandlerError {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    HandlerError::Panicked(text.unwrap_or("without a message").to_owned())
}
