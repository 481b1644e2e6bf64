//! The test daemon against what was captured of the real ones.

// What is below is all test, though only functions marked as such are taken for it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::time::Duration;

use bitcart_events::testing::{DaemonVersion, Emission, Fate, ScriptError, TestDaemon};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;

const CAPTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/captures");
const W1: &str = "vpub5UHUES5SFKEnu1M1Vn5oT5uk4BF6npRaS4vCxraUhP8gdVvFq22bfbhMesuktdcEBB6H77BmUq8oqPRDm7Gh1dt8FQ4FBnoP2fAzGMmTVvt";
const W2: &str = "vpub5Umf8zCfzHuqBZbNg6C5wrGkAzCBvCb484vPi4Ue9YP8CGZsKHSF7KqbYqJNpZ4G5c7chV1XEG751pv4sVEPP8e12EjYf4h2mwdWbVYe829";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// ---------------------------------------------------------------- captures

/// All captured bytes with this label and direction, in order.
fn captured(file: &str, label: &str, dir: &str) -> Vec<String> {
    let text = std::fs::read_to_string(format!("{CAPTURES}/{file}.jsonl")).unwrap();
    let found: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["label"] == label && line["dir"] == dir)
        .map(|line| line["raw"].as_str().unwrap().to_owned())
        .collect();
    assert!(!found.is_empty(), "no {dir} of {label} in {file}");
    found
}

fn webhook(label: &str, index: usize) -> String {
    captured("webhook_http", label, "c2s").swap_remove(index)
}

fn split(message: &str) -> (&str, &str) {
    message.split_once("\r\n\r\n").unwrap()
}

/// The lines of a head that are the same for every daemon and every second.
fn essential_head(message: &str) -> Vec<String> {
    let changing = ["date:", "server:"];
    let mut lines: Vec<String> = split(message)
        .0
        .lines()
        .map(str::to_lowercase)
        .filter(|line| !changing.iter().any(|name| line.starts_with(name)))
        .collect();
    lines.sort();
    lines
}

// ---------------------------------------------------------------- asking the daemon

/// Sends a request as it is and reads until the daemon closes.
async fn exchange(daemon: &TestDaemon, request: &str) -> String {
    let mut stream = TcpStream::connect(daemon.addr()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Sends what was captured under `label`; returns our answer and the captured one.
async fn replay(daemon: &TestDaemon, file: &str, label: &str) -> (String, String) {
    let ours = exchange(daemon, &captured(file, label, "c2s")[0]).await;
    (ours, captured(file, label, "s2c").swap_remove(0))
}

/// Replays and expects the captured answer.
async fn same(daemon: &TestDaemon, file: &str, label: &str) {
    let (ours, theirs) = replay(daemon, file, label).await;
    assert_eq!(split(&ours).1, split(&theirs).1, "{label}");
    assert_eq!(essential_head(&ours), essential_head(&theirs), "{label}");
}

async fn post(daemon: &TestDaemon, body: &str) -> String {
    let request = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic ZWxlY3RydW06ZWxlY3RydW16\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    exchange(daemon, &request).await
}

async fn call(daemon: &TestDaemon, method: &str, params: &str) -> String {
    let body = format!(r#"{{"jsonrpc": "2.0", "id": 0, "method": "{method}", "params": {params}}}"#);
    split(&post(daemon, &body).await).1.to_owned()
}

async fn configure(daemon: &TestDaemon, wallet: &str, url: &str) {
    let params = format!(r#"["{url}", {{"xpub": "{wallet}"}}]"#);
    assert_eq!(
        call(daemon, "configure_notifications", &params).await,
        r#"{"jsonrpc": "2.0", "result": null, "id": 0}"#
    );
    assert_eq!(daemon.configured_url(wallet).as_deref(), Some(url));
}

async fn updates(daemon: &TestDaemon, wallet: &str) -> Vec<Value> {
    let answer = call(daemon, "get_updates", &format!(r#"{{"xpub": "{wallet}"}}"#)).await;
    serde_json::from_str::<Value>(&answer).unwrap()["result"].as_array().unwrap().clone()
}

/// Replays an add_request, expects the captured answer but for address and time; returns the two addresses.
async fn same_request(daemon: &TestDaemon, label: &str) -> (String, String) {
    let (ours, theirs) = replay(daemon, "webhook_rpc", label).await;
    let field = |answer: &str, name: &str| {
        let value: Value = serde_json::from_str(split(answer).1).unwrap();
        value["result"][name].clone()
    };
    let text = |answer: &str| field(answer, "address").as_str().unwrap().to_owned();
    let translated = split(&theirs)
        .1
        .replace(&text(&theirs), &text(&ours))
        .replace(&field(&theirs, "timestamp").to_string(), &field(&ours, "timestamp").to_string());
    assert_eq!(split(&ours).1, translated, "{label}");
    (text(&ours), text(&theirs))
}

async fn edda(height: u64) -> TestDaemon {
    TestDaemon::builder().version(DaemonVersion::Edda6711).height(height).start().await.unwrap()
}

fn fates(daemon: &TestDaemon) -> Vec<Fate> {
    daemon.emissions().into_iter().map(|emission| emission.fate).collect()
}

fn delivered(status: u16) -> Fate {
    Fate::Delivered { status }
}

// ---------------------------------------------------------------- receivers

/// What a receiver does with a request it has read.
#[derive(Clone, Copy)]
enum Reaction {
    Answer(&'static str),
    Close,
    /// Answers the first request of a connection, and closes without an answer on the second.
    AnswerOnce(&'static str),
    Hang,
}

/// A plain socket that reads requests and keeps their bytes.
struct Receiver {
    port: u16,
    requests: mpsc::UnboundedReceiver<String>,
}

impl Receiver {
    async fn start(reaction: Reaction) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(react(stream, reaction, sender.clone()));
            }
        });
        Self { port, requests }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    async fn next(&mut self) -> String {
        self.requests.recv().await.unwrap()
    }

    /// What has come and was not taken yet.
    fn rest(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.requests.try_recv().ok()).collect()
    }

    /// A captured webhook, as it would read if it had come here.
    fn translate(&self, captured: &str) -> String {
        let host = captured.lines().find(|line| line.starts_with("Host: ")).unwrap();
        captured.replace(host, &format!("Host: 127.0.0.1:{}", self.port))
    }
}

async fn react(mut stream: TcpStream, reaction: Reaction, sender: mpsc::UnboundedSender<String>) {
    let mut bytes = Vec::new();
    let mut answered = false;
    loop {
        while let Some(length) = request_length(&bytes) {
            let request: Vec<u8> = bytes.drain(..length).collect();
            let _ = sender.send(String::from_utf8(request).unwrap());
            match reaction {
                Reaction::Answer(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
                Reaction::AnswerOnce(answer) if !answered => {
                    stream.write_all(answer.as_bytes()).await.unwrap()
                }
                Reaction::Close | Reaction::AnswerOnce(_) => return,
                Reaction::Hang => std::future::pending().await,
            }
            answered = true;
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    }
}

/// The length of the first request in `bytes`, if it is there in full.
fn request_length(bytes: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    let length = length.map_or(0, |length| length.parse().unwrap());
    (body.len() >= length).then_some(head.len() + 4 + length)
}

/// A port where connections are refused, for as long as the socket lives.
fn refusing() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/h", socket.local_addr().unwrap());
    (socket, url)
}

// ---------------------------------------------------------------- JSON-RPC

#[tokio::test]
async fn answers_are_the_captured_ones() {
    let daemon = edda(100).await;
    for label in [
        "no-auth",
        "configure-no-wallet",
        "subscribe-removed",
        "configure_notifications",
        "get_updates-with-hook-ok",
        "configure-500",
        "configure-close",
        "configure-refused",
        "configure-302",
        "configure-bad-url",
        "configure-null",
        "configure-hang",
        "load-wallet2",
        "configure-w1",
        "configure-w2",
    ] {
        same(&daemon, "webhook_rpc", label).await;
    }
    for label in ["add_request", "add_request-w1"] {
        same_request(&daemon, label).await;
    }
    let (ours, theirs) = replay(&daemon, "webhook_rpc", "no-auth").await;
    let server = |answer: &str| {
        answer.lines().find(|line| line.to_lowercase().starts_with("server:")).unwrap()[7..].to_owned()
    };
    assert_eq!(server(&ours), server(&theirs));
}

#[tokio::test]
async fn envelope_quirks_are_the_captured_ones() {
    let daemon = TestDaemon::start().await.unwrap();
    for label in [
        "bad-password",
        "malformed-base64",
        "base64-no-colon",
        "password-with-colon",
        "bearer-scheme",
        "lowercase-basic",
        "notfound",
        "get-root",
        "parse-error",
        "batch",
        "batch-empty",
        "no-method",
        "nosuchmethod",
        "xpub-list",
        "xpub-empty",
        "params-list-positional",
    ] {
        same(&daemon, "eth_rpc", label).await;
    }
    for label in ["get_updates-no-wallet", "get_updates-bad-wallet", "nosuchmethod"] {
        same(&daemon, "btc_rpc", label).await;
    }
    let null_params = call(&daemon, "getinfo", "null").await;
    assert!(null_params.contains("-32603, \"message\": \"TypeError: "), "{null_params}");
}

#[tokio::test]
async fn ids_and_parameters_are_taken_as_python_takes_them() {
    let daemon = edda(100).await;
    let body = |answer: String| split(&answer).1.to_owned();
    for (id, echoed) in [(r#""id": "abc", "#, r#""abc""#), (r#""id": 7, "#, "7"), ("", "null")] {
        let answer = body(
            post(&daemon, &format!(r#"{{{id}"method": "getbalance", "params": {{"xpub": "{W1}"}}}}"#)).await,
        );
        assert_eq!(
            answer,
            format!(r#"{{"jsonrpc": "2.0", "result": {{"confirmed": "0"}}, "id": {echoed}}}"#)
        );
    }
    // A dict that is alone in a list is an argument in 2020, not the named arguments.
    let alone = call(&daemon, "getbalance", &format!(r#"[{{"xpub": "{W1}"}}]"#)).await;
    assert!(alone.contains("-32000"), "{alone}");
    for (params, message) in [
        (
            r#"{"amount": "1", "expiry": 5, "xpub": "W"}"#,
            "add_request() got an unexpected keyword argument 'expiry'",
        ),
        (r#"{"xpub": "W"}"#, "add_request() missing 1 required positional argument: 'amount'"),
        (r#"["1", "", 5, 6, {"xpub": "W"}]"#, "add_request() takes 3 positional arguments but 4 were given"),
        (r#"["1", {"xpub": "W", "amount": "1"}]"#, "add_request() got multiple values for argument 'amount'"),
    ] {
        let answer = call(&daemon, "add_request", &params.replace("\"W\"", &format!("\"{W1}\""))).await;
        let expected = format!(r#"{{"code": -32603, "message": "TypeError: {message}"}}"#);
        assert!(answer.contains(&expected), "{answer}");
    }
}

#[tokio::test]
async fn the_login_can_be_another() {
    let daemon = TestDaemon::builder().login("me", "secret").start().await.unwrap();
    let refused = call(&daemon, "getinfo", "[]").await;
    assert_eq!(refused, split(&captured("webhook_rpc", "no-auth", "s2c")[0]).1);
    let body = r#"{"method": "getinfo", "id": 1}"#;
    let request = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic bWU6c2VjcmV0\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert!(exchange(&daemon, &request).await.contains(r#""blockchain_height": 100"#));
    assert!(!format!("{daemon:?}").contains("secret"));
}

#[tokio::test]
async fn a_request_can_be_asked_for() {
    let daemon = edda(100).await;
    let request = daemon.request(W1, "0.50").await.unwrap();
    assert_eq!(request.amount, "0.5");
    assert!(request.address.starts_with("bcrt1q") && request.address.len() == 44);
    let params = format!(r#"["{}", {{"xpub": "{W1}"}}]"#, request.address);
    for method in ["get_request", "getrequest"] {
        let answer = call(&daemon, method, &params).await;
        assert!(answer.contains(r#""status": 0, "status_str": "Expires in about 1 hour""#), "{answer}");
    }
    daemon.pay(&request.address, "0.6").await.unwrap();
    assert!(call(&daemon, "get_request", &params).await.contains(r#""status": 3, "status_str": "Paid""#));
    let balance = format!(r#"{{"xpub": "{W1}"}}"#);
    assert!(
        call(&daemon, "getbalance", &balance).await.contains(r#"{"confirmed": "0", "unconfirmed": "0.6"}"#)
    );
    daemon.mine(1).await;
    assert!(call(&daemon, "getbalance", &balance).await.contains(r#"{"confirmed": "0.6"}"#));
    let missing = call(&daemon, "get_request", &format!(r#"["nope", {{"xpub": "{W1}"}}]"#)).await;
    assert!(missing.contains(r#"{"code": -32003, "message": "Exception: Request not found"}"#), "{missing}");
}

// ---------------------------------------------------------------- webhooks

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

// ---------------------------------------------------------------- subscriptions

/// The captured story of a wallet that subscribes at last.
#[tokio::test]
async fn without_a_subscription_there_is_nothing() {
    let daemon = TestDaemon::builder().height(159).start().await.unwrap();
    let file = "webhook_rpc";
    same(&daemon, file, "sub-get_updates-before").await;
    daemon.mine(1).await;
    assert_eq!(daemon.emissions(), []);
    same(&daemon, file, "sub-get_updates-unsubscribed").await;
    same(&daemon, file, "sub-subscribe").await;
    same(&daemon, file, "sub-subscribe-unknown").await;
    same(&daemon, file, "sub-subscribe-string").await;
    daemon.mine(1).await;
    daemon.send(W1, "0.1").await.unwrap();
    same(&daemon, file, "sub-get_updates-subscribed").await;

    same(&daemon, file, "sub-configure").await;
    let mut receiver = Receiver::start(Reaction::Answer(OK)).await;
    configure(&daemon, W1, &receiver.url("/sub")).await;
    let (ours, theirs) = same_request(&daemon, "sub-add_request").await;
    daemon.pay(&ours, "0.25").await.unwrap();
    daemon.mine(1).await;
    let expected: Vec<String> = captured("webhook_http", "hook-200", "c2s")
        .iter()
        .filter(|raw| raw.starts_with("POST /sub"))
        .map(|raw| receiver.translate(raw).replace(&theirs, &ours))
        .collect();
    assert_eq!(receiver.rest(), expected);
    same(&daemon, file, "sub-get_updates-hooked").await;

    same(&daemon, file, "sub-unsubscribe-one").await;
    daemon.mine(1).await;
    assert_eq!(receiver.rest(), Vec::<String>::new());
    same(&daemon, file, "sub-unsubscribe-all").await;
    same(&daemon, file, "sub-ws-route").await;
    same(&daemon, file, "sub-get_updates-after-unsub").await;
}

/// The captured story of an unsubscribe without events, which leaves two of three.
#[tokio::test]
async fn unsubscribe_from_all_is_not_all() {
    let daemon = TestDaemon::builder().height(164).start().await.unwrap();
    same(&daemon, "webhook_rpc", "unsub-subscribe").await;
    same(&daemon, "webhook_rpc", "unsub-no-args").await;
    let (ours, theirs) = same_request(&daemon, "unsub-add_request").await;
    daemon.pay(&ours, "0.25").await.unwrap();
    daemon.mine(1).await;
    let (got, expected) = replay(&daemon, "webhook_rpc", "unsub-get_updates").await;
    assert_eq!(split(&got).1, split(&expected).1.replace(&theirs, &ours));
}

// ---------------------------------------------------------------- the process

#[tokio::test]
async fn a_restart_forgets_but_the_disk_stays() {
    let daemon = TestDaemon::start().await.unwrap();
    let url = daemon.url();
    let request = daemon.request(W1, "0.5").await.unwrap();
    let subscribe = format!(r#"[["new_block", "new_payment"], {{"xpub": "{W1}"}}]"#);
    call(&daemon, "subscribe", &subscribe).await;
    daemon.mine(1).await;
    configure(&daemon, W1, "http://127.0.0.1:1/h").await;
    let mut half_asked = TcpStream::connect(daemon.addr()).await.unwrap();
    let half = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    half_asked.write_all(half).await.unwrap();
    // The daemon waits for the rest once it has said to go on.
    half_asked.read_exact(&mut [0; 25]).await.unwrap();

    daemon.stop().await;
    assert_eq!(half_asked.read(&mut [0]).await.unwrap_or(0), 0);
    let refused = TcpStream::connect(daemon.addr()).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    daemon.stop().await;
    // The chain does not wait for the daemon.
    daemon.mine(1).await;
    daemon.pay(&request.address, "0.2").await.unwrap();
    assert_eq!(daemon.request(W1, "1").await, Err(ScriptError::Stopped));

    daemon.start_again().await.unwrap();
    daemon.start_again().await.unwrap();
    assert_eq!(daemon.url(), url);
    assert_eq!(daemon.configured_url(W1), None);
    daemon.mine(1).await;
    assert_eq!(updates(&daemon, W1).await, Vec::<Value>::new());
    daemon.mine(1).await;
    assert_eq!(updates(&daemon, W1).await, Vec::<Value>::new());
    assert_eq!(daemon.emissions().len(), 1);

    call(&daemon, "subscribe", &subscribe).await;
    daemon.pay(&request.address, "0.3").await.unwrap();
    daemon.mine(1).await;
    let updates = updates(&daemon, W1).await;
    assert_eq!(updates[0]["status"], 3);
    assert_eq!(updates[1]["height"], 105);
}

#[tokio::test]
async fn many_restarts_keep_the_port() {
    let daemon = edda(100).await;
    for _ in 0..50 {
        assert!(call(&daemon, "getinfo", "[]").await.contains("result"));
        daemon.restart().await.unwrap();
    }
}

#[tokio::test]
async fn a_test_can_wait_for_what_a_program_does() {
    let daemon = edda(100).await;
    let program = daemon.clone();
    let program = tokio::spawn(async move {
        configure(&program, W1, "http://127.0.0.1:1/h").await;
        updates(&program, W1).await;
        updates(&program, W2).await;
    });
    assert_eq!(daemon.wait_configured(W1).await, "http://127.0.0.1:1/h");
    daemon.wait_call("get_updates", 2).await;
    program.await.unwrap();
    let calls: Vec<_> = daemon.rpc_calls().into_iter().map(|call| (call.method, call.wallet)).collect();
    let expected = [("configure_notifications", W1), ("get_updates", W1), ("get_updates", W2)];
    assert_eq!(calls, expected.map(|(method, wallet)| (method.to_owned(), Some(wallet.to_owned()))));
}

#[tokio::test]
async fn the_last_handle_ends_the_daemon() {
    let daemon = TestDaemon::start().await.unwrap();
    let address = daemon.addr();
    let mut idle = TcpStream::connect(address).await.unwrap();
    let clone = daemon.clone();
    drop(daemon);
    assert!(call(&clone, "getinfo", "[]").await.contains("result"));
    drop(clone);
    // The connection breaks off, and with it the listener goes.
    assert_eq!(idle.read(&mut [0]).await.unwrap_or(0), 0);
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn mistakes_of_a_script_are_named() {
    let daemon = TestDaemon::start().await.unwrap();
    let message = |error: ScriptError| error.to_string();
    assert_eq!(
        daemon.request("shop", "1").await.map_err(message).unwrap_err(),
        "\"shop\" is not a wallet key"
    );
    assert_eq!(daemon.send("shop", "1").await, Err(ScriptError::BadWallet("shop".to_owned())));
    assert_eq!(
        daemon.request(W1, "0.1.2").await.map_err(message).unwrap_err(),
        "\"0.1.2\" is not an amount: an amount is written in digits, like \"0.25\""
    );
    assert_eq!(
        daemon.pay("bcrt1qnobody", "1").await.map_err(message).unwrap_err(),
        "no request was made for the address \"bcrt1qnobody\""
    );
}
