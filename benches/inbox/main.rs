//! What an inbox in a file costs: against a raw append and fdatasync on the same disk, in the same run.
//!
//! ```sh
//! cargo run --release -p bitcart-events-benches --bin inbox [FOLDER]
//! ```
//!
//! Goals: a ratio of 0.6 or better at up to 16 events a batch, one commit for each batch with what is settled included, less
//! than a second from a start with 100,000 events to the first of them, and memory that stays flat while 1,000,000 pass.
#![allow(clippy::print_stdout, reason = "figures are for who reads them")]

mod accept;
mod memory;
mod start;

use std::error::Error;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake};

use bitcart_events::inbox::{Batch, Claimed, EventId, Inbox, NewEvent, SqliteInbox, Text};
use bitcart_events::{ApiManager, Currency, Listener};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// As long as an event of a daemon.
const RECORD: usize = 200;

fn main() -> Outcome {
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let folder = folder.join(format!("inbox-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let done =
        accept::print(&folder).and_then(|()| start::print(&folder)).and_then(|()| memory::print(&folder));
    std::fs::remove_dir_all(&folder)?;
    done
}

/// A payment, of so many bytes.
fn record() -> Text {
    let begin = r#"{"event": "new_payment", "address": "1f804621c6", "status": 3, "tx_hashes": [""#;
    let end = r#""]}"#;
    let text = format!("{begin}{}{end}", "a".repeat(RECORD - begin.len() - end.len()));
    Arc::<str>::from(text).into()
}

/// Appends, and waits until it is committed.
fn append(inbox: &SqliteInbox, text: &Text, events: usize, claim: bool) -> Outcome<Vec<EventId>> {
    let mut batch = Batch::default();
    batch.events = (0..events).map(|_| NewEvent::new(Currency::Btc, text.clone())).collect();
    batch.claim = claim;
    let (tell, told) = mpsc::channel();
    inbox.append(batch, Box::new(move |result| drop(tell.send(result))));
    Ok(told.recv()??.into_iter().flatten().collect())
}

/// What the dispatcher knows of an event that it appended.
fn claimed(id: EventId, text: &Text) -> Claimed {
    Claimed::appended(id, NewEvent::new(Currency::Btc, text.clone()))
}

/// A listener with this inbox, and one handler for payments.
fn listener(inbox: SqliteInbox, handle: impl Fn() + Send + Sync + 'static) -> Outcome<Listener> {
    let manager = ApiManager::builder().wallet("BTC", "a").build()?;
    manager.add_event_handler("new_payment", move |_| {
        handle();
        std::future::ready(Ok(()))
    })?;
    Ok(manager.listener().without_registry().inbox(inbox).build()?)
}

/// Blocks until it is there.
fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Waiting(std::thread::Thread);
    impl Wake for Waiting {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Waiting(std::thread::current())).into();
    let (mut context, mut future) = (Context::from_waker(&waker), std::pin::pin!(future));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}
