//! Run: cargo run --example manager
//!
//! Wallets of two currencies, each with a daemon of its own, and one that is added while they are listened to. The daemons
//! are those for tests, in this process; with real ones there would be their addresses, or none for `localhost`.

use std::time::Duration;

use bitcart_events::testing::{DaemonVersion, TestDaemon};
use bitcart_events::{ApiManager, Coin, Currency, Daemon, Decimal, Event, PaymentStatus, on};
use tokio::sync::Semaphore;

/// How many requests are paid.
static PAID: Semaphore = Semaphore::const_new(0);

#[on("new_payment", daemon = "current")]
fn paid(event: Event, instance: Coin, address: &str, status: PaymentStatus, sent_amount: Decimal) {
    println!("{event} of {address} to {instance:?}: {sent_amount}, {status}");
    if status == PaymentStatus::Paid {
        PAID.add_permits(1);
    }
}

/// Of one currency only: there it stands before a handler for all.
#[on("new_block", currency = "LTC")]
fn litecoin_block(event: Event, height: u64) {
    println!("{event} of Litecoin: {height}");
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    bitcart_events::log_to_stderr();
    tokio::time::timeout(Duration::from_secs(10), listen()).await?
}

async fn listen() -> anyhow::Result<()> {
    let today = |currency| TestDaemon::builder().version(DaemonVersion::Current).currency(currency).start();
    let (bitcoin, litecoin) = (today(Currency::Btc).await?, today(Currency::Ltc).await?);
    let manager = ApiManager::builder()
        .daemon("BTC", Daemon::new(bitcoin.url())?)
        .daemon("LTC", Daemon::new(litecoin.url())?)
        .wallets("BTC", ["xpub-a", "xpub-b"])
        .wallet("LTC", "xpub-c")
        .build()?;
    let listening = tokio::spawn({
        let manager = manager.clone();
        async move { manager.start_websocket().await }
    });
    manager.add_wallet("BTC", "xpub-d")?;

    for (daemon, wallet) in [(&bitcoin, "xpub-a"), (&bitcoin, "xpub-d"), (&litecoin, "xpub-c")] {
        daemon.wait_loaded(wallet).await;
        let request = daemon.request(wallet, "0.5").await?;
        daemon.pay(&request.id, "0.5").await?;
        daemon.mine(1).await;
    }
    let _ = PAID.acquire_many(3).await?;
    manager.shut_down().await?;
    Ok(listening.await??)
}
