//! Answers, and how many are waited for.

use std::future::ready;

use super::*;
use crate::testing::{DaemonVersion, TestDaemon};
use crate::{ApiManager, ApiManagerBuilder, Currency, Daemon, Update};

fn managed(builder: ApiManagerBuilder) -> (ApiManager, Desk) {
    let manager = builder.build().unwrap();
    manager.add_event_handler("new_payment", |_: Update| ready(Ok(()))).unwrap();
    let listener = manager.listener().without_registry().build().unwrap();
    let desk = Desk::new(listener.source.clone(), Arc::clone(&listener.parts.dispatcher));
    (manager, desk)
}

/// The daemon has forgotten what it answered while nobody listened to the wallet.
#[tokio::test]
async fn an_answer_waits_for_a_wallet_that_comes_back() {
    let daemon = TestDaemon::builder().version(DaemonVersion::Current).start().await.unwrap();
    let builder = ApiManager::builder().daemon("BTC", Daemon::new(daemon.url()).unwrap());
    let (manager, desk) = managed(builder.wallets("BTC", ["vpub"]));
    let (coin, stop) = (manager.coins().remove(0), CancellationToken::new());
    assert_eq!(desk.drain(&coin, &stop, Life::new()).await.unwrap(), 0, "it is loaded");
    let payment = r#"{"event": "new_payment", "address": "a", "status": 3, "status_str": "Paid"}"#;
    daemon.emit_unsent(Some("vpub"), payment).await.unwrap();
    manager.remove_wallet("BTC", "vpub").unwrap();
    assert_eq!(desk.drain(&coin, &stop, Life::new()).await.unwrap(), 1);
    let back = manager.add_wallet("BTC", "vpub").unwrap();
    let texts: Vec<Arc<str>> =
        desk.leftover(&back).iter().map(|(_, received)| Arc::clone(received.text.body().0)).collect();
    assert_eq!(texts, [format!("[{payment}]").into()]);
    assert_eq!(desk.leftover(&back).len(), 0, "it is delivered once");
}

/// Many wallets at a daemon that is not ready take all of the turns at it, for as long as it likes.
#[tokio::test]
async fn a_daemon_that_keeps_calls_waiting_holds_up_no_other() {
    let well = TestDaemon::builder().version(DaemonVersion::Current).currency(Currency::Ltc).start();
    let well = well.await.unwrap();
    let builder = ApiManager::builder().daemon("LTC", Daemon::new(well.url()).unwrap());
    let (manager, desk) = managed(builder.wallets("BTC", ["vpub-b"]).wallets("LTC", ["vpub-l"]));
    let of = |currency| manager.coins().into_iter().find(|coin| coin.currency() == currency).unwrap();
    let waiting = desk.calls.of(Currency::Btc);
    let _all = waiting.all.acquire_many(32).await.unwrap();
    let _slow = waiting.slow.acquire_many(256).await.unwrap();
    let drained = desk.drain(&of(Currency::Ltc), &CancellationToken::new(), Life::new()).await;
    assert_eq!((drained.unwrap(), waiting.all.available_permits()), (0, 0));
}
