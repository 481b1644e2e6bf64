//! The end of a listener.

use crate::support::listening::{Listening, payment, record, today};
use crate::support::server::coin;

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
    let btc = coin(&daemon, "vpub-a");
    let _seen = record(&btc);
    let started = btc.clone();
    let running = tokio::spawn(async move { started.start_websocket().await });
    daemon.wait_loaded("vpub-a").await;
    btc.shut_down().await.unwrap();
    running.await.unwrap().unwrap();
    daemon.wait_websockets(0).await;
    let error = btc.start_websocket().await.unwrap_err();
    assert!(error.to_string().contains("shut down"), "{error}");
}
