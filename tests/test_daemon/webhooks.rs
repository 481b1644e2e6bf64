//! Webhooks and the queue: what the daemon sends, and what it keeps for `get_updates`.

use std::time::Duration;

use bitcart_events::testing::{DaemonVersion, Emission, Fate, TestDaemon};
use serde_json::Value;

use crate::asking::{configure, delivered, edda, fates, same, same_request, updates};
use crate::captures::{W1, W2, captured, webhook};
use crate::receivers::{OK, Reaction, Receiver, refusing};

/// The captured story of one wallet, from a 500 to no URL at all, block by block.
#[tokio::test]
async fn what_is_not_answered_is_queued() {
    let daemon = edda(150).await;

    let mut bad = Receiver::start(Reaction::Answer(
        "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 3\r\n\r\nbad",
    ))
    .await;
    configure(&daemon, W1, &bad.url("/h")).await;
    daemon.mine(1).await;
    assert_eq!(bad.rest(), [bad.translate(&webhook("hook-500", 0))]);
    same(&daemon, "webhook_rpc", "get_updates-hook-500").await;

    // Closed without an answer: one attempt, not two.
    let mut closing = Receiver::start(Reaction::Close).await;
    configure(&daemon, W1, &closing.url("/h")).await;
    daemon.mine(1).await;
    assert_eq!(closing.rest(), [closing.translate(&webhook("hook-close", 0))]);
    same(&daemon, "webhook_rpc", "get_updates-hook-closed").await;

    let (_socket, refused) = refusing();
    configure(&daemon, W1, &refused).await;
    daemon.mine(1).await;
    same(&daemon, "webhook_rpc", "get_updates-hook-refused").await;

    let mut looping = Receiver::start(Reaction::Answer(
        "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
    ))
    .await;
    configure(&daemon, W1, &looping.url("/h")).await;
    daemon.mine(1).await;
    let theirs = captured("webhook_http", "hook-302", "c2s");
    assert_eq!(looping.rest(), theirs.iter().map(|raw| looping.translate(raw)).collect::<Vec<_>>());
    same(&daemon, "webhook_rpc", "get_updates-hook-302").await;

    same(&daemon, "webhook_rpc", "configure-bad-url").await;
    daemon.mine(1).await;
    same(&daemon, "webhook_rpc", "get_updates-hook-badurl").await;

    same(&daemon, "webhook_rpc", "configure-null").await;
    assert_eq!(daemon.configured_url(W1), None);
    daemon.mine(1).await;
    same(&daemon, "webhook_rpc", "get_updates-hook-unset").await;

    let fates = fates(&daemon);
    assert_eq!(fates[0], delivered(500));
    assert!(fates[1..].iter().all(|fate| matches!(fate, Fate::Queued { .. })), "{fates:?}");
    let Fate::Queued { reason } = &fates[3] else { panic!() };
    assert_eq!(reason, "too many redirects");
    assert_eq!(daemon.drained(W1), 5);
}

/// The captured story of two wallets and a payment in two parts.
#[tokio::test]
async fn each_wallet_is_told_of_its_own() {
    let daemon = edda(158).await;
    let mut receiver = Receiver::start(Reaction::Answer(OK)).await;
    same(&daemon, "webhook_rpc", "load-wallet2").await;
    configure(&daemon, W1, &receiver.url("/w1")).await;
    configure(&daemon, W2, &receiver.url("/w2")).await;
    let (ours, theirs) = same_request(&daemon, "add_request-w1").await;

    let first = daemon.pay(&ours, "0.1").await.unwrap();
    let second = daemon.pay(&ours, "0.15").await.unwrap();
    daemon.mine(1).await;

    let is_of_this_story = |raw: &String| raw.starts_with("POST /w");
    let mut expected: Vec<String> =
        captured("webhook_http", "hook-200", "c2s").into_iter().filter(is_of_this_story).collect();
    // The one pair that had overtaken each other.
    expected.swap(2, 3);
    let expected: Vec<String> = expected
        .iter()
        .map(|raw| {
            receiver
                .translate(raw)
                .replace(&theirs, &ours)
                .replace("fe7db61691dbdc3f4ad81920dece118eb919fed5a2e203185dbe7e900824be66", &first)
                .replace("796418cf883044e37311bc5ebeed224b9b2cf3a51e0789def965800ca3ef0d9d", &second)
        })
        .collect();
    // W2 was loaded first here, as in the capture, but there the blocks went to W1 first, which had been
    // loaded by earlier calls of the same process.
    let mut got = receiver.rest();
    assert_eq!(got.len(), 6);
    got.swap(4, 5);
    assert_eq!(got, expected);
    assert_eq!(updates(&daemon, W1).await, Vec::<Value>::new());
    assert!(fates(&daemon).iter().all(|fate| *fate == delivered(200)));
}

#[tokio::test]
async fn payments_add_up_to_the_amount() {
    let daemon = edda(100).await;
    let request = daemon.request(W1, "0.3").await.unwrap();
    for amount in ["0.1", "0.1", "0.09999999", "0.00000001", "5"] {
        daemon.pay(&request.address, amount).await.unwrap();
    }
    let updates = updates(&daemon, W1).await;
    let payments: Vec<_> = updates.iter().filter(|update| update["event"] == "new_payment").collect();
    let statuses: Vec<_> = payments.iter().map(|update| update["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [0, 0, 0, 3, 3]);
    assert_eq!(payments[2]["status_str"], "Pending");
    assert_eq!(payments[3]["status_str"], "Paid");
    // Each is told before its transaction, and no two transactions are the same.
    let order: Vec<_> = updates.iter().map(|update| update["event"].as_str().unwrap()).collect();
    assert_eq!(order, ["new_payment", "new_transaction"].repeat(5));
    let hashes: std::collections::BTreeSet<_> =
        updates.iter().filter_map(|update| update["tx"].as_str()).collect();
    assert_eq!(hashes.len(), 5);
    assert!(hashes.iter().all(|hash| hash.len() == 64));
}

#[tokio::test]
async fn a_transaction_without_a_request_is_only_that() {
    let daemon = edda(100).await;
    updates(&daemon, W1).await;
    let tx = daemon.send(W1, "1").await.unwrap();
    let emissions = daemon.emissions();
    let [Emission { wallet, event, json, .. }] = &emissions[..] else { panic!("{emissions:?}") };
    assert_eq!((wallet.as_str(), event.as_str()), (W1, "new_transaction"));
    assert_eq!(*json, format!(r#"{{"event": "new_transaction", "tx": "{tx}"}}"#));
}

#[tokio::test]
async fn a_redirect_to_an_answer_is_a_delivery() {
    let daemon = edda(100).await;
    for (status, line) in [("302 Found", "GET / HTTP/1.1"), ("307 Temporary Redirect", "POST / HTTP/1.1")] {
        let mut end = Receiver::start(Reaction::Answer(OK)).await;
        let answer = format!("HTTP/1.1 {status}\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", end.url("/"));
        let start = Receiver::start(Reaction::Answer(answer.leak())).await;
        configure(&daemon, W1, &start.url("/")).await;
        daemon.mine(1).await;
        let got = end.rest();
        assert_eq!(got.len(), 1);
        assert!(got[0].starts_with(line), "{}", got[0]);
        assert!(got[0].contains(&format!("Host: 127.0.0.1:{}", end.port)));
    }
    assert_eq!(fates(&daemon), [delivered(200), delivered(200)]);
}

/// A client that reused connections would find this one closed on every second event.
#[tokio::test]
async fn every_attempt_has_a_connection_of_its_own() {
    let daemon = edda(100).await;
    let mut once = Receiver::start(Reaction::AnswerOnce(OK)).await;
    configure(&daemon, W1, &once.url("/")).await;
    daemon.mine(10).await;
    assert_eq!(once.rest().len(), 10);
    assert!(fates(&daemon).iter().all(|fate| *fate == delivered(200)));
}

#[tokio::test]
async fn an_attempt_is_not_repeated() {
    let daemon = edda(100).await;
    let mut closing = Receiver::start(Reaction::Close).await;
    configure(&daemon, W1, &closing.url("/")).await;
    daemon.mine(20).await;
    assert_eq!(closing.rest().len(), 20);
    assert_eq!(updates(&daemon, W1).await.len(), 20);
}

#[tokio::test]
async fn the_ring_keeps_the_last_hundred() {
    let daemon = edda(100).await;
    updates(&daemon, W1).await;
    daemon.mine(150).await;
    let heights: Vec<_> =
        updates(&daemon, W1).await.iter().map(|update| update["height"].as_u64().unwrap()).collect();
    assert_eq!(heights, (151..=250).collect::<Vec<_>>());
    assert_eq!(updates(&daemon, W1).await, Vec::<Value>::new());
    assert_eq!(daemon.drained(W1), 100);
    assert_eq!(daemon.emissions().len(), 150);

    let daemon = TestDaemon::builder().version(DaemonVersion::Edda6711).polling_cap(0).start().await.unwrap();
    updates(&daemon, W1).await;
    daemon.mine(1).await;
    assert_eq!(updates(&daemon, W1).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_hanging_receiver_holds_up_nobody_else() {
    let daemon = edda(156).await;
    let mut hanging = Receiver::start(Reaction::Hang).await;
    configure(&daemon, W1, &hanging.url("/h")).await;
    let script = daemon.clone();
    let first = tokio::spawn(async move { script.mine(1).await });
    assert_eq!(hanging.next().await, hanging.translate(&webhook("hook-hang", 0)));
    same(&daemon, "webhook_rpc", "get_updates-hook-hanging").await;

    let script = daemon.clone();
    let second = tokio::spawn(async move { script.mine(1).await });
    assert_eq!(hanging.next().await, hanging.translate(&webhook("hook-hang", 1)));
    assert_eq!(fates(&daemon), [Fate::Sending, Fate::Sending]);

    // Nobody hears of what was under way when the daemon died.
    daemon.restart().await.unwrap();
    first.await.unwrap();
    second.await.unwrap();
    assert_eq!(fates(&daemon), [Fate::Lost, Fate::Lost]);
    assert_eq!(updates(&daemon, W1).await, Vec::<Value>::new());
}

#[tokio::test]
async fn sending_goes_on_without_the_script() {
    let daemon = edda(100).await;
    let mut hanging = Receiver::start(Reaction::Hang).await;
    configure(&daemon, W1, &hanging.url("/h")).await;
    assert!(tokio::time::timeout(Duration::ZERO, daemon.mine(1)).await.is_err());
    hanging.next().await;
    assert_eq!(fates(&daemon), [Fate::Sending]);
}
