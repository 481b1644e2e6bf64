//! What a websocket brings.

use bitcart_events::testing::{DaemonVersion, TestDaemon};
use bitcart_events::{ApiManager, Currency, Daemon};

use crate::support::listening::{Listening, block, payment, record, record_all, short, today};
use crate::support::server::coin;

#[tokio::test]
async fn the_whole_life_of_a_payment_in_the_daemons_order() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    // A wallet sends nothing until it was named: the listener has done that.
    daemon.wait_filtered("vpub-a").await;
    daemon.wait_loaded("vpub-a").await;

    let request = daemon.request("vpub-a", "0.5").await.unwrap();
    daemon.pay(&request.id, "0.2").await.unwrap();
    daemon.pay(&request.id, "0.3").await.unwrap();
    daemon.mine(1).await;
    daemon.reorganise(1).await;
    let emitted: Vec<_> = daemon.emissions().iter().map(|emission| short(&emission.json)).collect();
    for emission in &emitted {
        assert_eq!(seen.next().await, *emission);
    }
    let statuses: Vec<_> =
        emitted.iter().filter_map(|emission| emission.strip_prefix("paid ")?.chars().next()).collect();
    assert!(statuses.starts_with(&['0', '7']) && statuses.ends_with(&['7', '3']), "{statuses:?}");
    listening.finish().await;
    assert_eq!(seen.rest(), [""; 0], "the queue holds all of it once more");
}

#[tokio::test]
async fn what_waited_before_it_comes_first_and_once() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    daemon.request("vpub-a", "1").await.unwrap();
    daemon.emit(Some("vpub-a"), &payment("a", 7)).await.unwrap();
    daemon.emit(None, &block(1)).await.unwrap();
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    seen.expect(["paid 7 a 0.5", "block 1"]).await;
    daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    seen.expect(["paid 3 a 0.5"]).await;
    listening.finish().await;
}

#[tokio::test]
async fn strange_frames_are_survived() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(btc.listener());
    daemon.wait_loaded("vpub-a").await;
    for frame in
        ["", "no JSON", "[]", "7", "{}", r#"{"updates": 1}"#, r#"{"updates": [7, null, {"event": "newer"}]}"#]
    {
        daemon.push(frame).await;
    }
    daemon.push_binary(&[0xff; 3]).await;
    daemon.emit(None, &block(1)).await.unwrap();
    seen.expect(["block 1"]).await;
    assert_eq!(daemon.websockets_ever(), 1);
    listening.finish().await;
}

/// Program D, with a daemon for each currency.
#[tokio::test]
async fn several_wallets_and_currencies() {
    let btc = today().await;
    let ltc =
        TestDaemon::builder().version(DaemonVersion::Current).currency(Currency::Ltc).start().await.unwrap();
    let manager = ApiManager::builder()
        .daemon("BTC", Daemon::new(btc.url()).unwrap())
        .daemon("LTC", Daemon::new(ltc.url()).unwrap())
        .wallets("BTC", ["vpub-a", "vpub-b"])
        .wallet("LTC", "vpub-c")
        .build()
        .unwrap();
    let mut seen = record_all(&manager);
    let starting = manager.clone();
    let running = tokio::spawn(async move { starting.start_websocket().await });
    for (daemon, wallet) in [(&btc, "vpub-a"), (&btc, "vpub-b"), (&ltc, "vpub-c")] {
        daemon.wait_loaded(wallet).await;
        daemon.emit(Some(wallet), &payment(wallet, 3)).await.unwrap();
        assert_eq!(seen.next_of().await, (wallet.to_owned(), format!("paid 3 {wallet} 0.5")));
    }
    // One height of each currency, though two wallets have it in their queues.
    btc.emit(None, &block(5)).await.unwrap();
    ltc.emit(None, &block(5)).await.unwrap();
    seen.expect(["block 5", "block 5"]).await;
    assert_eq!((btc.websockets_ever(), ltc.websockets_ever()), (1, 1));
    manager.shut_down().await.unwrap();
    running.await.unwrap().unwrap();
    assert_eq!(seen.rest(), [""; 0]);
}
