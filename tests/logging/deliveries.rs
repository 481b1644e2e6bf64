//! Of websockets and polling: what was lost and found, and what to do about it.

use std::time::Duration;

use bitcart_events::testing::{DaemonVersion, TestDaemon};
use bitcart_events::{ApiManager, Coin, Currency, ErrorKind, Listener, ListenerBuilder};

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

/// By polling and by websocket: an operator who looks later finds it.
#[tokio::test]
async fn an_outage_is_told_again_while_it_lasts_and_when_it_is_over() {
    for (begin, well) in [(POLLING, "polling"), (WEBSOCKET, "listening to the websocket of")] {
        let (log, _guard) = Log::start();
        let daemon = today().await;
        let btc = coin(&daemon, "vpub-a");
        let mut seen = record(&btc);
        let listening = begin(btc.listener());
        daemon.wait_loaded("vpub-a").await;
        daemon.stop().await;
        let first = log.wait_for(&["trying again until it works"]).await;
        for part in ["WARN", &daemon.url(), "BTC_HOST and BTC_PORT, or `Daemon::new`"] {
            assert!(first.contains(part), "{part} in {first}");
        }
        tokio::time::pause();
        tokio::time::sleep(Duration::from_secs(12 * 60)).await;
        let [again] = &log.lines_with("trying again until it works, for 10 min now")[..] else {
            panic!("{}", log.text())
        };
        assert!(again.contains("WARN") && again.contains(&daemon.url()), "{again}");

        daemon.start_again().await.unwrap();
        // More than the longest wait before the next attempt.
        tokio::time::advance(Duration::from_secs(70)).await;
        tokio::time::resume();
        let back = log
            .wait_for(&[&format!("{well} the BTC daemon at {}, after 13 min of trouble", daemon.url())])
            .await;
        assert!(back.contains("INFO"), "{back}");
        daemon.wait_loaded("vpub-a").await;
        daemon.emit(None, &block(1)).await.unwrap();
        seen.expect(["block 1"]).await;
        listening.finish().await;
    }
}

const POLLING: fn(ListenerBuilder) -> Listening =
    |listener| Listening::by_polling(listener, Duration::from_millis(1));
const WEBSOCKET: fn(ListenerBuilder) -> Listening = Listening::by_websocket;

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

/// Whoever started it in a task may never look at what it ended with.
#[tokio::test]
async fn a_wrong_login_is_told_as_an_error_with_what_to_do() {
    for begin in [POLLING, WEBSOCKET] {
        let (log, _guard) = Log::start();
        let daemon = today().await;
        let there = daemon_of(&daemon).login("electrum", "wrong").unwrap();
        let manager = ApiManager::builder().daemon("BTC", there).wallets("BTC", ["vpub-a", "vpub-b"]);
        let ended = begin(manager.build().unwrap().listener()).ended().await;
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::Unauthorized);
        let [line] = &log.lines_with("not trying again")[..] else { panic!("{}", log.text()) };
        assert!(line.contains("ERROR") && line.contains("set BTC_LOGIN and BTC_PASSWORD"), "{line}");
    }
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
    let line = log.wait_for(&["does not accept the login and password", "trying again until it works"]).await;
    assert!(line.contains("ERROR") && line.contains("set BTC_LOGIN and BTC_PASSWORD"), "{line}");
    daemon.refuse_logins(false);
    daemon.wait_websockets(1).await;
    daemon.emit(None, &block(1)).await.unwrap();
    seen.expect(["block 1"]).await;
    listening.finish().await;
}

/// By polling and by webhook each wallet asks for itself, and one that is added then is no reason to end what works.
#[tokio::test]
async fn a_login_that_is_refused_later_ends_nothing_when_a_wallet_is_added() {
    for version in [DaemonVersion::Current, DaemonVersion::F39a98fe] {
        let (log, _guard) = Log::start();
        let daemon = TestDaemon::builder().version(version).start().await.unwrap();
        let manager = manager(&daemon, ["vpub-a"]);
        // The first wallet is asked for once, and without handlers nothing is compared.
        let rarely = Duration::from_secs(3_600);
        let listener = manager.listener();
        let (listening, in_order) = if version == DaemonVersion::Current {
            (Listening::by_polling(listener, rarely), "polling the BTC daemon")
        } else {
            let serve = |listener: Listener| async move { listener.webhook().await };
            (Listening::start(listener.webhook_settings(settings()), serve), "registered with the BTC daemon")
        };
        log.wait_for(&[in_order]).await;
        daemon.refuse_logins(true);
        manager.add_wallet("BTC", "vpub-b").unwrap();
        log.wait_for(&["does not accept the login and password", "trying again until it works"]).await;
        daemon.refuse_logins(false);
        manager.add_wallet("BTC", "vpub-c").unwrap();
        daemon.wait_loaded("vpub-c").await;
        listening.finish().await;
    }
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
