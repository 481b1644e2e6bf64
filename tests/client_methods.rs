//! The daemon's methods, against what the daemons of each family really answered.

mod support;

use std::time::Duration;

use bitcart_events::{
    ApiManager, Coin, Currency, Daemon, Decimal, ErrorKind, NewRequest, PaymentRequest, PaymentStatus, Update,
};
use serde_json::{Value, json};
use support::scripted::{Scripted, answer, asked, result};

const ETH: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const TOKEN: &str = "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0";

fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

/// One call's method and parameters.
fn one(daemon: &Scripted) -> (String, Value) {
    let mut asked = daemon.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    asked.remove(0)
}

#[tokio::test]
async fn a_request_of_todays_btc_daemon() {
    let script = Scripted::default()
        .on("add_request", answer("btc_rpc", "add_request"))
        .on("getrequest", answer("btc_rpc", "get_request-partial"))
        .on("getrequest", answer("btc_rpc", "get_request-unconfirmed"))
        .on("getrequest", answer("btc_rpc", "get_request-paid"))
        .on("getrequest", answer("btc_rpc", "get_request-expired"));
    let coin = script.coin(Currency::Btc, "vpub").await;

    let new = NewRequest::new(decimal("0.5")).memo("hello").expires_after(Duration::from_secs(3600));
    let made = coin.add_request(new).await.unwrap();
    let sent = json!({ "amount": "0.5", "memo": "hello", "expiry": 3600, "force": true, "xpub": "vpub" });
    assert_eq!(one(&script), ("add_request".to_owned(), sent));
    assert_eq!((&*made.id, &*made.address), ("1f804621c6", "bcrt1qcp809qd3wv02hm4934lstkq3gs6k77fqv8mq72"));
    assert_eq!((made.amount, made.sent_amount), (Some(decimal("0.5")), None));
    assert_eq!((made.created, made.expires), (Some(1_795_405_221), Some(1_795_408_821)));
    assert_eq!((made.status, &*made.status_str), (PaymentStatus::Unpaid, "Expires in about 1 hour"));
    assert_eq!((&*made.memo, made.tx_hashes.len(), made.confirmations), ("hello", 0, None));
    assert!(made.uri.unwrap().starts_with("bitcoin:bcrt1q"));

    let partial = coin.get_request(&made.id).await.unwrap();
    assert_eq!(one(&script), ("getrequest".to_owned(), json!(["1f804621c6", { "xpub": "vpub" }])));
    assert_eq!((partial.status, partial.sent_amount), (PaymentStatus::Unpaid, Some(decimal("0.20000000"))));
    let unconfirmed = coin.get_request(&made.id).await.unwrap();
    assert_eq!((unconfirmed.status, unconfirmed.confirmations), (PaymentStatus::Unconfirmed, Some(0)));
    assert_eq!(unconfirmed.tx_hashes.len(), 2);
    let paid = coin.get_request(&made.id).await.unwrap();
    assert_eq!((paid.status, paid.confirmations), (PaymentStatus::Paid, Some(1)));
    // What is no field of ours is there too.
    assert!(paid.raw().contains(r#""amount_sat": 50000000"#), "{}", paid.raw());
    assert_eq!(coin.get_request("32abc67daa").await.unwrap().status, PaymentStatus::Expired);
}

#[tokio::test]
async fn a_request_of_a_btc_daemon_of_2020() {
    // What it says to `expiry` is today's daemon's sentence about `expiration`, with the names exchanged.
    let refusal = answer("btc_rpc", "add_request-bad-kw");
    assert!(refusal.contains("result"), "the labels of the two captures are exchanged");
    let refusals = support::scripted::captured("btc_rpc", "add_request", "s2c");
    let refusal = refusals[0].replace("'expiration'", "'expiry'");
    let script = Scripted::default()
        .on("add_request", refusal)
        .on("add_request", answer("webhook_rpc", "add_request"))
        .on("add_request", answer("webhook_rpc", "add_request"))
        .on("getrequest", answer("webhook_rpc", "sub-add_request"));
    let coin = script.coin(Currency::Btc, "vpub").await;

    let new = NewRequest::new(decimal("0.5")).expires_after(Duration::from_millis(3_599_001));
    let made = coin.add_request(new.clone()).await.unwrap();
    let with = |name: &str| json!({ "amount": "0.5", "memo": "", name: 3600, "force": true, "xpub": "vpub" });
    let calls = ["expiry", "expiration"].map(|name| ("add_request".to_owned(), with(name)));
    assert_eq!(script.asked(), calls);
    // The event's `address` is the address.
    assert_eq!(made.id, "bcrt1qav84j3je6v6eg6n75htxrla7xy30wajuzx7wte");
    assert_eq!(made.id, made.address);
    assert_eq!((made.created, made.expires), (Some(1_795_405_383), Some(1_795_408_983)));
    assert_eq!((made.sent_amount, made.tx_hashes.len()), (None, 0));

    // The right name is remembered.
    coin.add_request(new).await.unwrap();
    assert_eq!(one(&script).1, with("expiration"));
    assert_eq!(coin.get_request(&made.id).await.unwrap().amount, Some(decimal("0.25")));
}

#[tokio::test]
async fn a_refusal_that_is_about_something_else_is_not_tried_again() {
    let script = Scripted::default().on("add_request", answer("eth_rpc", "add_request-nan"));
    let coin = script.coin(Currency::Eth, ETH).await;
    let error = coin.add_request(decimal("1")).await.unwrap_err();
    assert_eq!(error.daemon().unwrap().name, "InvalidOperation");
    assert_eq!(script.asked().len(), 1);
    let error = coin.add_request(decimal("-1")).await.unwrap_err();
    assert_eq!((error.kind(), script.asked().len()), (ErrorKind::Parameters, 0));
}

/// The requests of one family, as they were captured.
async fn made(currency: Currency, wallet: &str, answer: String) -> (PaymentRequest, Value) {
    let script = Scripted::default().on("add_request", answer);
    let coin = script.coin(currency, wallet).await;
    let made = coin.add_request(NewRequest::new(2).expires_after(Duration::from_secs(3))).await.unwrap();
    (made, one(&script).1)
}

#[tokio::test]
async fn requests_of_eth_and_its_relatives() {
    let (made, sent) = made(Currency::Eth, ETH, answer("eth_rpc", "add_request-expiring")).await;
    assert_eq!(sent, json!({ "amount": "2", "memo": "", "expiration": 3, "force": true, "xpub": ETH }));
    assert_eq!((&*made.id, &*made.address), ("sTIVWc6cxVF9LC9wCwqlBekXSHqpzgJoOa-ip9SzbDs", ETH));
    assert_eq!(made.amount.unwrap().to_string(), "1.000000000000000000");
    assert_eq!(made.sent_amount, Some(Decimal::ZERO));
    // Absolute already.
    assert_eq!((made.created, made.expires), (Some(1_795_405_034), Some(1_795_405_037)));
    assert_eq!(made.payment_address, None);
}

#[tokio::test]
async fn requests_of_bnb_and_trx() {
    let (bnb, _) = made(Currency::Bnb, ETH, answer("bnb", "add_request")).await;
    assert_eq!((&*bnb.id, bnb.amount), ("LFz24Ty0iPTsukMabg8z4JfmhR3zgFu2VvGrwfYbjps", Some(Decimal::ONE)));
    let (trx, _) = made(Currency::Trx, "TGkW", answer("trx", "add_request")).await;
    assert_eq!((&*trx.address, trx.amount), ("TGkWdpawVNfeset3P6uTBbLaPY7nZVZvXY", Some(decimal("2"))));
    assert_eq!((trx.created, trx.expires), (Some(1_795_406_917), Some(1_795_410_517)));
}

#[tokio::test]
async fn a_request_of_eth_on_its_way() {
    let script = Scripted::default()
        .on("setrequestaddress", answer("eth_rpc", "setrequestaddress"))
        .on("setrequestaddress", answer("eth_rpc", "setrequestaddress-invalid"))
        .on("getrequest", answer("eth_rpc", "getrequest-partial"))
        .on("getrequest", answer("eth_rpc", "getrequest-paid"))
        .on("getrequest", answer("eth_rpc", "getrequest-missing"))
        .spec(answer("eth_rpc", "spec"));
    let coin = script.coin(Currency::Eth, ETH).await;
    assert!(coin.set_request_address("id", "0xf39F").await.unwrap());
    assert_eq!(one(&script).1, json!(["id", "0xf39F", { "xpub": ETH }]));
    assert!(!coin.set_request_address("id", "zzz").await.unwrap());
    let partial = coin.get_request("id").await.unwrap();
    assert_eq!((partial.status, partial.sent_amount), (PaymentStatus::Unpaid, Some(decimal("0.5"))));
    assert_eq!(partial.payment_address.unwrap(), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    let paid = coin.get_request("id").await.unwrap();
    assert_eq!((paid.status, paid.tx_hashes.len(), paid.confirmations), (PaymentStatus::Paid, 2, Some(2)));
    // It has no name for this one.
    let error = coin.get_request("nope").await.unwrap_err();
    assert_eq!(error.daemon().unwrap().message, "Exception: Request not found");
}

#[tokio::test]
async fn a_tokens_wallet_is_named_by_its_parts() {
    let script = Scripted::default()
        .on("add_request", answer("eth_rpc", "add_request-token"))
        .on("get_updates", answer("eth_rpc", "get_updates-token"))
        .on("setrequestaddress", answer("eth_rpc", "setrequestaddress-token"))
        .on("getbalance", result(r#"{"confirmed": "2.500000"}"#));
    let coin = script.coin(Currency::Eth, &Coin::token_key(ETH, TOKEN)).await;
    assert_eq!(coin, Coin::token(Currency::Eth, ETH, TOKEN));
    // As the daemon names it in events.
    assert_eq!(coin.wallet().unwrap(), format!("{ETH}_{TOKEN}"));

    let made = coin.add_request(NewRequest::new(decimal("2.5")).memo("tok")).await.unwrap();
    assert_eq!(made.amount.unwrap().to_string(), "2.500000");
    let mut captured = asked("eth_rpc", "add_request-token");
    captured["force"] = true.into();
    assert_eq!(one(&script).1, captured);

    let updates = coin.get_updates().await.unwrap();
    assert!(updates.contains(r#""contract": "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0""#), "{updates}");
    assert_eq!(one(&script).1, asked("eth_rpc", "get_updates-token"));

    coin.set_request_address(&made.id, "0xf39F").await.unwrap();
    assert_eq!(one(&script).1[2], asked("eth_rpc", "setrequestaddress-token")[2]);
    assert_eq!(coin.balance().await.unwrap().confirmed, decimal("2.5"));
}

#[tokio::test]
async fn a_tokens_events_reach_its_wallet() {
    let manager =
        ApiManager::builder().wallet("ETH", ETH).wallet("ETH", Coin::token_key(ETH, TOKEN)).build().unwrap();
    let (tell, mut seen) = tokio::sync::mpsc::unbounded_channel();
    manager
        .add_event_handler("new_transaction", move |update: Update| {
            tell.send(update.coin().wallet().unwrap().to_owned()).unwrap();
            async { Ok(()) }
        })
        .unwrap();
    let frames =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/captures/eth_ws.jsonl")).unwrap();
    let key = Coin::token_key(ETH, TOKEN);
    let frame = frames.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).find_map(|line| {
        let raw = line["raw"].as_str().unwrap().to_owned();
        (raw.contains(&format!(r#""wallet": "{key}""#)) && raw.contains("new_transaction")).then_some(raw)
    });
    assert_eq!(manager.process_updates(frame.unwrap()).await.unwrap().handled, 1);
    assert_eq!(seen.recv().await.unwrap(), key);
}

#[tokio::test]
async fn balances() {
    let script = Scripted::default()
        .on("getbalance", answer("btc_rpc", "getbalance"))
        .on("getbalance", result(r#"{"confirmed": "1.5", "unconfirmed": "-0.25", "lightning": "0.001"}"#))
        .on("getbalance", result(r#"{"confirmed": 0.1}"#))
        .on("getbalance", result(r#"{"confirmed": 1e-8}"#))
        .on("getbalance", result(r#"{"unconfirmed": "1"}"#));
    let coin = script.coin(Currency::Btc, "vpub").await;
    assert_eq!(coin.balance().await.unwrap().confirmed, Decimal::ZERO);
    let balance = coin.balance().await.unwrap();
    assert_eq!((balance.confirmed, balance.unconfirmed), (decimal("1.5"), decimal("-0.25")));
    assert_eq!((balance.unmatured, balance.lightning), (Decimal::ZERO, decimal("0.001")));
    // A number is read by its digits, or not at all.
    assert_eq!(coin.balance().await.unwrap().confirmed.to_string(), "0.1");
    for wrong in ["`confirmed` should be a plain amount", "there is no `confirmed` among unconfirmed"] {
        let error = coin.balance().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection);
        assert!(error.to_string().contains(wrong), "{error}");
    }
}

#[tokio::test]
async fn a_daemon_says_how_it_is() {
    let script = Scripted::default()
        .on("getinfo", answer("btc_rpc", "getinfo"))
        .on("getinfo", answer("eth_rpc", "getinfo"))
        .on("getinfo", result(r#"{"connected": false, "path": "/data", "version": "4.5.0"}"#))
        .on("help", answer("eth_rpc", "help"));
    let coin = script.coin(Currency::Btc, "vpub").await;
    let btc = coin.get_info().await.unwrap();
    // Without the wallet: naming it would load it.
    assert_eq!(one(&script), ("getinfo".to_owned(), json!({})));
    assert_eq!((btc.connected, btc.synchronized, &*btc.version), (true, Some(true), "4.6.0b1"));
    assert!(btc.height.is_some() && btc.height == btc.server_height);
    let eth = coin.get_info().await.unwrap();
    assert!(eth.server.unwrap().starts_with("http://127.0.0.1:"));
    let offline = coin.get_info().await.unwrap();
    assert_eq!((offline.connected, offline.height, offline.synchronized), (false, None, None));
    assert!(coin.help().await.unwrap().iter().any(|method| method == "setrequestaddress"));
}

#[tokio::test]
async fn a_daemons_spec() {
    let btc = Scripted::default().spec(answer("btc_rpc", "spec"));
    let spec = btc.coin(Currency::Btc, "vpub").await.spec().await.unwrap().unwrap();
    assert_eq!((&*spec.version, spec.lightning), ("4.5.0", Some(false)));
    assert_eq!(spec.exception(-32003).unwrap().name, "RequestNotFoundError");
    let eth = Scripted::default().spec(answer("eth_rpc", "spec"));
    let daemon = eth.serve().await;
    let spec = Coin::at(Currency::Eth, daemon.clone(), ETH).spec().await.unwrap().unwrap();
    assert_eq!((spec.lightning, &*spec.exception(-32000).unwrap().name), (None, "WalletNotLoadedError"));
    // A daemon of 2020 has none.
    assert_eq!(Scripted::default().coin(Currency::Btc, "vpub").await.spec().await.unwrap(), None);
    let stranger = daemon.login("electrum", "wrong").unwrap();
    let error = Coin::at(Currency::Eth, stranger, ETH).spec().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
}

#[tokio::test]
async fn methods_with_two_names() {
    // Only the second name of each.
    let script = Scripted::default()
        .on("get_request", answer("btc_rpc", "get_request-paid"))
        .on("gettransaction", result(r#"{"hash": "0x1", "confirmations": 3}"#))
        .on("history", answer("eth_rpc", "history-notimpl"))
        .spec(answer("eth_rpc", "spec"));
    let coin = script.coin(Currency::Eth, ETH).await;
    assert_eq!(coin.get_request("1f804621c6").await.unwrap().status, PaymentStatus::Paid);
    assert_eq!(coin.get_tx("0x1").await.unwrap().confirmations, 3);
    assert_eq!(script.asked()[2].1, json!(["0x1", { "xpub": ETH }]));
    let error = coin.history().await.unwrap_err();
    assert_eq!(error.daemon().unwrap().name, "NotImplementedError");
    // Neither: the complaint is about the first.
    let error = coin.list_requests().await.unwrap_err().to_string();
    assert!(error.contains("refused `list_requests`: ProcedureNotFoundError"), "{error}");
}

/// Shapes read in code (Electrum 4.6, Electron Cash), not captured.
#[tokio::test]
async fn lists_of_transactions_and_requests() {
    let history = r#"{"summary": {}, "transactions": [
        {"txid": "aa", "height": 0, "confirmations": 0, "timestamp": null, "bc_value": "-0.10000000"},
        {"txid": "bb", "height": 106, "confirmations": 2, "timestamp": 1795405228, "bc_value": "+0.2"}]}"#;
    let request = answer("btc_rpc", "get_request-paid");
    let request = serde_json::from_str::<Value>(&request).unwrap()["result"].to_string();
    // A request for no amount in particular; and what a daemon leaves out is not made up.
    let any_amount = r#"{"amount_BTC": "unknown", "address": "bc1q", "status": 0, "expiry": 3600}"#;
    let cash = r#"{"time": 100, "amount": 5000, "exp": 60, "address": "qq", "memo": "m", "id": "x", "status": "Paid",
        "amount (BCH)": "0.00005", "tx_hashes": ["cc"]}"#;
    let script = Scripted::default()
        .on("onchain_history", result(history))
        .on("onchain_history", result(&Value::from(history).to_string()))
        .on("list_requests", result(&format!("[{request}, {any_amount}]")))
        .on("listrequests", result(&format!("[{cash}]")));
    let coin = script.coin(Currency::Btc, "vpub").await;
    for _ in 0..2 {
        let transactions = coin.history().await.unwrap().transactions;
        assert_eq!((transactions[0].height, transactions[0].amount), (None, Some(decimal("-0.1"))));
        assert_eq!((transactions[1].height, transactions[1].amount), (Some(106), Some(decimal("0.2"))));
    }
    let requests = coin.list_requests().await.unwrap();
    assert_eq!((&*requests[0].id, requests[0].amount), ("1f804621c6", Some(decimal("0.5"))));
    assert_eq!((requests[1].amount, requests[1].created, requests[1].expires), (None, None, None));

    let coin = Coin::at(Currency::Bch, script.serve().await, "xpub");
    let request = coin.list_requests().await.unwrap().remove(0);
    assert_eq!((&*request.id, &*request.memo, request.status), ("qq", "m", PaymentStatus::Paid));
    assert_eq!((request.amount, request.expires), (Some(decimal("0.00005")), Some(160)));
}

#[tokio::test]
async fn a_daemon_of_2020_is_told_where_to_post() {
    let script = Scripted::default()
        .on("subscribe", answer("webhook_rpc", "sub-subscribe"))
        .on("configure_notifications", answer("webhook_rpc", "configure_notifications"))
        .on("configure_notifications", answer("webhook_rpc", "configure-null"));
    let coin = script.coin(Currency::Btc, "vpub").await;
    coin.subscribe("new_payment").await.unwrap();
    coin.configure_notifications(Some("http://127.0.0.1:1/h")).await.unwrap();
    coin.configure_notifications(None).await.unwrap();
    let sent: Vec<_> = script.asked().into_iter().map(|(_, parameters)| parameters).collect();
    assert_eq!(sent[0], json!({ "events": ["new_payment"], "xpub": "vpub" }));
    assert_eq!(sent[1], json!({ "notification_url": "http://127.0.0.1:1/h", "xpub": "vpub" }));
    assert_eq!(sent[2], json!({ "notification_url": null, "xpub": "vpub" }));
    let error = coin.subscribe(["new_block"]).await.unwrap_err();
    assert!(error.daemon().unwrap().is_unknown_method(), "{error}");
}

#[tokio::test]
async fn clones_of_a_coin_are_the_same_wallet() {
    fn is_cheap<T: Clone + Send + Sync + 'static>(_: &T) -> usize {
        size_of::<T>()
    }
    let coin = Coin::btc("vpub");
    assert_eq!(is_cheap(&coin), size_of::<&dyn Send>());
    assert_eq!(coin.clone(), coin);
    let _: Daemon = Daemon::new("http://localhost:5000").unwrap().call_timeout(Duration::from_secs(1));
}
