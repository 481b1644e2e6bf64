//! Handlers that are slower than the daemon.

use std::sync::Arc;
use std::time::Duration;

use bitcart_events::{ApiManager, Update};

use crate::support::listening::{Listening, payment, short, today};
use crate::support::server::{Gate, manager, next};

/// Two wallets, of which the first's handler waits for the gate.
fn slow_and_fast(daemon: &bitcart_events::testing::TestDaemon, gate: &Arc<Gate>) -> ApiManager {
    let manager = manager(daemon, ["vpub-slow", "vpub-fast"]);
    let gate = Arc::clone(gate);
    let handler = move |update: Update| {
        let gate = Arc::clone(&gate);
        async move {
            let what = short(update.raw());
            if update.coin().wallet() == Some("vpub-slow") {
                gate.pass(what).await
            } else {
                gate.tell(what)
            }
            Ok(())
        }
    };
    manager.add_event_handler("new_payment", handler).unwrap();
    manager
}

#[tokio::test]
async fn a_slow_handler_keeps_neither_the_socket_nor_others_waiting() {
    let daemon = today().await;
    let (gate, mut seen) = Gate::new();
    let gate = Arc::new(gate);
    let listening = Listening::by_websocket(slow_and_fast(&daemon, &gate).listener());
    daemon.wait_loaded("vpub-slow").await;
    daemon.wait_loaded("vpub-fast").await;
    // The daemon sends all of them while the first one's handler is at work.
    for number in 0..10_000 {
        daemon.emit(Some("vpub-slow"), &payment(&format!("{number}"), 3)).await.unwrap();
    }
    daemon.emit(Some("vpub-fast"), &payment("fast", 3)).await.unwrap();
    assert_eq!(next(&mut seen).await, "paid 3 0 0.5");
    assert_eq!(next(&mut seen).await, "paid 3 fast 0.5");
    gate.open();
    for number in 1..10_000 {
        assert_eq!(next(&mut seen).await, format!("paid 3 {number} 0.5"));
    }
    listening.finish().await;
    assert!(seen.try_recv().is_err());
}

#[tokio::test]
async fn what_finds_no_room_is_fetched_later_in_its_order() {
    let daemon = today().await;
    let (gate, mut seen) = Gate::new();
    let gate = Arc::new(gate);
    let listener = slow_and_fast(&daemon, &gate).listener().capacity(40);
    let listening = Listening::by_websocket(listener);
    daemon.wait_loaded("vpub-slow").await;
    daemon.wait_loaded("vpub-fast").await;
    for number in 0..500 {
        daemon.emit(Some("vpub-slow"), &payment(&format!("{number}"), 3)).await.unwrap();
    }
    // The other wallet has room.
    daemon.emit(Some("vpub-fast"), &payment("fast", 3)).await.unwrap();
    assert_eq!(next(&mut seen).await, "paid 3 0 0.5");
    assert_eq!(next(&mut seen).await, "paid 3 fast 0.5");
    gate.open();
    let mut numbers = vec![0];
    while numbers.last() != Some(&499) {
        let update = next(&mut seen).await;
        let number = update.strip_prefix("paid 3 ").and_then(|rest| rest.strip_suffix(" 0.5"));

        numbers.push(number.unwrap().parse::<u32>().unwrap());
    }
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    // What was held, and the last 100.
    assert!(numbers.ends_with(&(400..500).collect::<Vec<_>>()), "{numbers:?}");
    assert!((110..=141).contains(&numbers.len()), "{}: {numbers:?}", numbers.len());
    tokio::time::timeout(Duration::from_secs(60), listening.finish()).await.unwrap();
    assert!(seen.try_recv().is_err());
}

/// While it catches up, the daemon goes on sending.
#[tokio::test]
async fn what_comes_after_an_overflow_waits_for_what_found_no_room() {
    let daemon = today().await;
    let (gate, mut seen) = Gate::new();
    let gate = Arc::new(gate);
    let listener = slow_and_fast(&daemon, &gate).listener().capacity(40);
    let listening = Listening::by_websocket(listener);
    daemon.wait_loaded("vpub-slow").await;
    for number in 0..60 {
        daemon.emit(Some("vpub-slow"), &payment(&format!("{number}"), 3)).await.unwrap();
    }
    assert_eq!(next(&mut seen).await, "paid 3 0 0.5");
    gate.open();
    for number in 60..100 {
        daemon.emit(Some("vpub-slow"), &payment(&format!("{number}"), 3)).await.unwrap();
    }
    // The queue has room for all of them, so nothing is lost.
    for number in 1..100 {
        assert_eq!(next(&mut seen).await, format!("paid 3 {number} 0.5"));
    }
    tokio::time::timeout(Duration::from_secs(60), listening.finish()).await.unwrap();
    assert!(seen.try_recv().is_err());
}

/// What is held takes no place from the call that it waits for.
#[tokio::test]
async fn little_room_is_enough() {
    let daemon = today().await;
    let (gate, mut seen) = Gate::opened();
    let gate = Arc::new(gate);
    let listener = slow_and_fast(&daemon, &gate).listener().capacity(4);
    daemon.request("vpub-fast", "1").await.unwrap();
    daemon.hang("get_updates");
    let listening = Listening::by_websocket(listener);
    daemon.wait_call("get_updates", 2).await;
    for number in 0..50 {
        daemon.emit(Some("vpub-fast"), &payment(&format!("{number}"), 3)).await.unwrap();
    }
    daemon.release("get_updates");
    for number in 0..50 {
        assert_eq!(next(&mut seen).await, format!("paid 3 {number} 0.5"));
    }
    tokio::time::timeout(Duration::from_secs(60), listening.finish()).await.unwrap();
    assert!(seen.try_recv().is_err());
}
