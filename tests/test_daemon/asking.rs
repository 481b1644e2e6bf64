//! Starting a daemon, asking it over a plain socket, and comparing its answers with the captured ones.

use bitcart_events::testing::{DaemonVersion, Fate, TestDaemon};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::captures::{captured, essential_head, split};

/// Sends a request as it is and reads until the daemon closes.
pub(crate) async fn exchange(daemon: &TestDaemon, request: &str) -> String {
    let mut stream = TcpStream::connect(daemon.addr()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Sends what was captured under `label`; returns our answer and the captured one.
pub(crate) async fn replay(daemon: &TestDaemon, file: &str, label: &str) -> (String, String) {
    let ours = exchange(daemon, &captured(file, label, "c2s")[0]).await;
    (ours, captured(file, label, "s2c").swap_remove(0))
}

/// Replays and expects the captured answer.
pub(crate) async fn same(daemon: &TestDaemon, file: &str, label: &str) {
    let (ours, theirs) = replay(daemon, file, label).await;
    assert_eq!(split(&ours).1, split(&theirs).1, "{label}");
    assert_eq!(essential_head(&ours), essential_head(&theirs), "{label}");
}

pub(crate) async fn post(daemon: &TestDaemon, body: &str) -> String {
    let request = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic ZWxlY3RydW06ZWxlY3RydW16\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    exchange(daemon, &request).await
}

pub(crate) async fn call(daemon: &TestDaemon, method: &str, params: &str) -> String {
    let body = format!(r#"{{"jsonrpc": "2.0", "id": 0, "method": "{method}", "params": {params}}}"#);
    split(&post(daemon, &body).await).1.to_owned()
}

pub(crate) async fn configure(daemon: &TestDaemon, wallet: &str, url: &str) {
    let params = format!(r#"["{url}", {{"xpub": "{wallet}"}}]"#);
    assert_eq!(
        call(daemon, "configure_notifications", &params).await,
        r#"{"jsonrpc": "2.0", "result": null, "id": 0}"#
    );
    assert_eq!(daemon.configured_url(wallet).as_deref(), Some(url));
}

pub(crate) async fn updates(daemon: &TestDaemon, wallet: &str) -> Vec<Value> {
    let answer = call(daemon, "get_updates", &format!(r#"{{"xpub": "{wallet}"}}"#)).await;
    serde_json::from_str::<Value>(&answer).unwrap()["result"].as_array().unwrap().clone()
}

/// Replays an add_request, expects the captured answer but for address and time; returns the two addresses.
pub(crate) async fn same_request(daemon: &TestDaemon, label: &str) -> (String, String) {
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

pub(crate) async fn edda(height: u64) -> TestDaemon {
    TestDaemon::builder().version(DaemonVersion::Edda6711).height(height).start().await.unwrap()
}

pub(crate) fn fates(daemon: &TestDaemon) -> Vec<Fate> {
    daemon.emissions().into_iter().map(|emission| emission.fate).collect()
}

pub(crate) fn delivered(status: u16) -> Fate {
    Fate::Delivered { status }
}
