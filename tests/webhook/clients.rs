//! Who may post, and within which limits.

use std::sync::Arc;
use std::time::Duration;

use bitcart_events::{Coin, Currency, ErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::connection::{Connection, post};
use crate::support::server::{Gate, next, nowhere, serve, settings};
use crate::{WALLET, envelope, strangers_alone};

#[tokio::test]
async fn a_forged_post_gets_no_answer() {
    let (gate, mut seen) = Gate::opened();
    let (_held, listener) = strangers_alone();
    let server = serve(listener.state(gate), settings()).await;
    let body = envelope(r#"{"event": "new_block", "height": 7}"#);
    for path in ["/", "/0123456789abcdef0123456789abcdef", "/a/b", &format!("{}/", server.path)] {
        assert_eq!(post(server.addr, path, &body).await, None, "{path}");
    }
    assert!(seen.try_recv().is_err());
    assert_eq!(post(server.addr, &server.path, &body).await, Some(200));
    assert_eq!(next(&mut seen).await, "new_block 7");
    server.finish().await;
}

/// A reverse proxy may leave the path of the daemons' address before it. A refusal would be a 502 there, and the event lost.
#[tokio::test]
async fn the_secret_counts_whatever_stands_before_it() {
    let (gate, mut seen) = Gate::opened();
    let (_held, listener) = strangers_alone();
    let settings = settings().url("https://shop.example/hooks/bitcart");
    let server = serve(listener.state(gate), settings).await;
    assert!(server.path.starts_with("/hooks/bitcart/"), "{}", server.path);
    let body = envelope(r#"{"event": "new_block", "height": 7}"#);
    for path in ["/hooks/bitcart/", "/hooks/0123456789abcdef0123456789abcdef", &format!("{}/", server.path)] {
        assert_eq!(post(server.addr, path, &body).await, None, "{path}");
    }
    assert_eq!(post(server.addr, &server.path, &body).await, Some(200));
    assert_eq!(next(&mut seen).await, "new_block 7");
    server.finish().await;
}

/// As it comes out of a file. In the middle of an address white space would be part of another path.
#[tokio::test]
async fn white_space_around_the_address_is_none_of_it() {
    let (_held, nowhere) = nowhere();
    let settings = settings().secret("0123456789abcdef").url(" https://shop.example/hooks/\n");
    let coin = Coin::at(Currency::Btc, nowhere, WALLET);
    let listener = coin.listener().webhook_settings(settings).build().unwrap();
    let server = listener.bind_webhook().await.unwrap();
    assert_eq!(server.secret_url(), "https://shop.example/hooks/0123456789abcdef");
}

/// Our own server does not take a request to the routes. What it answers is the same.
#[tokio::test]
async fn what_is_no_post_is_answered_as_the_routes_answer_it() {
    let (_held, nowhere) = nowhere();
    let coin = Coin::at(Currency::Btc, nowhere, WALLET);
    for secret in [true, false] {
        let settings = if secret { settings() } else { settings().without_secret() };
        let server = serve(coin.listener(), settings).await;
        let one = if secret { (405, Some("POST"), "") } else { (404, None, "{}") };
        let cases = [("/", (405, Some("POST"), "")), ("/one", one), ("/one/two", (404, None, "{}"))];
        for (path, expected) in cases {
            for method in ["GET", "PUT", "OPTIONS"] {
                let request = format!("{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                let mut connection = Connection::open(server.addr).await.unwrap();
                let answer = connection.send(request.as_bytes()).await.unwrap().unwrap();
                let found = (answer.status, answer.header("allow"), &*answer.body);
                assert_eq!(found, expected, "{method} {path}");
            }
        }
        server.finish().await;
    }
}

#[tokio::test]
async fn without_a_secret_only_loopback_is_listened_on() {
    let open = settings().addr(([0, 0, 0, 0], 0)).without_secret();
    let listener = Coin::btc(WALLET).listener().webhook_settings(open).build().unwrap();
    let error = listener.bind_webhook().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Settings);
    assert!(error.to_string().contains("without a secret"), "{error}");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = taken.local_addr().unwrap();
    let listener = Coin::btc(WALLET).listener().webhook_settings(settings().addr(addr)).build().unwrap();
    let error = listener.webhook().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Listen);
    let message = error.to_string();
    assert!(message.contains(&addr.to_string()) && message.contains("BITCART_WEBHOOK_ADDR"), "{message}");
}

#[tokio::test]
async fn slow_clients_are_cut_off_and_their_places_given_to_others() {
    let (gate, mut seen) = Gate::opened();
    let (_held, listener) = strangers_alone();
    let listener = listener.state(gate);
    let limits = settings().connections(1).header_timeout(Duration::from_millis(50));
    let server = serve(listener, limits.body_timeout(Duration::from_millis(50))).await;
    let idle = "";
    let slow_header = "POST / HTTP/1.1\r\nHost: a\r\nX-Slow";
    let slow_body = format!(
        "POST {} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{",
        server.path
    );
    for sent in [idle, slow_header, &slow_body] {
        let mut slow = TcpStream::connect(server.addr).await.unwrap();
        slow.write_all(sent.as_bytes()).await.unwrap();
        // There is only one place: this is served once the slow one is gone.
        let body = envelope(&format!(r#"{{"event": "new_block", "height": {}}}"#, sent.len()));
        assert_eq!(post(server.addr, &server.path, &body).await, Some(200));
        assert_eq!(next(&mut seen).await, format!("new_block {}", sent.len()));
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(Duration::from_secs(60), slow.read_to_end(&mut rest));
        closed.await.expect("it is never closed").unwrap();
        assert!(!rest.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&rest));
    }
    server.finish().await;
}

#[tokio::test]
async fn who_reads_no_answers_is_cut_off_too() {
    let (gate, mut seen) = Gate::opened();
    let (_held, listener) = strangers_alone();
    let listener = listener.state(gate);
    let limits = settings().connections(1).header_timeout(Duration::from_millis(50));
    let server = serve(listener, limits).await;
    let (_unread, mut deaf) = TcpStream::connect(server.addr).await.unwrap().into_split();
    let asking = tokio::spawn(async move {
        let many = "GET /one/two HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1_000);
        while deaf.write_all(many.as_bytes()).await.is_ok() {}
    });
    let body = envelope(r#"{"event": "new_block", "height": 7}"#);
    assert_eq!(post(server.addr, &server.path, &body).await, Some(200));
    assert_eq!(next(&mut seen).await, "new_block 7");
    asking.await.unwrap();
    server.finish().await;
}

/// Only a connection that is closed without an answer makes a daemon keep the event.
#[tokio::test]
async fn who_has_sent_all_that_it_will_is_answered_all_the_same() {
    let (gate, mut seen) = Gate::new();
    let (_held, listener) = strangers_alone();
    let gate = Arc::new(gate);
    let listener = listener.shared_state(gate.clone());
    let server = serve(listener, settings()).await;
    let body = envelope(r#"{"event": "new_block", "height": 7}"#);
    let (path, length) = (&server.path, body.len());
    let head = "Host: a\r\nContent-Type: application/json\r\nContent-Length";
    let request = format!("POST {path} HTTP/1.1\r\n{head}: {length}\r\n\r\n{body}");
    let mut client = TcpStream::connect(server.addr).await.unwrap();
    client.write_all(request.as_bytes()).await.unwrap();
    client.shutdown().await.unwrap();
    assert_eq!(next(&mut seen).await, "new_block 7");
    gate.open();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    server.finish().await;
}

/// Whoever has the last place may be very slow.
#[tokio::test]
async fn a_server_that_has_stopped_leaves_its_address_though_all_places_are_taken() {
    let (gate, mut seen) = Gate::new();
    let (_held, listener) = strangers_alone();
    let listener = listener.state(gate);
    let server = serve(listener, settings().connections(1)).await;
    let mut slow = TcpStream::connect(server.addr).await.unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{",
        server.path
    );
    slow.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    slow.write_all(head.as_bytes()).await.unwrap();
    // It has a place.
    assert!(slow.read(&mut [0; 1_024]).await.unwrap() > 0);
    let addr = server.addr;
    server.finish().await;
    assert!(seen.try_recv().is_err());
    TcpListener::bind(addr).await.unwrap();
}
