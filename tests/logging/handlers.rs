//! Of handlers and webhooks: which handler, where, for which wallet.

use std::fmt;

use crate::support::log::Log;
use crate::support::server::{coin, nowhere, serve, settings};
use bitcart_events::testing::TestDaemon;
use bitcart_events::{ApiManager, Coin, Currency, Event, handlers, on};

const WALLET: &str = "xpub-that-nobody-may-see";

#[on("new_block", register = false)]
fn picky(event: Event, height: u64) -> Result<(), String> {
    assert!(height != 14, "one too many");
    if height == 13 { Err(format!("{event} 13 is unlucky")) } else { Ok(()) }
}

struct Terrible;

impl From<Terrible> for bitcart_events::BoxError {
    fn from(_: Terrible) -> Self {
        #[derive(Debug)]
        struct Unprintable;
        impl fmt::Display for Unprintable {
            fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                panic!("cannot be printed")
            }
        }
        impl std::error::Error for Unprintable {}
        Box::new(Unprintable)
    }
}

#[on("new_transaction", register = false)]
fn terrible(event: Event) -> Result<(), Terrible> {
    let _ = event;
    Err(Terrible)
}

#[test]
fn a_manager_that_has_no_wallet_says_so() {
    let (log, _guard) = Log::start();
    let manager = ApiManager::builder().wallets("btc", [""; 0]).build().unwrap();
    let build = || manager.listener().without_registry().build().unwrap();
    build();
    assert_eq!(log.lines_with("there is no wallet yet").len(), 1, "{}", log.text());
    manager.add_wallet("btc", WALLET).unwrap();
    build();
    assert_eq!(log.lines_with("there is no wallet yet").len(), 1, "{}", log.text());
}

#[tokio::test]
async fn a_failure_names_the_handler_its_place_and_the_wallets_fingerprint() {
    let (log, _guard) = Log::start();
    let listener = Coin::btc(WALLET).listener().handlers(handlers![picky]).build().unwrap();
    let updates = r#"[{"event": "new_block", "height": 13}, {"event": "new_block", "height": 14}, {"event": "new_block", "height": 1.5}, 7]"#;
    listener.process_updates(updates).await.unwrap();

    let [failed] = &log.lines_with("failed: new_block 13 is unlucky")[..] else { panic!("{}", log.text()) };
    for part in [
        "ERROR",
        "event=new_block",
        r#"handler="logging::handlers::picky""#,
        "at=tests/logging/handlers.rs:",
        "currency=BTC",
        "wallet=\"#",
    ] {
        assert!(failed.contains(part), "{part} in {failed}");
    }
    assert_eq!(log.lines_with("failed: panicked: one too many").len(), 1, "{}", log.text());
    let [rejected] = &log.lines_with("rejected: `height` should be")[..] else { panic!("{}", log.text()) };
    assert!(rejected.contains("but is 1.5") && rejected.contains("WARN"), "{rejected}");
    assert_eq!(log.lines_with("an update should be a JSON object, but is 7").len(), 1);
    assert!(!log.text().contains(WALLET), "{}", log.text());
}

#[tokio::test]
async fn an_error_that_cannot_even_be_printed_stops_nothing() {
    let listener = Coin::btc("xpub").listener().handlers(handlers![terrible]).build().unwrap();
    for tx in ["1", "2"] {
        let updates = serde_json::json!([{"event": "new_transaction", "tx": tx}]);
        assert_eq!(listener.process_updates(updates).await.unwrap().failed.len(), 1);
    }
}

#[tokio::test]
async fn strangers_and_unknown_events_are_told_once() {
    let (log, _guard) = Log::start();
    let listener = Coin::btc(WALLET).listener().build().unwrap();
    for _ in 0..3 {
        let stranger =
            r#"{"updates": [{"event": "new_block", "height": 1}], "wallet": "xprv-of-a-stranger"}"#;
        listener.process_updates(stranger).await.unwrap();
        listener.process_updates(r#"[{"event": "new_moon"}]"#).await.unwrap();
    }
    assert_eq!(log.lines_with("for a wallet that is not listened to").len(), 1, "{}", log.text());
    assert_eq!(log.lines_with("ignored updates of an unknown event").len(), 1, "{}", log.text());
    assert!(!log.text().contains("stranger"), "{}", log.text());
}

#[tokio::test]
async fn events_without_a_handler_are_told_once_for_each_event() {
    let (log, _guard) = Log::start();
    let listener = Coin::btc(WALLET).listener().build().unwrap();
    assert_eq!(log.lines_with("there is no handler yet").len(), 1, "{}", log.text());
    let paid = r#"[{"event": "new_payment", "address": "a", "status": 3, "status_str": "Paid"}]"#;
    for _ in 0..3 {
        listener.process_updates(paid).await.unwrap();
    }
    let [line] = &log.lines_with("no handler is registered for it")[..] else { panic!("{}", log.text()) };
    assert!(line.contains("`new_payment`") && line.contains("INFO"), "{line}");
}

#[tokio::test]
async fn a_webhook_never_logs_its_secret_or_a_password() {
    let (log, _guard) = Log::start();
    let daemon = TestDaemon::start().await.unwrap();
    let server = serve(coin(&daemon, WALLET).listener().handlers(handlers![picky]), settings()).await;
    daemon.wait_configured(WALLET).await;
    daemon.mine(1).await;
    let secret = server.path.trim_start_matches('/').to_owned();
    crate::support::connection::post(server.addr, "/not-the-secret", "{}").await;
    server.finish().await;

    let text = log.text();
    assert!(text.contains("listening for webhooks on 127.0.0.1:"), "{text}");
    assert_eq!(log.lines_with("registered with the BTC daemon").len(), 1, "{text}");
    assert_eq!(log.lines_with("refused a webhook by closing its connection").len(), 1, "{text}");
    for hidden in [secret.as_str(), "electrumz", WALLET] {
        // The client's own libraries are not ours to silence, and log below the level that a program shows.
        let ours = text.lines().filter(|line| line.contains("bitcart_events"));
        assert!(ours.clone().all(|line| !line.contains(hidden)), "{hidden} in {text}");
    }
}

#[tokio::test]
async fn a_login_in_the_address_for_the_daemons_is_not_logged() {
    let (log, _guard) = Log::start();
    let (_held, nowhere) = nowhere();
    let coin = Coin::at(Currency::Btc, nowhere, WALLET);
    let listener = coin.listener().handlers(handlers![picky]);
    serve(listener, settings().url("http://me:hunter22@shop.example/hook")).await.finish().await;
    assert_eq!(log.lines_with("the daemons are told").len(), 1, "{}", log.text());
    assert!(!log.text().contains("hunter22"), "{}", log.text());
}

#[tokio::test]
async fn a_daemon_that_is_not_there_is_named_once() {
    let (log, _guard) = Log::start();
    let (_held, nowhere) = nowhere();
    let coin = Coin::at(Currency::Btc, nowhere, WALLET);
    let listener = coin.listener().handlers(handlers![picky]).webhook_settings(settings()).build().unwrap();
    listener.configure_webhook("http://127.0.0.1:1/hook").await.unwrap();
    let [line] = &log.lines_with("cannot reach it")[..] else { panic!("{}", log.text()) };
    for part in ["WARN", "the BTC daemon at http://127.0.0.1:", "trying again", "Connection refused"] {
        assert!(line.contains(part), "{part} in {line}");
    }
    listener.shut_down().await.unwrap();
}

/// The end of a delivery, and who has ended it, both look.
#[tokio::test]
async fn what_is_lost_with_the_process_is_told_once() {
    let (log, _guard) = Log::start();
    let coin = Coin::btc(WALLET);
    let listener = coin.listener().handlers(handlers![picky]).build().unwrap();
    let report = listener.process_updates(r#"{"event": "new_block", "height": 13}"#).await.unwrap();
    assert_eq!(report.failed.len(), 1);
    for _ in 0..2 {
        listener.shut_down().await.unwrap();
    }
    let [line] = &log.lines_with("lost with the process")[..] else { panic!("{}", log.text()) };
    assert!(line.contains("events that waited for another attempt (1), dead letters (0)"), "{line}");
}
