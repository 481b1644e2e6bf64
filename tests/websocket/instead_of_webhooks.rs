//! A webhook server against a daemon of today, which pushes no webhooks.

use axum::Router;
use bitcart_events::ApiManager;
use bitcart_events::testing::TestDaemon;

use crate::support::connection::post;
use crate::support::listening::{payment, record, record_all, today};
use crate::support::server::{coin, daemon_of, serve, settings};

#[tokio::test]
async fn its_events_come_by_websocket_and_the_server_stays_up() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let server = serve(btc.listener().without_registry(), settings()).await;
    daemon.wait_filtered("vpub-a").await;
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(Some("vpub-a"), &payment("pushed", 3)).await.unwrap();
    seen.expect(["paid 3 pushed 0.5"]).await;

    let body = format!(r#"{{"updates": [{}], "wallet": "vpub-a", "currency": "BTC"}}"#, payment("posted", 3));
    assert_eq!(post(server.addr, &server.path, &body).await, Some(200));
    seen.expect(["paid 3 posted 0.5"]).await;
    server.finish().await;
    daemon.wait_websockets(0).await;
}

/// Each currency's daemon is served as it is, also for wallets that are added later.
#[tokio::test]
async fn old_and_new_daemons_side_by_side() {
    let (old, new) = (TestDaemon::start().await.unwrap(), today().await);
    let manager = ApiManager::builder()
        .daemon("BTC", daemon_of(&old))
        .daemon("LTC", daemon_of(&new))
        .wallet("BTC", "vpub-old")
        .wallets("LTC", ["vpub-a", "vpub-b"])
        .build()
        .unwrap();
    let mut seen = record_all(&manager);
    let server = serve(manager.listener().without_registry(), settings()).await;
    old.wait_configured("vpub-old").await;
    manager.add_wallet("LTC", "vpub-c").unwrap();
    new.wait_loaded("vpub-c").await;
    old.mine(1).await;
    seen.expect(["block 101"]).await;
    assert_eq!((old.websockets_ever(), new.websockets_ever()), (0, 1));
    server.finish().await;
}

#[tokio::test]
async fn a_nested_webhook_too() {
    let daemon = today().await;
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listener = btc.listener().without_registry().build().unwrap();
    let _app: Router = Router::new().nest("/hooks", listener.webhook_app());
    listener.configure_webhook("http://127.0.0.1:1/hooks").await.unwrap();
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    seen.expect(["paid 3 a 0.5"]).await;
    listener.shut_down().await.unwrap();
    daemon.wait_websockets(0).await;
}
