//! A program may have one runtime after another, and the same listener in all of them.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::UnboundedReceiver;

use super::*;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A listener to payments, and what it has; the first of them never ends if it `waits`.
fn listening(inbox: &SqliteInbox, waits: bool) -> (Coin, Listener, UnboundedReceiver<String>) {
    let coin = Coin::btc("w");
    let (tell, told) = mpsc::unbounded_channel();
    let waits = AtomicBool::new(waits);
    let handler = move |update: Update| {
        let waits = waits.swap(false, Ordering::Relaxed);
        let is_told = tell.send(update.raw().to_owned()).map_err(Into::into);
        async move { if waits { std::future::pending().await } else { is_told } }
    };
    coin.add_event_handler("new_payment", handler).unwrap();
    let listener = coin.listener().without_registry().inbox(inbox.clone()).build().unwrap();
    (coin, listener, told)
}

async fn next(told: &mut UnboundedReceiver<String>) -> String {
    tokio::time::timeout(PATIENCE, told.recv()).await.expect("it does not come").unwrap()
}

/// Whoever was to have it is gone before it was handed out, or before he took it.
#[test]
fn what_is_claimed_for_a_runtime_that_ends_is_claimed_again() {
    for is_answered in [false, true] {
        let (_folder, inbox) = opened();
        let (coin, listener, mut told) = listening(&inbox, false);
        let look = || listener.parts.dispatcher.look(&listener.source).unwrap();
        let stored =
            [7, 3].map(|status| NewEvent::of(&coin, Arc::<str>::from(payment(status)), Origin::Live));
        let batch = Batch { events: stored.into(), ..Batch::default() };
        inbox.append(batch, Box::new(|stored| drop(stored.unwrap())));
        let (open, gate) = std::sync::mpsc::channel::<()>();
        inbox.append(Batch::default(), Box::new(move |_| gate.recv().unwrap_or_default()));
        let before = runtime();
        before.block_on(async {
            look();
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
        });
        if is_answered {
            drop(open);
            runtime().block_on(inbox.stats()).unwrap();
            drop(before);
        } else {
            drop(before);
            drop(open);
        }
        runtime().block_on(async {
            look();
            assert_eq!([next(&mut told).await, next(&mut told).await], [payment(7), payment(3)]);
        });
    }
}

/// What was in its lane comes before what is new, and first what it broke off.
#[test]
fn what_a_runtime_leaves_keeps_its_order() {
    let (_folder, inbox) = opened();
    let (_, listener, mut told) = listening(&inbox, true);
    let before = runtime();
    before.block_on(async {
        listener.parts.dispatcher.look(&listener.source).unwrap();
        direct(&listener).await;
        let (list, listener) =
            (format!("[{}, {}, {}]", payment(0), payment(1), payment(2)), listener.clone());
        tokio::spawn(async move { listener.process_updates(list).await });
        assert_eq!(next(&mut told).await, payment(0));
    });
    drop(before);
    runtime().block_on(async {
        assert_eq!(listener.process_updates(format!("[{}]", payment(3))).await.unwrap().handled, 1);
        for status in 0..4 {
            assert_eq!(next(&mut told).await, payment(status));
        }
        assert_eq!(listener.parts.dispatcher.unfinished.load(Ordering::Relaxed), 0);
    });
}
