//! What a daemon dropped, or forgot before it was stored, comes from its state: over real sockets.

// What is below is all test, though only functions marked as such are taken for it.
#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod shapes;

use std::time::{Duration, SystemTime};

use bitcart_events::inbox::SqliteInbox;
use bitcart_events::testing::{DaemonVersion, TestDaemon};
use bitcart_events::{Coin, Currency, Delivery, Event, ListenerBuilder, State, handlers, on};
use support::kept::Kept;
use support::listening::{Listening, record, today};
use support::server::{Gate, coin, daemon_of, next, serve, settings};

const SOON: Duration = Duration::from_millis(5);
const PAYER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const ADDRESS: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

/// Compares as fast as it may.
fn listener(coin: &Coin, inbox: &Kept) -> ListenerBuilder {
    coin.listener().inbox(inbox.clone()).reconcile_every(SOON)
}

fn asked(daemon: &TestDaemon, method: &str) -> usize {
    daemon.rpc_calls().iter().filter(|call| call.method == method).count()
}

/// Waits until so many more looks have begun and the one before the last has ended.
async fn looks(daemon: &TestDaemon, more: usize) {
    daemon.wait_call("list_requests", asked(daemon, "list_requests") + more).await;
}

#[tokio::test]
async fn a_payment_that_the_daemon_forgot_while_nobody_listened_is_delivered() {
    let daemon = today().await;
    let (btc, inbox) = (coin(&daemon, "vpub-a"), Kept::default());
    let paid = daemon.request("vpub-a", "0.5").await.unwrap();
    let old = daemon.request("vpub-a", "0.1").await.unwrap();
    daemon.pay(&old.id, "0.1").await.unwrap();
    daemon.mine(1).await;
    daemon.restart().await.unwrap();

    let mut seen = record(&btc);
    let listening = Listening::by_polling(listener(&btc, &inbox), SOON);
    looks(&daemon, 3).await;
    listening.finish().await;
    assert_eq!(seen.rest(), [""; 0], "a first start tells of nothing");

    let hash = daemon.pay(&paid.id, "0.5").await.unwrap();
    daemon.mine(1).await;
    daemon.restart().await.unwrap();
    let listening = Listening::by_polling(listener(&btc, &inbox), SOON);
    let (payment, transaction, verified) =
        (format!("paid 3 {} 0.50000000", paid.id), format!("tx {hash}"), format!("verified {hash} 102"));
    seen.expect(["block 102", &payment, &transaction, &verified]).await;
    assert_eq!(inbox.reconciled(), ["block 102", &*payment, &transaction, &verified]);
    // What was told is told once, and what comes live is told live.
    looks(&daemon, 3).await;
    let next = daemon.request("vpub-a", "0.2").await.unwrap();
    daemon.pay(&next.id, "0.2").await.unwrap();
    seen.expect([&*format!("paid 7 {} 0.20000000", next.id)]).await;
    looks(&daemon, 3).await;
    listening.finish().await;
    assert_eq!(seen.rest().len(), 1, "its transaction");
    assert_eq!(inbox.reconciled().len(), 4);
}

/// As long as the listener lives.
#[tokio::test]
async fn what_an_inbox_in_memory_does_not_keep_the_listener_knows() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let [old, paid] =
        [daemon.request("vpub-a", "0.1").await.unwrap(), daemon.request("vpub-a", "0.5").await.unwrap()];
    daemon.pay(&old.id, "0.1").await.unwrap();
    daemon.mine(1).await;
    daemon.restart().await.unwrap();
    let mut seen = record(&btc);
    let listener = btc.listener().without_registry().reconcile_every(SOON).build().unwrap();
    let deliver = || {
        let listener = listener.clone();
        tokio::spawn(async move { listener.polling(SOON).await })
    };
    let first = deliver();
    looks(&daemon, 3).await;
    // What it asks for last is answered before anything happens, so that it is not told live of that.
    daemon.hang("get_updates");
    daemon.wait_call("get_updates", asked(&daemon, "get_updates") + 1).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    daemon.release("get_updates");
    btc.balance().await.unwrap();
    assert_eq!(seen.rest(), [""; 0], "a first look tells of nothing");

    let hash = daemon.pay(&paid.id, "0.5").await.unwrap();
    daemon.mine(1).await;
    daemon.restart().await.unwrap();
    let second = deliver();
    let (payment, transaction, verified) =
        (format!("paid 3 {} 0.50000000", paid.id), format!("tx {hash}"), format!("verified {hash} 102"));
    seen.expect(["block 102", &payment, &transaction, &verified]).await;
    looks(&daemon, 3).await;
    second.abort();
    assert!(second.await.unwrap_err().is_cancelled());
    assert_eq!(seen.rest(), [""; 0], "once");
}

#[tokio::test]
async fn of_eth_each_block_and_each_payment_is_delivered() {
    let daemon =
        TestDaemon::builder().version(DaemonVersion::Current).currency(Currency::Eth).start().await.unwrap();
    let (eth, inbox) = (Coin::at(Currency::Eth, daemon_of(&daemon), ADDRESS), Kept::default());
    let paid = daemon.request(ADDRESS, "1.5").await.unwrap();
    assert!(daemon.expect_payer(&paid.id, PAYER).await);
    let mut seen = record(&eth);
    let listening = Listening::by_polling(listener(&eth, &inbox), SOON);
    looks(&daemon, 3).await;
    listening.finish().await;

    daemon.pay(&paid.id, "0.5").await.unwrap();
    daemon.mine(3).await;
    // The queue is fetched by somebody else, so that it is as if it was lost.
    eth.get_updates().await.unwrap();
    let listening = Listening::by_polling(listener(&eth, &inbox), SOON);
    let payment = format!("paid 0 {} 0.500000000000000000", paid.id);
    seen.expect(["block 101", "block 102", "block 103", &payment]).await;
    // The rest comes live, and once.
    daemon.send_from(PAYER, ADDRESS, "1").await.unwrap();
    daemon.mine(1).await;
    seen.wait_for(&format!("paid 3 {} 1.500000000000000000", paid.id)).await;
    looks(&daemon, 3).await;
    listening.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
    assert_eq!(inbox.reconciled().len(), 4);
}

#[tokio::test]
async fn the_present_is_delivered_at_once_if_that_is_asked_for() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let old = daemon.request("vpub-a", "0.1").await.unwrap();
    daemon.pay(&old.id, "0.1").await.unwrap();
    daemon.mine(1).await;
    daemon.let_pass(Duration::from_secs(100_000));
    let new = daemon.request("vpub-a", "0.2").await.unwrap();
    let hash = daemon.pay(&new.id, "0.2").await.unwrap();
    daemon.mine(1).await;
    daemon.restart().await.unwrap();

    let mut seen = record(&btc);
    let since = SystemTime::now() + Duration::from_secs(50_000);
    let inbox = Kept::default();
    let listening = Listening::by_polling(listener(&btc, &inbox).reconcile_since(since), SOON);
    let payment = format!("paid 3 {} 0.20000000", new.id);
    seen.expect([&*payment, &format!("tx {hash}"), &format!("verified {hash} 102")]).await;
    looks(&daemon, 3).await;
    listening.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
}

#[tokio::test]
async fn what_was_pushed_out_of_the_ring_is_delivered() {
    let daemon = today().await;
    let (btc, inbox) = (coin(&daemon, "vpub-a"), Kept::default());
    let paid = daemon.request("vpub-a", "0.5").await.unwrap();
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(listener(&btc, &inbox));
    daemon.wait_call("onchain_history", 1).await;
    daemon.wait_websockets(1).await;
    // The look has ended when its state is there.
    while inbox.remembers("looked").await < 2 {
        tokio::task::yield_now().await;
    }
    listening.finish().await;

    daemon.pay(&paid.id, "0.5").await.unwrap();
    daemon.mine(150).await;
    let listening = Listening::by_websocket(listener(&btc, &inbox));
    seen.wait_for(&format!("paid 3 {} 0.50000000", paid.id)).await;
    listening.finish().await;
    assert!(inbox.reconciled().contains(&format!("paid 3 {} 0.50000000", paid.id)));
}

#[tokio::test]
async fn a_websocket_compares_after_each_reconnect() {
    let daemon = today().await;
    let (btc, inbox) = (coin(&daemon, "vpub-a"), Kept::default());
    let paid = daemon.request("vpub-a", "0.5").await.unwrap();
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(listener(&btc, &inbox));
    looks(&daemon, 2).await;
    daemon.stop().await;
    daemon.start_again().await.unwrap();
    // It is paid before the wallet is loaded, and nobody is told.
    daemon.pay(&paid.id, "0.5").await.unwrap();
    seen.wait_for(&format!("paid 7 {} 0.50000000", paid.id)).await;
    daemon.mine(1).await;
    seen.wait_for(&format!("paid 3 {} 0.50000000", paid.id)).await;
    looks(&daemon, 3).await;
    listening.finish().await;
    let again = seen.rest();
    assert!(!again.iter().any(|event| event.starts_with("paid")), "{again:?}");
}

/// They know no websocket, no sums and no `verified_tx`, and name a request by its address.
#[tokio::test]
async fn a_daemon_of_2020_is_asked_in_its_own_way() {
    let daemon = TestDaemon::builder().version(DaemonVersion::Edda6711).start().await.unwrap();
    let (btc, inbox) = (coin(&daemon, "vpub-a"), Kept::default());
    let paid = daemon.request("vpub-a", "0.5").await.unwrap();
    let mut seen = record(&btc);
    let server = serve(listener(&btc, &inbox), settings().register_every(SOON)).await;
    looks(&daemon, 3).await;
    server.finish().await;
    let hash = daemon.pay(&paid.address, "0.5").await.unwrap();
    daemon.restart().await.unwrap();
    let server = serve(listener(&btc, &inbox), settings().register_every(SOON)).await;
    seen.expect([&*format!("paid 3 {} ", paid.address), &format!("tx {hash}")]).await;
    looks(&daemon, 3).await;
    server.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
    assert_eq!(inbox.reconciled().len(), 2);
}

/// A request that nobody asked for costs the daemon nothing.
#[tokio::test]
async fn only_what_has_a_handler_is_asked_for() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let (sender, mut heights) = tokio::sync::mpsc::unbounded_channel();
    btc.add_event_handler("new_block", move |update: bitcart_events::Update| {
        let _ = sender.send(update.raw().to_owned());
        std::future::ready(Ok(()))
    })
    .unwrap();
    let listening = Listening::by_polling(btc.listener().reconcile_every(SOON), SOON);
    daemon.wait_call("getinfo", 1).await;
    let asked_before = asked(&daemon, "get_updates");
    daemon.wait_call("get_updates", asked_before + 5).await;
    daemon.mine(1).await;
    assert!(heights.recv().await.unwrap().contains("101"));
    listening.finish().await;
    assert_eq!((asked(&daemon, "list_requests"), asked(&daemon, "onchain_history")), (0, 0));
    assert_eq!(asked(&daemon, "getinfo"), 1, "blocks are not looked for by the clock");
}

/// With the inbox in a file, and a handler that asks how its event came.
#[tokio::test]
async fn a_handler_can_ask_whether_its_event_was_missed() {
    let daemon = today().await;
    let folder = tempfile::TempDir::new().unwrap();
    let paid = daemon.request("vpub-a", "0.5").await.unwrap();
    let old = daemon.request("vpub-a", "0.1").await.unwrap();
    daemon.pay(&old.id, "0.1").await.unwrap();
    daemon.mine(1).await;
    daemon.restart().await.unwrap();
    let btc = coin(&daemon, "vpub-a");
    let start = || {
        let (gate, seen) = Gate::opened();
        let inbox = SqliteInbox::open(folder.path().join("events.db")).unwrap();
        let builder = btc.listener().inbox(inbox).reconcile_every(SOON).state(gate).handlers(handlers![tell]);
        (Listening::by_websocket(builder), seen)
    };
    let (listening, mut seen) = start();
    looks(&daemon, 2).await;
    listening.finish().await;
    seen.try_recv().unwrap_err();

    daemon.pay(&paid.id, "0.5").await.unwrap();
    daemon.mine(1).await;
    daemon.restart().await.unwrap();
    let (listening, mut seen) = start();
    assert_eq!(next(&mut seen).await, format!("{} 3 Reconciled", paid.id));
    let live = daemon.request("vpub-a", "0.3").await.unwrap();
    daemon.wait_websockets(1).await;
    daemon.pay(&live.id, "0.3").await.unwrap();
    assert!(next(&mut seen).await.starts_with(&format!("{} 7 ", live.id)));
    listening.finish().await;

    // The state is in the file: nothing is new on the next start.
    let (listening, mut seen) = start();
    looks(&daemon, 3).await;
    listening.finish().await;
    seen.try_recv().unwrap_err();
}

#[on("new_payment", register = false)]
fn tell(event: Event, address: &str, status: i64, delivery: Delivery, gate: State<Gate>) {
    let _ = event;
    gate.tell(format!("{address} {status} {:?}", delivery.origin()));
}
