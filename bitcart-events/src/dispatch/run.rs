//! One call of one handler. A panic or an error of it touches nothing else.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tracing::{Level, Span};

use super::accepted::Progress;
use super::policy::Next;
use super::{Accepted, Dispatcher};
use crate::Update;
use crate::field::excerpt;
use crate::handler::{
    Attempt, ByHand, Call, Given, Handler, HandlerError, Invocation, Outcome, Registration, Started,
    Subscription,
};
use crate::told::{quietly, quietly_at};

tokio::task_local! {
    /// The dispatcher whose handler this task runs.
    static RUNNING: u64;
}

/// Which handler has which event. A subscriber writes all of it down for each event whether or not anything is logged, which
/// costs more than all the rest: so it is there for those who look closely, and where something went wrong.
macro_rules! span {
    ($level:expr, $run:expr) => {{
        let (run, mut span): (&Run<'_>, _) = ($run, Span::none());
        // The handler is asked in each field, because those are only looked at where somebody wants to see the span.
        let info = || run.handler.info();
        quietly_at($level, || {
            span = tracing::span!(
                $level,
                "handler",
                event = %info().event,
                handler = info().name,
                at = %format_args!("{}:{}", info().file, info().line),
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

/// What a worker does: the handlers that it calls and polls are this dispatcher's.
pub(super) fn as_worker<T>(
    dispatcher: u64,
    mut work: Pin<&mut impl Future<Output = T>>,
) -> impl Future<Output = T> {
    poll_fn(move |context| RUNNING.sync_scope(dispatcher, || work.as_mut().poll(context)))
}

/// A handler, and what it is to handle.
struct Run<'a> {
    handler: &'a Handler,
    update: &'a Update,
    attempt: &'a Attempt,
}

/// An event that is handled.
pub(super) enum Handled {
    /// The inbox does not know it yet.
    Untold,
    /// It does, with what the handler wanted to have stored.
    Stored,
}

/// An attempt that failed.
pub(super) struct Failure {
    pub(super) error: HandlerError,
    pub(super) next: Next,
    /// The error as text.
    pub(super) shown: String,
}

/// Runs a handler, and what it wants to have stored; logs how it ended, and what comes next.
pub(super) async fn run(
    dispatcher: &Dispatcher,
    handler: &Handler,
    accepted: &Accepted,
) -> Result<Handled, Failure> {
    let Accepted { update, origin, progress: Progress { id, at, attempt, .. }, .. } = accepted;
    let attempt = &Attempt::new(dispatcher.key, *id, *attempt, *origin, *at);
    let run = Run { handler, update, attempt };
    let mut inside = Inside { dispatcher: dispatcher.id, span: span!(Level::DEBUG, &run) };
    let called = match handler {
        Handler::Registered(registration, subscription) => {
            let states = &*dispatcher.states;
            let invocation = Invocation::new(Given { update, subscription, states, attempt });
            Called::Registered(registration, subscription, invocation)
        }
        Handler::ByHand(by_hand) => Called::ByHand(by_hand),
    };
    let begin = || begin(dispatcher, &run, &called);
    let mut outcome = Running { inside: &inside, begin: Some(begin), future: None }.await;
    let (effects, mut handled) = (attempt.take_effects(), Handled::Untold);
    if outcome.is_ok() && !effects.is_empty() {
        handled = Handled::Stored;
        // By itself, or the future of every lane would have room for what is claimed.
        let stored = dispatcher.inbox.settle_with(&accepted.claimed(), effects);
        outcome = stored.await.map_err(HandlerError::Failed);
    }
    let Err(mut error) = outcome else {
        let attempt = accepted.progress.attempt;
        quietly_at(Level::DEBUG, || inside.span.in_scope(|| tracing::debug!(id = id.0, attempt, "handled")));
        return Ok(handled);
    };
    // The error's `Display` is the user's code too.
    let shown = catch_unwind(AssertUnwindSafe(|| error.to_string())).unwrap_or_else(|panic| {
        error = panicked(&*panic);
        error.to_string()
    });
    let next = dispatcher.policy.next(&error, accepted.progress.failures, handler.retries());
    // What goes wrong is told with all that the span says, whether or not anybody wants to see the span.
    if inside.span.is_disabled() {
        inside.span = span!(Level::ERROR, &run);
    }
    let failure = Failure { error, next, shown };
    quietly(|| inside.span.in_scope(|| failure.tell(accepted)));
    Err(failure)
}

impl Failure {
    fn tell(&self, accepted: &Accepted) {
        const DEAD: &str = "it is a dead letter now";
        let (id, attempt, error) = (accepted.progress.id.0, accepted.progress.attempt, &self.shown);
        let update = excerpt(accepted.update.raw());
        if let HandlerError::Argument(_) = self.error {
            return tracing::warn!(id, update, "rejected: {error}; {DEAD}");
        }
        let (what, then) = match &self.next {
            Next::Again(wait) => ("failed", format!("trying again in {wait:.1?}")),
            Next::Later(wait) => ("handled, but not stored", format!("all of it again in {wait:.1?}")),
            Next::Dead => ("failed", DEAD.to_owned()),
        };
        tracing::error!(id, attempt, update, "{what}: {error}; {then}");
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
        catch_unwind(AssertUnwindSafe(|| self.span.in_scope(run))).map_err(|panic| panicked(&*panic))
    }
}

/// A call of a handler: all of the user's code in it runs inside.
struct Running<'a, B> {
    inside: &'a Inside,
    /// `None` when it has begun.
    begin: Option<B>,
    /// `None` before that, and when it has ended.
    future: Option<Started<'a>>,
}

/// A handler that was called.
enum Begun<'a> {
    Ended(Outcome),
    Goes(Started<'a>),
}

/// A handler that is to be called, and what with.
enum Called<'u> {
    Registered(&'u Registration, &'u Arc<Subscription>, Invocation<'u>),
    ByHand(&'u ByHand),
}

impl<'a, B: FnOnce() -> Begun<'a> + Unpin> Future for Running<'a, B> {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let Self { inside, begin, future } = &mut *self;
        // What ends at once has been inside once.
        let polled = inside.run(|| {
            let started = match begin.take().map(|begin| begin()) {
                Some(Begun::Ended(outcome)) => return Poll::Ready(outcome),
                Some(Begun::Goes(started)) => future.insert(started),
                None => match future {
                    Some(started) => started,
                    None => return Poll::Pending,
                },
            };
            let polled = started.as_mut().poll(context);
            if polled.is_ready() {
                *future = None;
            }
            polled
        });
        polled.unwrap_or_else(|panicked| Poll::Ready(Err(panicked)))
    }
}

impl<B> Drop for Running<'_, B> {
    fn drop(&mut self) {
        if let Some(given_up) = self.future.take() {
            // That it panicked is told by the panic itself, and it ends in any case.
            let _ = RUNNING.sync_scope(self.inside.dispatcher, || self.inside.run(|| drop(given_up)));
        }
    }
}

fn begin<'u>(dispatcher: &Dispatcher, run: &Run<'u>, called: &'u Called<'u>) -> Begun<'u> {
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
    let thread = tokio::task::spawn_blocking(move || {
        let _entered = span.enter();
        let (update, subscription, states, attempt) = (&update, &subscription, &*states, &attempt);
        let invocation = Invocation::new(Given { update, subscription, states, attempt });
        RUNNING.sync_scope(id, || match caller(&invocation) {
            Call::Plain(outcome) | Call::Blocking(outcome) => outcome,
            // Never: that is refused while compiling.
            Call::Async(_) => Err(HandlerError::Failed("an `async` handler does not block".into())),
        })
    });
    Begun::Goes(Box::pin(async {
        thread.await.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => Err(panicked(&*panic)),
            Err(cancelled) => Err(HandlerError::Failed(cancelled.into())),
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
