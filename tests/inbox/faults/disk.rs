//! A disk without room, and a file that somebody else locks. Lost: nothing; what cannot be stored stays with the daemon.
//! Told: what is wrong and what to do, once, and that it is over.

use std::sync::Arc;
use std::time::Duration;

use bitcart_events::rusqlite::Connection;
use bitcart_events::testing::{Emission, Fate, TestDaemon};
use bitcart_events::{BoxError, Coin, Update};
use tokio::sync::mpsc;

use super::super::support::connection::post;
use super::super::support::listening::{Listening, block, payment, record, record_all, short, today};
use super::super::support::server::{Gate, coin, manager, next, serve, settings};
use super::{Inbox, Log, Place, all_is_handled, fill, large, name};

/// What is handled makes room, so nothing is before the gate opens.
fn gated(coin: &Coin) -> (Arc<Gate>, mpsc::UnboundedReceiver<String>) {
    let (gate, seen) = Gate::new();
    let gate = Arc::new(gate);
    let kept = Arc::clone(&gate);
    let handler = move |update: Update| {
        let gate = Arc::clone(&kept);
        async move {
            gate.pass(short(update.raw())).await;
            Ok::<(), BoxError>(())
        }
    };
    coin.add_event_handler(["new_payment", "new_transaction", "new_block"], handler).unwrap();
    (gate, seen)
}

#[tokio::test]
async fn a_webhook_that_cannot_be_stored_is_not_answered_and_comes_later() {
    let (log, daemon, place) = (Log::of_all(), TestDaemon::start().await.unwrap(), Place::file());
    let btc = coin(&daemon, "vpub-a");
    let (gate, mut seen) = gated(&btc);
    let inbox = place.open();
    let builder = btc.listener().without_registry().inbox(inbox.clone());
    let server = serve(builder, settings()).await;
    daemon.wait_configured("vpub-a").await;
    fill(&inbox, true).await;
    let is_kept = |emission: &Emission| matches!(emission.fate, Fate::Queued { .. });
    while !daemon.emissions().last().is_some_and(is_kept) {
        daemon.send("vpub-a", "0.1").await.unwrap();
    }
    let line = log.wait_for(&[&name(&place), "ERROR", "cannot be written"]).await;
    assert!(
        line.contains("database or disk is full; make room on its disk, and it goes on by itself"),
        "{line}"
    );
    assert!(line.contains("nothing more is accepted; nothing that was accepted is lost"), "{line}");
    daemon.send("vpub-a", "0.1").await.unwrap();
    fill(&inbox, false).await;
    gate.open();
    let all = daemon.emissions();
    assert!(all.iter().filter(|emission| is_kept(emission)).count() >= 2);
    for emission in &all {
        assert_eq!(next(&mut seen).await, short(&emission.json));
    }
    log.wait_for(&[&name(&place), "it can be written again"]).await;
    drop(inbox);
    server.finish().await;
    assert!(seen.try_recv().is_err());
    all_is_handled(&place).await;
}

#[tokio::test]
async fn nothing_is_polled_that_could_not_be_stored() {
    let (log, daemon, place) = (Log::of_all(), today().await, Place::file());
    let manager = manager(&daemon, ["vpub-a"]);
    let mut seen = record_all(&manager);
    let inbox = place.open();
    let builder = manager.listener().inbox(inbox.clone());
    let listening = Listening::by_polling(builder, Duration::from_millis(5));
    daemon.wait_loaded("vpub-a").await;
    daemon.request("vpub-b", "1").await.unwrap();
    daemon.emit(Some("vpub-b"), &payment("b", 3)).await.unwrap();
    fill(&inbox, true).await;
    // This one is under way when it is found out.
    daemon.emit(Some("vpub-a"), &large("a")).await.unwrap();
    log.wait_for(&[&name(&place), "ERROR", "disk is full"]).await;
    manager.add_wallet("BTC", "vpub-b").unwrap();
    let subscribes = async {
        while !daemon
            .rpc_calls()
            .iter()
            .any(|call| call.wallet.as_deref() == Some("vpub-b") && call.method == "subscribe")
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), subscribes).await.unwrap();
    let calls = |wallet: &str| {
        let all = daemon.rpc_calls();
        all.iter()
            .filter(|call| call.method == "get_updates" && call.wallet.as_deref() == Some(wallet))
            .count()
    };
    let asked = calls("vpub-a");
    tokio::time::pause();
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!((calls("vpub-a"), calls("vpub-b")), (asked, 0));
    assert_eq!(seen.rest(), [""; 0]);

    fill(&inbox, false).await;
    // So long does it wait at most before it tries again.
    tokio::time::sleep(Duration::from_secs(60)).await;
    tokio::time::resume();
    let mut both = [seen.next_of().await, seen.next_of().await];
    both.sort();
    let expected = [("vpub-a", "paid 3 a 0.5"), ("vpub-b", "paid 3 b 0.5")];
    assert_eq!(both, expected.map(|(wallet, update)| (wallet.to_owned(), update.to_owned())));
    drop(inbox);
    listening.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
    all_is_handled(&place).await;
}

#[tokio::test]
async fn what_a_websocket_brings_to_a_full_disk_is_fetched_later() {
    let (log, daemon, place) = (Log::of_all(), today().await, Place::file());
    let btc = coin(&daemon, "vpub-a");
    let (gate, mut seen) = gated(&btc);
    let inbox = place.open();
    let listening = Listening::by_websocket(btc.listener().inbox(inbox.clone()));
    daemon.wait_loaded("vpub-a").await;
    for update in [payment("a", 7), payment("a", 3)] {
        daemon.emit(Some("vpub-a"), &update).await.unwrap();
    }
    assert_eq!(next(&mut seen).await, "paid 7 a 0.5");
    place.wait_pending(2).await;
    fill(&inbox, true).await;
    // There may be room for a small one after a large one for which there is none.
    for update in [large("b"), payment("a", 7), block(1), payment("a", 3)] {
        daemon.emit(Some("vpub-a"), &update).await.unwrap();
    }
    let line = log.wait_for(&["lost the websocket", &daemon.url()]).await;
    assert!(line.contains("the inbox could not be written; connecting again"), "{line}");
    daemon.emit(Some("vpub-a"), &payment("c", 3)).await.unwrap();
    fill(&inbox, false).await;
    gate.open();
    for expected in
        ["paid 3 a 0.5", "paid 3 b 0.5", "paid 7 a 0.5", "block 1", "paid 3 a 0.5", "paid 3 c 0.5"]
    {
        assert_eq!(next(&mut seen).await, expected);
    }
    daemon.emit(Some("vpub-a"), &payment("d", 3)).await.unwrap();
    assert_eq!(next(&mut seen).await, "paid 3 d 0.5");
    place.wait_pending(0).await;
    drop(inbox);
    listening.finish().await;
    assert!(seen.try_recv().is_err());
    all_is_handled(&place).await;
}

#[tokio::test]
async fn a_file_that_another_program_locks_is_named_with_what_to_do() {
    let (log, place) = (Log::of_all(), Place::file());
    let btc = Coin::btc("vpub-a");
    let mut seen = record(&btc);
    let inbox = place.open();
    inbox.run_sql("PRAGMA busy_timeout = 10").await.unwrap();
    let server = serve(btc.listener().without_registry().inbox(inbox.clone()), settings()).await;
    let other = Connection::open(place.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let envelope = format!(r#"{{"updates": [{}], "wallet": "vpub-a", "currency": "BTC"}}"#, payment("a", 3));
    for _ in 0..2 {
        assert_eq!(post(server.addr, &server.path, &envelope).await, None);
    }
    let lines = log.lines(&[&name(&place), "ERROR", "nothing more is accepted"]);
    assert!(
        lines[0].contains(
            "database is locked; another program writes to the file for too long: end its transaction"
        ),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 1, "{lines:#?}");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(post(server.addr, &server.path, &envelope).await, Some(200));
    seen.expect(["paid 3 a 0.5"]).await;
    assert_eq!(inbox.stats().await.unwrap().dead, 0);
    drop(inbox);
    server.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
    all_is_handled(&place).await;
}
