//! Daemons that do not let us in, and servers that are no daemons.

use bitcart_events::testing::{DaemonVersion, TestDaemon};
use bitcart_events::{Coin, Currency, ErrorKind};

use crate::support::listening::{Listening, block, payment, record, today};
use crate::support::server::{coin, daemon_of};

#[tokio::test]
async fn a_wrong_password_is_an_error() {
    let daemon = today().await;
    let there = daemon_of(&daemon).login("electrum", "wrong").unwrap();
    let btc = Coin::at(Currency::Btc, there, "vpub-a");
    let error = Listening::by_websocket(btc.listener()).ended().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(error.to_string().contains("BTC_PASSWORD"), "{error}");
    assert_eq!(daemon.websockets_ever(), 0);
}

#[tokio::test]
async fn html_is_no_daemon_and_it_goes_on_trying() {
    let daemon = today().await;
    daemon.answer_html(true);
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    let client = coin(&daemon, "vpub-a");
    let error = client.call("getinfo", serde_json::json!([])).await.unwrap_err();
    assert!(error.to_string().contains("is the address a daemon's?"), "{error}");
    daemon.answer_html(false);
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(None, &block(1)).await.unwrap();
    seen.expect(["block 1"]).await;
    listening.finish().await;
}

#[tokio::test]
async fn a_daemon_without_a_websocket_is_polled() {
    let daemon = TestDaemon::builder().version(DaemonVersion::F39a98fe).start().await.unwrap();
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    daemon.wait_call("subscribe", 1).await;
    daemon.wait_call("get_updates", 1).await;
    daemon.mine(1).await;
    tokio::time::pause();
    seen.expect(["block 101"]).await;
    tokio::time::resume();
    listening.finish().await;
}

/// It was asked for before it was known that there is no websocket: the daemon has forgotten what it answers.
#[tokio::test]
async fn what_is_under_way_is_taken_while_a_daemon_is_polled() {
    let daemon = TestDaemon::builder().version(DaemonVersion::F39a98fe).start().await.unwrap();
    for method in ["/ws", "get_updates", "subscribe"] {
        daemon.hang(method);
    }
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    tokio::time::pause();
    daemon.wait_call("get_updates", 1).await;
    tokio::time::resume();
    daemon.release("/ws");
    // It is about to be polled, and is not yet.
    daemon.wait_call("subscribe", 1).await;
    coin(&daemon, "vpub-a").call("getbalance", serde_json::json!([])).await.unwrap();
    daemon.emit_unsent(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    daemon.release("get_updates");
    seen.expect(["paid 3 a 0.5"]).await;
    daemon.release("subscribe");
    listening.finish().await;
}
