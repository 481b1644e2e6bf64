//! What daemons are asked for, those of today too.

use std::sync::Arc;

use bitcart_events::testing::TestDaemon;
use bitcart_events::{ApiManager, Coin, Currency, Daemon, Event, handlers, on};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};

use crate::support::server::{Gate, coin, next, serve, settings};
use crate::{WALLET, block, payment};

/// What nobody handles would only push other events out of the daemon's queue.
#[tokio::test]
async fn only_events_with_a_handler_for_the_wallet_are_asked_for() {
    #[on("new_transaction", register = false, currency = "LTC")]
    fn of_another_currency(event: Event) {
        unreachable!("{event} of a BTC wallet");
    }

    let daemon = TestDaemon::start().await.unwrap();
    let (gate, mut seen) = Gate::opened();
    let listener =
        coin(&daemon, WALLET).listener().handlers(handlers![block, of_another_currency]).state(gate);
    let server = serve(listener, settings()).await;
    daemon.wait_configured(WALLET).await;
    daemon.send(WALLET, "0.1").await.unwrap();
    daemon.mine(1).await;
    assert_eq!(next(&mut seen).await, "new_block 101");
    let sent: Vec<_> = daemon.emissions().into_iter().map(|emission| emission.event).collect();
    assert_eq!(sent, ["new_block"]);
    server.finish().await;
}

#[tokio::test]
async fn a_wallet_added_while_it_listens_is_registered() {
    let daemon = TestDaemon::start().await.unwrap();
    let manager =
        ApiManager::builder().wallet("BTC", WALLET).daemon("BTC", Daemon::new(daemon.url()).unwrap());
    let manager = manager.build().unwrap();
    let (gate, mut seen) = Gate::opened();
    let server = serve(manager.listener().handlers(handlers![payment]).state(gate), settings()).await;
    daemon.wait_configured(WALLET).await;
    manager.add_wallet("BTC", "xpub-late").unwrap();
    daemon.wait_configured("xpub-late").await;
    let request = daemon.request("xpub-late", "1").await.unwrap();
    daemon.pay(&request.address, "1").await.unwrap();
    assert_eq!(next(&mut seen).await, "new_payment xpub-late");
    server.finish().await;
}

/// A daemon of today, as far as the webhook needs it: it knows neither `subscribe` nor `configure_notifications`
/// (capture `webhook_rpc`: subscribe-removed), and answers `get_updates` once it may.
async fn daemon_of_today(may_answer: Arc<Semaphore>, asked: Arc<Notify>) -> Daemon {
    let answer = async move |body: String| {
        let call: serde_json::Value = serde_json::from_str(&body).unwrap();
        let result = if call["method"] == "get_updates" {
            asked.notify_one();
            let _ = may_answer.acquire().await.unwrap();
            r#""result": [{"event": "new_block", "height": 9}]"#
        } else {
            r#""error": {"code": -32601, "message": "Procedure not found"}"#
        };
        format!(r#"{{"jsonrpc": "2.0", {result}, "id": 0}}"#)
    };
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let handler = move |body| {
        let answer = answer.clone();
        async move { answer(body).await }
    };
    let app = axum::Router::new().route("/", axum::routing::post(handler));
    tokio::spawn(async move { axum::serve(socket, app).await });
    Daemon::new(url).unwrap()
}

#[tokio::test]
async fn a_daemon_without_webhooks_is_asked_for_what_waits() {
    let daemon = daemon_of_today(Arc::new(Semaphore::new(1)), Arc::default()).await;
    let (gate, mut seen) = Gate::opened();
    let listener = Coin::at(Currency::Btc, daemon, WALLET).listener();
    let server = serve(listener.handlers(handlers![block]).state(gate), settings()).await;
    assert_eq!(next(&mut seen).await, "new_block 9");
    server.finish().await;
}

/// The daemon forgets what it answers, so a call under way is waited for.
#[tokio::test]
async fn a_shutdown_waits_for_updates_that_are_being_fetched() {
    let (may_answer, asked) = (Arc::new(Semaphore::new(0)), Arc::new(Notify::new()));
    let daemon = daemon_of_today(may_answer.clone(), asked.clone()).await;
    let (gate, mut seen) = Gate::opened();
    let listener = Coin::at(Currency::Btc, daemon, WALLET).listener();
    let server = serve(listener.handlers(handlers![block]).state(gate), settings()).await;
    asked.notified().await;
    let stopping = server.stop();
    may_answer.add_permits(1);
    stopping.await.unwrap().unwrap();
    assert_eq!(next(&mut seen).await, "new_block 9");
}
