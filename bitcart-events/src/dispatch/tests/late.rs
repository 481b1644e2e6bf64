//! What was delivered from the daemon's state, and then comes after all.

use super::*;
use crate::dispatch::{Delivered, Few, Incoming};
use crate::inbox::{Life, Origin};
use crate::intake::{Together, read_any};
use crate::update::Marker;

/// Puts a payment into the inbox: whether it is stored.
async fn put(listener: &Listener, coin: &Coin, origin: Origin) -> bool {
    let body: Arc<str> = payment(3).into();
    let update = Together::read(coin, &body, 0..body.len());
    let updates = Few::one(Incoming::new(update, origin, Life::new()));
    let delivered = Delivered { awaited: true, ..Delivered::new(&listener.source, coin, updates) };
    let dispatcher = &listener.parts.dispatcher;
    let mut ticket = dispatcher.put(delivered, dispatcher.reserve_nothing().unwrap()).unwrap();
    ticket.stored().await.is_ok()
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_stored_comes_again_and_is_known_again() {
    let (inbox, coin) = (Gated::new(false), Coin::btc("w"));
    let (tell, mut told) = mpsc::unbounded_channel();
    let handler = move |update: Update| ready(tell.send(update.raw().to_owned()).map_err(Into::into));
    coin.add_event_handler("new_payment", handler).unwrap();
    let listener = coin.listener().without_registry().inbox(inbox.clone()).build().unwrap();
    assert!(put(&listener, &coin, Origin::Reconciled).await);
    inbox.refuse(true);
    let with = format!("[{}, {}]", payment(3), BLOCK.trim_matches(['[', ']']));
    coin.add_event_handler("new_block", |_: Update| async { Ok(()) }).unwrap();
    assert_eq!(listener.process_updates(with.clone()).await.unwrap_err().kind(), ErrorKind::Inbox);
    inbox.refuse(false);
    let report = listener.process_updates(with).await.unwrap();
    assert_eq!((report.handled, report.repeated), (1, vec![0]));
    listener.shut_down().await.unwrap();
    assert_eq!(told.recv().await.unwrap(), payment(3));
    assert!(told.try_recv().is_err(), "it comes twice");
}

/// Those that go on together came in several bodies, or were read one by one.
#[tokio::test]
async fn each_of_what_is_delivered_together_has_its_place_in_the_report() {
    let coin = Coin::btc("w");
    coin.add_event_handler("new_payment", |_: Update| async { Err("no".into()) }).unwrap();
    let listener = coin.listener().without_registry().build().unwrap();
    let mut updates = Few::default();
    for body in [BLOCK.trim_matches(['[', ']']).to_owned(), payment(3), payment(0)] {
        let body: Arc<str> = body.into();
        let update = Together::read(&coin, &body, 0..body.len());
        updates.push(Incoming::new(update, Origin::Live, Life::new()));
    }
    let delivered = Delivered { awaited: true, ..Delivered::new(&listener.source, &coin, updates) };
    let dispatcher = &listener.parts.dispatcher;
    let place = dispatcher.reserve_nothing().unwrap();
    let report = dispatcher.put(delivered, place).unwrap().report().await.unwrap();
    assert_eq!(report.ignored.iter().map(|ignored| ignored.index).collect::<Vec<_>>(), [0]);
    assert_eq!(report.failed.iter().map(|failed| failed.index).collect::<Vec<_>>(), [1, 2]);
}

/// What a transfer is known by was worked out before, beside what is known of the others that came with it.
#[tokio::test]
async fn a_transfer_among_others_is_known_again_and_is_of_its_wallet() {
    let coins = [Coin::btc("w"), Coin::btc("other")];
    for coin in &coins {
        coin.add_event_handler(["new_payment", "new_transaction"], |_: Update| async { Ok(()) }).unwrap();
    }
    let listener = coins[0].listener().without_registry().build().unwrap();
    let dispatcher = &listener.parts.dispatcher;
    let transfer = r#"{"event": "new_transaction", "tx": "t"}"#;
    let incoming = |coin: &Coin, text: &str, is_marked: bool| {
        let body: Arc<str> = format!("[{text}]").into();
        let updates = Together::of(coin, &body, read_any(&body).unwrap());
        let mut marker = Marker::new(dispatcher.key());
        let said = updates.parts.iter().map(|part| updates.came.said(part.as_ref().unwrap()));
        let marks = said.filter(|_| is_marked).map(|said| said.mark(&mut marker)).collect();
        Incoming { marks, ..Incoming::new(updates, Origin::Live, Life::new()) }
    };
    let put = async |coin: &Coin, incoming: Incoming| {
        let updates = Few::one(incoming);
        let delivered = Delivered { awaited: true, ..Delivered::new(&listener.source, coin, updates) };
        let place = dispatcher.reserve_nothing().unwrap();
        dispatcher.put(delivered, place).unwrap().report().await.unwrap()
    };
    let [ours, other] = &coins;
    let report = put(ours, incoming(ours, &format!("{}, {transfer}", payment(3)), true)).await;
    assert_eq!((report.handled, report.repeated), (2, vec![]));
    for is_marked in [true, false] {
        let report = put(ours, incoming(ours, transfer, is_marked)).await;
        assert_eq!((report.handled, report.repeated), (0, vec![0]));
        let report = put(other, incoming(other, transfer, is_marked)).await;
        assert_eq!(report.handled, usize::from(is_marked), "only its own is known");
    }
}
