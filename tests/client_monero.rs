//! Monero's wallets: calls name them by view key and address, events by the view key.

mod support;

use std::time::Duration;

use bitcart_events::testing::{DaemonVersion, TestDaemon};
use bitcart_events::{ApiManager, Coin, Currency, Decimal, ErrorKind, Settings};
use serde_json::{Value, json};
use support::listening::{Listening, Seen, record, record_all};
use support::scripted::{Scripted, result};
use support::server::daemon_of;

const VIEW_KEY: &str = "f359631075708155cc3d92a32b75a7d02a5dcf27756707b47a2b31b21c389501";
const ADDRESS: &str =
    "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A";

/// A test that waits in vain fails instead of hanging.
const PATIENCE: Duration = Duration::from_secs(60);

/// Both as one text.
fn both() -> String {
    Coin::monero_key(VIEW_KEY, ADDRESS)
}

async fn daemon() -> TestDaemon {
    TestDaemon::builder().version(DaemonVersion::Current).currency(Currency::Xmr).start().await.unwrap()
}

#[tokio::test]
async fn calls_carry_the_address_beside_the_view_key() {
    let script = Scripted::default()
        .on("getbalance", result(r#"{"confirmed": "0.000000000000"}"#))
        .on("getbalance", result(r#"{"confirmed": "0.000000000000"}"#))
        .on("setrequestaddress", result("false"))
        .on("get_updates", result("[]"));
    let coin = script.coin(Currency::Xmr, &both()).await;
    assert_eq!(coin.wallet(), Some(VIEW_KEY));
    assert_eq!(coin, Coin::monero(VIEW_KEY, ADDRESS));
    let asked = || script.asked().into_iter().map(|(_, parameters)| parameters).collect::<Vec<Value>>();

    let wallet = json!({ "xpub": VIEW_KEY, "address": ADDRESS });
    coin.balance().await.unwrap();
    coin.set_request_address("id", "a").await.unwrap();
    coin.get_updates().await.unwrap();
    let named = json!({ "xpub": wallet });
    assert_eq!(asked(), [named.clone(), json!(["id", "a", named]), named]);

    // A daemon may know a view key's address already.
    let alone = Coin::at(Currency::Xmr, coin.daemon().clone(), VIEW_KEY);
    alone.balance().await.unwrap();
    assert_eq!(asked(), [json!({ "xpub": VIEW_KEY })]);
}

/// Asks for money, and expects what comes of it under the view key.
async fn pay(daemon: &TestDaemon, coin: &Coin, seen: &mut Seen) {
    let request = coin.add_request(Decimal::TWO).await.unwrap();
    // The daemon has the wallet's address from a call.
    assert_eq!(request.address, format!("{ADDRESS}{}", request.id));
    let hash = daemon.pay(&request.id, "2").await.unwrap();
    seen.wait_for(&format!("tx {hash}")).await;
    let expected = (VIEW_KEY.to_owned(), format!("paid 7 {} 2.000000000000", request.id));
    assert_eq!(seen.next_of().await, expected);
    daemon.mine(1).await;
    seen.wait_for(&format!("paid 3 {} 2.000000000000", request.id)).await;
}

#[tokio::test]
async fn the_websocket_is_asked_for_the_view_key() {
    let daemon = daemon().await;
    let coin = Coin::at(Currency::Xmr, daemon_of(&daemon), both());
    let mut seen = record(&coin);
    let listening = Listening::by_websocket(coin.listener());
    let found = async {
        daemon.wait_filtered(VIEW_KEY).await;
        daemon.wait_loaded(VIEW_KEY).await;
    };
    tokio::time::timeout(PATIENCE, found).await.expect("no websocket came for the view key");
    pay(&daemon, &coin, &mut seen).await;
    listening.finish().await;
}

#[tokio::test]
async fn it_is_polled_by_both_and_its_events_find_it() {
    let daemon = daemon().await;
    let manager =
        ApiManager::builder().daemon("XMR", daemon_of(&daemon)).wallet("XMR", both()).build().unwrap();
    let mut seen = record_all(&manager);
    let listening = Listening::by_polling(manager.listener(), Duration::from_millis(10));
    tokio::time::timeout(PATIENCE, daemon.wait_loaded(VIEW_KEY)).await.expect("no call came");
    pay(&daemon, &manager.coin(Currency::Xmr, VIEW_KEY).unwrap(), &mut seen).await;
    listening.finish().await;
}

#[test]
fn a_manager_knows_it_by_either_text() {
    let manager = ApiManager::builder().wallet("XMR", both()).build().unwrap();
    for text in [VIEW_KEY, &both()] {
        assert_eq!(manager.coin(Currency::Xmr, text).unwrap().wallet(), Some(VIEW_KEY));
        assert_eq!(manager.add_wallet("XMR", text).unwrap().wallet(), Some(VIEW_KEY));
    }
    assert_eq!(manager.coins().len(), 1);

    // What would be ignored is an error.
    let another = |manager: &ApiManager, what: &str| {
        let error = manager.add_wallet("XMR", Coin::monero_key(VIEW_KEY, "44another")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Settings);
        let shown = error.to_string();
        assert!(shown.contains(what) && !shown.contains(VIEW_KEY) && !shown.contains("44"), "{shown}");
    };
    another(&manager, "is there already, with another address");
    assert!(manager.remove_wallet("XMR", &both()).unwrap().is_some());
    manager.add_wallet("XMR", VIEW_KEY).unwrap();
    another(&manager, "is there already, without its address");
    assert!(manager.remove_wallet("XMR", VIEW_KEY).unwrap().is_some());
    assert_eq!(manager.coins().len(), 0);
}

#[test]
fn the_settings_take_it_and_nothing_shows_it() {
    let settings = Settings::from_vars([("BITCART_CRYPTOS", "xmr"), ("XMR_WALLETS", &both())]).unwrap();
    let coin = settings.manager().coin(Currency::Xmr, VIEW_KEY).unwrap();
    // The fingerprint of the key alone, which operators may know already.
    assert_eq!(format!("{coin:?}"), format!("{:?}", Coin::xmr(VIEW_KEY)));
    let shown = format!("{coin:?} {settings:?} {:?}", settings.manager());
    assert!(!shown.contains(VIEW_KEY) && !shown.contains(ADDRESS), "{shown}");
}
