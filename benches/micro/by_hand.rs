//! The same work by hand, as one would write it for one program: serde into a flat struct, and a `match`. It isolates no bad
//! update, takes no text with an escape where it borrows, and knows no wallets.

use std::collections::HashSet;
use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bitcart_events::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::bodies::{self, WALLET};
use crate::peers_body::Body as Text;
use crate::{Case, Outcome};

#[derive(Deserialize)]
struct Body<'a, U> {
    updates: Vec<U>,
    wallet: Option<&'a str>,
    currency: Option<&'a str>,
}

#[derive(Deserialize)]
struct Flat<'a> {
    event: &'a str,
    tx: Option<&'a str>,
    address: Option<&'a str>,
    status_str: Option<&'a str>,
    height: Option<u64>,
}

#[derive(Deserialize)]
struct Owned {
    address: String,
    status_str: String,
}

#[derive(Deserialize)]
struct Amount<'a> {
    address: &'a str,
    sent_amount: &'a str,
}

fn read<'a, U: Deserialize<'a>>(text: &'a [u8]) -> Option<Vec<U>> {
    let Body { updates, wallet, currency } = serde_json::from_slice(text).ok()?;
    black_box((wallet, currency));
    Some(updates)
}

/// No handler here waits.
fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

#[inline(never)]
async fn handle<T>(arguments: T) {
    black_box(&arguments);
}

fn case(text: String, work: impl Fn(&[u8]) -> Option<usize> + 'static) -> Outcome<Case> {
    Ok(Box::new(move || work(text.as_bytes()).unwrap_or(usize::MAX)))
}

pub(crate) fn envelope() -> Outcome<Case> {
    case(bodies::payments(100, WALLET), |text| {
        let updates: Vec<&RawValue> = read(text)?;
        black_box(&updates);
        Some(0)
    })
}

pub(crate) fn fields() -> Outcome<Case> {
    case(bodies::payments(100, WALLET), |text| {
        let updates: Vec<Flat<'_>> = read(text)?;
        black_box(&updates.len());
        Some(0)
    })
}

fn dispatch(text: &[u8]) -> Option<usize> {
    let updates: Vec<Flat<'_>> = read(text)?;
    let mut handled = 0;
    for update in &updates {
        match (update.event, update) {
            ("new_block", Flat { height: Some(height), .. }) => now(handle(*height))?,
            ("new_transaction", Flat { tx: Some(tx), .. }) => now(handle(*tx))?,
            ("new_payment", Flat { address: Some(address), status_str: Some(text), .. }) => {
                now(handle((*address, *text)))?;
            }
            _ => continue,
        }
        handled += 1;
    }
    Some(handled)
}

pub(crate) fn whole(updates: usize) -> Outcome<Case> {
    case(bodies::mixed(updates), dispatch)
}

pub(crate) fn borrowed() -> Outcome<Case> {
    case(bodies::payments(100, WALLET), dispatch)
}

pub(crate) fn owned() -> Outcome<Case> {
    case(bodies::payments(100, WALLET), |text| {
        let updates: Vec<Owned> = read(text)?;
        let count = updates.len();
        for Owned { address, status_str } in updates {
            now(handle((address, status_str)))?;
        }
        Some(count)
    })
}

pub(crate) fn decimal() -> Outcome<Case> {
    case(bodies::payments(100, WALLET), |text| {
        let updates: Vec<Amount<'_>> = read(text)?;
        for Amount { address, sent_amount } in &updates {
            now(handle((*address, Decimal::from_str_exact(sent_amount).ok()?)))?;
        }
        Some(updates.len())
    })
}

pub(crate) fn several() -> Outcome<Case> {
    case(bodies::payments(100, WALLET), |text| {
        let updates: Vec<Flat<'_>> = read(text)?;
        for update in &updates {
            if let "new_payment" | "verified_tx" = update.event {
                now(handle((update.address, update.height)))?;
            }
        }
        Some(updates.len())
    })
}

/// `changes` says whether the transactions are others each time.
pub(crate) fn merge(changes: bool) -> Outcome<Case> {
    let mut body = Text::new(bodies::transactions(100));
    let (mut known, mut repetition) = (HashSet::new(), 0);
    Ok(Box::new(move || {
        repetition += usize::from(changes);
        let updates: Option<Vec<Flat<'_>>> = read(body.at(repetition));
        let mut handled = 0;
        for tx in updates.into_iter().flatten().filter_map(|update| update.tx) {
            if known.insert(tx.to_owned()) {
                handled += now(handle(tx)).map_or(0, |()| 1);
            }
        }
        handled
    }))
}
