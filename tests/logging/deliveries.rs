//! Of websockets and polling: what was lost and found, and what to do about it.

use std::time::Duration;

use bitcart_events::testing::{DaemonVersion, TestDaemon};
use bitcart_events::{Coin, Currency};

use crate::support::listening::{Listening, block, record, record_all, today};
use crate::support::log::Log;
use crate::support::server::{coin, daemon_of, manager, serve, settings};

#[tokio::test]
async fn a_websocket_that_is_lost_and_found_is_told() {
    let (log, _guard) = Log::start();
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    daemon.wait_loaded("vpub-a").await;
    daemon.shut_down().await;
    daemon.start_again().await.unwrap();
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(None, &block(1)).await.unwrap();
    seen.expect(["block 1"]).await;
    listening.finish().await;
    let who = format!("of the BTC daemon at {}", daemon.url());
    assert_eq!(log.lines_with(&format!("listening to the websocket {who}")).len(), 2, "{}", log.text());
    let [lost] = &log.lines_with(&format!("lost the websocket {who}"))[..] else { panic!("{}", log.text()) };
    assert!(lost.contains("WARN") && lost.contains("the daemon shuts down; connecting again"), "{lost}");
    assert!(!log.text().contains("vpub-a"), "{}", log.text());
}

#[tokio::test]
async fn a_key_that_is_none_is_told_once_and_not_shown() {
    let (log, _guard) = Log::start();
    let daemon = today().await;
    let manager = manager(&daemon, ["vpub-a", "my seed words"]);
    let mut seen = record_all(&manager);
    let listening = Listening::by_websocket(manager.listener());
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(None, &block(1)).await.unwrap();
    seen.expect(["block 1"]).await;
    daemon.wait_call("get_updates", 2).await;
    listening.finish().await;
    let [line] = &log.lines_with("trying again")[..] else { panic!("{}", log.text()) };
    for part in ["WARN", "wallet=\"#", "refused `get_updates`", "Seed or key not recognized"] {
        assert!(line.contains(part), "{part} in {line}");
    }
    assert!(!log.text().contains("seed words"), "{}", log.text());
}

#[tokio::test]
async fn a_full_answer_is_told() {
    let (log, _guard) = Log::start();
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    daemon.request("vpub-a", "1").await.unwrap();
    for height in 0..101 {
        daemon.emit_unsent(None, &block(height)).await.unwrap();
    }
    let mut seen = record(&btc);
    let listening = Listening::by_polling(btc.listener(), Duration::from_secs(60));
    seen.wait_for("block 100").await;
    listening.finish().await;
    let [line] = &log.lines_with("older ones may have been dropped")[..] else { panic!("{}", log.text()) };
    assert!(line.contains("WARN") && line.contains("100 updates were waiting at the daemon"), "{line}");
}

#[tokio::test]
async fn a_daemon_that_pushes_no_webhooks_is_told_once() {
    let (log, _guard) = Log::start();
    let daemon = today().await;
    let manager = manager(&daemon, ["vpub-a", "vpub-b"]);
    let server = serve(manager.listener().without_registry(), settings()).await;
    daemon.wait_call("configure_notifications", 2).await;
    daemon.wait_call("get_updates", 2).await;
    server.finish().await;
    let [line] = &log.lines_with("pushes no webhooks")[..] else { panic!("{}", log.text()) };
    assert!(line.contains("its events come by websocket, to the same handlers"), "{line}");
}

#[tokio::test]
async fn a_websocket_that_names_wrong_wallets_is_told() {
    let (log, _guard) = Log::start();
    let daemon = TestDaemon::builder().version(DaemonVersion::Edda6711).start().await.unwrap();
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    daemon.wait_filtered("vpub-a").await;
    daemon.wait_loaded("vpub-a").await;
    daemon.mine(1).await;
    seen.expect(["block 101"]).await;
    while log.lines_with("take the webhook").is_empty() {
        tokio::task::yield_now().await;
    }
    listening.finish().await;
}

/// Unlike at the start, where it is a mistake of the operator's.
#[tokio::test]
async fn a_login_that_is_refused_later_is_told_and_tried_again() {
    let (log, _guard) = Log::start();
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    daemon.wait_loaded("vpub-a").await;
    daemon.refuse_logins(true);
    daemon.drop_websockets().await;
    while log.lines_with("does not accept the login and password").is_empty() {
        tokio::task::yield_now().await;
    }
    daemon.refuse_logins(false);
    daemon.wait_websockets(1).await;
    daemon.emit(None, &block(1)).await.unwrap();
    seen.expect(["block 1"]).await;
    listening.finish().await;
}

#[tokio::test]
async fn a_daemon_of_another_currency_is_named() {
    let (log, _guard) = Log::start();
    let daemon = today().await;
    let ltc = Coin::at(Currency::Ltc, daemon_of(&daemon), "vpub-a");
    let _seen = record(&ltc);
    let listening = Listening::by_websocket(ltc.listener());
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(None, &block(1)).await.unwrap();
    while log.lines_with("that should be LTC's is BTC's").is_empty() {
        tokio::task::yield_now().await;
    }
    let [line] = &log.lines_with("that should be LTC's is BTC's")[..] else { panic!("{}", log.text()) };
    assert!(line.contains("ERROR") && line.contains("LTC_PORT"), "{line}");
    listening.finish().await;
}
