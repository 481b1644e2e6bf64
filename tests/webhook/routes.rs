//! The routes in an application of its own.

use std::sync::Arc;
use std::time::Duration;

use bitcart_events::testing::{Fate, TestDaemon};
use bitcart_events::{Coin, Currency, ErrorKind, Update, handlers};
use tokio::net::TcpListener;

use crate::support::connection::post;
use crate::support::server::{Gate, coin, next, nowhere, settings};
use crate::{WALLET, block, envelope, strangers_alone};

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
    let (_held, listener) = strangers_alone();
    let (gate, mut seen) = Gate::opened();
    let secret = "0123456789abcdef";
    let listener = listener.state(gate).webhook_settings(settings().secret(secret));
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
