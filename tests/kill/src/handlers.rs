//! What the victim does with its events.

use std::io;
use std::time::Duration;

use bitcart_events::{BoxError, Coin, Delivery, Event, InboxTx, Origin, State, on};
use fastrand::Rng;

use crate::history::Line;
use crate::teller::{Teller, say};
use crate::{BLOCKS, what};

/// How often in a hundred a first and a second attempt fail.
const FAILS: [u64; 2] = [15, 30];
/// How long a handler takes at most, in microseconds.
const LONGEST: u64 = 3_000;

#[on("new_payment", register = false)]
pub async fn payment(
    event: Event,
    instance: Coin,
    address: &str,
    status: u8,
    sent_amount: Option<&str>,
    delivery: Delivery,
    book: InboxTx,
    teller: State<Teller>,
) -> Result<(), BoxError> {
    let _ = event;
    let what = what::payment(address, status, sent_amount);
    handle(&teller, &delivery, instance.wallet().unwrap_or_default(), what, Some(book)).await
}

#[on("new_transaction", register = false)]
pub async fn transaction(
    event: Event,
    instance: Coin,
    tx: &str,
    delivery: Delivery,
    book: InboxTx,
    teller: State<Teller>,
) -> Result<(), BoxError> {
    let _ = event;
    let what = what::transaction(tx);
    handle(&teller, &delivery, instance.wallet().unwrap_or_default(), what, Some(book)).await
}

/// Books nothing, so that it is acknowledged in the other way: with what is committed next.
#[on("new_block", register = false)]
pub async fn block(
    event: Event,
    height: u64,
    delivery: Delivery,
    teller: State<Teller>,
) -> Result<(), BoxError> {
    let _ = event;
    handle(&teller, &delivery, BLOCKS, what::block(height), None).await
}

async fn handle(
    teller: &Teller,
    delivery: &Delivery,
    lane: &str,
    what: String,
    book: Option<InboxTx>,
) -> Result<(), BoxError> {
    let id = number(delivery.key())?;
    let (attempt, origin) = (delivery.attempt(), origin(delivery.origin()).to_owned());
    let start = Line::Start { id, attempt, origin, lane: lane.to_owned(), what: what.clone() };
    teller.tell(&start).await?;
    say(&format!("start {what}"));
    let mut chance = Rng::with_seed(teller.seed ^ id << 8 ^ u64::from(attempt));
    let wait = chance.u64(..=LONGEST);
    if wait > LONGEST / 4 {
        tokio::time::sleep(Duration::from_micros(wait)).await;
    }
    let fails = FAILS.get(attempt as usize - 1).is_some_and(|often| chance.u64(..100) < *often);
    let fails = fails && teller.fails;
    if !fails && let Some(book) = book {
        // Without any uniqueness: what is written twice stands there twice.
        let booked = what.clone();
        book.write(move |tx| {
            tx.execute("INSERT INTO effects (id, what) VALUES (?1, ?2)", (id.cast_signed(), booked))?;
            Ok(())
        });
    }
    teller.tell(&Line::End { id, ok: !fails }).await?;
    if fails {
        return Err("as it was told to".into());
    }
    say(&format!("end {what}"));
    Ok(())
}

/// The key ends with the event's number in the inbox, which orders the events.
fn number(key: &str) -> io::Result<u64> {
    let number = key.rsplit_once('-').and_then(|(_, number)| number.parse().ok());
    number.ok_or_else(|| io::Error::other(format!("{key} is no key")))
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Live => "live",
        Origin::Drained => "drained",
        Origin::Reconciled => "reconciled",
        Origin::Replayed => "replayed",
        _ => "other",
    }
}
