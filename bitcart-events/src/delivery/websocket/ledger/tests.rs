//! In which order things go into the inbox.

use std::future::ready;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::Ledger;
use super::fetch::Fetched;
use crate::delivery::crew::Crew;
use crate::delivery::desk::Desk;
use crate::inbox::{Received, ReceivedId};
use crate::{Coin, Currency, Daemon, Update};

fn payment(address: &str) -> String {
    format!(r#"{{"event": "new_payment", "address": "{address}", "status": 3, "status_str": "Paid"}}"#)
}

fn frame(address: &str) -> String {
    format!(r#"{{"updates": [{}], "wallet": "vpub", "currency": "BTC"}}"#, payment(address))
}

/// An answer that goes on with an event that the socket did not bring, among frames that arrive together with it.
#[tokio::test]
async fn an_answer_comes_after_the_frames_before_it() {
    let coin = Coin::at(Currency::Btc, Daemon::new("http://127.0.0.1:1").unwrap(), "vpub");
    let (told, mut handled) = mpsc::unbounded_channel();
    let handler = move |update: Update| ready(told.send(update.raw().to_owned()).map_err(Into::into));
    coin.add_event_handler("new_payment", handler).unwrap();
    let listener = coin.listener().without_registry().build().unwrap();
    let desk = Arc::new(Desk::new(&listener));
    let (give, orders) = oneshot::channel();
    let crew = Crew::start(&listener, |orders| async move { drop(give.send(orders)) }).unwrap();
    let mut ledger = Ledger::new(Arc::clone(&desk), Currency::Btc, orders.await.unwrap());
    ledger.read_wallets();
    let answered = |ledger: &mut Ledger, addresses: &[&str]| {
        let updates: Vec<String> = addresses.iter().map(|address| payment(address)).collect();
        let text: Arc<str> = format!("[{}]", updates.join(", ")).into();
        let received = Received { currency: Currency::Btc, wallet: coin.id(), text: text.into() };
        ledger.ask_all();
        let answer = desk.again(&coin, ReceivedId(0), &received).map(Some);
        ledger.answered_at_once(Fetched { coin: coin.clone(), answer });
    };
    answered(&mut ledger, &[]);
    ledger.frame(&frame("a"));
    ledger.frame(&frame("b"));
    answered(&mut ledger, &["a", "b", "missed"]);
    ledger.frame(&frame("c"));
    ledger.flush();
    for address in ["a", "b", "missed", "c"] {
        assert_eq!(handled.recv().await.unwrap(), payment(address));
    }
    drop(crew);
}
