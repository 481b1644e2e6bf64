//! Events of one's own, described in this crate and in another one, by hand and over real sockets.

mod support;

use bitcart_events::field::{Json, StrField};
use bitcart_events::testing::TestDaemon;
use bitcart_events::{Coin, Decimal, Event, IgnoredReason, State, handlers, on};
use bitcart_events_tests::shop as their_shop;
use support::connection::post;
use support::listening::{Listening, today};
use support::server::{self, coin};
use tokio::sync::mpsc;

type Notes = mpsc::UnboundedSender<String>;

#[derive(StrField)]
struct Carrier<'a>(&'a str);

#[on("order_shipped", schema = their_shop, register = false)]
fn shipped(
    event: Event,
    instance: Coin,
    order_id: u64,
    carrier: Option<Carrier<'_>>,
    r#type: bool,
    refund: Option<Decimal>,
    more: Json<Vec<u8>>,
    notes: State<Notes>,
) {
    let carrier = carrier.map_or("nobody", |carrier| carrier.0);
    let wallet = instance.wallet().unwrap_or("no wallet");
    let note = format!("{event} {order_id} {carrier} {type} {refund:?} {:?} {wallet}", more.0);
    notes.send(note).unwrap();
}

#[on("order_shipped", schema = bitcart_events_tests::shop, currency = "ETH", register = false)]
async fn refunded(_event: Event, order_id: u8, refund: &str, notes: State<Notes>) {
    notes.send(format!("refunded {order_id} {refund}")).unwrap();
}

// Before its schema, which nobody else sees.
#[on(["order_lost", "order_found"], schema = private::orders, register = false)]
fn lost_or_found(event: &str, id: Option<String>, place: Option<&str>, notes: State<Notes>) {
    notes.send(format!("{event} {id:?} {place:?}")).unwrap();
}

mod private {
    bitcart_events::events! {
        pub(super) mod orders {
            order_lost { id: Str }
            order_found { id: Str, place: Option<Str> }
        }
    }
}

fn shipped_order(id: u64) -> String {
    format!(r#"{{"event": "order_shipped", "order_id": {id}, "type": true, "more": [{id}]}}"#)
}

fn notes() -> (mpsc::UnboundedSender<String>, mpsc::UnboundedReceiver<String>) {
    mpsc::unbounded_channel()
}

#[tokio::test]
async fn by_hand_like_any_other() {
    let (sender, mut seen) = notes();
    let listener = Coin::btc("xpub").listener().without_registry().state(sender);
    let listener = listener.handlers(handlers![shipped, lost_or_found]).build().unwrap();
    let updates = r#"[
        {"event": "order_shipped", "carrier": "D\"HL", "order_id": 1, "type": false, "refund": "0.10", "more": [1, 2], "new": 0},
        {"event": "order_lost", "id": "a"},
        {"event": "order_shipped", "order_id": "1", "type": false, "more": [1]},
        {"event": "order_shipped", "order_id": 1, "type": false, "more": "x"},
        {"event": "order_shipped", "order_id": 1, "type": 0, "more": []},
        {"event": "order_found", "id": "a", "place": "here"},
        {"event": "shop_closed"}
    ]"#;
    let report = listener.process_updates(updates).await.unwrap();
    assert_eq!((report.handled, report.ignored.len()), (3, 1));
    let reasons: Vec<String> = report.rejected.iter().map(|rejected| rejected.reason.to_string()).collect();
    let expected = [
        "`order_id` should be a whole number that fits `u64`, but is \"1\"",
        "`more` should be other JSON (invalid type: string \"x\", expected a sequence at line 1 column 3), but is \"x\"",
        "`type` should be true or false, but is 0",
    ];
    for (reason, expected) in reasons.iter().zip(expected) {
        assert!(reason.contains(expected), "{expected} in {reason}");
    }
    assert_eq!(reasons.len(), 3);
    for expected in [
        "order_shipped 1 D\"HL false Some(0.10) [1, 2] xpub",
        "order_lost Some(\"a\") None",
        "order_found Some(\"a\") Some(\"here\")",
    ] {
        assert_eq!(server::next(&mut seen).await, expected);
    }
}

#[tokio::test]
async fn one_currencys_handler_takes_what_only_it_sends() {
    let (sender, mut seen) = notes();
    let eth = Coin::eth("a");
    let listener = eth.listener().without_registry().state(sender).handlers(handlers![shipped, refunded]);
    let update = r#"[{"event": "order_shipped", "order_id": 7, "type": true, "refund": "1.0", "more": []}]"#;
    assert_eq!(listener.build().unwrap().process_updates(update).await.unwrap().handled, 1);
    assert_eq!(server::next(&mut seen).await, "refunded 7 1.0");
}

#[tokio::test]
async fn posted_to_the_webhook_by_another_sender() {
    let daemon = TestDaemon::start().await.unwrap();
    let (sender, mut seen) = notes();
    let listener =
        coin(&daemon, "vpub-a").listener().without_registry().state(sender).handlers(handlers![shipped]);
    let running = server::serve(listener, server::settings()).await;
    let body = format!(r#"{{"wallet": "vpub-a", "currency": "BTC", "updates": [{}]}}"#, shipped_order(3));
    assert_eq!(post(running.addr, &running.path, &body).await, Some(200));
    assert_eq!(server::next(&mut seen).await, "order_shipped 3 nobody true None [3] vpub-a");
    running.finish().await;
}

#[tokio::test]
async fn sent_by_the_test_daemon_among_its_own() {
    let daemon = today().await;
    let (sender, mut seen) = notes();
    let btc = coin(&daemon, "vpub-a");
    let listener = btc.listener().state(sender).handlers(handlers![shipped, lost_or_found]);
    let listening = Listening::by_websocket(listener);
    daemon.wait_filtered("vpub-a").await;
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(Some("vpub-a"), &shipped_order(4)).await.unwrap();
    daemon.emit(Some("vpub-a"), r#"{"event": "new_block", "height": 4}"#).await.unwrap();
    daemon.emit(Some("vpub-a"), r#"{"event": "order_lost", "id": "x"}"#).await.unwrap();
    assert_eq!(server::next(&mut seen).await, "order_shipped 4 nobody true None [4] vpub-a");
    assert_eq!(server::next(&mut seen).await, "order_lost Some(\"x\") None");
    listening.finish().await;
}

#[tokio::test]
async fn known_by_name_and_read_as_a_whole() {
    let event = Event::find("order_shipped").unwrap();
    assert_eq!(event.schema().fields.len(), 5);
    assert!(event.schema().file.ends_with("lib.rs"), "{}", event.schema().file);
    let error = Event::find("order_shiped").unwrap_err().to_string();
    assert!(error.contains("did you mean `order_shipped`?") && error.contains("`order_lost`"), "{error}");

    let (sender, mut seen) = notes();
    let btc = Coin::btc("xpub");
    btc.add_event_handler("order_shipped", move |update| {
        let sender = sender.clone();
        async move {
            let shipped: their_shop::OrderShipped = update.payload()?;
            let wrong = update.payload::<their_shop::ShopClosed>().unwrap_err();
            sender.send(format!("{shipped:?} {wrong}"))?;
            Ok(())
        }
    })
    .unwrap();
    let listener = btc.listener().expect_events(["order_shipped", "verified_tx"]).build().unwrap();
    let report = listener.process_updates(format!("[{}]", shipped_order(5))).await.unwrap();
    assert_eq!(report.handled, 1, "{report:?}");
    let note = server::next(&mut seen).await;
    assert!(
        note.starts_with("OrderShipped { order_id: 5, carrier: None, type: true, refund: None"),
        "{note}"
    );
    assert!(note.ends_with("this is the update of a `order_shipped`, not of a `shop_closed`"), "{note}");
}

#[tokio::test]
async fn what_nobody_described_is_unknown() {
    let report = Coin::btc("xpub").process_updates(r#"[{"event": "order_eaten"}]"#).await.unwrap();
    assert_eq!(report.ignored[0].reason, IgnoredReason::UnknownEvent);
}
