//! The dispatcher without a socket: order, isolation, who gets what, and what is checked before listening.

mod support;

use std::collections::HashSet;
use std::sync::Arc;

use bitcart_events::{
    ApiManager, Coin, Currency, ErrorKind, Event, IgnoredReason, Listener, State, Update, event, handlers, on,
};
use support::server::{Gate, next};

#[on("new_transaction", register = false)]
async fn general(event: Event, instance: Coin, gate: State<Gate>) {
    gate.pass(format!("general {event} {}", instance.currency())).await;
}

#[on("new_transaction", register = false, currency = ["LTC", "ETH"])]
fn of_ltc(event: Event, tx: &str, gate: State<Gate>) {
    gate.tell(format!("ltc {event} {tx}"));
}

#[on("new_transaction", register = false)]
fn of_one_wallet(event: Event, gate: State<Gate>) {
    gate.tell(format!("own {event}"));
}

#[on("new_block", register = false, blocking)]
fn blocking(event: Event, height: u32, gate: State<Gate>) -> Result<(), String> {
    // Only a thread that may block can do this.
    tokio::runtime::Handle::current().block_on(gate.pass(format!("{event} {height}")));
    assert!(height != 14, "even worse");
    if height == 13 { Err("unlucky".to_owned()) } else { Ok(()) }
}

fn envelope(currency: &str, wallet: &str, update: &str) -> String {
    format!(r#"{{"updates": [{update}], "wallet": "{wallet}", "currency": "{currency}"}}"#)
}

fn manager() -> ApiManager {
    ApiManager::builder().wallets("BTC", ["a", "b"]).wallet("LTC", "c").build().unwrap()
}

#[tokio::test]
async fn the_most_specific_handler_runs() {
    let manager = manager();
    let (gate, mut seen) = Gate::opened();
    manager.coin(Currency::Btc, "b").unwrap().add_event_handlers(handlers![of_one_wallet]).unwrap();
    let listener = manager.listener().handlers(handlers![general, of_ltc]).state(gate).build().unwrap();
    for (currency, wallet, expected) in [
        ("BTC", "a", "general new_transaction BTC"),
        ("BTC", "b", "own new_transaction"),
        ("LTC", "c", "ltc new_transaction 1"),
    ] {
        let body = envelope(currency, wallet, r#"{"event": "new_transaction", "tx": "1"}"#);
        assert_eq!(listener.process_updates(&body).await.unwrap().handled, 1);
        assert_eq!(next(&mut seen).await, expected);
    }
}

#[tokio::test]
async fn what_nobody_asked_for_is_ignored_with_its_reason() {
    let manager = manager();
    manager.add_event_handler("new_block", |_| async { Ok(()) }).unwrap();
    let block = r#"{"event": "new_block", "height": 1}"#;
    for (body, reason) in [
        (envelope("BTC", "z", block), IgnoredReason::Wallet),
        (envelope("ETH", "a", block), IgnoredReason::Currency),
        (envelope("DOGE", "a", block), IgnoredReason::Currency),
        (format!("[{block}]"), IgnoredReason::NoCurrency),
        (envelope("BTC", "a", r#"{"event": "new_moon"}"#), IgnoredReason::UnknownEvent),
        (
            envelope("BTC", "a", r#"{"event": "verified_tx", "tx": "1", "height": 1}"#),
            IgnoredReason::NoHandler,
        ),
    ] {
        let report = manager.process_updates(&body).await.unwrap();
        assert_eq!(
            report.ignored.iter().map(|ignored| ignored.reason).collect::<Vec<_>>(),
            [reason],
            "{body}"
        );
        assert_eq!(report.total(), 1);
    }
}

#[tokio::test]
async fn a_fact_is_delivered_once_and_a_status_as_often_as_it_comes() {
    let manager = manager();
    manager.add_event_handler(["new_block", "new_transaction", "new_payment"], |_| async { Ok(()) }).unwrap();
    let handled = async |currency, wallet, update| {
        let report = manager.process_updates(&envelope(currency, wallet, update)).await.unwrap();
        (report.handled, report.repeated.len())
    };
    let block = r#"{"event": "new_block", "height": 7}"#;
    assert_eq!(handled("BTC", "a", block).await, (1, 0));
    assert_eq!(handled("BTC", "b", block).await, (0, 1), "a block belongs to the currency");
    assert_eq!(handled("LTC", "c", block).await, (1, 0));

    let transfer = r#"{"event": "new_transaction", "tx": "1"}"#;
    assert_eq!(handled("BTC", "a", transfer).await, (1, 0));
    assert_eq!(handled("BTC", "b", transfer).await, (1, 0), "a transaction belongs to the wallet");
    assert_eq!(handled("BTC", "a", r#"{"tx" : "1", "event":"new_transaction"}"#).await, (0, 1));
    let twice = r#"{"event": "new_transaction", "tx": "2"}, {"event": "new_transaction", "tx": "2"}"#;
    assert_eq!(handled("BTC", "a", twice).await, (2, 0), "two equal transfers are two");
    assert_eq!(handled("BTC", "a", twice).await, (0, 2));

    let paid = r#"{"event": "new_payment", "address": "x", "status": 3, "status_str": "Paid"}"#;
    assert_eq!(handled("BTC", "a", paid).await, (1, 0));
    assert_eq!(handled("BTC", "a", paid).await, (1, 0), "after a reorganisation it is paid again");
}

#[tokio::test]
async fn a_fact_that_nobody_handled_may_come_again_and_one_that_failed_is_tried_again() {
    let coin = Coin::btc("a");
    let block = r#"[{"event": "new_block", "height": 1}]"#;
    let listener = coin.listener().build().unwrap();
    assert_eq!(listener.process_updates(block).await.unwrap().ignored.len(), 1, "nobody handles it yet");
    coin.add_event_handler("new_block", |_| async { Err("not now".into()) }).unwrap();
    let failed = listener.process_updates(block).await.unwrap().failed;
    assert!(failed[0].retry.is_some(), "{failed:?}");
    assert_eq!(listener.process_updates(block).await.unwrap().repeated, [0], "it is tried again by itself");
}

#[tokio::test]
async fn a_wallets_own_handler_gets_every_block_whichever_wallet_comes_first() {
    let manager = manager();
    let (gate, mut seen) = Gate::opened();
    let gate = Arc::new(gate);
    let own = gate.clone();
    let tell = move |who: &'static str, gate: Arc<Gate>| {
        move |_| {
            gate.tell(who);
            async { Ok(()) }
        }
    };
    manager.coin(Currency::Btc, "a").unwrap().add_event_handler("new_block", tell("own", own)).unwrap();
    manager.add_event_handler("new_block", tell("general", gate)).unwrap();
    let block = r#"{"event": "new_block", "height": 1}"#;
    for wallet in ["b", "a", "a", "b"] {
        manager.process_updates(&envelope("BTC", wallet, block)).await.unwrap();
    }
    assert_eq!(next(&mut seen).await, "general");
    assert_eq!(next(&mut seen).await, "own");
    assert!(seen.try_recv().is_err());
}

#[tokio::test]
async fn a_lane_keeps_the_order_of_acceptance() {
    let coin = Coin::btc("a");
    let (gate, mut seen) = Gate::opened();
    let gate = Arc::new(gate);
    let hold = gate.clone();
    coin.add_event_handler("new_block", move |update: Update| {
        let hold = hold.clone();
        async move {
            // The earlier ones take longer, so that later ones would overtake them if they could.
            let block: event::NewBlock = update.payload()?;
            for _ in block.height..50 {
                tokio::task::yield_now().await;
            }
            hold.tell(update.raw());
            Ok(())
        }
    })
    .unwrap();
    let listener = coin.listener().build().unwrap();
    let update = |height| format!(r#"{{"event": "new_block", "height": {height}}}"#);
    let mut batches = tokio::task::JoinSet::new();
    for height in 0..50 {
        let (listener, body) = (listener.clone(), format!("[{}]", update(height)));
        batches.spawn(async move { listener.process_updates(body).await.unwrap() });
        // Each is accepted before the next one comes.
        tokio::task::yield_now().await;
    }
    while let Some(report) = batches.join_next().await {
        assert_eq!(report.unwrap().handled, 1);
    }
    for height in 0..50 {
        assert_eq!(next(&mut seen).await, update(height));
    }
}

#[tokio::test]
async fn no_more_than_the_bound_run_at_once() {
    let wallets: Vec<String> = (0..10).map(|number| format!("wallet {number}")).collect();
    let manager = ApiManager::builder().wallets("BTC", wallets.clone()).build().unwrap();
    let (gate, mut seen) = Gate::new();
    let gate = Arc::new(gate);
    let listener = manager
        .listener()
        .handlers(handlers![general])
        .shared_state(gate.clone())
        .concurrency(3)
        .build()
        .unwrap();
    let mut batches = tokio::task::JoinSet::new();
    for wallet in &wallets {
        let (listener, body) =
            (listener.clone(), envelope("BTC", wallet, r#"{"event": "new_transaction", "tx": "1"}"#));
        batches.spawn(async move { listener.process_updates(&body).await.unwrap() });
    }
    for _ in 0..3 {
        next(&mut seen).await;
    }
    // Everything that can run has run: the runtime has one thread, and it has nothing else to do.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(seen.try_recv().is_err(), "a fourth one runs");
    gate.open();
    assert_eq!(batches.join_all().await.len(), 10);
}

#[tokio::test]
async fn a_blocking_handler_runs_where_it_may_block_and_its_error_is_reported() {
    let (gate, mut seen) = Gate::opened();
    let listener = Coin::btc("a").listener().handlers(handlers![blocking]).state(gate).build().unwrap();
    let body = serde_json::json!(
        [12, 13, 14].map(|height| serde_json::json!({"event": "new_block", "height": height}))
    );
    let report = listener.process_updates(body).await.unwrap();
    assert_eq!((report.handled, report.failed.len()), (1, 2));
    assert_eq!(report.failed[1].error.to_string(), "panicked: even worse");
    let failed = &report.failed[0];
    assert_eq!((failed.index, failed.error.to_string().as_str()), (1, "unlucky"));
    assert!(failed.handler.file.ends_with("dispatching.rs"), "{}", failed.handler);
    assert_eq!(next(&mut seen).await, "new_block 12");
}

mod elsewhere {
    use super::*;

    #[on(["new_block", "new_transaction"], register = false)]
    pub fn both(event: Event, state: State<HashSet<u8>>, height: Option<u64>) {
        let _ = (event, state, height);
    }
}

#[tokio::test]
async fn every_problem_is_listed_before_listening() {
    let listener = Coin::btc("a").listener().handlers(handlers![blocking, general, elsewhere::both]);
    let error = listener.expect_events(["new_payment", "new_block", "new_blok"]).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Handlers);
    let message = error.to_string();
    for part in [
        "7 problems",
        "`new_block` has two handlers: `dispatching::blocking` (tests/dispatching.rs:",
        "and `dispatching::elsewhere::both` (tests/dispatching.rs:",
        "`new_transaction` has two handlers: `dispatching::general`",
        "`dispatching::elsewhere::both` (tests/dispatching.rs:",
        "State<std::collections::hash::set::HashSet<u8>>",
        "State<dispatching::support::server::Gate>",
        "`new_payment` was expected to have a handler",
        "a handler is expected for what is no event: unknown event `new_blok`, did you mean `new_block`?",
    ] {
        assert!(message.contains(part), "{part} in {message}");
    }
}

#[tokio::test]
async fn a_manual_listener_shuts_down_too() {
    let (gate, mut seen) = Gate::new();
    let gate = Arc::new(gate);
    let listener =
        Coin::btc("a").listener().handlers(handlers![general]).shared_state(gate.clone()).build().unwrap();
    let body = r#"[{"event": "new_transaction", "tx": "1"}]"#;
    let at_work = tokio::spawn({
        let listener: Listener = listener.clone();
        async move { listener.process_updates(body).await }
    });
    next(&mut seen).await;
    let stopping = tokio::spawn({
        let listener = listener.clone();
        async move { listener.shut_down().await }
    });
    tokio::task::yield_now().await;
    assert_eq!(listener.process_updates(body).await.unwrap_err().kind(), ErrorKind::Refused);
    assert_eq!(listener.bind_webhook().await.unwrap_err().kind(), ErrorKind::Refused, "there is no way back");
    gate.open();
    stopping.await.unwrap().unwrap();
    assert_eq!(at_work.await.unwrap().unwrap().handled, 1);
}
