//! What operators count, through the facade.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bitcart_events::inbox::{DeadLetters, SqliteInbox};
use bitcart_events::{BoxError, Coin, Update};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use tokio::sync::mpsc;

#[tokio::test]
async fn every_change_of_an_event_is_counted() {
    let recorder = DebuggingRecorder::new();
    let counted = recorder.snapshotter();
    recorder.install().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let coin = Coin::btc("a");
    let (tell, mut told) = mpsc::unbounded_channel();
    let unlucky = AtomicUsize::new(0);
    let handler = move |update: Update| {
        tell.send(()).unwrap();
        let fails = update.raw().contains("unlucky") && unlucky.fetch_add(1, Ordering::Relaxed) < 2;
        async move { if fails { Err::<(), BoxError>("no".into()) } else { Ok(()) } }
    };
    coin.add_event_handler(["new_payment", "new_block"], handler).unwrap();
    let waits = Duration::from_millis(1);
    let builder = coin.listener().without_registry().retries(1).retry_waits(waits, waits);
    let listener =
        builder.inbox(SqliteInbox::open(folder.path().join("events.db")).unwrap()).build().unwrap();
    let block = r#"[{"event": "new_block", "height": 1}]"#;
    for _ in 0..2 {
        listener.process_updates(block).await.unwrap();
    }
    let unlucky = r#"[{"event": "new_payment", "address": "unlucky", "status": 3}, 7]"#;
    listener.process_updates(unlucky).await.unwrap();
    for _ in 0..3 {
        told.recv().await.unwrap();
    }
    // The last of them is dead when it is said to be.
    while listener.inbox().stats().await.unwrap().dead < 2 {}
    assert_eq!(listener.replay(DeadLetters::all().event("new_payment")).await.unwrap(), 1);
    told.recv().await.unwrap();
    listener.shut_down().await.unwrap();

    let (mut counts, mut gauges) = (BTreeMap::new(), Vec::new());
    for (key, _, _, value) in counted.snapshot().into_vec() {
        let labels: Vec<&str> = key.key().labels().map(metrics::Label::value).collect();
        match value {
            DebugValue::Counter(count) => {
                counts.insert(format!("{} {}", key.key().name(), labels.join(" ")), count);
            }
            DebugValue::Gauge(_) => gauges.push(key.key().name().to_owned()),
            DebugValue::Histogram(_) => {}
        }
    }
    let expected = [
        ("bitcart_events_accepted_total BTC live", 2),
        ("bitcart_events_died_total BTC live", 2),
        ("bitcart_events_handled_total BTC live", 1),
        ("bitcart_events_handled_total BTC replayed", 1),
        ("bitcart_events_repeated_total BTC live", 1),
        ("bitcart_events_retried_total BTC live", 1),
    ];
    assert_eq!(counts, expected.map(|(name, count)| (name.to_owned(), count)).into());
    // At once, not only after a while: what stands in the inbox when a program starts is what an operator looks for.
    gauges.sort();
    let stands = ["dead_letters", "oldest_seconds", "pending", "retrying"];
    assert_eq!(gauges, stands.map(|name| format!("bitcart_events_{name}")));
}
