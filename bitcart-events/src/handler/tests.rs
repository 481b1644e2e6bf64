//! What a handler can ask for, and what it can return: called as the dispatcher calls it.

mod asked;
mod ended;
#[cfg(feature = "sqlite")]
mod inbox_tx;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;

use super::{Attempt, Call, Given, Handle, Handler, Invocation, Outcome, Registration, States};
use crate::inbox::{EventId, Origin};
use crate::{Coin, Update};

/// The third attempt at the event 1764 of an inbox.
fn attempt() -> Attempt {
    let mut inbox = [0xff; 16];
    inbox[..4].copy_from_slice(&[0x9f, 0x86, 0, 0x0a]);
    Attempt::new(inbox, EventId(1764), 3, Origin::Drained, SystemTime::UNIX_EPOCH + Duration::from_secs(5))
}

/// The handlers of a function with `#[on]`, one for each of its events.
fn handlers<H: Handle>() -> Vec<Handler> {
    Handler::of(Registration::of(H::call))
}

/// Gives this update to its first handler.
fn run<H: Handle>(attempt: &Attempt, update: &str) -> Outcome {
    let body: Arc<str> = update.into();
    let update = Update::parse(&body, 0..body.len(), &Coin::btc("wallet")).unwrap();
    let Some(Handler::Registered(registration, subscription)) = handlers::<H>().into_iter().next() else {
        panic!("no handler")
    };
    let states = States::default();
    let given = Given { update: &update, subscription: &subscription, states: &states, attempt };
    let invocation = Invocation::new(given);
    let call = || match (registration.caller)(&invocation) {
        Call::Plain(outcome) | Call::Blocking(outcome) => outcome,
        Call::Async(started) => started?.now_or_never().unwrap(),
    };
    if !registration.is_blocking {
        return call();
    }
    // As the dispatcher does: on another thread.
    std::thread::scope(|scope| scope.spawn(call).join().unwrap())
}

const BLOCK: &str = r#"{"event": "new_block", "height": 7}"#;
const PAYMENT: &str = r#"{"event": "new_payment", "address": "a", "status": 3, "status_str": "Paid"}"#;
