//! The captured life of today's ETH daemon, again.

use std::time::Duration;

use bitcart_events::Currency;
use bitcart_events::testing::{DaemonVersion, TestDaemon};
use serde_json::Value;

use crate::captures::split;
use crate::story::Story;

const SHOP: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const PAYER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const TOKEN: &str = "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0";

/// The events of an answer, put in order.
fn sorted(answer: &str) -> Vec<String> {
    let answer: Value = serde_json::from_str(split(answer).1).unwrap();
    let mut events: Vec<String> = answer["result"].as_array().unwrap().iter().map(Value::to_string).collect();
    events.sort();
    events
}

/// Without these members, which are another machine's.
fn without(answer: &str, members: &[&str]) -> Value {
    let mut answer: Value = serde_json::from_str(split(answer).1).unwrap();
    members
        .iter()
        .for_each(|name| assert!(answer["result"].as_object_mut().unwrap().remove(*name).is_some()));
    answer
}

async fn eth() -> (TestDaemon, Story) {
    let builder = TestDaemon::builder().version(DaemonVersion::Current).currency(Currency::Eth);
    let daemon = builder.height(0).token(TOKEN, "TST", 6).start().await.unwrap();
    let story = Story::new(daemon.clone(), &["eth_rpc", "eth_ws"]);
    (daemon, story)
}

#[tokio::test]
async fn todays_ethereum_daemon() {
    let (daemon, mut story) = eth().await;
    story.ask(&["getinfo", "no-auth", "bad-password", "malformed-base64", "base64-no-colon"]).await;
    story.ask(&["password-with-colon", "bearer-scheme", "lowercase-basic", "spec", "spec-no-auth"]).await;
    story.ask(&["notfound", "get-root", "parse-error", "batch-empty", "batch", "no-method"]).await;
    story.ask(&["string-id-no-params", "no-id"]).await;
    // The message shows where in the memory an object is; what is after it can be compared.
    let (ours, theirs) = story.exchange("null-params").await;
    let end = " argument after * must be an iterable, not NoneType\"}, \"id\": 1}";
    assert!(ours.ends_with(end) && theirs.ends_with(end), "{ours}");
    assert!(ours.contains("{\"code\": -32603, \"message\": \"TypeError: "), "{ours}");
    story.ask(&["no-content-type", "text-plain", "nosuchmethod", "get_updates-no-wallet"]).await;
    story.ask(&["get_updates-bad-wallet"]).await;

    // A payment in two parts, and who hears of it.
    story.open(&["ws-no-auth", "ws-bad-auth", "ws-other-xpub", "ws-xpub-B-same", "ws-xpub-A"]).await;
    story.open(&["ws-xpub-lowercase", "ws-unfiltered", "ws-garbage-first", "ws-json-list"]).await;
    story.ended("ws-json-list").await;
    story.ask(&["get_updates-initial"]).await;
    story.ask_for_money("add_request").await;
    story.ask(&["setrequestaddress"]).await;
    let request = story.translated("ZvlvgqBNcyvkC-R2nnsIboacPBdvBx4_uZYES2BCXek");
    story.is("0x85c98c", &daemon.pay(&request, "0.5").await.unwrap());
    daemon.mine(1).await;
    story.ask(&["getrequest-partial"]).await;
    story.is("0x5891ba", &daemon.send_from(PAYER, SHOP, "1").await.unwrap());
    daemon.mine(1).await;
    story.ask(&["get_updates-after-payment", "get_updates-again", "getrequest-paid"]).await;
    daemon.mine(1).await;
    story.hear().await;
    let first = ["ws-other-xpub", "ws-xpub-B-same", "ws-xpub-A", "ws-xpub-lowercase", "ws-unfiltered"];
    story.close(&first);
    story.close(&["ws-garbage-first"]);

    // A token has a wallet of its own.
    story.open(&["t-dict-xpub", "t-walletkey", "t-plain-xpub", "t-unfiltered"]).await;
    story.ask_for_money("add_request-token").await;
    story.ask(&["setrequestaddress-token", "setrequestaddress-invalid"]).await;
    let request = story.translated("RfK06Vdbyx2e-5YrTroY6hQcwb1u6kR2JtK9IvT2dfM");
    story.is("0x1f9f3a", &daemon.pay(&request, "2.5").await.unwrap());
    daemon.mine(1).await;
    story.ask(&["get_updates-token", "get_updates-plain-during-token"]).await;

    // Too late is no payment.
    story.ask_for_money("add_request-expiring").await;
    story.ask(&["setrequestaddress"]).await;
    daemon.let_pass(Duration::from_secs(6));
    story.ask(&["getrequest-expired", "get_updates-after-expiry"]).await;
    story.is("0xa48807", &daemon.send_from(PAYER, SHOP, "1").await.unwrap());
    daemon.mine(1).await;
    story.ask(&["get_updates-pay-after-expiry"]).await;
    story.hear().await;

    // Gaps: the order of their blocks is that of tasks which race, so it is not compared.
    for (label, blocks) in [("get_updates-70-blocks", 70), ("get_updates-150-blocks-cap", 150)] {
        daemon.mine_at_once(blocks).await;
        let (ours, theirs) = story.exchange(label).await;
        assert_eq!(sorted(&ours), sorted(&theirs), "{label}");
        story.hear_by(String::clone).await;
    }
    story.close(&["t-dict-xpub", "t-walletkey", "t-plain-xpub", "t-unfiltered"]);

    // A restart, with a payment while it is down.
    story.ask(&["drain"]).await;
    story.ask_for_money("restart-add_request").await;
    story.ask(&["setrequestaddress"]).await;
    story.open(&["ws-shutdown"]).await;
    daemon.mine(2).await;
    story.hear().await;
    let down = daemon.clone();
    let down = tokio::spawn(async move { down.shut_down().await });
    story.ended("ws-shutdown").await;
    down.await.unwrap();
    let request = story.translated("9mei2W2huKUM2QEGaIAkY0HVar-jvhXbn8ER1tgXKuQ");
    story.is("0x268cfe", &daemon.pay(&request, "0.7").await.unwrap());
    daemon.mine(2).await;
    daemon.start_again().await.unwrap();
    story.open(&["ws-after-restart"]).await;
    // Then the daemon could look into transactions, and gas had another price.
    let (ours, theirs) = story.exchange("getinfo-trace").await;
    let others = ["gas_price", "trace_enabled"];
    assert_eq!(without(&ours, &others), without(&theirs, &others));
    story.ask(&["get_updates-after-restart", "get_updates-after-restart2", "getrequest-after-restart"]).await;
    story.hear().await;

    // A transfer inside a transaction is not imitated: it is emitted as it was.
    story.open(&["ws-trace"]).await;
    story.ask_for_money("trace-add_request").await;
    story.ask(&["setrequestaddress"]).await;
    daemon.mine(1).await;
    let inside = "{\"event\": \"new_transaction\", \"tx\": \
        \"0x6eb62b\", \"from_address\": \"0x9fe46736679d2d9a65f0992f2272de9f3c7fa6e0\", \"to\": \
        \"0x70997970C51812dc3A010C7d01b50e0d17dc79C8\", \"amount\": \"0.200000000000000000\", \"contract\": null}";
    let hash = format!("0x{}", "6e".repeat(32));
    story.is("0x6eb62b", &hash);
    daemon.emit(Some(SHOP), &inside.replace("0x6eb62b", &hash)).await.unwrap();
    story.ask(&["drain2"]).await;
    story.hear().await;
    story.close(&["ws-trace", "ws-after-restart"]);

    // A wallet that is loaded again.
    story.ask(&["close_wallet"]).await;
    story.open(&["ws-wallet-reload"]).await;
    story.ask(&["get_updates-after-reload", "get_updates-diskless-param"]).await;
    story.hear().await;
    story.close(&["ws-wallet-reload"]);
    story.ask(&["rescan_blocks", "get_updates-after-rescan", "params-list-with-dict"]).await;
    story
        .ask(&["params-list-positional", "unknown-kw", "xpub-list", "xpub-empty", "add_request-negative"])
        .await;
    story.ask(&["add_request-nan"]).await;
    story.ask_for_money("add_request-float").await;
    story.ask(&["getrequest-missing", "getseed", "history-notimpl"]).await;

    // All methods by name, of which most are not here.
    story.ends(&["help"]);
    assert_eq!((story.answers, story.frames, story.handshakes), (69, 938, 17));
}
