//! Wallets that come and go while it listens, and keys that are none.

use bitcart_events::testing::TestDaemon;
use bitcart_events::{ApiManager, Currency};

use crate::support::listening::{Listening, Seen, block, payment, record, record_all, today};
use crate::support::server::manager;

#[tokio::test]
async fn wallets_are_added_and_removed_while_it_listens() {
    let daemon = today().await;
    let manager = manager(&daemon, ["vpub-a"]);
    let mut seen = record_all(&manager);
    let listening = Listening::by_websocket(manager.listener());
    daemon.wait_loaded("vpub-a").await;
    manager.add_wallet("BTC", "vpub-b").unwrap();
    daemon.wait_loaded("vpub-b").await;
    daemon.emit(Some("vpub-b"), &payment("b", 3)).await.unwrap();
    assert_eq!(seen.next_of().await, ("vpub-b".to_owned(), "paid 3 b 0.5".to_owned()));

    manager.remove_wallet("BTC", "vpub-a").unwrap();
    daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    daemon.emit(Some("vpub-b"), &payment("b", 7)).await.unwrap();
    seen.expect(["paid 7 b 0.5"]).await;

    // The last one: there is nothing to listen to, until there is one again.
    manager.remove_wallet("BTC", "vpub-b").unwrap();
    daemon.wait_websockets(0).await;
    manager.add_wallet("BTC", "vpub-b").unwrap();
    daemon.wait_websockets(1).await;
    daemon.emit(Some("vpub-b"), &payment("c", 3)).await.unwrap();
    // What it had before is still in the daemon's queue, and known.
    seen.expect(["paid 3 c 0.5"]).await;
    assert_eq!(daemon.websockets_ever(), 2);
    listening.finish().await;
}

/// A listener that has had an event of its wallet.
async fn listening_for_a_while(daemon: &TestDaemon, manager: &ApiManager) -> (Listening, Seen) {
    let mut seen = record_all(manager);
    let listening = Listening::by_websocket(manager.listener());
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(Some("vpub-a"), &payment("before", 3)).await.unwrap();
    seen.expect(["paid 3 before 0.5"]).await;
    (listening, seen)
}

/// What comes for it in between is sent to nobody.
#[tokio::test]
async fn a_wallet_that_is_added_again_at_once_gets_what_it_missed() {
    let daemon = today().await;
    let manager = manager(&daemon, ["vpub-a"]);
    let (listening, mut seen) = listening_for_a_while(&daemon, &manager).await;
    manager.remove_wallet("BTC", "vpub-a").unwrap();
    daemon.emit_unsent(Some("vpub-a"), &payment("between", 3)).await.unwrap();
    manager.add_wallet("BTC", "vpub-a").unwrap();
    daemon.emit(Some("vpub-a"), &payment("after", 3)).await.unwrap();
    seen.expect(["paid 3 between 0.5", "paid 3 after 0.5"]).await;
    listening.finish().await;
    assert_eq!(seen.rest(), Vec::<String>::new());
}

/// Its last answer is still to come when it is removed, and nothing is asked beside it when it comes back.
#[tokio::test]
async fn the_last_wallet_comes_back_while_its_answer_is_under_way() {
    let daemon = today().await;
    let manager = manager(&daemon, ["vpub-a"]);
    let (listening, mut seen) = listening_for_a_while(&daemon, &manager).await;
    let calls = daemon.rpc_calls().iter().filter(|call| call.method == "get_updates").count();
    daemon.hang("get_updates");
    daemon.drop_websockets().await;
    daemon.wait_call("get_updates", calls + 1).await;
    manager.remove_wallet("BTC", "vpub-a").unwrap();
    daemon.wait_websockets(0).await;
    let back = manager.add_wallet("BTC", "vpub-a").unwrap();
    daemon.emit(Some("vpub-a"), &payment("between", 3)).await.unwrap();
    // Time enough for a socket and a question, if they did not wait.
    for _ in 0..20 {
        back.spec().await.unwrap();
    }
    daemon.release("get_updates");
    seen.expect(["paid 3 between 0.5"]).await;
    daemon.wait_websockets(1).await;
    daemon.emit(Some("vpub-a"), &payment("after", 3)).await.unwrap();
    seen.expect(["paid 3 after 0.5"]).await;
    listening.finish().await;
    assert_eq!(seen.rest(), Vec::<String>::new());
}

#[tokio::test]
async fn a_key_that_is_none_stops_no_other_wallet() {
    let daemon = today().await;
    let manager = manager(&daemon, ["no key", "vpub-a"]);
    let mut seen = record_all(&manager);
    let listening = Listening::by_websocket(manager.listener());
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    seen.expect(["paid 3 a 0.5"]).await;
    listening.finish().await;
}

/// Two wallets that are listened to, and what is handled: by a handler of the first one's own, and by the one for all.
async fn two_wallets() -> (TestDaemon, ApiManager, Listening, Seen, Seen) {
    let daemon = today().await;
    let manager = manager(&daemon, ["vpub-a", "vpub-b"]);
    let own = record(&manager.coin(Currency::Btc, "vpub-a").unwrap());
    let general = record_all(&manager);
    let listening = Listening::by_websocket(manager.listener());
    daemon.wait_loaded("vpub-a").await;
    daemon.wait_loaded("vpub-b").await;
    (daemon, manager, listening, own, general)
}

/// A block names no wallet, and a wallet that has a handler of its own for them gets each.
#[tokio::test]
async fn a_wallets_own_block_handler_gets_every_height() {
    let (daemon, manager, listening, mut own, mut general) = two_wallets().await;
    for height in [1, 2] {
        daemon.emit(None, &block(height)).await.unwrap();
    }
    daemon.emit(Some("vpub-b"), &payment("b", 3)).await.unwrap();
    assert_eq!(own.next_of().await, ("vpub-a".to_owned(), "block 1".to_owned()));
    own.expect(["block 2"]).await;
    let mut all = [general.next().await, general.next().await, general.next().await];
    all.sort();
    assert_eq!(all, ["block 1", "block 2", "paid 3 b 0.5"]);
    // The other one gets a handler of its own while it listens.
    let mut late = record(&manager.coin(Currency::Btc, "vpub-b").unwrap());
    daemon.emit(None, &block(3)).await.unwrap();
    late.expect(["block 3"]).await;
    own.expect(["block 3"]).await;
    general.expect(["block 3"]).await;
    listening.finish().await;
    assert_eq!((own.rest(), late.rest(), general.rest()), (vec![], vec![], vec![]));
}

/// Also if it is removed while the block is on its way already, behind a frame of which something is logged: what logs is the program's.
#[tokio::test]
async fn a_removed_wallets_own_block_handler_gets_no_later_height() {
    let (daemon, manager, listening, mut own, mut general) = two_wallets().await;
    daemon.emit(None, &block(1)).await.unwrap();
    own.expect(["block 1"]).await;
    general.expect(["block 1"]).await;
    let removing = manager.clone();
    let (removed, mut is_removed) = tokio::sync::watch::channel(false);
    let remove = move || {
        removing.remove_wallet("BTC", "vpub-a").unwrap();
        removed.send_replace(true);
        std::io::sink()
    };
    let logging = tracing_subscriber::fmt().with_writer(remove).finish();
    let logging = tracing::subscriber::set_default(logging);
    let (theirs, second) = (payment("theirs", 3), block(2));
    let together = tokio::join!(daemon.emit_unqueued(Some("stranger"), &theirs), daemon.emit(None, &second));
    together.0.and(together.1).unwrap();
    is_removed.wait_for(|is_removed| *is_removed).await.unwrap();
    drop(logging);
    daemon.emit(None, &block(3)).await.unwrap();
    general.expect(["block 2", "block 3"]).await;
    listening.finish().await;
    assert_eq!((own.rest(), general.rest()), (vec![], vec![]));
}

/// A daemon may keep a call waiting until its wallet is synced: 32 such calls keep no other wallet waiting.
#[tokio::test]
async fn slow_wallets_do_not_hold_up_the_others() {
    let daemon = today().await;
    daemon.hang("get_updates");
    let keys: [String; 40] = std::array::from_fn(|number| format!("vpub-{number}"));
    let manager = manager(&daemon, keys.each_ref().map(String::as_str));
    let _seen = record_all(&manager);
    let listening = Listening::by_websocket(manager.listener());
    daemon.wait_call("get_updates", 32).await;
    tokio::time::pause();
    daemon.wait_call("get_updates", 40).await;
    tokio::time::resume();
    daemon.release("get_updates");
    listening.finish().await;
}
