//! What no program should do, and some do: times that no clock knows, no runtime, a wallet without a key.

// What is below is all test, though only functions marked as such are taken for it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bitcart_events::{ApiManager, Coin, Currency, ErrorKind, Result, Settings};
use support::connection::post;
use support::listening::{Listening, block, record, today};
use support::server::{daemon_of, serve, settings};

/// Longer than any clock runs: what adds it to the present overflows.
const FOR_EVER: Duration = Duration::MAX;

#[tokio::test]
async fn a_time_that_no_clock_knows_is_taken_for_a_long_one() {
    let daemon = today().await;
    let there = daemon_of(&daemon).call_timeout(FOR_EVER);
    let btc = Coin::at(Currency::Btc, there, "vpub-a");
    let mut seen = record(&btc);
    let listener =
        || btc.listener().time_limit(FOR_EVER).reconcile_every(FOR_EVER).shutdown_deadline(FOR_EVER);
    let limits = settings().register_every(FOR_EVER).header_timeout(FOR_EVER).body_timeout(FOR_EVER);
    let server = serve(listener(), limits.answer_within(FOR_EVER)).await;
    let body = format!(r#"{{"updates": [{}], "wallet": "vpub-a", "currency": "BTC"}}"#, block(1));
    assert_eq!(post(server.addr, &server.path, &body).await, Some(200));
    seen.expect(["block 1"]).await;
    server.finish().await;

    let failing = Coin::btc("vpub-b");
    failing.add_event_handler("new_block", |_| async { Err("not now".into()) }).unwrap();
    let failing = failing.listener().without_registry().retry_waits(FOR_EVER, FOR_EVER).build().unwrap();
    let report = failing.process_updates(format!("[{}]", block(1))).await.unwrap();
    assert!(report.failed[0].retry.is_some(), "{report:?}");

    let asked = daemon.rpc_calls().iter().filter(|call| call.method == "get_updates").count();
    let polling = Listening::by_polling(listener(), FOR_EVER);
    daemon.wait_call("get_updates", asked + 1).await;
    daemon.wait_call("onchain_history", 1).await;
    // Some turns for the answer, after which the next look is planned.
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    polling.finish().await;
}

/// What a future comes to that waits for nothing.
fn at_once<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("it waits for a runtime"),
    }
}

#[test]
fn without_a_runtime_it_is_an_error_and_no_panic() {
    let settings = Settings::from_vars([("BTC_WALLETS", "vpub-a")]).unwrap();
    let listener = settings.listener().unwrap().without_registry().build().unwrap();
    let coin = Coin::btc("vpub-a");
    let outcomes = [
        ("process_updates", at_once(listener.process_updates("[]")).map(drop)),
        ("webhook", at_once(listener.webhook())),
        ("websocket", at_once(listener.websocket())),
        ("polling", at_once(listener.polling(Duration::from_secs(5)))),
        ("configure_webhook", at_once(listener.configure_webhook("http://127.0.0.1:1"))),
        ("get_updates", at_once(coin.get_updates()).map(drop)),
        ("balance", at_once(coin.balance()).map(drop)),
        ("spec", at_once(coin.spec()).map(drop)),
        ("shut_down", at_once(listener.shut_down())),
    ];
    for (name, outcome) in outcomes {
        let message = outcome.expect_err(name).to_string();
        assert!(message.contains("tokio runtime"), "{name}: {message}");
    }
}

#[test]
fn a_wallet_without_a_key_is_refused_with_what_to_do() {
    let manager = ApiManager::builder().wallets("LTC", ["xpub-a", " "]).build().unwrap();
    for (code, refused) in
        [("BTC", Coin::btc("").listener().build()), ("LTC", manager.listener().without_registry().build())]
    {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Settings);
        let expected = format!("a wallet of {code} has an empty key: name the one that its daemon knows");
        assert!(error.to_string().contains(&expected), "{error}");
    }
}
