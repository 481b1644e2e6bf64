//! Program C of the README's promise, by websocket and by webhook: the wallet it came from, typed money, shared state, an error.

use std::sync::Mutex;

use bitcart_events::testing::{DaemonVersion, TestDaemon};
use bitcart_events::{Coin, Currency, Daemon, Decimal, Event, PaymentStatus, State, WebhookSettings, on};
use tokio::sync::Notify;

#[derive(Default)]
struct Orders {
    settled: Mutex<Vec<(String, Option<Decimal>)>>,
    changed: Notify,
}

impl Orders {
    async fn settle(&self, address: &str, amount: Option<Decimal>) -> anyhow::Result<()> {
        self.settled.lock().unwrap().push((address.to_owned(), amount));
        self.changed.notify_one();
        Ok(())
    }
}

#[on("new_payment")]
async fn paid(
    instance: Coin, // the wallet: instance.get_request(address).await?
    event: Event,
    address: &str, // the request's id; borrowed from the received bytes where possible
    status: PaymentStatus,
    sent_amount: Option<Decimal>,
    orders: State<Orders>,
) -> anyhow::Result<()> {
    assert_eq!((instance.currency(), event.name()), (Currency::Btc, "new_payment"));
    let request = instance.get_request(address).await?;
    assert_eq!(request.id, address);
    if status == PaymentStatus::Paid {
        orders.settle(address, sent_amount).await?;
    }
    Ok(())
}

#[tokio::test]
async fn by_websocket_from_a_daemon_of_today() -> anyhow::Result<()> {
    let daemon = TestDaemon::builder().version(DaemonVersion::Current).start().await?;
    let btc = Coin::at(Currency::Btc, Daemon::new(daemon.url())?, "xpub-c");
    let orders = std::sync::Arc::new(Orders::default());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let listening =
        btc.listener().shared_state(orders.clone()).shutdown_on(async { drop(stopped.await) }).websocket();
    let listening = tokio::spawn(listening);
    daemon.wait_loaded("xpub-c").await;

    let request = daemon.request("xpub-c", "0.5").await?;
    daemon.pay(&request.id, "0.1").await?;
    daemon.pay(&request.id, "0.4").await?;
    daemon.mine(1).await;
    orders.changed.notified().await;
    assert_eq!(*orders.settled.lock().unwrap(), [(request.id, Some("0.5".parse()?))]);
    drop(stop);
    listening.await??;
    Ok(())
}

#[tokio::test]
async fn by_webhook_from_a_daemon_of_2020() -> anyhow::Result<()> {
    let daemon = TestDaemon::start().await?;
    let btc = Coin::at(Currency::Btc, Daemon::new(daemon.url())?, "xpub-c");
    let orders = std::sync::Arc::new(Orders::default());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let listening = btc
        .listener()
        .shared_state(orders.clone())
        .webhook_settings(WebhookSettings::default().addr(([127, 0, 0, 1], 0)))
        .shutdown_on(async { drop(stopped.await) })
        .webhook();
    let listening = tokio::spawn(listening);
    daemon.wait_configured("xpub-c").await;

    let request = daemon.request("xpub-c", "0.5").await?;
    daemon.pay(&request.address, "0.1").await?;
    daemon.pay(&request.address, "0.4").await?;
    orders.changed.notified().await;
    // The daemons of 2020 send no `sent_amount`.
    assert_eq!(*orders.settled.lock().unwrap(), [(request.address, None)]);

    drop(stop);
    listening.await??;
    Ok(())
}

#[tokio::test]
async fn a_state_that_nobody_gave_is_named_before_listening() {
    let btc = Coin::btc("xpub-c");
    let error = btc.listener().webhook().await.unwrap_err().to_string();
    for part in ["program_c::paid", "program_c.rs:", "State<program_c::Orders>", ".state("] {
        assert!(error.contains(part), "{part} in {error}");
    }
    assert_eq!(btc.process_updates("[]").await.unwrap_err().to_string(), error);
}
