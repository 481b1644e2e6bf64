//! How it ends.

use std::sync::Arc;
use std::time::Duration;

use bitcart_events::testing::{Fate, TestDaemon};
use bitcart_events::{ApiManager, Daemon, ErrorKind, handlers};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::support::server::{Gate, coin, manager, next, serve, settings};
use crate::{WALLET, block};

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
