//! The webhook's routes over real sockets: who may post, within which limits, and nested into an application.

mod support;

use std::sync::Arc;
use std::time::Duration;

use bitcart_events::testing::{Fate, TestDaemon};
use bitcart_events::{Coin, Currency, ErrorKind, Event, State, Update, handlers, on};
use support::connection::{Connection, post};
use support::server::{Gate, coin, next, nowhere, serve, settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const WALLET: &str = "xpub-a";

#[on("new_block", register = false)]
async fn block(event: Event, height: u64, gate: State<Gate>) {
    gate.pass(format!("{event} {height}")).await;
}

fn envelope(update: &str) -> String {
    format!(r#"{{"updates": [{update}], "wallet": "{WALLET}", "currency": "BTC"}}"#)
}

#[tokio::test]
async fn a_forged_post_gets_no_answer() {
    let (gate, mut seen) = Gate::opened();
    let (_held, nowhere) = nowhere();
    let coin = Coin::at(Currency::Btc, nowhere, WALLET);
    let server = serve(coin.listener().handlers(handlers![block]).state(gate), settings()).await;
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
    let (_held, nowhere) = nowhere();
    let coin = Coin::at(Currency::Btc, nowhere, WALLET);
    let settings = settings().url("https://shop.example/hooks/bitcart");
    let server = serve(coin.listener().handlers(handlers![block]).state(gate), settings).await;
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
    let (_held, nowhere) = nowhere();
    let coin = Coin::at(Currency::Btc, nowhere, WALLET);
    let listener = coin.listener().handlers(handlers![block]).state(gate);
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
    let (_held, nowhere) = nowhere();
    let coin = Coin::at(Currency::Btc, nowhere, WALLET);
    let listener = coin.listener().handlers(handlers![block]).state(gate);
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
    let (_held, nowhere) = nowhere();
    let coin = Coin::at(Currency::Btc, nowhere, WALLET);
    let gate = Arc::new(gate);
    let listener = coin.listener().handlers(handlers![block]).shared_state(gate.clone());
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
    let (_held, nowhere) = nowhere();
    let coin = Coin::at(Currency::Btc, nowhere, WALLET);
    let listener = coin.listener().handlers(handlers![block]).state(gate);
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

#[tokio::test]
async fn process_updates_inside_a_handler_is_refused() {
    let daemon = TestDaemon::start().await.unwrap();
    let coin = coin(&daemon, WALLET);
    let (gate, mut seen) = Gate::opened();
    let gate = Arc::new(gate);
    let listener = coin.listener().build().unwrap();
    let own = listener.clone();
    coin.add_event_handler("new_block", move |_| {
        let (own, gate) = (own.clone(), gate.clone());
        async move {
            let error = own.process_updates("[]").await.unwrap_err();
            gate.tell(format!("{:?}", error.kind()));
            Ok(())
        }
    })
    .unwrap();
    let report = listener.process_updates(r#"[{"event": "new_block", "height": 1}]"#).await.unwrap();
    assert_eq!(report.handled, 1);
    assert_eq!(next(&mut seen).await, "Reentrant");

    // The same by webhook: it is the same listener.
    let app: axum::Router = listener.webhook_app();
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = socket.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(socket, app).await });
    listener.configure_webhook(&format!("http://{addr}")).await.unwrap();
    daemon.mine(1).await;
    assert_eq!(next(&mut seen).await, "Reentrant");
}

/// Program E of the README's promise.
#[tokio::test]
async fn an_axum_application_nests_the_routes() -> anyhow::Result<()> {
    use axum::routing::get;
    let daemon = TestDaemon::start().await?;
    let btc = coin(&daemon, WALLET);
    let (gate, mut seen) = Gate::opened();
    let gate = Arc::new(gate);
    btc.add_event_handler("new_block", move |update: Update| {
        let gate = gate.clone();
        async move {
            gate.tell(update.raw());
            Ok(())
        }
    })?;
    let health = || async { "up" };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let addr = listener.local_addr()?;

    let app = axum::Router::new().route("/health", get(health)).nest("/hooks/bitcart", btc.webhook_app());
    btc.configure_webhook(&format!("http://{addr}/hooks/bitcart")).await?;
    tokio::spawn(async move { axum::serve(listener, app).await });

    daemon.mine(1).await;
    assert_eq!(next(&mut seen).await, r#"{"event": "new_block", "height": 101}"#);
    assert_eq!(daemon.emissions()[0].fate, Fate::Delivered { status: 200 });
    let body = envelope(r#"{"event": "new_block", "height": 102}"#);
    for forged in ["/hooks/bitcart", "/hooks/bitcart/not-the-secret-at-all"] {
        assert_eq!(post(addr, forged, &body).await, None, "{forged}");
    }
    // What is outside the routes is the application's own.
    assert_eq!(post(addr, "/elsewhere", &body).await, Some(404));
    assert!(btc.configure_webhook("shop.example/hooks").await.is_err());
    Ok(())
}

#[tokio::test]
async fn its_own_signal_ends_what_a_nested_listener_started() {
    let daemon = TestDaemon::start().await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let coin = coin(&daemon, WALLET);
    let listener = coin.listener().webhook_settings(settings()).shutdown_on(async { drop(stopped.await) });
    let listener = listener.build().unwrap();
    listener.configure_webhook("http://127.0.0.1:1").await.unwrap();
    assert!(listener.process_updates("[]").await.is_ok());
    drop(stop);
    let ended = async {
        while listener.process_updates("[]").await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), ended).await.expect("it goes on");
}

/// What it cannot wait for any longer is no reason to leave the rest as it is.
#[tokio::test]
async fn a_shutdown_goes_on_where_a_daemon_does_not_answer() {
    let daemon = TestDaemon::start().await.unwrap();
    let (gate, mut seen) = Gate::new();
    let gate = Arc::new(gate);
    let listener = coin(&daemon, WALLET).listener().handlers(handlers![block]).shared_state(gate.clone());
    let listener = listener.webhook_settings(settings()).build().unwrap();
    daemon.hang("get_updates");
    let (registering, handling) = (listener.clone(), listener.clone());
    let registered = tokio::spawn(async move { registering.configure_webhook("http://127.0.0.1:1").await });
    let update = envelope(r#"{"event": "new_block", "height": 1}"#);
    let handled = tokio::spawn(async move { handling.process_updates(update).await });
    daemon.wait_call("get_updates", 1).await;
    assert_eq!(next(&mut seen).await, "new_block 1");
    tokio::time::pause();
    registered.await.unwrap().unwrap();
    gate.open();
    let error = listener.shut_down().await.unwrap_err();
    assert!(error.to_string().contains("before a daemon had answered"), "{error}");
    assert_eq!(handled.await.unwrap().unwrap().handled, 1);
    assert_eq!(listener.process_updates("[]").await.unwrap_err().kind(), ErrorKind::Refused);
}

/// Nobody has what it started yet, so it stops that itself.
#[tokio::test]
async fn a_shutdown_stops_a_registration_that_is_on_its_way() {
    let daemon = TestDaemon::start().await.unwrap();
    let listener = coin(&daemon, WALLET).listener().webhook_settings(settings()).build().unwrap();
    daemon.hang("configure_notifications");
    let registering = listener.clone();
    let registered = tokio::spawn(async move { registering.configure_webhook("http://127.0.0.1:1").await });
    daemon.wait_call("configure_notifications", 1).await;
    tokio::time::pause();
    listener.shut_down().await.unwrap();
    registered.await.unwrap().unwrap();
}

/// Whatever else the path holds, and however it is written, nothing but the secret counts.
#[tokio::test]
async fn the_routes_nest_under_parameters_too() {
    let (_held, nowhere) = nowhere();
    let (gate, mut seen) = Gate::opened();
    let coin = Coin::at(Currency::Btc, nowhere, WALLET);
    let secret = "0123456789abcdef";
    let listener =
        coin.listener().handlers(handlers![block]).state(gate).webhook_settings(settings().secret(secret));
    let app: axum::Router =
        axum::Router::new().nest("/{shop}/hooks", listener.build().unwrap().webhook_app());
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = socket.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(socket, app).await });
    let body = envelope(r#"{"event": "new_block", "height": 1}"#);
    for forged in ["/a/hooks/%ff", "/a/hooks/0123456789abcdeg", "/%ff/hooks/0123456789abcde"] {
        assert_eq!(post(addr, forged, &body).await, None, "{forged}");
    }
    assert_eq!(post(addr, &format!("/a/hooks/{secret}"), &body).await, Some(200));
    assert_eq!(next(&mut seen).await, "new_block 1");
}

#[tokio::test]
async fn dropping_the_future_frees_the_port() {
    let (_held, nowhere) = nowhere();
    let coin = Coin::at(Currency::Btc, nowhere, WALLET);
    let listener = coin.listener().webhook_settings(settings()).build().unwrap();
    let server = listener.bind_webhook().await.unwrap();
    assert!(!format!("{server:?}").contains(server.secret_url()), "the secret is shown");
    let addr = server.local_addr();
    let mut running = Box::pin(server.run());
    assert!(futures_util::poll!(&mut running).is_pending());
    drop(running);
    // The accepting task ends as soon as it runs.
    let freed = async {
        while TcpListener::bind(addr).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), freed).await.expect("the port stays taken");
}
