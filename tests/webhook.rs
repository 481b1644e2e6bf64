//! The webhook over real sockets: what is refused stays with the daemon, and what goes wrong touches nothing else.

mod support;

use std::sync::Arc;
use std::time::Duration;

use bitcart_events::testing::{Emission, Fate, TestDaemon};
use bitcart_events::{ApiManager, Coin, Currency, Daemon, ErrorKind, Event, State, Update, handlers, on};
use support::connection::post;
use support::server::{Gate, coin, manager, next, nowhere, serve, settings};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};

const WALLET: &str = "xpub-a";

#[on("new_block", register = false)]
async fn block(event: Event, height: u64, gate: State<Gate>) {
    gate.pass(format!("{event} {height}")).await;
}

#[on("new_payment", register = false)]
async fn payment(event: Event, instance: Coin, gate: State<Gate>) {
    let wallet = instance.wallet().unwrap_or_default();
    gate.pass(format!("{event} {wallet}")).await;
}

#[on("new_block", register = false)]
fn panics_at_101(event: Event, height: u64, gate: State<Gate>) {
    assert!(height != 101, "height 101 is bad luck");
    gate.tell(format!("{event} {height}"));
}

fn envelope(update: &str) -> String {
    format!(r#"{{"updates": [{update}], "wallet": "{WALLET}", "currency": "BTC"}}"#)
}

#[tokio::test]
async fn what_is_refused_waits_at_the_daemon_and_comes_with_the_next_drain() {
    let daemon = TestDaemon::start().await.unwrap();
    let (gate, mut seen) = Gate::new();
    let gate = Arc::new(gate);
    let listener =
        coin(&daemon, WALLET).listener().handlers(handlers![block]).shared_state(gate.clone()).capacity(1);
    let server = serve(listener, settings()).await;
    daemon.wait_configured(WALLET).await;
    // The first drain holds the only place until its answer is here.
    while post(server.addr, &server.path, &envelope("")).await.is_none() {}

    let first = tokio::spawn({
        let daemon = daemon.clone();
        async move { daemon.mine(1).await }
    });
    assert_eq!(next(&mut seen).await, "new_block 101");
    daemon.mine(1).await;
    let fate = daemon.emissions().pop().unwrap().fate;
    assert!(matches!(fate, Fate::Queued { .. }), "{fate:?}");

    gate.open();
    assert_eq!(next(&mut seen).await, "new_block 102");
    first.await.unwrap();
    // The first one too, if a drain had the place just then: that is after a second, when it was refused one above.
    let is_queued = |emission: &&Emission| matches!(emission.fate, Fate::Queued { .. });
    assert_eq!(daemon.drained(WALLET), daemon.emissions().iter().filter(is_queued).count());
    server.finish().await;
}

#[tokio::test]
async fn an_answer_waits_for_its_handlers_only_so_long() {
    let (_held, nowhere) = nowhere();
    let (gate, mut seen) = Gate::new();
    let gate = Arc::new(gate);
    let coin = Coin::at(Currency::Btc, nowhere, WALLET);
    let listener = coin.listener().handlers(handlers![block]).shared_state(gate.clone());
    let server = serve(listener, settings().answer_within(Duration::from_millis(20))).await;
    let body = envelope(r#"{"event": "new_block", "height": 1}"#);
    assert_eq!(post(server.addr, &server.path, &body).await, Some(200));
    assert_eq!(next(&mut seen).await, "new_block 1", "it is at work");
    gate.open();
    server.finish().await;
}

#[tokio::test]
async fn a_restarted_daemon_is_told_again() {
    let daemon = TestDaemon::start().await.unwrap();
    let (gate, mut seen) = Gate::opened();
    let listener = coin(&daemon, WALLET).listener().handlers(handlers![block]).state(gate);
    let server = serve(listener, settings().register_every(Duration::from_millis(20))).await;
    daemon.wait_configured(WALLET).await;
    daemon.mine(1).await;

    daemon.restart().await.unwrap();
    daemon.wait_configured(WALLET).await;
    daemon.mine(1).await;
    assert_eq!(next(&mut seen).await, "new_block 101");
    assert_eq!(next(&mut seen).await, "new_block 102");
    server.finish().await;
}

#[tokio::test]
async fn without_a_daemon_the_server_is_up_and_registering_is_tried_again() {
    let daemon = TestDaemon::start().await.unwrap();
    daemon.stop().await;
    let (gate, mut seen) = Gate::opened();
    let server =
        serve(coin(&daemon, WALLET).listener().handlers(handlers![block]).state(gate), settings()).await;
    let answer = post(server.addr, &server.path, &envelope(r#"{"event": "new_block", "height": 1}"#)).await;
    assert_eq!(answer, Some(200));
    assert_eq!(next(&mut seen).await, "new_block 1");

    daemon.start_again().await.unwrap();
    daemon.wait_configured(WALLET).await;
    daemon.mine(1).await;
    assert_eq!(next(&mut seen).await, "new_block 101");
    server.finish().await;
}

#[tokio::test]
async fn a_wrong_password_ends_it_with_an_error() {
    let daemon = TestDaemon::builder().login("shop", "right").start().await.unwrap();
    let coin =
        Coin::at(Currency::Btc, Daemon::new(daemon.url()).unwrap().login("shop", "wrong").unwrap(), WALLET);
    let server = serve(coin.listener(), settings()).await;
    let error = server.ended().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(error.to_string().contains("BTC_PASSWORD") && !error.to_string().contains("wrong"), "{error}");
}

#[tokio::test]
async fn a_panic_touches_nothing_but_its_own_event() {
    let daemon = TestDaemon::start().await.unwrap();
    let (gate, mut seen) = Gate::opened();
    let listener = coin(&daemon, WALLET).listener().handlers(handlers![panics_at_101]).state(gate);
    let server = serve(listener, settings()).await;
    daemon.wait_configured(WALLET).await;
    daemon.mine(2).await;
    assert_eq!(next(&mut seen).await, "new_block 102");
    assert!(daemon.emissions().iter().all(|emission| emission.fate == Fate::Delivered { status: 200 }));
    server.finish().await;
}

#[tokio::test]
async fn a_slow_handler_holds_back_its_own_wallet_only() {
    let (_held, nowhere) = nowhere();
    let manager =
        ApiManager::builder().wallets("BTC", ["slow", "quick"]).daemon("BTC", nowhere).build().unwrap();
    let (gate, mut seen) = Gate::new();
    let gate = Arc::new(gate);
    let (quick, mut quick_seen) = Gate::opened();
    let quick = Arc::new(quick);
    manager
        .coin(Currency::Btc, "quick")
        .unwrap()
        .add_event_handler("new_payment", move |update: Update| {
            let quick = quick.clone();
            async move {
                quick.tell(update.event().name());
                Ok(())
            }
        })
        .unwrap();
    let server =
        serve(manager.listener().handlers(handlers![payment]).shared_state(gate.clone()), settings()).await;

    let body = |wallet: &str| {
        let update = r#"{"event": "new_payment", "address": "a", "status": 3, "status_str": "Paid"}"#;
        format!(r#"{{"updates": [{update}], "wallet": "{wallet}", "currency": "BTC"}}"#)
    };
    let (addr, path) = (server.addr, server.path.clone());
    let slow = tokio::spawn({
        let (path, body) = (path.clone(), body("slow"));
        async move { post(addr, &path, &body).await }
    });
    assert_eq!(next(&mut seen).await, "new_payment slow");
    // Answered while the other wallet's handler is still at work.
    assert_eq!(post(addr, &path, &body("quick")).await, Some(200));
    assert_eq!(next(&mut quick_seen).await, "new_payment");
    assert!(!slow.is_finished());

    gate.open();
    assert_eq!(slow.await.unwrap(), Some(200));
    server.finish().await;
}

#[tokio::test]
async fn a_shutdown_waits_for_a_handler_at_work() {
    let daemon = TestDaemon::start().await.unwrap();
    let (gate, mut seen) = Gate::new();
    let gate = Arc::new(gate);
    let listener = coin(&daemon, WALLET).listener().handlers(handlers![block]).shared_state(gate.clone());
    let server = serve(listener, settings()).await;
    daemon.wait_configured(WALLET).await;
    let mining = tokio::spawn({
        let daemon = daemon.clone();
        async move { daemon.mine(1).await }
    });
    next(&mut seen).await;
    let stopping = server.stop();
    gate.open();
    stopping.await.unwrap().unwrap();
    mining.await.unwrap();
    assert_eq!(daemon.emissions()[0].fate, Fate::Delivered { status: 200 });
}

#[tokio::test]
async fn at_the_deadline_a_shutdown_says_what_it_gave_up_and_the_daemon_keeps_it() {
    let daemon = TestDaemon::start().await.unwrap();
    let (gate, mut seen) = Gate::new();
    let listener = coin(&daemon, WALLET).listener().handlers(handlers![block]).state(gate);
    let server = serve(listener.shutdown_deadline(Duration::from_millis(20)), settings()).await;
    daemon.wait_configured(WALLET).await;
    let mining = tokio::spawn({
        let daemon = daemon.clone();
        async move { daemon.mine(1).await }
    });
    next(&mut seen).await;
    let error = server.stop().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Shutdown);
    assert!(error.to_string().contains("accepted updates were not handled to the end: 1"), "{error}");
    mining.await.unwrap();
    let fate = &daemon.emissions()[0].fate;
    assert!(matches!(fate, Fate::Queued { .. }), "{fate:?}");
}

#[tokio::test]
async fn a_refused_login_is_returned_though_another_daemon_hangs() {
    let strict = TestDaemon::builder().login("shop", "right").start().await.unwrap();
    let hanging = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let manager = ApiManager::builder()
        .wallet("BTC", WALLET)
        .wallet("LTC", "xpub-l")
        .daemon("BTC", Daemon::new(strict.url()).unwrap())
        .daemon("LTC", Daemon::new(format!("http://{}", hanging.local_addr().unwrap())).unwrap())
        .build()
        .unwrap();
    let listener = manager.listener().handlers(handlers![block]).state(Gate::new().0);
    let listener = listener.shutdown_deadline(Duration::from_secs(600)).build().unwrap();
    let error = listener.configure_webhook("http://127.0.0.1:1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    // And the hanging daemon does not hold up the shutdown: nothing is asked of it that could be lost.
    tokio::time::timeout(Duration::from_secs(30), listener.shut_down()).await.expect("it waits").unwrap();
}

/// One that cannot be reached is tried again and again, which is no answer of another.
#[tokio::test]
async fn a_refused_login_is_returned_though_another_daemon_breaks_off_every_call() {
    let broken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let strict = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let there =
        |socket: &TcpListener| Daemon::new(format!("http://{}", socket.local_addr().unwrap())).unwrap();
    let manager = ApiManager::builder()
        .wallet("BTC", WALLET)
        .wallet("LTC", "xpub-l")
        .daemon("BTC", there(&broken))
        .daemon("LTC", there(&strict))
        .build()
        .unwrap();
    let listener = manager.listener().handlers(handlers![block]).state(Gate::new().0).build().unwrap();
    let daemons = async {
        let (mut asked, _) = strict.accept().await.unwrap();
        for _ in 0..3 {
            drop(broken.accept().await.unwrap());
        }
        asked.write_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        asked
    };
    let (configured, _asked) = tokio::join!(listener.configure_webhook("http://127.0.0.1:1"), daemons);
    assert_eq!(configured.unwrap_err().kind(), ErrorKind::Unauthorized);
    listener.shut_down().await.unwrap();
}

/// It may be told to stop when it has just begun, and then nobody else knows of it yet.
#[tokio::test]
async fn what_is_configured_while_the_listener_shuts_down_is_stopped_too() {
    let daemon = TestDaemon::start().await.unwrap();
    // Which of the two is noticed first is left to chance.
    for _ in 0..20 {
        let manager = manager(&daemon, [WALLET]);
        let listener = manager.listener().handlers(handlers![block]).state(Gate::new().0);
        let listener = listener.shutdown_deadline(Duration::from_secs(600)).build().unwrap();
        daemon.hang("get_updates");
        let asked = daemon.rpc_calls().iter().filter(|call| call.method == "get_updates").count();
        let dropped = listener.clone();
        let dropped = tokio::spawn(async move { dropped.polling(Duration::from_secs(1)).await });
        daemon.wait_call("get_updates", asked + 1).await;
        dropped.abort();
        assert!(dropped.await.unwrap_err().is_cancelled());
        // Without wallets nobody has to be told.
        manager.remove_wallet("BTC", WALLET).unwrap();
        let both = async {
            // The first waits for the call, the last lets it be answered.
            tokio::join!(listener.shut_down(), listener.configure_webhook("http://127.0.0.1:1"), async {
                daemon.release("get_updates");
            })
        };
        let (ended, ..) = tokio::time::timeout(Duration::from_secs(30), both).await.expect("it waits");
        ended.unwrap();
    }
}

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
