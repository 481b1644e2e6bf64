//! What becomes of an event, and of those beside it.

use std::sync::Arc;
use std::time::Duration;

use bitcart_events::testing::{Emission, Fate, TestDaemon};
use bitcart_events::{ApiManager, Coin, Currency, Daemon, ErrorKind, Update, handlers};

use crate::support::connection::post;
use crate::support::server::{Gate, coin, next, nowhere, serve, settings};
use crate::{WALLET, block, envelope, panics_at_101, payment, strangers_alone};

#[tokio::test]
async fn what_is_refused_waits_at_the_daemon_and_comes_with_the_next_drain() {
    let daemon = TestDaemon::start().await.unwrap();
    let (gate, mut seen) = Gate::new();
    let gate = Arc::new(gate);
    let listener =
        coin(&daemon, WALLET).listener().handlers(handlers![block]).shared_state(gate.clone()).capacity(1);
    let server = serve(listener, settings()).await;
    daemon.wait_configured(WALLET).await;
    // The first drain holds the only place until its answer is here.
    while post(server.addr, &server.path, &envelope("")).await.is_none() {}

    let first = tokio::spawn({
        let daemon = daemon.clone();
        async move { daemon.mine(1).await }
    });
    assert_eq!(next(&mut seen).await, "new_block 101");
    daemon.mine(1).await;
    let fate = daemon.emissions().pop().unwrap().fate;
    assert!(matches!(fate, Fate::Queued { .. }), "{fate:?}");

    gate.open();
    assert_eq!(next(&mut seen).await, "new_block 102");
    first.await.unwrap();
    // The first one too, if a drain had the place just then: that is after a second, when it was refused one above.
    let is_queued = |emission: &&Emission| matches!(emission.fate, Fate::Queued { .. });
    assert_eq!(daemon.drained(WALLET), daemon.emissions().iter().filter(is_queued).count());
    server.finish().await;
}

#[tokio::test]
async fn an_answer_waits_for_its_handlers_only_so_long() {
    let (_held, listener) = strangers_alone();
    let (gate, mut seen) = Gate::new();
    let gate = Arc::new(gate);
    let listener = listener.shared_state(gate.clone());
    let server = serve(listener, settings().answer_within(Duration::from_millis(20))).await;
    let body = envelope(r#"{"event": "new_block", "height": 1}"#);
    assert_eq!(post(server.addr, &server.path, &body).await, Some(200));
    assert_eq!(next(&mut seen).await, "new_block 1", "it is at work");
    gate.open();
    server.finish().await;
}

#[tokio::test]
async fn a_restarted_daemon_is_told_again() {
    let daemon = TestDaemon::start().await.unwrap();
    let (gate, mut seen) = Gate::opened();
    let listener = coin(&daemon, WALLET).listener().handlers(handlers![block]).state(gate);
    let server = serve(listener, settings().register_every(Duration::from_millis(20))).await;
    daemon.wait_configured(WALLET).await;
    daemon.mine(1).await;

    daemon.restart().await.unwrap();
    daemon.wait_configured(WALLET).await;
    daemon.mine(1).await;
    assert_eq!(next(&mut seen).await, "new_block 101");
    assert_eq!(next(&mut seen).await, "new_block 102");
    server.finish().await;
}

#[tokio::test]
async fn without_a_daemon_the_server_is_up_and_registering_is_tried_again() {
    let daemon = TestDaemon::start().await.unwrap();
    daemon.stop().await;
    let (gate, mut seen) = Gate::opened();
    let server =
        serve(coin(&daemon, WALLET).listener().handlers(handlers![block]).state(gate), settings()).await;
    let answer = post(server.addr, &server.path, &envelope(r#"{"event": "new_block", "height": 1}"#)).await;
    assert_eq!(answer, Some(200));
    assert_eq!(next(&mut seen).await, "new_block 1");

    daemon.start_again().await.unwrap();
    daemon.wait_configured(WALLET).await;
    daemon.mine(1).await;
    assert_eq!(next(&mut seen).await, "new_block 101");
    server.finish().await;
}

#[tokio::test]
async fn a_wrong_password_ends_it_with_an_error() {
    let daemon = TestDaemon::builder().login("shop", "right").start().await.unwrap();
    let coin =
        Coin::at(Currency::Btc, Daemon::new(daemon.url()).unwrap().login("shop", "wrong").unwrap(), WALLET);
    let server = serve(coin.listener(), settings()).await;
    let error = server.ended().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(error.to_string().contains("BTC_PASSWORD") && !error.to_string().contains("wrong"), "{error}");
}

#[tokio::test]
async fn a_panic_touches_nothing_but_its_own_event() {
    let daemon = TestDaemon::start().await.unwrap();
    let (gate, mut seen) = Gate::opened();
    let listener = coin(&daemon, WALLET).listener().handlers(handlers![panics_at_101]).state(gate);
    let server = serve(listener, settings()).await;
    daemon.wait_configured(WALLET).await;
    daemon.mine(2).await;
    assert_eq!(next(&mut seen).await, "new_block 102");
    assert!(daemon.emissions().iter().all(|emission| emission.fate == Fate::Delivered { status: 200 }));
    server.finish().await;
}

#[tokio::test]
async fn a_slow_handler_holds_back_its_own_wallet_only() {
    let (_held, nowhere) = nowhere();
    let manager =
        ApiManager::builder().wallets("BTC", ["slow", "quick"]).daemon("BTC", nowhere).build().unwrap();
    let (gate, mut seen) = Gate::new();
    let gate = Arc::new(gate);
    let (quick, mut quick_seen) = Gate::opened();
    let quick = Arc::new(quick);
    manager
        .coin(Currency::Btc, "quick")
        .unwrap()
        .add_event_handler("new_payment", move |update: Update| {
            let quick = quick.clone();
            async move {
                quick.tell(update.event().name());
                Ok(())
            }
        })
        .unwrap();
    let server =
        serve(manager.listener().handlers(handlers![payment]).shared_state(gate.clone()), settings()).await;

    let body = |wallet: &str| {
        let update = r#"{"event": "new_payment", "address": "a", "status": 3, "status_str": "Paid"}"#;
        format!(r#"{{"updates": [{update}], "wallet": "{wallet}", "currency": "BTC"}}"#)
    };
    let (addr, path) = (server.addr, server.path.clone());
    let slow = tokio::spawn({
        let (path, body) = (path.clone(), body("slow"));
        async move { post(addr, &path, &body).await }
    });
    assert_eq!(next(&mut seen).await, "new_payment slow");
    // Answered while the other wallet's handler is still at work.
    assert_eq!(post(addr, &path, &body("quick")).await, Some(200));
    assert_eq!(next(&mut quick_seen).await, "new_payment");
    assert!(!slow.is_finished());

    gate.open();
    assert_eq!(slow.await.unwrap(), Some(200));
    server.finish().await;
}
