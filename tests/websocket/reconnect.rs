//! What a lost websocket costs: nothing.

use std::time::Duration;

use bitcart_events::Currency;
use tokio::sync::mpsc;

use crate::support::listening::{Listening, block, payment, record, record_all, today, transaction};
use crate::support::server::{coin, manager};

#[tokio::test]
async fn what_was_missed_comes_in_its_place_and_nothing_twice() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let (told, mut hook) = mpsc::unbounded_channel();
    let listener = btc.listener().on_reconnect(move |reconnected| {
        let _ = told.send(reconnected);
        std::future::ready(())
    });
    let listening = Listening::by_websocket(listener);
    daemon.wait_loaded("vpub-a").await;
    for update in [payment("a", 7), payment("a", 3), transaction("t")] {
        daemon.emit(Some("vpub-a"), &update).await.unwrap();
    }
    seen.expect(["paid 7 a 0.5", "paid 3 a 0.5", "tx t"]).await;

    daemon.drop_websockets().await;
    // A reorganisation: the same payment goes back and forth once more.
    for update in [payment("a", 7), payment("a", 3), transaction("t")] {
        daemon.emit_unsent(Some("vpub-a"), &update).await.unwrap();
    }
    daemon.wait_websockets(1).await;
    // The second `t` is another transfer of the same transaction.
    seen.expect(["paid 7 a 0.5", "paid 3 a 0.5", "tx t"]).await;
    let reconnected = hook.recv().await.unwrap();
    assert_eq!((reconnected.currency.code(), reconnected.attempts > 0), ("BTC", true));

    daemon.emit(Some("vpub-a"), &payment("b", 3)).await.unwrap();
    seen.expect(["paid 3 b 0.5"]).await;
    listening.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
}

/// A payment is told again and again between blocks, which each wallet's queue has: also that of one which gets nothing else,
/// and of one which has a handler of its own for them.
#[tokio::test]
async fn blocks_are_known_in_every_wallets_queue() {
    let daemon = today().await;
    let manager = manager(&daemon, ["vpub-a", "vpub-b", "vpub-own"]);
    let mut own = record(&manager.coin(Currency::Btc, "vpub-own").unwrap());
    let mut general = record_all(&manager);
    let listening = Listening::by_websocket(manager.listener());
    for wallet in ["vpub-a", "vpub-b", "vpub-own"] {
        daemon.wait_loaded(wallet).await;
    }
    for height in [1, 2] {
        daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
        daemon.emit(Some("vpub-own"), &payment("own", 3)).await.unwrap();
        general.expect(["paid 3 a 0.5"]).await;
        daemon.emit(None, &block(height)).await.unwrap();
        own.expect(["paid 3 own 0.5", &format!("block {height}")]).await;
        general.expect([&*format!("block {height}")]).await;
    }
    daemon.drop_websockets().await;
    for (wallet, address) in [("vpub-a", "a"), ("vpub-b", "b"), ("vpub-own", "own")] {
        daemon.emit_unsent(Some(wallet), &payment(address, 3)).await.unwrap();
    }
    daemon.wait_websockets(1).await;
    own.expect(["paid 3 own 0.5"]).await;
    let mut missed = [general.next().await, general.next().await];
    missed.sort();
    assert_eq!(missed, ["paid 3 a 0.5", "paid 3 b 0.5"]);
    listening.finish().await;
    assert_eq!((own.rest(), general.rest()), (vec![], vec![]));
}

#[tokio::test]
async fn what_was_missed_comes_before_what_follows() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(Some("vpub-a"), &payment("a", 7)).await.unwrap();
    seen.expect(["paid 7 a 0.5"]).await;
    let asked = daemon.rpc_calls().iter().filter(|call| call.method == "get_updates").count();

    daemon.hang("get_updates");
    daemon.drop_websockets().await;
    daemon.emit_unsent(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    daemon.wait_call("get_updates", asked + 1).await;
    for number in 0..50 {
        daemon.emit(Some("vpub-a"), &payment(&format!("{number}"), 3)).await.unwrap();
    }
    daemon.release("get_updates");
    seen.expect(["paid 3 a 0.5"]).await;
    for number in 0..50 {
        assert_eq!(seen.next().await, format!("paid 3 {number} 0.5"));
    }
    listening.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
}

#[tokio::test]
async fn a_daemon_that_is_killed_is_found_again_and_its_wallets_touched() {
    let daemon = today().await;
    let manager = manager(&daemon, ["vpub-a", "vpub-b"]);
    let mut seen = record_all(&manager);
    let listening = Listening::by_websocket(manager.listener());
    for round in 0..3 {
        for wallet in ["vpub-a", "vpub-b"] {
            daemon.wait_loaded(wallet).await;
            daemon.emit(Some(wallet), &transaction(&format!("{round}"))).await.unwrap();
            seen.expect([&*format!("tx {round}")]).await;
        }
        // The first time it is killed, the second it says so.
        if round == 0 {
            daemon.stop().await
        } else {
            daemon.shut_down().await
        }
        daemon.start_again().await.unwrap();
    }
    for wallet in ["vpub-a", "vpub-b"] {
        daemon.wait_loaded(wallet).await;
        // Loaded again, it sends its transactions again.
        for update in [transaction("0"), transaction("2"), transaction("new")] {
            daemon.emit(Some(wallet), &update).await.unwrap();
        }
        seen.expect(["tx new"]).await;
    }
    listening.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
}

/// The connection is there, and nothing comes any more: only a ping can tell.
#[tokio::test]
async fn a_half_open_socket_is_noticed_within_a_minute() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(None, &block(1)).await.unwrap();
    seen.expect(["block 1"]).await;

    daemon.go_silent().await;
    tokio::time::pause();
    for _ in 0..60 {
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    tokio::time::resume();
    // It was noticed, so that what is left is to connect again.
    tokio::time::timeout(Duration::from_secs(5), daemon.wait_websockets(2)).await.unwrap();
    daemon.emit(None, &block(2)).await.unwrap();
    tokio::time::pause();
    seen.expect(["block 2"]).await;
    listening.stop().abort();
}

#[tokio::test]
async fn a_daemon_that_keeps_its_answers_does_not_hold_up_its_websocket() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    daemon.request("vpub-a", "1").await.unwrap();
    daemon.emit(Some("vpub-a"), &payment("before", 3)).await.unwrap();
    daemon.hang("get_updates");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    daemon.wait_call("get_updates", 1).await;
    daemon.emit(Some("vpub-a"), &payment("after", 3)).await.unwrap();
    tokio::time::pause();
    seen.expect(["paid 3 after 0.5"]).await;
    tokio::time::resume();
    daemon.release("get_updates");
    seen.expect(["paid 3 before 0.5"]).await;
    listening.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
}

#[tokio::test]
async fn a_daemon_that_reads_nothing_is_listened_to_all_the_same() {
    let daemon = today().await;
    daemon.stop_reading();
    let btc = coin(&daemon, "vpub-a");
    daemon.request("vpub-a", "1").await.unwrap();
    daemon.emit_unsent(Some("vpub-a"), &payment("a", 7)).await.unwrap();
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    daemon.wait_websockets(1).await;
    tokio::time::pause();
    // It answers no ping, neither the first one nor the one after the answer.
    seen.expect(["paid 7 a 0.5"]).await;
    daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    seen.expect(["paid 3 a 0.5"]).await;
    tokio::time::resume();
    listening.finish().await;
}

#[tokio::test]
async fn a_quiet_connection_is_not_taken_for_a_dead_one() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let _seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    daemon.wait_loaded("vpub-a").await;
    for _ in 0..60 {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(10)).await;
        tokio::time::resume();
        // Time enough for a ping and its answer.
        btc.balance().await.unwrap();
    }
    assert_eq!(daemon.websockets_ever(), 1);
    listening.finish().await;
}

#[tokio::test]
async fn an_answer_that_was_lost_is_asked_for_again() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    daemon.request("vpub-a", "1").await.unwrap();
    daemon.lose_answers("get_updates");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    daemon.wait_call("get_updates", 1).await;
    // What the socket brings is not held up by it for ever.
    daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    tokio::time::pause();
    seen.expect(["paid 3 a 0.5"]).await;
    daemon.keep_answers("get_updates");
    daemon.emit_unsent(Some("vpub-a"), &payment("b", 3)).await.unwrap();
    seen.expect(["paid 3 b 0.5"]).await;
    tokio::time::resume();
    listening.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
}

/// Its queue was in its memory: what it tells now is not what it told before, though it reads the same.
#[tokio::test]
async fn what_a_daemon_tells_after_it_shut_down_is_new() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    seen.expect(["paid 3 a 0.5"]).await;
    daemon.hang("/ws");
    daemon.shut_down().await;
    daemon.start_again().await.unwrap();
    // Somebody else loads the wallet before us.
    daemon.request("vpub-a", "1").await.unwrap();
    daemon.emit_unsent(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    daemon.release("/ws");
    seen.expect(["paid 3 a 0.5"]).await;
    listening.finish().await;
}

/// However long it takes: what waited there comes before what the socket brings.
#[tokio::test]
async fn a_daemon_that_comes_up_late_is_waited_for_in_order() {
    let daemon = today().await;
    daemon.stop().await;
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    tokio::time::pause();
    tokio::time::sleep(Duration::from_secs(100)).await;
    tokio::time::resume();
    daemon.hang("get_updates");
    daemon.start_again().await.unwrap();
    daemon.request("vpub-a", "1").await.unwrap();
    daemon.emit_unsent(Some("vpub-a"), &payment("a", 7)).await.unwrap();
    tokio::time::pause();
    daemon.wait_filtered("vpub-a").await;
    tokio::time::resume();
    daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    daemon.release("get_updates");
    seen.expect(["paid 7 a 0.5", "paid 3 a 0.5"]).await;
    listening.finish().await;
}

/// What it brought waits for what was missed before it.
#[tokio::test]
async fn a_connection_that_is_lost_at_once_changes_no_order() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(Some("vpub-a"), &payment("a", 0)).await.unwrap();
    seen.expect(["paid 0 a 0.5"]).await;
    // It is not known to send until it answers a ping.
    daemon.stop_reading();
    daemon.drop_websockets().await;
    daemon.emit_unsent(Some("vpub-a"), &payment("a", 7)).await.unwrap();
    daemon.wait_websockets(1).await;
    daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    daemon.read_again();
    daemon.drop_websockets().await;
    seen.expect(["paid 7 a 0.5", "paid 3 a 0.5"]).await;
    listening.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
}

/// Without a websocket to be had, events come late and not never.
#[tokio::test]
async fn queues_are_fetched_while_no_socket_can_be_had() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    daemon.hang("/ws");
    let listening = Listening::by_websocket(btc.listener());
    daemon.request("vpub-a", "1").await.unwrap();
    daemon.emit_unsent(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    tokio::time::pause();
    seen.expect(["paid 3 a 0.5"]).await;
    tokio::time::resume();
    listening.finish().await;
}
