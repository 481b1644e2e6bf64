//! The client's limits: how long it waits, how much it reads, and what it never gives up.

mod support;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{any, post};
use bitcart_events::{Coin, Currency, Daemon, ErrorKind};
use serde_json::{Value, json};
use support::scripted::result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, oneshot};

async fn listen() -> (TcpListener, Daemon) {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let daemon = Daemon::new(format!("http://{}", socket.local_addr().unwrap())).unwrap();
    (socket, daemon)
}

async fn serve(app: Router) -> Daemon {
    let (socket, daemon) = listen().await;
    tokio::spawn(async move { axum::serve(socket, app).await });
    daemon
}

/// A daemon that tells what it was asked, and answers `get_updates` when it may, anything else never.
struct Slow {
    asked: mpsc::UnboundedSender<String>,
    may_answer: Semaphore,
    /// The heights that it announces, one with each answer.
    heights: std::sync::Mutex<std::ops::RangeFrom<u64>>,
}

async fn slow(State(daemon): State<Arc<Slow>>, request: String) -> String {
    let request: Value = serde_json::from_str(&request).unwrap();
    let method = request["method"].as_str().unwrap();
    daemon.asked.send(method.to_owned()).unwrap();
    if method != "get_updates" {
        return std::future::pending().await;
    }
    daemon.may_answer.acquire().await.unwrap().forget();
    let height = daemon.heights.lock().unwrap().next().unwrap();
    result(&format!(r#"[{{"event": "new_block", "height": {height}}}]"#))
}

async fn slow_daemon() -> (Daemon, Arc<Slow>, mpsc::UnboundedReceiver<String>) {
    let (asked, seen) = mpsc::unbounded_channel();
    let slow_one =
        Arc::new(Slow { asked, may_answer: Semaphore::new(0), heights: std::sync::Mutex::new(1..) });
    (serve(Router::new().route("/", post(slow)).with_state(slow_one.clone())).await, slow_one, seen)
}

#[tokio::test]
async fn a_call_is_given_up_but_updates_are_waited_for() {
    let (daemon, slow, mut seen) = slow_daemon().await;
    let coin = Coin::at(Currency::Btc, daemon.call_timeout(Duration::from_millis(20)), "vpub");
    let updates = tokio::spawn({
        let coin = coin.clone();
        async move { coin.get_updates().await }
    });
    assert_eq!(support::server::next(&mut seen).await, "get_updates");
    // This call lasts as long as one may, and ends while the other is still under way.
    let error = coin.balance().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(error.to_string().ends_with("`getbalance`: no answer within 20ms"), "{error}");
    assert!(!updates.is_finished());
    slow.may_answer.add_permits(1);
    assert_eq!(updates.await.unwrap().unwrap(), r#"[{"event": "new_block", "height": 1}]"#);

    // Nor by their bare name.
    let updates = tokio::spawn({
        let coin = coin.clone();
        async move { coin.call("get_updates", json!({})).await }
    });
    while support::server::next(&mut seen).await != "get_updates" {}
    coin.balance().await.unwrap_err();
    slow.may_answer.add_permits(1);
    assert_eq!(updates.await.unwrap().unwrap()[0]["height"], 2);
}

#[tokio::test]
async fn what_nobody_waited_for_is_there_for_the_next() {
    let (daemon, slow, mut seen) = slow_daemon().await;
    let coin = Coin::at(Currency::Btc, daemon, "vpub");
    {
        let dropped = coin.get_updates();
        tokio::select! {
            biased;
            _ = dropped => panic!("it was answered too early"),
            _ = support::server::next(&mut seen) => {}
        }
    }
    // By now the daemon has heard the first, and forgets the updates with its answer.
    slow.may_answer.add_permits(100);
    let mut heights = Vec::new();
    while heights.len() < 2 {
        let updates: Value = serde_json::from_str(&coin.get_updates().await.unwrap()).unwrap();
        heights.extend(updates.as_array().unwrap().iter().map(|update| update["height"].as_u64().unwrap()));
    }
    heights.sort_unstable();
    assert_eq!(heights[..2], [1, 2], "none is lost and none comes twice");
}

#[tokio::test]
async fn updates_that_are_none_are_an_error() {
    let coin = support::scripted::Scripted::default().on("get_updates", result("null"));
    let error = coin.coin(Currency::Btc, "vpub").await.get_updates().await.unwrap_err();
    assert!(error.to_string().ends_with("`get_updates`: it should be a list, but is null"), "{error}");
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let (socket, daemon) = listen().await;
    let (told, ended) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = socket.accept().await.unwrap();
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\"").await.unwrap();
        let chunk = vec![b'x'; 1 << 20];
        let mut written = 0;
        // Until the client has had enough.
        while stream.write_all(&chunk).await.is_ok() {
            written += 1;
        }
        told.send(written).unwrap();
    });
    let coin = Coin::at(Currency::Btc, daemon, "vpub");
    let error = coin.balance().await.unwrap_err();
    assert!(error.to_string().ends_with("an answer of more than 67108864 bytes"), "{error}");
    // What the sockets' buffers hold comes on top.
    let mebibytes = ended.await.unwrap();
    assert!((64..96).contains(&mebibytes), "{mebibytes} MiB were read");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (asked, mut seen) = mpsc::unbounded_channel();
    let stranger = serve(Router::new().fallback(any(move || {
        asked.send("the stranger".to_owned()).unwrap();
        async {}
    })))
    .await;
    let elsewhere = format!("{stranger:?}");
    let elsewhere = elsewhere.split(['(', ' ']).nth(1).unwrap().to_owned();
    let app = Router::new().route(
        "/",
        post(|| async move { (StatusCode::TEMPORARY_REDIRECT, [("location", elsewhere)], "moved") }),
    );
    let coin = Coin::at(Currency::Btc, serve(app).await, "vpub");
    let error = coin.call("getbalance", json!({})).await.unwrap_err();
    assert!(error.to_string().contains("HTTP 307"), "{error}");
    assert!(seen.try_recv().is_err(), "the login went elsewhere");
}
