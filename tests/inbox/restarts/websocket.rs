//! What a websocket brought before the restart.

use bitcart_events::{ApiManager, Coin};

use super::Process;
use crate::Place;
use crate::support::listening::{Seen, block, payment, record, record_all, today, transaction};
use crate::support::server::{coin, manager};

fn by_websocket(place: &Place, coin: &Coin) -> (Seen, Process) {
    let seen = record(coin);
    let listener = place.inbox(coin.listener().without_registry()).build().unwrap();
    (seen, Process::start(listener, |listener| async move { listener.websocket().await }))
}

fn all_by_websocket(place: &Place, manager: &ApiManager) -> (Seen, Process) {
    let seen = record_all(manager);
    let listener = place.inbox(manager.listener().without_registry()).build().unwrap();
    (seen, Process::start(listener, |listener| async move { listener.websocket().await }))
}

#[tokio::test]
async fn what_a_websocket_brought_is_known_after_a_restart() {
    let (daemon, place) = (today().await, Place::file());
    let (mut seen, process) = by_websocket(&place, &coin(&daemon, "vpub-a"));
    daemon.wait_loaded("vpub-a").await;
    for update in [payment("a", 7), payment("a", 3), transaction("t"), block(7)] {
        daemon.emit(Some("vpub-a"), &update).await.unwrap();
    }
    seen.expect(["paid 7 a 0.5", "paid 3 a 0.5", "tx t", "block 7"]).await;
    process.crash().await;

    // A reorganisation while nobody listens: the same payment goes back and forth once more.
    for update in [payment("a", 7), payment("a", 3), payment("b", 3)] {
        daemon.emit_unsent(Some("vpub-a"), &update).await.unwrap();
    }
    let (mut seen, process) = by_websocket(&place, &coin(&daemon, "vpub-a"));
    seen.expect(["paid 7 a 0.5", "paid 3 a 0.5", "paid 3 b 0.5"]).await;
    daemon.wait_websockets(1).await;
    daemon.emit(Some("vpub-a"), &payment("c", 3)).await.unwrap();
    seen.expect(["paid 3 c 0.5"]).await;
    process.crash().await;

    // And once more, with nothing new.
    let (mut seen, process) = by_websocket(&place, &coin(&daemon, "vpub-a"));
    daemon.wait_websockets(1).await;
    daemon.emit(Some("vpub-a"), &payment("d", 3)).await.unwrap();
    seen.expect(["paid 3 d 0.5"]).await;
    process.crash().await;
    assert_eq!(seen.rest(), [""; 0]);
}

#[tokio::test]
async fn blocks_of_many_wallets_are_known_after_a_restart() {
    let (daemon, place) = (today().await, Place::file());
    let wallets = ["vpub-a", "vpub-b"];
    let (mut seen, process) = all_by_websocket(&place, &manager(&daemon, wallets));
    for wallet in wallets {
        daemon.wait_loaded(wallet).await;
    }
    for height in 1..=400_u64 {
        daemon.emit(None, &block(height)).await.unwrap();
        if height % 100 == 0 {
            daemon.emit(Some("vpub-a"), &payment(&height.to_string(), 3)).await.unwrap();
            seen.wait_for(&format!("paid 3 {height} 0.5")).await;
        }
    }
    place.wait_pending(0).await;
    process.crash().await;

    daemon.emit_unsent(None, &block(401)).await.unwrap();
    daemon.emit_unsent(Some("vpub-a"), &payment("400", 3)).await.unwrap();
    let (mut seen, process) = all_by_websocket(&place, &manager(&daemon, wallets));
    let mut missed = [seen.next().await, seen.next().await];
    missed.sort();
    assert_eq!(missed, ["block 401", "paid 3 400 0.5"], "blocks have a lane of their own");
    daemon.wait_websockets(1).await;
    daemon.emit(Some("vpub-b"), &payment("b", 3)).await.unwrap();
    seen.expect(["paid 3 b 0.5"]).await;
    process.crash().await;
    assert_eq!(seen.rest(), [""; 0]);
}

#[tokio::test]
async fn what_was_held_is_delivered_after_a_restart_once_and_in_its_place() {
    let (daemon, place) = (today().await, Place::file());
    let (mut seen, process) = by_websocket(&place, &coin(&daemon, "vpub-a"));
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    seen.expect(["paid 3 a 0.5"]).await;

    let asked = daemon.rpc_calls().iter().filter(|call| call.method == "get_updates").count();
    daemon.hang("get_updates");
    daemon.drop_websockets().await;
    daemon.emit_unsent(Some("vpub-a"), &payment("b", 3)).await.unwrap();
    daemon.wait_call("get_updates", asked + 1).await;
    daemon.wait_websockets(1).await;
    for address in ["c", "d"] {
        daemon.emit(Some("vpub-a"), &payment(address, 3)).await.unwrap();
    }
    // The frames are held, and stored: nothing else is told.
    place.wait_received(2).await;
    process.crash().await;
    let files = std::fs::read_dir(place.path().parent().unwrap()).unwrap();
    let bytes: Vec<u8> = files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(bytes.windows(3).any(|part| part == b"0.5"), "the updates are there");
    assert!(!bytes.windows(6).any(|part| part == b"vpub-a"), "and the wallet's key is not");
    daemon.release("get_updates");
    // Its answer went to nobody, so `b` is gone with it.
    let (mut seen, process) = by_websocket(&place, &coin(&daemon, "vpub-a"));
    daemon.wait_websockets(1).await;
    let first = seen.next().await;
    if first == "paid 3 b 0.5" {
        seen.expect(["paid 3 c 0.5"]).await;
    } else {
        assert_eq!(first, "paid 3 c 0.5");
    }
    seen.expect(["paid 3 d 0.5"]).await;
    daemon.emit(Some("vpub-a"), &payment("e", 3)).await.unwrap();
    seen.expect(["paid 3 e 0.5"]).await;
    process.crash().await;
    assert_eq!(seen.rest(), [""; 0]);
    place.wait_received(0).await;
}

/// The daemon's queue has the block between the two payments, and it fits only what is known in that order.
#[tokio::test]
async fn a_block_stays_between_what_was_held() {
    let (daemon, place) = (today().await, Place::file());
    daemon.request("vpub-a", "0.5").await.unwrap();
    // It answers no ping, so nothing is fetched from it and what it sends is held.
    daemon.stop_reading();
    let (_, process) = all_by_websocket(&place, &manager(&daemon, ["vpub-a"]));
    daemon.wait_websockets(1).await;
    daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    daemon.emit(None, &block(7)).await.unwrap();
    daemon.emit(Some("vpub-a"), &payment("b", 3)).await.unwrap();
    place.wait_received(3).await;
    process.crash().await;

    daemon.read_again();
    daemon.wait_websockets(0).await;
    let (mut seen, process) = all_by_websocket(&place, &manager(&daemon, ["vpub-a"]));
    daemon.wait_websockets(1).await;
    let mut held = [seen.next().await, seen.next().await, seen.next().await];
    held.sort();
    assert_eq!(held, ["block 7", "paid 3 a 0.5", "paid 3 b 0.5"], "blocks have a lane of their own");
    daemon.emit(Some("vpub-a"), &payment("c", 3)).await.unwrap();
    seen.expect(["paid 3 c 0.5"]).await;
    process.crash().await;
    assert_eq!(seen.rest(), [""; 0]);
}
