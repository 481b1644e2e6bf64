//! The daemon's client over real sockets: errors by their names, and answers that are none.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use bitcart_events::testing::TestDaemon;
use bitcart_events::{Coin, Currency, Daemon, Decimal, Error, ErrorKind, NewRequest, PaymentStatus};
use serde_json::{Value, json};
use support::server::{coin, nowhere};

/// The body of the first captured line with this label.
fn captured(file: &str, label: &str, dir: &str) -> String {
    let path = format!("{}/data/captures/{file}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let lines = std::fs::read_to_string(path).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let line = lines.into_iter().find(|line| line["label"] == label && line["dir"] == dir).unwrap();
    line["raw"].as_str().unwrap().split_once("\r\n\r\n").unwrap().1.to_owned()
}

async fn serve(app: Router) -> Coin {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let daemon = Daemon::new(format!("http://{}", socket.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(socket, app).await });
    Coin::at(Currency::Btc, daemon, "xpub-a")
}

async fn error_of(coin: &Coin) -> Error {
    coin.call("get_updates", json!({})).await.unwrap_err()
}

#[tokio::test]
async fn errors_have_the_names_of_the_daemons_own_spec() {
    let asked = Arc::new(AtomicUsize::new(0));
    let spec = {
        let asked = asked.clone();
        // At first it cannot answer; that must not be remembered as "has no names".
        move || {
            let number = asked.fetch_add(1, Ordering::Relaxed);
            async move {
                if number == 0 {
                    (StatusCode::BAD_GATEWAY, "later".to_owned())
                } else {
                    (StatusCode::OK, captured("btc_rpc", "spec", "s2c"))
                }
            }
        }
    };
    let answer = || async { captured("btc_rpc", "get_updates-no-wallet", "s2c") };
    let coin = serve(Router::new().route("/", post(answer)).route("/spec", get(spec))).await;

    let error = error_of(&coin).await;
    assert_eq!((error.kind(), error.daemon().unwrap().name.as_str()), (ErrorKind::Daemon, "Error"));
    for _ in 0..2 {
        let error = error_of(&coin).await;
        let daemon = error.daemon().unwrap();
        assert_eq!((daemon.code, daemon.name.as_str()), (-32000, "WalletNotLoadedError"));
        assert!(error.to_string().ends_with("WalletNotLoadedError (-32000): Wallet not loaded"), "{error}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2, "the names are asked for once");
}

#[tokio::test]
async fn a_daemon_of_2020_has_no_spec_and_its_errors_go_by_their_text() {
    let daemon = TestDaemon::start().await.unwrap();
    let coin = coin(&daemon, "no key at all");
    let error = error_of(&coin).await;
    assert_eq!(error.daemon().unwrap().name, "UserFacingException");
    let coin = support::server::coin(&daemon, "xpub-a");
    let error = coin.call("get_tx", json!(["…"])).await.unwrap_err();
    assert!(error.daemon().unwrap().is_unknown_method(), "{error}");
    assert_eq!(coin.call("getbalance", json!([])).await.unwrap(), json!({"confirmed": "0"}));
}

/// What answers may be the proxy.
#[tokio::test]
async fn what_came_through_a_proxy_names_it() {
    for (status, kind) in
        [(StatusCode::FORBIDDEN, ErrorKind::Unauthorized), (StatusCode::BAD_GATEWAY, ErrorKind::Connection)]
    {
        let proxy = serve(Router::new().fallback(move || async move { status })).await;
        let shown = format!("{:?}", proxy.daemon());
        let url = shown.strip_prefix("Daemon(").unwrap().split(' ').next().unwrap();
        let daemon = Daemon::new("http://daemon.test:5000").unwrap().proxy(url).unwrap();
        let error = error_of(&Coin::at(Currency::Btc, daemon, "xpub-a")).await;
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains(&format!("(through {url})")), "{error}");
    }
}

#[tokio::test]
async fn what_is_no_answer_says_what_to_look_at() {
    let (_held, daemon) = nowhere();
    let dead = Coin::at(Currency::Btc, daemon, "xpub-a");
    let html = serve(Router::new().route("/", post(|| async { "<html>\n  <b>nginx</b></html>" }))).await;
    let broken = serve(Router::new().route("/", post(|| async { StatusCode::INTERNAL_SERVER_ERROR }))).await;
    let own = || async {
        (StatusCode::INTERNAL_SERVER_ERROR, "500 Internal Server Error\n\nServer got itself in trouble")
    };
    let trouble = serve(Router::new().route("/", post(own))).await;
    // Bitcart's own shop, for one: it speaks JSON, but not JSON-RPC.
    let shop = || async { (StatusCode::METHOD_NOT_ALLOWED, r#"{"detail": "Method Not Allowed"}"#) };
    let other = serve(Router::new().route("/", post(shop))).await;
    for (coin, parts) in [
        (
            dead,
            ["cannot reach it; its address is BTC_HOST and BTC_PORT, or `Daemon::new`", "Connection refused"],
        ),
        (html, ["is the address a daemon's?", "<html> <b>nginx</b></html>"]),
        (
            broken,
            [
                "HTTP 500 Internal Server Error and no JSON-RPC answer",
                "(is the address a daemon's?): nothing",
            ],
        ),
        // What a daemon's own server says when it breaks.
        (trouble, ["HTTP 500 Internal Server Error", "Server got itself in trouble"]),
        (
            other,
            [
                "HTTP 405 Method Not Allowed and no JSON-RPC answer (is the address a daemon's?)",
                "{\"detail\"",
            ],
        ),
    ] {
        let error = error_of(&coin).await;
        assert_eq!(error.kind(), ErrorKind::Connection);
        let message = error.to_string();
        assert!(parts.iter().all(|part| message.contains(part)), "{parts:?} in {message}");
        assert!(message.starts_with("the BTC daemon at http://127.0.0.1:"), "{message}");
    }
    let error = Coin::btc("xpub-a").call("getbalance", json!("positional")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Parameters);
}

#[tokio::test]
async fn a_wrong_login_is_an_error_of_its_own() {
    let daemon = TestDaemon::builder().login("shop", "right").start().await.unwrap();
    let error = error_of(&coin(&daemon, "xpub-a")).await;
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(error.to_string().contains("BTC_LOGIN and BTC_PASSWORD"), "{error}");
    for status in [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN] {
        let before_it =
            serve(Router::new().route("/", post(move || async move { (status, "<html>") }))).await;
        let error = error_of(&before_it).await;
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
        let message = error.to_string();
        let status = format!("(HTTP {status}); set BTC_LOGIN and BTC_PASSWORD");
        assert!(message.contains(&status), "{message}");
    }
    let colon = Daemon::new(daemon.url()).unwrap().login("shop", "pass:word").unwrap_err();
    assert_eq!(colon.kind(), ErrorKind::Settings);
}

#[tokio::test]
async fn the_methods_against_a_daemon_of_2020_in_process() {
    let daemon = TestDaemon::start().await.unwrap();
    let coin = coin(&daemon, "xpub-a");
    let made = coin
        .add_request(
            NewRequest::new(Decimal::new(5, 1)).memo("order 17").expires_after(Duration::from_secs(900)),
        )
        .await
        .unwrap();
    assert_eq!((&made.id, &*made.memo), (&made.address, "order 17"));
    assert_eq!(made.expires.unwrap() - made.created.unwrap(), 900);
    let tries = daemon.rpc_calls().iter().filter(|call| call.method == "add_request").count();
    assert_eq!(tries, 2, "once with each name of the expiry");

    daemon.pay(&made.address, "0.5").await.unwrap();
    assert_eq!(coin.get_request(&made.id).await.unwrap().status, PaymentStatus::Paid);
    assert_eq!(coin.balance().await.unwrap().unconfirmed, Decimal::new(5, 1));
    daemon.mine(1).await;
    assert_eq!(coin.balance().await.unwrap().confirmed, Decimal::new(5, 1));
    let info = coin.get_info().await.unwrap();
    assert_eq!((info.connected, info.synchronized, info.height), (true, None, info.server_height));
    assert_eq!(coin.spec().await.unwrap(), None);
    let updates = coin.get_updates().await.unwrap();
    assert!(updates.starts_with('['), "{updates}");
}
