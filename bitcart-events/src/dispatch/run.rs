//! One call of one handler. A panic or an error of it touches nothing else.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use tracing::{Instrument, Span};

use crate::Update;
use crate::field::excerpt;
use crate::handler::{Attempt, Call, Handler, HandlerError, Invocation, Outcome, States};

tokio::task_local! {
    /// The dispatcher whose handler this task runs.
    static RUNNING: u64;
}

/// Whether the caller is a handler of this dispatcher.
pub(super) fn inside(dispatcher: u64) -> bool {
    RUNNING.try_with(|running| *running == dispatcher).unwrap_or(false)
}

/// Runs a handler, and logs how it ended.
pub(super) async fn run(
    handler: &Handler,
    update: &Update,
    attempt: &Arc<Attempt>,
    states: &Arc<States>,
    dispatcher: u64,
) -> Outcome {
    let info = handler.info();
    let span = tracing::info_span!(
        "handler",
        event = %info.event,
        handler = info.name,
        at = %format_args!("{}:{}", info.file, info.line),
        currency = %update.currency(),
        wallet = update.coin().wallet_shown(),
    );
    let run_and_log = async {
        let outcome =
            catch(RUNNING.scope(dispatcher, call(handler, update, attempt, states, dispatcher))).await;
        match &outcome {
            Ok(()) => tracing::debug!("handled"),
            Err(HandlerError::Argument(error)) => {
                tracing::warn!(update = excerpt(update.raw()), "rejected: {error}")
            }
            Err(error) => tracing::error!(update = excerpt(update.raw()), "failed: {error}"),
        }
        outcome
    };
    // Logging is the user's code too: the error's `Display`, the subscriber.
    catch(run_and_log.instrument(span)).await
}

async fn call(
    handler: &Handler,
    update: &Update,
    attempt: &Arc<Attempt>,
    states: &Arc<States>,
    dispatcher: u64,
) -> Outcome {
    let (call, subscription) = match handler {
        Handler::Registered(registration, subscription) => (registration.call, *subscription),
        Handler::ByHand(by_hand) => return (by_hand.run)(update.clone()).await.map_err(HandlerError::Failed),
    };
    let invocation = Invocation { update, subscription, states, attempt };
    match call {
        Call::Plain(call) => call(&invocation),
        Call::Async(call) => call(&invocation)?.await,
        Call::Blocking(call) => {
            let (update, states, attempt, span) =
                (update.clone(), Arc::clone(states), Arc::clone(attempt), Span::current());
            let run = move || {
                let _entered = span.enter();
                let invocation =
                    Invocation { update: &update, subscription, states: &states, attempt: &attempt };
                RUNNING.sync_scope(dispatcher, || call(&invocation))
            };
            tokio::task::spawn_blocking(run).await.unwrap_or_else(|error| match error.try_into_panic() {
                Ok(panic) => Err(panicked(&*panic)),
                Err(cancelled) => Err(HandlerError::Failed(cancelled.into())),
            })
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
