//! Delivery by polling, over real sockets.

// What is below is all test, though only functions marked as such are taken for it.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use bitcart_events::testing::{DaemonVersion, TestDaemon};
use bitcart_events::{Coin, Currency, ErrorKind};
use support::listening::{Listening, block, payment, record, record_all, short, today, transaction};
use support::server::{coin, daemon_of, manager};

const SOON: Duration = Duration::from_millis(1);

#[tokio::test]
async fn both_generations_are_polled() {
    for version in [DaemonVersion::F39a98fe, DaemonVersion::Edda6711, DaemonVersion::Current] {
        let daemon = TestDaemon::builder().version(version).start().await.unwrap();
        let btc = coin(&daemon, "vpub-a");
        let mut seen = record(&btc);
        let listening = Listening::by_polling(btc.listener(), SOON);
        // What comes before it was asked for is not kept.
        daemon.wait_call("get_updates", 1).await;
        let request = daemon.request("vpub-a", "0.5").await.unwrap();
        daemon.pay(&request.address, "0.5").await.unwrap();
        daemon.mine(2).await;
        for emission in daemon.emissions() {
            assert_eq!(seen.next().await, short(&emission.json), "{version:?}");
        }
        listening.finish().await;
    }
}

#[tokio::test]
async fn all_wallets_of_a_manager_and_those_that_are_added() {
    let daemon = today().await;
    let manager = manager(&daemon, ["vpub-a"]);
    let mut seen = record_all(&manager);
    let polled = manager.clone();
    let running = tokio::spawn(async move { polled.poll_updates(SOON).await });
    daemon.wait_loaded("vpub-a").await;
    manager.add_wallet("BTC", "vpub-b").unwrap();
    daemon.wait_loaded("vpub-b").await;
    for wallet in ["vpub-a", "vpub-b"] {
        daemon.emit(Some(wallet), &payment(wallet, 3)).await.unwrap();
        assert_eq!(seen.next_of().await, (wallet.to_owned(), format!("paid 3 {wallet} 0.5")));
    }
    // Both have it in their queues.
    daemon.emit(None, &block(7)).await.unwrap();
    daemon.emit(Some("vpub-a"), &payment("last", 3)).await.unwrap();
    daemon.emit(Some("vpub-b"), &payment("last", 3)).await.unwrap();
    let mut rest = [seen.next().await, seen.next().await, seen.next().await];
    rest.sort();
    assert_eq!(rest, ["block 7", "paid 3 last 0.5", "paid 3 last 0.5"]);
    manager.shut_down().await.unwrap();
    running.await.unwrap().unwrap();
    assert_eq!(seen.rest(), [""; 0]);
}

#[tokio::test]
async fn a_restarted_daemon_is_found_again_and_repeats_no_transaction() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_polling(btc.listener(), SOON);
    daemon.wait_loaded("vpub-a").await;
    // Two equal transfers of one transaction are two. They come in one answer, or in answers that follow each other.
    daemon.hang("get_updates");
    for _ in 0..2 {
        daemon.emit(Some("vpub-a"), &transaction("t")).await.unwrap();
    }
    daemon.release("get_updates");
    seen.expect(["tx t", "tx t"]).await;
    daemon.restart().await.unwrap();
    // The restart shows in the first answer, which has nothing in it; the call after it says that it was read.
    let asked = daemon.rpc_calls().iter().filter(|call| call.method == "get_updates").count();
    daemon.wait_call("get_updates", asked + 2).await;
    for update in [transaction("t"), transaction("t"), payment("a", 3)] {
        daemon.emit(Some("vpub-a"), &update).await.unwrap();
    }
    seen.expect(["paid 3 a 0.5"]).await;
    listening.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
}

/// A daemon of 2020 keeps nothing that it was not asked for, and forgets what it was asked for.
#[tokio::test]
async fn a_restarted_daemon_of_2020_is_told_again_what_to_keep() {
    let daemon = TestDaemon::start().await.unwrap();
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_polling(btc.listener(), SOON);
    for height in [101, 102] {
        let asked = daemon.rpc_calls().iter().filter(|call| call.method == "subscribe").count();
        daemon.wait_call("subscribe", asked + 2).await;
        daemon.mine(1).await;
        seen.expect([&*format!("block {height}")]).await;
        daemon.restart().await.unwrap();
    }
    listening.finish().await;
}

#[tokio::test]
async fn an_answer_on_its_way_is_waited_for_at_the_end() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    daemon.request("vpub-a", "1").await.unwrap();
    daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    daemon.hang("get_updates");
    let mut seen = record(&btc);
    let ended = Listening::by_polling(btc.listener(), SOON);
    daemon.wait_call("get_updates", 1).await;
    let ended = ended.stop();
    tokio::task::yield_now().await;
    assert!(!ended.is_finished());
    daemon.release("get_updates");
    ended.await.unwrap().unwrap();
    seen.expect(["paid 3 a 0.5"]).await;
}

/// Room comes before the call: what was fetched and cannot be held would be lost.
#[tokio::test]
async fn nothing_is_fetched_without_room() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    daemon.request("vpub-a", "1").await.unwrap();
    let (gate, mut reached) = support::server::Gate::new();
    let gate = std::sync::Arc::new(gate);
    let held = std::sync::Arc::clone(&gate);
    btc.add_event_handler("new_payment", move |update| {
        let gate = std::sync::Arc::clone(&held);
        async move {
            gate.pass(short(update.raw())).await;
            Ok(())
        }
    })
    .unwrap();
    let listening = Listening::by_polling(btc.listener().capacity(1), SOON);
    for number in 0..150 {
        daemon.emit_unsent(Some("vpub-a"), &payment(&format!("{number}"), 3)).await.unwrap();
        if number == 0 {
            // It is at work, and nothing else is asked for.
            assert_eq!(support::server::next(&mut reached).await, "paid 3 0 0.5");
        }
    }
    let asked = daemon.rpc_calls().iter().filter(|call| call.method == "get_updates").count();
    gate.open();
    // The daemon kept the last 100 of the others.
    for number in 50..150 {
        assert_eq!(support::server::next(&mut reached).await, format!("paid 3 {number} 0.5"));
    }
    assert!(asked <= 3, "{asked}");
    listening.finish().await;
}

#[tokio::test]
async fn a_wrong_password_is_an_error_and_a_later_refusal_is_not() {
    let daemon = today().await;
    let there = daemon_of(&daemon).login("electrum", "wrong").unwrap();
    let btc = Coin::at(Currency::Btc, there, "vpub-a");
    let error = Listening::by_polling(btc.listener(), SOON).ended().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);

    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_polling(btc.listener(), SOON);
    daemon.wait_loaded("vpub-a").await;
    daemon.refuse_logins(true);
    daemon.emit(None, &block(1)).await.unwrap();
    daemon.answer_html(true);
    daemon.refuse_logins(false);
    daemon.answer_html(false);
    seen.expect(["block 1"]).await;
    listening.finish().await;
}
