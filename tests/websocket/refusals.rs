//! Daemons that do not let us in, and servers that are no daemons.

use bitcart_events::testing::{DaemonVersion, TestDaemon};
use bitcart_events::{Coin, Currency, ErrorKind};

use crate::support::listening::{Listening, block, record, today};
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
