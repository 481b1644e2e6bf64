//! In which order things go into the inbox, and to whom.

mod handlers;
#[cfg(feature = "sqlite")]
mod kept;
mod model;
mod places;
mod removed;

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{mpsc, oneshot};

use super::Ledger;
use super::fetch::Fetched;
use crate::delivery::crew::Crew;
use crate::delivery::desk::Desk;
use crate::inbox::{Received, ReceivedId};
use crate::{ApiManager, Coin, Currency, Daemon, ListenerBuilder, Update};

fn payment(address: &str) -> String {
    format!(r#"{{"event": "new_payment", "address": "{address}", "status": 3, "status_str": "Paid"}}"#)
}

fn frame(address: &str) -> String {
    format!(r#"{{"updates": [{}], "wallet": "vpub", "currency": "BTC"}}"#, payment(address))
}

/// The same of several that come in one frame.
fn together(addresses: &[&str]) -> String {
    let updates: Vec<String> = addresses.iter().map(|address| payment(address)).collect();
    format!(r#"{{"updates": [{}], "wallet": "vpub", "currency": "BTC"}}"#, updates.join(", "))
}

const MANY: [&str; 11] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];

/// They come together, so that there are places for as many the next time, and in their last frame there are three.
fn arrive_among_many(alone: &mut Alone) {
    for burst in [&[0..1, 1..2, 2..3, 3..4, 4..5, 5..6][..], &[6..7, 7..8, 8..11]] {
        for frame in burst {
            alone.ledger.frame(&together(&MANY[frame.clone()]));
        }
        alone.ledger.flush();
    }
}

/// A ledger of one wallet without a daemon, as long as its crew is there.
struct Alone {
    coin: Coin,
    desk: Arc<Desk>,
    ledger: Ledger,
    _crew: Crew,
}

impl Alone {
    async fn new(coin: &Coin, listener: ListenerBuilder) -> Self {
        let listener = listener.without_registry().build().unwrap();
        let desk = Arc::new(Desk::new(listener.source.clone(), Arc::clone(&listener.parts.dispatcher)));
        let (give, orders) = oneshot::channel();
        let work = |orders| async move { drop(give.send(orders)) }.boxed();
        let crew = Crew::start(&desk, &listener.parts.shutdown, Box::new(work)).unwrap();
        let mut ledger = Ledger::new(Arc::clone(&desk), Arc::default(), Currency::Btc, orders.await.unwrap());
        ledger.read_wallets();
        let mut alone = Self { coin: coin.clone(), desk, ledger, _crew: crew };
        alone.answered(&[]);
        alone
    }

    /// Asks, and is answered.
    fn answered(&mut self, addresses: &[&str]) {
        self.ledger.ask_all();
        self.arrived(addresses);
    }

    /// What was asked for before arrives.
    fn arrived(&mut self, addresses: &[&str]) {
        let fetched = self.fetched(addresses);
        self.ledger.answered_at_once(fetched);
    }

    /// The answer that has these.
    fn fetched(&self, addresses: &[&str]) -> Fetched {
        let updates: Vec<String> = addresses.iter().map(|address| payment(address)).collect();
        let text: Arc<str> = format!("[{}]", updates.join(", ")).into();
        let received = Received { currency: Currency::Btc, wallet: self.coin.id(), text: text.into() };
        let answer = self.desk.again(&self.coin, ReceivedId(0), &received).map(Some);
        Fetched { coin: self.coin.clone(), answer }
    }
}

fn coin() -> Coin {
    Coin::at(Currency::Btc, Daemon::new("http://127.0.0.1:1").unwrap(), "vpub")
}

/// The same wallet, which can be removed and added again.
fn manager() -> ApiManager {
    let manager = ApiManager::builder().daemon("BTC", Daemon::new("http://127.0.0.1:1").unwrap());
    manager.wallets("BTC", ["vpub"]).build().unwrap()
}

/// A manager's ledger, which has a socket, and the payments that its handler gets.
async fn listening(manager: &ApiManager) -> (Alone, mpsc::UnboundedReceiver<String>) {
    listening_with(manager, manager.listener()).await
}

async fn listening_with(
    manager: &ApiManager,
    listener: ListenerBuilder,
) -> (Alone, mpsc::UnboundedReceiver<String>) {
    let (told, handled) = mpsc::unbounded_channel();
    let handler = move |update: Update| ready(told.send(update.raw().to_owned()).map_err(Into::into));
    manager.add_event_handler("new_payment", handler).unwrap();
    let mut alone = Alone::new(&manager.coins().remove(0), listener).await;
    alone.ledger.is_established = true;
    (alone, handled)
}

fn remove(manager: &ApiManager) {
    assert!(manager.remove_wallet("BTC", "vpub").unwrap().is_some());
}

fn add(manager: &ApiManager) {
    manager.add_wallet("BTC", "vpub").unwrap();
}

/// These and no others. A test that waits in vain fails instead of hanging.
async fn expect(handled: &mut mpsc::UnboundedReceiver<String>, addresses: &[&str]) {
    for address in addresses {
        let next = tokio::time::timeout(Duration::from_secs(60), handled.recv()).await;
        assert_eq!(next.expect("nothing came").unwrap(), payment(address));
    }
    assert!(handled.is_empty());
}

/// An answer that goes on with an event that the socket did not bring, among frames that arrive together with it.
#[tokio::test]
async fn an_answer_comes_after_the_frames_before_it() {
    let coin = coin();
    let (told, mut handled) = mpsc::unbounded_channel();
    let handler = move |update: Update| ready(told.send(update.raw().to_owned()).map_err(Into::into));
    coin.add_event_handler("new_payment", handler).unwrap();
    let mut alone = Alone::new(&coin, coin.listener()).await;
    alone.ledger.frame(&frame("a"));
    alone.ledger.frame(&frame("b"));
    alone.answered(&["a", "b", "missed"]);
    alone.ledger.frame(&frame("c"));
    alone.ledger.flush();
    for address in ["a", "b", "missed", "c"] {
        assert_eq!(handled.recv().await.unwrap(), payment(address));
    }
}

/// What goes on from the frames before it is known like them: each update by itself, in the order in which they came.
#[tokio::test]
async fn what_came_among_many_is_known_when_it_is_fetched() {
    let manager = manager();
    let (mut alone, mut handled) = listening(&manager).await;
    arrive_among_many(&mut alone);
    expect(&mut handled, &MANY).await;
    // What the socket brought last is in the queue last.
    let (queued, later) = MANY.split_at(9);
    alone.answered(queued);
    expect(&mut handled, &[]).await;
    alone.answered(&[later, &["new"]].concat());
    expect(&mut handled, &["new"]).await;
}

/// Of another wallet or of another currency, or of the same that is only written in another way, among frames that go on.
#[tokio::test]
async fn what_comes_between_goes_to_its_own_wallet() {
    let daemon = || Daemon::new("http://127.0.0.1:1").unwrap();
    let manager = ApiManager::builder().daemon("BTC", daemon()).daemon("LTC", daemon());
    let manager = manager.wallets("BTC", ["vpub", "other"]).wallets("LTC", ["vpub"]).build().unwrap();
    let (told, mut handled) = mpsc::unbounded_channel();
    let handler = move |update: Update| {
        let whose = (update.currency().code(), update.coin().wallet().map(ToOwned::to_owned));
        ready(told.send((whose.0, whose.1.unwrap(), update.raw().to_owned())).map_err(Into::into))
    };
    manager.add_event_handler("new_payment", handler).unwrap();
    let ours = manager.coin(Currency::Btc, "vpub").unwrap();
    let mut alone = Alone::new(&ours, manager.listener()).await;
    let other = manager.coin(Currency::Btc, "other").unwrap();
    alone.ledger.wallets.get_mut(&other.id().unwrap()).unwrap().holds = None;
    let own = r#""vpub", "currency": "BTC""#;
    let ends = [
        own,
        r#""other", "currency": "BTC""#,
        r#""vpub", "currency": "LTC""#,
        r#""\u0076pub", "currency": "BTC""#,
    ];
    let mut expected = Vec::new();
    for (number, end) in [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 1, 1, 1, 0].into_iter().enumerate() {
        let address = number.to_string();
        alone.ledger.frame(&frame(&address).replace(own, ends[end]));
        let (currency, wallet) = [("BTC", "vpub"), ("BTC", "other"), ("LTC", "vpub"), ("BTC", "vpub")][end];
        expected.push((currency, wallet.to_owned(), payment(&address)));
    }
    alone.ledger.flush();
    let mut all = Vec::new();
    for _ in &expected {
        let next = tokio::time::timeout(Duration::from_secs(60), handled.recv()).await;
        all.push(next.expect("nothing came").unwrap());
    }
    for (currency, wallet) in [("BTC", "vpub"), ("BTC", "other"), ("LTC", "vpub")] {
        let of = |all: &[(&'static str, String, String)]| -> Vec<String> {
            let its = all.iter().filter(|whose| (whose.0, &*whose.1) == (currency, wallet));
            its.map(|(.., raw)| raw.clone()).collect()
        };
        assert_eq!(of(&all), of(&expected), "{wallet} of {currency}");
    }
}

/// Two currencies may have one key. A daemon that is where another one should be tells of its own money.
#[tokio::test]
async fn what_another_currencys_daemon_brings_is_not_ours() {
    let daemon = || Daemon::new("http://127.0.0.1:1").unwrap();
    let manager = ApiManager::builder().daemon("BTC", daemon()).daemon("LTC", daemon());
    let manager = manager.wallets("BTC", ["vpub"]).wallets("LTC", ["vpub"]).build().unwrap();
    let (told, mut handled) = mpsc::unbounded_channel();
    let handler = move |update: Update| {
        let what = (update.currency(), update.raw().to_owned());
        ready(told.send(what).map_err(Into::into))
    };
    manager.add_event_handler("new_payment", handler).unwrap();
    let ours = manager.coin(Currency::Btc, "vpub").unwrap();
    let mut alone = Alone::new(&ours, manager.listener()).await;
    alone.ledger.is_established = true;
    for (currency, address) in [("BTC", "a"), ("LTC", "b"), ("LTC", "c"), ("BTC", "d")] {
        alone.ledger.frame(&frame(address).replace("BTC", currency));
    }
    alone.ledger.flush();
    let mut by_currency = [Vec::new(), Vec::new()];
    for _ in 0..4 {
        let (currency, raw) = handled.recv().await.unwrap();
        by_currency[usize::from(currency == Currency::Ltc)].push(raw);
    }
    assert_eq!(by_currency, [["a", "d"], ["b", "c"]].map(|addresses| addresses.map(payment).to_vec()));
}

/// Its pong does not come any more.
#[tokio::test]
async fn an_answer_that_waits_for_its_pong_is_delivered_at_the_end() {
    let manager = manager();
    let (mut alone, mut handled) = listening(&manager).await;
    alone.ledger.ask_all();
    let fetched = alone.fetched(&["fetched"]);
    assert!(alone.ledger.answered(fetched, 1), "a ping is to be sent");
    alone.ledger.finish().await;
    expect(&mut handled, &["fetched"]).await;
}

/// A ledger that ends, and the next one of the same currency.
#[tokio::test]
async fn a_wallet_that_is_slow_keeps_no_other_from_being_known_to_the_next() {
    let manager = manager();
    let (mut alone, mut handled) = listening(&manager).await;
    alone.ledger.frame(&frame("before"));
    alone.ledger.flush();
    let slow = manager.add_wallet("BTC", "slow").unwrap();
    alone.ledger.read_wallets();
    assert_eq!(alone.ledger.under_way, 1, "it is asked for");
    let (memory, orders) = (Arc::clone(&alone.ledger.memory), alone.ledger.orders.clone());
    let next = Ledger::new(Arc::clone(&alone.desk), memory, Currency::Btc, orders);
    let mut ending = std::pin::pin!(std::mem::replace(&mut alone.ledger, next).finish());
    assert!(ending.as_mut().now_or_never().is_none(), "{slow:?} is under way");
    alone.ledger.read_wallets();
    alone.answered(&["before", "after"]);
    expect(&mut handled, &["before", "after"]).await;
    ending.await;
}
