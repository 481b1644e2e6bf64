//! The end of a listener.

use bitcart_events::testing::TestDaemon;
use bitcart_events::{Coin, ErrorKind, Result};
use tokio::task::JoinHandle;

use crate::support::listening::{Listening, payment, record, record_all, today};
use crate::support::server::{coin, manager};

/// A coin that listens by itself, and its end.
async fn started(daemon: &TestDaemon) -> (Coin, JoinHandle<Result<()>>) {
    let btc = coin(daemon, "vpub-a");
    // What reaches the handler is not looked at here.
    drop(record(&btc));
    let listening = btc.clone();
    let running = tokio::spawn(async move { listening.start_websocket().await });
    daemon.wait_loaded("vpub-a").await;
    (btc, running)
}

#[tokio::test]
async fn an_answer_on_its_way_is_waited_for() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    daemon.request("vpub-a", "1").await.unwrap();
    daemon.emit(Some("vpub-a"), &payment("before", 3)).await.unwrap();
    daemon.hang("get_updates");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    daemon.wait_call("get_updates", 1).await;
    daemon.emit(Some("vpub-a"), &payment("after", 3)).await.unwrap();
    let ended = listening.stop();
    // It leaves its socket, and waits for the answer.
    daemon.wait_websockets(0).await;
    assert!(!ended.is_finished());
    daemon.release("get_updates");
    ended.await.unwrap().unwrap();
    seen.expect(["paid 3 before 0.5", "paid 3 after 0.5"]).await;
    assert_eq!(seen.rest(), [""; 0]);
}

#[tokio::test]
async fn shutting_the_coin_down_ends_what_it_started() {
    let daemon = today().await;
    let (btc, running) = started(&daemon).await;
    btc.shut_down().await.unwrap();
    running.await.unwrap().unwrap();
    daemon.wait_websockets(0).await;
    let error = btc.start_websocket().await.unwrap_err();
    assert!(error.to_string().contains("shut down"), "{error}");
}

/// A daemon's queue has one reader.
#[tokio::test]
async fn a_listener_has_one_delivery() {
    let daemon = today().await;
    let (btc, running) = started(&daemon).await;
    let error = btc.poll_updates(std::time::Duration::from_secs(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.to_string().contains("choose one of webhook, websocket and polling"), "{error}");
    btc.shut_down().await.unwrap();
    running.await.unwrap().unwrap();
}

/// Whoever drops what `websocket()` returns, and then shuts down, has waited for what was on its way.
#[tokio::test]
async fn a_dropped_delivery_is_waited_for_too() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    daemon.request("vpub-a", "1").await.unwrap();
    daemon.emit_unsent(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    daemon.hang("get_updates");
    let mut seen = record(&btc);
    let listener = btc.listener().without_registry().build().unwrap();
    let listening = listener.clone();
    let running = tokio::spawn(async move { listening.websocket().await });
    daemon.wait_call("get_updates", 1).await;
    running.abort();
    let shutting_down = tokio::spawn(async move { listener.shut_down().await });
    daemon.wait_websockets(0).await;
    daemon.release("get_updates");
    shutting_down.await.unwrap().unwrap();
    assert_eq!(seen.rest(), ["paid 3 a 0.5"]);
}

#[tokio::test]
async fn a_daemon_that_does_not_answer_is_said_at_the_deadline() {
    let daemon = today().await;
    let manager = manager(&daemon, ["vpub-b"]);
    let mut seen = record_all(&manager);
    let listener = manager.listener().shutdown_deadline(std::time::Duration::from_secs(5));
    let listening = Listening::by_websocket(listener);
    daemon.wait_loaded("vpub-b").await;
    daemon.emit(Some("vpub-b"), &payment("b", 7)).await.unwrap();
    seen.expect(["paid 7 b 0.5"]).await;
    daemon.hang("get_updates");
    let asked = daemon.rpc_calls().iter().filter(|call| call.method == "get_updates").count();
    manager.add_wallet("BTC", "vpub-a").unwrap();
    daemon.wait_call("get_updates", asked + 1).await;
    daemon.request("vpub-a", "1").await.unwrap();
    daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    // The frame before this one has arrived with it, and is held until the answer comes.
    daemon.emit(Some("vpub-b"), &payment("b", 3)).await.unwrap();
    seen.expect(["paid 3 b 0.5"]).await;
    tokio::time::pause();
    let error = listening.stop().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Shutdown);
    assert!(error.to_string().contains("before a daemon had answered"), "{error}");
    // What the socket had brought is not lost with it.
    assert_eq!(seen.rest(), ["paid 3 a 0.5"]);
}

#[tokio::test]
async fn a_handler_that_shuts_down_does_not_wait_for_itself() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let (sender, mut said) = tokio::sync::mpsc::unbounded_channel();
    let own = btc.clone();
    btc.add_event_handler("new_payment", move |_| {
        let (own, sender) = (own.clone(), sender.clone());
        async move {
            sender.send(own.shut_down().await.unwrap_err().kind())?;
            Ok(())
        }
    })
    .unwrap();
    let started = btc.clone();
    let running = tokio::spawn(async move { started.start_websocket().await });
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    assert_eq!(said.recv().await, Some(ErrorKind::Reentrant));
    btc.shut_down().await.unwrap();
    running.await.unwrap().unwrap();
}
