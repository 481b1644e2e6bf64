//! What no capture shows of today's daemons, or not alone: tokens, Monero, gaps, what is paid too late or too
//! much.

use std::time::Duration;

use bitcart_events::Currency;
use bitcart_events::testing::{DaemonVersion, ScriptError, TestDaemon, TestDaemonBuilder};
use serde_json::{Value, json};

use crate::asking::{call, updates};
use crate::captures::W1;
use crate::sockets::Websocket;

const SHOP: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const OTHER: &str = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const TOKEN: &str = "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0";
const PAYER: &str = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65";
const VIEW_KEY: &str = "f359631075708155cc3d92a32b75a7d02a5dcf27756707b47a2b31b21c389501";

fn today(currency: Currency) -> TestDaemonBuilder {
    TestDaemon::builder().version(DaemonVersion::Current).currency(currency)
}

/// Each event in short: payments with their status, sum and how many hashes.
fn shown(updates: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let one = |update: &Value| match update["event"].as_str().unwrap() {
        "new_payment" => {
            let hashes = update["tx_hashes"].as_array().unwrap().len();
            format!("{} {} {hashes}", update["status"], text(&update["sent_amount"]))
        }
        "new_block" => update["height"].to_string(),
        name => name.to_owned(),
    };
    updates.iter().map(one).collect()
}

async fn status(daemon: &TestDaemon, wallet: &str, id: &str) -> (Value, Value) {
    let answer = call(daemon, "get_request", &format!(r#"["{id}", {{"xpub": "{wallet}"}}]"#)).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    (answer["result"]["status"].clone(), answer["result"]["sent_amount"].clone())
}

#[tokio::test]
async fn a_payment_is_known_by_its_sender_and_only_in_a_block() {
    let daemon = today(Currency::Eth).start().await.unwrap();
    let request = daemon.request(SHOP, "1").await.unwrap();
    assert_eq!((request.address.as_str(), request.id.len()), (SHOP, 43));
    // Nobody is waited for yet.
    daemon.pay(&request.id, "1").await.unwrap();
    daemon.mine(1).await;
    assert_eq!(shown(&updates(&daemon, SHOP).await), ["101", "new_transaction"]);
    assert!(!daemon.expect_payer(&request.id, "zzz").await);
    assert!(daemon.expect_payer(&request.id, PAYER).await);
    daemon.send(SHOP, "1").await.unwrap();
    let paid = daemon.send_from(PAYER, SHOP, "3").await.unwrap();
    assert_eq!(updates(&daemon, SHOP).await, Vec::<Value>::new());
    daemon.mine(1).await;
    // More than was asked for is simply paid.
    let told = updates(&daemon, SHOP).await;
    assert_eq!(shown(&told), ["102", "new_transaction", "new_transaction", "3 3.000000000000000000 1"]);
    assert_eq!(told[3]["tx_hashes"], json!([paid]));
    // Nobody looks for it any more.
    daemon.send_from(PAYER, SHOP, "3").await.unwrap();
    daemon.mine(1).await;
    assert_eq!(shown(&updates(&daemon, SHOP).await), ["103", "new_transaction"]);
    assert_eq!(status(&daemon, SHOP, &request.id).await, (json!(3), json!("3.000000000000000000")));
}

#[tokio::test]
async fn a_token_is_another_wallet() {
    let daemon = today(Currency::Bnb).token(TOKEN, "TST", 6).start().await.unwrap();
    let key = format!("{SHOP}_{TOKEN}");
    let request = daemon.request(&key, "2.5").await.unwrap();
    daemon.expect_payer(&request.id, PAYER).await;
    let mut socket = Websocket::listening_to(&daemon, &key).await;
    updates(&daemon, SHOP).await;
    daemon.pay(&request.id, "2.5").await.unwrap();
    daemon.mine(1).await;
    let events: Vec<Value> = socket.events().await.into_iter().map(|(event, _)| event).collect();
    assert_eq!(shown(&events), ["101", "new_transaction", "3 2.500000 1"]);
    assert!(events[1..].iter().all(|event| event["contract"] == TOKEN));
    assert_eq!(shown(&updates(&daemon, SHOP).await), ["101"]);
    assert!(matches!(daemon.pay(&request.id, "0.0000001").await, Err(ScriptError::BadAmount { .. })));
    let unknown = format!(r#"{{"xpub": {{"xpub": "{SHOP}", "contract": "{OTHER}"}}}}"#);
    assert!(call(&daemon, "get_updates", &unknown).await.contains("-32009"));
}

#[tokio::test]
async fn what_is_queued_shows_the_next_hash_too_and_what_is_sent_does_not() {
    let daemon = today(Currency::Matic).start().await.unwrap();
    let request = daemon.request(SHOP, "3").await.unwrap();
    daemon.expect_payer(&request.id, PAYER).await;
    let mut socket = Websocket::open(&daemon).await;
    for _ in 0..3 {
        daemon.pay(&request.id, "1").await.unwrap();
        daemon.mine(1).await;
    }
    let sent: Vec<Value> = socket.events().await.into_iter().map(|(event, _)| event).collect();
    let queued = updates(&daemon, SHOP).await;
    let payments = |events: &[Value]| -> Vec<String> {
        shown(events).into_iter().filter(|event| event.contains(' ')).collect()
    };
    let line = |status, sum, hashes| format!("{status} {sum}.000000000000000000 {hashes}");
    assert_eq!(payments(&sent), [line(0, 1, 1), line(0, 2, 2), line(3, 3, 3)]);
    assert_eq!(payments(&queued), [line(0, 1, 2), line(0, 2, 3), line(3, 3, 3)]);
}

/// Loading a wallet again tells what the process still has of every loaded wallet.
#[tokio::test]
async fn a_wallet_that_is_loaded_again_tells_its_transactions_again() {
    let daemon = today(Currency::Eth).start().await.unwrap();
    updates(&daemon, SHOP).await;
    updates(&daemon, OTHER).await;
    let first = daemon.send(SHOP, "1").await.unwrap();
    daemon.send(OTHER, "1").await.unwrap();
    daemon.mine(1).await;
    daemon.reload(SHOP).await.unwrap();
    let told = updates(&daemon, SHOP).await;
    assert_eq!(shown(&told), ["new_transaction"]);
    assert_eq!(told[0]["tx"], json!(first));
    assert_eq!(shown(&updates(&daemon, OTHER).await), ["101", "new_transaction", "new_transaction"]);

    // The next process has only what came after.
    daemon.stop().await;
    daemon.mine(1).await;
    let second = daemon.send(SHOP, "2").await.unwrap();
    daemon.mine(1).await;
    daemon.start_again().await.unwrap();
    let told = updates(&daemon, SHOP).await;
    assert_eq!(told.iter().map(|update| &update["tx"]).collect::<Vec<_>>(), [&json!(second)]);
    // A wallet that is new has no past.
    assert!(!daemon.loaded(OTHER));
    assert_eq!(updates(&daemon, PAYER).await, Vec::<Value>::new());
}

#[tokio::test]
async fn blocks_are_told_again_with_what_is_in_them() {
    let daemon = today(Currency::Eth).start().await.unwrap();
    updates(&daemon, SHOP).await;
    daemon.send(SHOP, "1").await.unwrap();
    daemon.mine(2).await;
    updates(&daemon, SHOP).await;
    assert!(call(&daemon, "rescan_blocks", "[101, 500]").await.contains("true"));
    assert_eq!(shown(&updates(&daemon, SHOP).await), ["101", "new_transaction", "102"]);
}

/// A partial payment is counted again with every replay (read in code at `065c8421`).
#[tokio::test]
async fn a_payment_that_comes_again_counts_again() {
    let daemon = today(Currency::Eth).start().await.unwrap();
    let request = daemon.request(SHOP, "1").await.unwrap();
    daemon.expect_payer(&request.id, PAYER).await;
    daemon.pay(&request.id, "0.5").await.unwrap();
    daemon.mine(1).await;
    daemon.reload(SHOP).await.unwrap();
    assert_eq!(shown(&updates(&daemon, SHOP).await), ["new_transaction", "3 1.000000000000000000 1"]);
}

#[tokio::test]
async fn a_gap_is_told_out_of_order_and_not_beyond_its_limit() {
    let daemon = today(Currency::Eth).polling_cap(1000).start().await.unwrap();
    updates(&daemon, SHOP).await;
    daemon.mine_at_once(65).await;
    let heights = shown(&updates(&daemon, SHOP).await);
    assert_eq!(heights[..6], ["101", "131", "161", "102", "132", "162"]);
    assert_eq!(heights.len(), 65);
    daemon.mine_at_once(400).await;
    assert_eq!(updates(&daemon, SHOP).await.len(), 300);
    daemon.mine(1).await;
    assert_eq!(shown(&updates(&daemon, SHOP).await), ["566"]);
    daemon.reorganise(3).await;
    assert_eq!(shown(&updates(&daemon, SHOP).await), ["567"]);
}

#[tokio::test]
async fn what_expires_is_told_to_nobody() {
    for (currency, wallet, late) in [
        (Currency::Eth, SHOP, &["101", "new_transaction"][..]),
        (Currency::Trx, "TGkWdpawVNfeset3P6uTBbLaPY7nZVZvXY", &["101", "new_transaction"]),
        (Currency::Xmr, VIEW_KEY, &["new_transaction", "101", "new_transaction"]),
        (Currency::Ltc, W1, &["7 1.00000000 1", "new_transaction", "101", "3 1.00000000 1", "verified_tx"]),
    ] {
        let daemon = today(currency).start().await.unwrap();
        let request = daemon.request(wallet, "1").await.unwrap();
        daemon.expect_payer(&request.id, if currency == Currency::Trx { wallet } else { PAYER }).await;
        daemon.let_pass(Duration::from_secs(3602));
        assert_eq!(status(&daemon, wallet, &request.id).await.0, json!(1), "{currency}");
        assert_eq!(updates(&daemon, wallet).await, Vec::<Value>::new(), "{currency}");
        daemon.pay(&request.id, "1").await.unwrap();
        daemon.mine(1).await;
        assert_eq!(shown(&updates(&daemon, wallet).await), late, "{currency}");
    }
}

/// Two payments are there, and one of them is confirmed.
#[tokio::test]
async fn monero_goes_back_to_nothing() {
    let daemon = today(Currency::Xmr).start().await.unwrap();
    let request = daemon.request(VIEW_KEY, "2").await.unwrap();
    assert_eq!(request.id.len(), 16);
    assert!(request.address.ends_with(&request.id));
    let mut socket = Websocket::listening_to(&daemon, VIEW_KEY).await;
    daemon.pay(&request.id, "1").await.unwrap();
    daemon.pay(&request.address, "1").await.unwrap();
    daemon.mine(1).await;
    let sent: Vec<Value> = socket.events().await.into_iter().map(|(event, _)| event).collect();
    let told = [
        "new_transaction",
        "0 1.000000000000 1",
        "new_transaction",
        "7 2.000000000000 2",
        "101",
        "new_transaction",
        "0 2.000000000000 2",
        "new_transaction",
        "3 2.000000000000 2",
    ];
    assert_eq!(shown(&sent), told);
    assert!(
        sent.iter().filter(|event| event["event"] == "new_payment").all(|event| event["contract"].is_null())
    );
    assert_eq!(sent[0].as_object().unwrap().len(), 2);
    // The lists in the ring hold the hash that came after, even if they had it.
    let queued = updates(&daemon, VIEW_KEY).await;
    let hashes: Vec<usize> =
        queued.iter().filter_map(|event| Some(event["tx_hashes"].as_array()?.len())).collect();
    assert_eq!(hashes, [2, 3, 3, 2]);
}

#[tokio::test]
async fn keys_are_of_their_own_kind_in_each_family() {
    for (currency, good, bad, message) in [
        (Currency::Grs, W1, SHOP, "electrum.util.UserFacingException: Seed or key not recognized"),
        (Currency::Eth, SHOP, W1, "Exception: Invalid key provided"),
        (Currency::Trx, "TGkWdpawVNfeset3P6uTBbLaPY7nZVZvXY", SHOP, "Exception: Invalid key provided"),
        (Currency::Xmr, VIEW_KEY, SHOP, "Exception: Invalid key provided"),
    ] {
        let daemon = today(currency).start().await.unwrap();
        assert!(call(&daemon, "getbalance", &format!(r#"{{"xpub": "{good}"}}"#)).await.contains("confirmed"));
        let refused = call(&daemon, "getbalance", &format!(r#"{{"xpub": "{bad}"}}"#)).await;
        assert!(refused.contains(&format!("{{\"code\": -32005, \"message\": \"{message}\"}}")), "{refused}");
        let info = call(&daemon, "getinfo", &format!(r#"{{"xpub": "{bad}"}}"#)).await;
        assert!(info.contains("\"total_wallets\": 1"), "{info}");
        assert!(call(&daemon, "configure_notifications", "[]").await.contains("-32601"));
        assert!(call(&daemon, "subscribe", "[]").await.contains("-32601"));
        let wallets = call(&daemon, "list_wallets", "[]").await;
        assert!(wallets.contains(&format!("/wallets/{good}\"")), "{wallets}");
        let closed = call(&daemon, "close_wallet", &format!(r#"["{good}"]"#)).await;
        assert!(closed.contains("true") && !daemon.loaded(good), "{closed}");
        assert!(call(&daemon, "close_wallet", &format!(r#"["{good}"]"#)).await.contains("false"));
    }
}
