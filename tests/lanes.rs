//! What one lane may do to others, and to what waits in it.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bitcart_events::{BoxError, Coin, Event, Listener, State, Update, handlers, on};
use support::server::{Gate, next};
use tokio::sync::mpsc::UnboundedReceiver;

const PATIENCE: Duration = Duration::from_secs(60);
/// Longer than any test.
const LONG: Duration = Duration::from_secs(3_600);

/// How many were handled, and since somebody else had his turn.
#[derive(Default)]
struct Count {
    since: AtomicUsize,
    most: AtomicUsize,
}

#[on("new_transaction", register = false)]
fn counted(_event: Event, count: State<Count>) {
    let since = count.since.fetch_add(1, Ordering::Relaxed) + 1;
    count.most.fetch_max(since, Ordering::Relaxed);
}

fn transactions(count: usize) -> String {
    let updates: Vec<String> =
        (0..count).map(|number| format!(r#"{{"event": "new_transaction", "tx": "t{number}"}}"#)).collect();
    format!("[{}]", updates.join(", "))
}

fn counting(count: Arc<Count>) -> Listener {
    let coin = Coin::btc("a");
    coin.listener().without_registry().handlers(handlers![counted]).shared_state(count).build().unwrap()
}

/// Otherwise nothing could end them, a shutdown neither.
#[tokio::test]
async fn handlers_that_never_wait_leave_the_thread_to_others() {
    const UPDATES: usize = 20_000;
    let count = Arc::new(Count::default());
    let other = Arc::clone(&count);
    tokio::spawn(async move {
        loop {
            other.since.store(0, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    });
    let report = counting(Arc::clone(&count)).process_updates(transactions(UPDATES)).await.unwrap();
    assert_eq!(report.handled, UPDATES);
    let most = count.most.load(Ordering::Relaxed);
    assert!(most < UPDATES / 20, "{most} in a row");
}

#[tokio::test]
async fn a_handler_that_is_replaced_gets_what_waits() {
    let coin = Coin::btc("a");
    let (gate, mut seen) = Gate::opened();
    let gate = Arc::new(gate);
    let told = Arc::clone(&gate);
    coin.add_event_handler("new_block", move |_: Update| {
        let told = Arc::clone(&told);
        async move {
            told.tell("old".to_owned());
            Err::<(), BoxError>("it never can".into())
        }
    })
    .unwrap();
    let wait = Duration::from_millis(1);
    let listener = coin
        .listener()
        .without_registry()
        .strict()
        .retries(u32::MAX)
        .retry_waits(wait, wait)
        .build()
        .unwrap();
    let blocks = r#"[{"event": "new_block", "height": 1}, {"event": "new_block", "height": 2}]"#;
    tokio::spawn(async move { listener.process_updates(blocks).await });
    assert_eq!(next(&mut seen).await, "old");
    coin.add_event_handler("new_block", move |update: Update| {
        let told = Arc::clone(&gate);
        async move {
            told.tell(update.raw().to_owned());
            Ok(())
        }
    })
    .unwrap();
    let mut new = Vec::new();
    while new.len() < 2 {
        let told = next(&mut seen).await;
        new.extend((told != "old").then_some(told));
    }
    assert!(new[0].contains('1') && new[1].contains('2'), "{new:?}");
}

/// What stands in a lane keeps no places that it does not need.
#[tokio::test]
async fn a_failing_event_leaves_room_to_others() {
    let coin = Coin::btc("a");
    let (gate, mut seen) = Gate::opened();
    let gate = Arc::new(gate);
    coin.add_event_handler("new_transaction", move |update: Update| {
        let told = Arc::clone(&gate);
        async move {
            if update.raw().contains("t1\"") {
                told.tell("failed".to_owned());
                return Err::<(), BoxError>("not now".into());
            }
            Ok(())
        }
    })
    .unwrap();
    let builder = coin.listener().without_registry().strict().capacity(1).retry_waits(LONG, LONG);
    let listener = builder.build().unwrap();
    let stuck = listener.clone();
    tokio::spawn(async move { stuck.process_updates(transactions(64)).await });
    assert_eq!(next(&mut seen).await, "failed");
    let other = listener.process_updates(r#"[{"event": "new_payment", "address": "a"}]"#);
    let report = tokio::time::timeout(PATIENCE, other).await.unwrap().unwrap();
    assert_eq!(report.ignored.len(), 1);
}

/// Transactions that `wait` at the gate tell when they come there and when they are through.
fn gated(wait: fn(&str) -> bool) -> (Listener, Arc<Gate>, UnboundedReceiver<String>) {
    let coin = Coin::btc("a");
    let (gate, seen) = Gate::new();
    let gate = Arc::new(gate);
    let held = Arc::clone(&gate);
    coin.add_event_handler("new_transaction", move |update: Update| {
        let held = Arc::clone(&held);
        async move {
            if wait(update.raw()) {
                held.pass("begun").await;
                held.tell(update.raw());
            }
            Ok(())
        }
    })
    .unwrap();
    (coin.listener().without_registry().build().unwrap(), gate, seen)
}

/// Whoever waits for handlers lends them his thread until one of them waits too. They are not his to break off.
#[tokio::test]
async fn who_gives_up_waiting_breaks_no_handler_off() {
    let (listener, gate, mut seen) = gated(|_| true);
    {
        let mut waits = Box::pin(listener.process_updates(transactions(2)));
        assert!(futures_util::poll!(&mut waits).is_pending());
        assert_eq!(next(&mut seen).await, "begun");
    }
    gate.open();
    let ended = [next(&mut seen).await, next(&mut seen).await, next(&mut seen).await];
    assert!(ended[0].contains("t0") && ended[1] == "begun" && ended[2].contains("t1"), "{ended:?}");
}

/// One that yields is no exception: its first wait is not tried again at once.
#[tokio::test]
async fn a_handler_that_yields_lets_others_have_their_turn() {
    let coin = Coin::btc("a");
    let had_turn = Arc::new(AtomicUsize::new(0));
    let (asked, turn) = (Arc::clone(&had_turn), Arc::clone(&had_turn));
    coin.add_event_handler("new_transaction", move |_: Update| {
        let asked = Arc::clone(&asked);
        async move {
            tokio::task::yield_now().await;
            (asked.load(Ordering::Relaxed) == 1).then_some(()).ok_or_else(|| "nobody had a turn".into())
        }
    })
    .unwrap();
    let listener = coin.listener().without_registry().build().unwrap();
    tokio::spawn(async move { turn.store(1, Ordering::Relaxed) });
    assert_eq!(listener.process_updates(transactions(1)).await.unwrap().handled, 1);
}

/// What ends without waiting is told together: before one waits that comes after it.
#[tokio::test]
async fn what_has_ended_makes_room_while_the_next_one_waits() {
    let (listener, gate, mut seen) = gated(|update| update.contains("t3\""));
    let others = listener.clone();
    let waiting = tokio::spawn(async move { others.process_updates(transactions(4)).await });
    assert_eq!(next(&mut seen).await, "begun");
    assert_eq!(listener.inbox().stats().await.unwrap().pending, 1);
    gate.open();
    assert_eq!(waiting.await.unwrap().unwrap().handled, 4);
    assert_eq!(listener.inbox().stats().await.unwrap().pending, 0);
}

/// Its runtime takes the handlers along that wait, and nothing of what comes later.
#[test]
fn a_listener_that_outlives_its_runtime_goes_on_in_another() {
    let (listener, gate, mut seen) = gated(|_| true);
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (one, other) = (runtime(), runtime());
    let first = listener.clone();
    one.block_on(async {
        tokio::spawn(async move { first.process_updates(transactions(2)).await });
        assert_eq!(next(&mut seen).await, "begun");
    });
    drop(one);
    gate.open();
    let another = r#"[{"event": "new_transaction", "tx": "another"}]"#;
    let report = other.block_on(async {
        tokio::time::timeout(PATIENCE, listener.process_updates(another)).await.unwrap().unwrap()
    });
    assert_eq!(report.handled, 1);
}
