//! What becomes of what waits when everything ends, and of what waits for its wallet.

#[cfg(feature = "polling")]
mod gated;
#[cfg(feature = "polling")]
mod late;
#[cfg(feature = "polling")]
mod model;
mod runtimes;

use std::future::{Future, ready};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc;

#[cfg(feature = "polling")]
use gated::Gated;

use super::found::Found;
use super::{Accepted, Dispatcher, Job, Limits, Policy};
use crate::handler::{Routes, States};
use crate::inbox::{Batch, Folder, Inbox, NewEvent, Origin, SqliteInbox, WalletId};
use crate::source::{Lane, Source};
use crate::{ApiManager, Coin, Currency, ErrorKind, Listener, Result, Update};

const PATIENCE: Duration = Duration::from_secs(60);
/// A block that any coin takes.
const BLOCK: &str = r#"[{"event": "new_block", "height": 7}]"#;

fn opened() -> (Folder, SqliteInbox) {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    (folder, inbox)
}

/// A listener to blocks.
fn listener(inbox: &SqliteInbox) -> Listener {
    let coin = Coin::btc("w");
    coin.add_event_handler("new_block", |_: Update| async { Ok(()) }).unwrap();
    coin.listener().without_registry().inbox(inbox.clone()).build().unwrap()
}

/// Until nothing waits in the file.
async fn direct(listener: &Listener) {
    while !listener.parts.dispatcher.backlog.is_direct() {
        tokio::task::yield_now().await;
    }
}

/// An update is passed while everything ends.
async fn given_up(listener: &Listener, ending: impl Future<Output = Result<()>>) {
    let both = async { tokio::join!(listener.process_updates(BLOCK), ending) };
    let (report, ended) = tokio::time::timeout(PATIENCE, both).await.unwrap();
    ended.unwrap();
    assert_eq!(report.unwrap_err().kind(), ErrorKind::Shutdown);
}

#[tokio::test]
async fn what_was_broken_off_before_it_began_is_released() {
    let (_folder, inbox) = opened();
    let (body, coin): (Arc<str>, _) = (r#"{"event": "new_block", "height": 7}"#.into(), Coin::btc("w"));
    let events = vec![NewEvent::new(Currency::Btc, Arc::clone(&body))];
    inbox.append(Batch { events, ..Batch::default() }, Box::new(|appended| drop(appended.unwrap())));
    let [claimed] = <[_; 1]>::try_from(inbox.claim(9, false).await.unwrap().events).unwrap();
    assert!(inbox.claim(9, false).await.unwrap().events.is_empty(), "it is claimed");

    let (limits, policy) = (Limits::default(), Policy::default());
    let (routes, states) = (Routes::default(), States::default());
    let dispatcher = Arc::new(Dispatcher::new(routes, states, limits, policy, Arc::new(inbox.clone())));
    let update = Update::parse(&body, 0..body.len(), &coin).unwrap();
    let updates = vec![Accepted::of(&claimed, 0, update)];
    let (source, found) = (Source::Coin(coin.clone()), Found::default());
    let job = Job { source, updates, found, batch: None, place: None };
    let work = dispatcher.enter(Lane::of(&coin), job);
    dispatcher.begin(work, &Handle::current());
    // It has not run yet.
    dispatcher.closing.cancel();
    dispatcher.abort.cancel();
    dispatcher.workers.close();
    dispatcher.workers.wait().await;
    assert_eq!(inbox.claim(9, false).await.unwrap().events.len(), 1, "somebody else may have it");
}

/// Whoever waits for a report when everything ends is told that there is none.
#[tokio::test]
async fn a_caller_is_not_left_waiting_by_a_shutdown() {
    let (_folder, inbox) = opened();
    let listener = listener(&inbox);
    given_up(&listener, listener.shut_down()).await;
}

/// What was claimed when it was stored, and waits for what the pump has still to claim.
#[tokio::test]
async fn what_is_parked_is_given_up_by_a_shutdown() {
    let (_folder, inbox) = opened();
    let listener = listener(&inbox);
    let backlog = &listener.parts.dispatcher.backlog;
    // A batch is on its way to the file that the pump could not see.
    backlog.decide(false, |claim| assert!(!claim));
    assert!(backlog.claimed_all(0, &|_, _| unreachable!()).is_empty());
    let ending = async {
        while !backlog.has_parked() {
            tokio::task::yield_now().await;
        }
        listener.shut_down().await
    };
    given_up(&listener, ending).await;
}

/// The pump is told of what has no claim, not of what waits for it.
#[cfg(feature = "polling")]
#[tokio::test(start_paused = true)]
async fn what_is_parked_when_the_inbox_cannot_be_read_does_not_wait_for_the_next_look() {
    let (inbox, coin) = (Gated::new(false), Coin::btc("w"));
    coin.add_event_handler("new_block", |_: Update| async { Ok(()) }).unwrap();
    let listener = coin.listener().without_registry().inbox(inbox.clone()).build().unwrap();
    let dispatcher = &listener.parts.dispatcher;
    // A batch is on its way, and is refused, and so is the claim after that.
    dispatcher.backlog.decide(false, |claim| assert!(!claim));
    assert!(dispatcher.backlog.claimed_all(0, &|_, _| unreachable!()).is_empty());
    inbox.refuse(true);
    dispatcher.backlog.appended();
    dispatcher.look(&listener.source).unwrap();
    tokio::time::sleep(Duration::from_millis(10)).await;
    inbox.refuse(false);
    let handling = tokio::time::timeout(Duration::from_secs(2), listener.process_updates(BLOCK));
    assert_eq!(handling.await.expect("it waits").unwrap().handled, 1);
    let refused = crate::Error::inbox("refused").to_string();
    assert!(
        dispatcher.troubles.met(super::pump::INBOX, &refused).is_some(),
        "the next time it is said again"
    );
    listener.shut_down().await.unwrap();
}

/// As a file on a disk that hangs, here by whoever is told of a commit.
#[tokio::test(start_paused = true)]
async fn an_inbox_that_does_not_close_holds_up_no_shutdown() {
    let (_folder, inbox) = opened();
    let listener = listener(&inbox);
    let (open, gate) = std::sync::mpsc::channel::<()>();
    inbox.append(Batch::default(), Box::new(move |_| gate.recv().unwrap_or_default()));
    let ended = tokio::time::timeout(PATIENCE, listener.shut_down()).await.expect("it waits");
    let error = ended.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Shutdown);
    let message = error.to_string();
    assert!(message.contains("before the inbox `") && message.contains("is handled again"), "{message}");
    drop(open);
}

/// It is committed, and its lane hears of it when everything ends already.
#[tokio::test]
async fn what_is_on_its_way_into_the_file_is_no_attempt() {
    let (folder, inbox) = opened();
    let listener = listener(&inbox);
    assert_eq!(listener.process_updates(BLOCK).await.unwrap().handled, 1);
    direct(&listener).await;
    // The pump has nothing to do any more.
    inbox.stats().await.unwrap();
    tokio::task::yield_now().await;
    let (open, gate) = std::sync::mpsc::channel::<()>();
    inbox.append(Batch::default(), Box::new(move |_| gate.recv().unwrap_or_default()));
    let opening = async {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        drop(open);
    };
    let next = listener.process_updates(BLOCK.replace('7', "8"));
    let (report, ended, ()) = tokio::join!(next, listener.shut_down(), opening);
    assert_eq!(report.unwrap_err().kind(), ErrorKind::Shutdown);
    ended.unwrap();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let [claimed] = <[_; 1]>::try_from(inbox.claim(9, false).await.unwrap().events).unwrap();
    assert_eq!(claimed.attempt, 1);
}

/// A large batch has its places in memory, or waits in the file.
#[tokio::test]
async fn what_finds_no_room_in_memory_is_not_there() {
    let (_folder, inbox) = opened();
    let coin = Coin::btc("w");
    let (began, mut begun) = mpsc::unbounded_channel();
    let handler = move |update: Update| {
        began.send(update.raw().to_owned()).unwrap();
        async move { if update.raw().contains("99") { Ok(()) } else { std::future::pending().await } }
    };
    coin.add_event_handler("new_payment", handler).unwrap();
    let builder = coin.listener().without_registry().inbox(inbox.clone()).capacity(8);
    let listener = builder.shutdown_deadline(Duration::ZERO).build().unwrap();
    assert_eq!(listener.process_updates(payment(99)).await.unwrap().handled, 1);
    direct(&listener).await;
    let list = format!("[{}]", vec![payment(3); 20].join(", "));
    let handling = listener.process_updates(list);
    let looking = async {
        assert_eq!((begun.recv().await, begun.recv().await), (Some(payment(99)), Some(payment(3))));
        let rest = inbox.claim(99, false).await.unwrap().events.len();
        assert!(rest >= 20 - 8, "{rest} of 20 are not in memory");
        drop(listener.shut_down().await.unwrap_err());
    };
    let (report, ()) = tokio::join!(handling, looking);
    assert_eq!(report.unwrap_err().kind(), ErrorKind::Shutdown);
}

/// Also of what has begun to be handled together: a plain handler that blocks its thread ends, and no other begins.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_begins_when_the_time_is_up() {
    let coin = Coin::btc("w");
    let (began, mut begun) = mpsc::unbounded_channel();
    let (open, gate) = std::sync::mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let handler = move |update: Update| {
        began.send(update.raw().to_owned()).unwrap();
        gate.lock().unwrap().recv().unwrap();
        async { Ok(()) }
    };
    coin.add_event_handler("new_payment", handler).unwrap();
    let listener = coin.listener().without_registry().shutdown_deadline(Duration::ZERO).build().unwrap();
    let dispatcher = Arc::clone(&listener.parts.dispatcher);
    let updates = format!("[{}, {}]", payment(7), payment(3));
    let handling = tokio::spawn({
        let listener = listener.clone();
        async move { listener.process_updates(updates).await }
    });
    assert_eq!(begun.recv().await.unwrap(), payment(7));
    let errors = tokio::join!(listener.shut_down(), listener.shut_down());
    for error in [errors.0, errors.1, listener.shut_down().await] {
        assert!(error.unwrap_err().to_string().contains("accepted updates were not handled to the end: 2"));
    }
    open.send(()).unwrap();
    // A second one would panic here, and not wait for ever.
    drop(open);
    dispatcher.workers.wait().await;
    assert_eq!(handling.await.unwrap().unwrap_err().kind(), ErrorKind::Shutdown);
    assert!(begun.try_recv().is_err());
}

fn payment(status: u8) -> String {
    format!(r#"{{"event": "new_payment", "address": "a", "status": {status}, "status_str": "so"}}"#)
}

/// What an earlier process stored for a wallet comes before what is new, also if the wallet is added later.
#[tokio::test]
async fn a_wallet_that_is_added_keeps_its_order() {
    let (_folder, inbox) = opened();
    let whose = (Currency::Btc, Some(WalletId::of("a")));
    let stored = NewEvent { wallet: whose.1, ..NewEvent::new(whose.0, Arc::<str>::from(payment(7))) };
    inbox
        .append(Batch { events: vec![stored], ..Batch::default() }, Box::new(|stored| drop(stored.unwrap())));
    let manager = ApiManager::builder().wallets("BTC", ["b"]).build().unwrap();
    let (tell, mut told) = mpsc::unbounded_channel();
    let handler = move |update: Update| ready(tell.send(update.raw().to_owned()).map_err(Into::into));
    manager.add_event_handler("new_payment", handler).unwrap();
    let listener = manager.listener().without_registry().inbox(inbox.clone()).build().unwrap();
    let of =
        |wallet: &str| format!(r#"{{"updates": [{}], "wallet": "{wallet}", "currency": "BTC"}}"#, payment(3));
    assert_eq!(listener.process_updates(of("b")).await.unwrap().handled, 1);
    assert_eq!(told.recv().await.unwrap(), payment(3));
    assert!(listener.parts.dispatcher.absent.has(whose), "it was looked at, and waits");

    manager.add_wallet("BTC", "a").unwrap();
    // As long as that waits, which is until the next look.
    assert_eq!(listener.process_updates(of("a")).await.unwrap().handled, 1);
    assert_eq!([told.recv().await.unwrap(), told.recv().await.unwrap()], [payment(7), payment(3)]);
    listener.shut_down().await.unwrap();
}
