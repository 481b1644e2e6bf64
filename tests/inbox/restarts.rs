//! What an earlier process accepted, and what it knew, over real sockets. A crash here is a runtime that is dropped: nothing
//! of the listener runs any more, and nothing was told to shut down.

mod websocket;

use std::sync::Arc;
use std::time::Duration;

use bitcart_events::inbox::{Batch, DeadLetters};
use bitcart_events::{ApiManager, BoxError, Coin, Listener, Result, Update};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::Place;
use super::support::connection::post;
use super::support::listening::{payment, record, record_all, short, today};
use super::support::server::{Gate, coin, next, settings};

/// A listener in a process of its own, as far as it can tell.
struct Process(Runtime);

impl Process {
    fn start<F>(listener: Listener, deliver: impl FnOnce(Listener) -> F) -> Self
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.spawn(deliver(listener));
        Self(runtime)
    }

    /// Its file is closed when this is done.
    async fn crash(self) {
        tokio::task::spawn_blocking(|| drop(self.0)).await.unwrap();
    }
}

/// Its handler passes the gate.
fn gated(coin: &Coin) -> (Arc<Gate>, mpsc::UnboundedReceiver<String>) {
    let (gate, seen) = Gate::new();
    let gate = Arc::new(gate);
    let kept = gate.clone();
    let handler = move |update: Update| {
        let gate = kept.clone();
        async move {
            gate.pass(short(update.raw())).await;
            Ok::<(), BoxError>(())
        }
    };
    coin.add_event_handler(["new_payment", "new_block"], handler).unwrap();
    (gate, seen)
}

#[tokio::test]
async fn a_polled_answer_is_handled_by_the_next_process() {
    let (daemon, place) = (today().await, Place::file());
    let btc = coin(&daemon, "vpub-a");
    let (_gate, mut seen) = gated(&btc);
    let poll = |btc: &Coin| {
        let listener = place.inbox(btc.listener().without_registry()).build().unwrap();
        Process::start(listener, |listener| async move { listener.polling(Duration::from_millis(5)).await })
    };
    let process = poll(&btc);
    daemon.wait_loaded("vpub-a").await;
    for address in ["a", "b", "c"] {
        daemon.emit(Some("vpub-a"), &payment(address, 3)).await.unwrap();
    }
    assert_eq!(next(&mut seen).await, "paid 3 a 0.5");
    place.wait_pending(3).await;
    process.crash().await;

    let btc = coin(&daemon, "vpub-a");
    let (gate, mut seen) = gated(&btc);
    let process = poll(&btc);
    gate.open();
    for address in ["a", "b", "c"] {
        assert_eq!(next(&mut seen).await, format!("paid 3 {address} 0.5"));
    }
    place.wait_pending(0).await;
    process.crash().await;
    assert!(seen.try_recv().is_err());
}

#[tokio::test]
async fn a_webhook_is_answered_when_it_is_stored_and_handled_by_the_next_process() {
    let place = Place::file();
    let btc = Coin::btc("vpub-a");
    let (_gate, mut seen) = gated(&btc);
    let serve = |btc: &Coin| {
        let listener =
            place.inbox(btc.listener().without_registry().webhook_settings(settings())).build().unwrap();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = std::thread::scope(|scope| {
            scope.spawn(|| runtime.block_on(listener.bind_webhook()).unwrap()).join().unwrap()
        });
        let path = server.secret_url().splitn(4, '/').nth(3).unwrap_or_default();
        let place = (server.local_addr(), format!("/{path}"));
        runtime.spawn(server.run());
        (place, Process(runtime))
    };
    let ((addr, path), process) = serve(&btc);
    for address in ["a", "b"] {
        let envelope =
            format!(r#"{{"updates": [{}], "wallet": "vpub-a", "currency": "BTC"}}"#, payment(address, 3));
        assert_eq!(post(addr, &path, &envelope).await, Some(200), "no handler has ended");
    }
    assert_eq!(next(&mut seen).await, "paid 3 a 0.5");
    process.crash().await;

    let btc = Coin::btc("vpub-a");
    let (gate, mut seen) = gated(&btc);
    gate.open();
    let (_, process) = serve(&btc);
    for address in ["a", "b"] {
        assert_eq!(next(&mut seen).await, format!("paid 3 {address} 0.5"));
    }
    process.crash().await;
}

/// A process that accepted payments of the wallet "a", and ended before it handled them.
async fn stored(place: &Place, addresses: [&'static str; 2]) {
    let manager = ApiManager::builder().wallet("BTC", "a").build().unwrap();
    let never = |_: Update| std::future::pending::<std::result::Result<(), BoxError>>();
    manager.add_event_handler("new_payment", never).unwrap();
    let listener = place.inbox(manager.listener().without_registry()).build().unwrap();
    let updates = addresses.map(|address| payment(address, 3)).join(",");
    let envelope = format!(r#"{{"updates": [{updates}], "wallet": "a", "currency": "BTC"}}"#);
    let process =
        Process::start(
            listener,
            |listener| async move { listener.process_updates(envelope).await.map(|_| ()) },
        );
    place.wait_pending(2).await;
    process.crash().await;
}

#[tokio::test]
async fn what_is_stored_waits_for_its_wallet() {
    let place = Place::file();
    stored(&place, ["1", "2"]).await;
    let manager = ApiManager::builder().wallet("BTC", "b").build().unwrap();
    let mut seen = record_all(&manager);
    let listener = place.inbox(manager.listener().without_registry()).build().unwrap();
    let nothing = r#"{"updates": [], "wallet": "b", "currency": "BTC"}"#;
    listener.process_updates(nothing).await.unwrap();
    assert_eq!(listener.replay(DeadLetters::all()).await.unwrap(), 0, "nothing of it is dead");
    manager.add_wallet("BTC", "a").unwrap();
    seen.expect(["paid 3 1 0.5", "paid 3 2 0.5"]).await;
    listener.shut_down().await.unwrap();
    place.wait_pending(0).await;
}

#[tokio::test]
async fn what_is_stored_and_has_no_handler_any_more_is_kept_as_dead_letters() {
    let place = Place::file();
    stored(&place, ["1", "2"]).await;
    let manager = ApiManager::builder().wallet("BTC", "a").build().unwrap();
    let listener = place.inbox(manager.listener().without_registry()).build().unwrap();
    assert_eq!(listener.replay(DeadLetters::all()).await.unwrap(), 0);
    place.wait_pending(0).await;
    let letters = listener.inbox().dead_letters(DeadLetters::all(), 9).await.unwrap();
    let errors: Vec<&str> = letters.iter().map(|letter| &*letter.error).collect();
    assert_eq!(errors, ["no handler is registered for `new_payment`"; 2]);

    let mut seen = record_all(&manager);
    assert_eq!(listener.replay(DeadLetters::all()).await.unwrap(), 2);
    seen.expect(["paid 3 1 0.5", "paid 3 2 0.5"]).await;
    listener.shut_down().await.unwrap();
}

#[tokio::test]
async fn a_report_comes_though_its_wallet_is_removed_while_the_event_waits() {
    let place = Place::file();
    let manager = ApiManager::builder().wallets("BTC", ["a", "b"]).build().unwrap();
    let (gate, mut seen) = Gate::new();
    let gate = Arc::new(gate);
    let kept = gate.clone();
    let handler = move |update: Update| {
        let gate = kept.clone();
        async move {
            gate.pass(short(update.raw())).await;
            Ok::<(), BoxError>(())
        }
    };
    manager.add_event_handler("new_payment", handler).unwrap();
    let listener = place.inbox(manager.listener().without_registry().capacity(1)).build().unwrap();
    let process = |wallet: &str| {
        let envelope =
            format!(r#"{{"updates": [{}], "wallet": "{wallet}", "currency": "BTC"}}"#, payment(wallet, 3));
        let listener = listener.clone();
        tokio::spawn(async move { listener.process_updates(envelope).await })
    };
    let first = process("b");
    assert_eq!(next(&mut seen).await, "paid 3 b 0.5");
    let second = process("a");
    manager.remove_wallet("BTC", "a").unwrap();
    gate.open();
    assert_eq!(first.await.unwrap().unwrap().handled, 1);
    let report = second.await.unwrap().unwrap();
    assert_eq!(report.handled + report.ignored.len(), 1, "before it was removed, or after");
    listener.shut_down().await.unwrap();
}

/// Whoever drops a delivery does not wait for what it has under way, and may begin the next one at once.
#[tokio::test]
async fn what_is_being_stored_when_its_delivery_is_dropped_is_delivered_once() {
    let (daemon, place) = (today().await, Place::file());
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listener = place.inbox(btc.listener().without_registry()).build().unwrap();
    let deliver = || {
        let listener = listener.clone();
        tokio::spawn(async move { listener.polling(Duration::from_millis(1)).await })
    };
    let first = deliver();
    daemon.wait_loaded("vpub-a").await;
    daemon.hang("get_updates");
    let asked = daemon.rpc_calls().iter().filter(|call| call.method == "get_updates").count();
    daemon.wait_call("get_updates", asked + 1).await;
    daemon.emit_unsent(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());

    // The file is busy, so the answer is on its way there when the next one looks what is in it.
    let (open, busy) = std::sync::mpsc::channel::<()>();
    listener.inbox().append(Batch::default(), Box::new(move |_| busy.recv().unwrap_or_default()));
    daemon.release("get_updates");
    daemon.wait_disconnected().await;
    let second = deliver();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    drop(open);
    seen.expect(["paid 3 a 0.5"]).await;
    daemon.emit_unsent(Some("vpub-a"), &payment("b", 3)).await.unwrap();
    seen.expect(["paid 3 b 0.5"]).await;
    listener.shut_down().await.unwrap();
    second.await.unwrap().unwrap();
    assert_eq!(seen.rest(), [""; 0]);
}
