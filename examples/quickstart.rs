//! Run: cargo run --example quickstart
//!
//! A payment's whole life, over a real webhook, with no outside service: a daemon for tests starts in this process, a
//! customer pays a request in two parts over three blocks, and the handlers below print what they receive.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bitcart_events::testing::TestDaemon;
use bitcart_events::{Coin, Currency, Daemon, Event, PaymentStatus, State, WebhookSettings, on};

/// What the handlers have handled, by event.
#[derive(Default)]
struct Handled(Mutex<BTreeMap<&'static str, usize>>);

impl Handled {
    fn count(&self, event: Event) {
        *self.0.lock().unwrap().entry(event.name()).or_default() += 1;
    }
}

/// A handler of several events: every field is an `Option`.
#[on(["new_block", "new_transaction"])]
fn chain(event: Event, height: Option<u64>, tx: Option<&str>, handled: State<Handled>) {
    match (height, tx) {
        (Some(height), _) => println!("{event:<16} height {height}"),
        (_, Some(tx)) => println!("{event:<16} tx {tx}"),
        _ => {}
    }
    handled.count(event);
}

/// A handler with typed values, and with the wallet that the event came for.
#[on("new_payment")]
async fn payment(
    event: Event,
    instance: Coin,
    address: &str,
    status: PaymentStatus,
    status_str: &str,
    handled: State<Handled>,
) -> anyhow::Result<()> {
    let request = instance.call("get_request", serde_json::json!([address])).await?;
    let amount = request["amount_BTC"].as_str().unwrap_or_default();
    println!("{event:<16} {address} of {amount} BTC: {status} ({status_str})");
    handled.count(event);
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tokio::time::timeout(Duration::from_secs(10), life_of_a_payment()).await?
}

async fn life_of_a_payment() -> anyhow::Result<()> {
    let daemon = TestDaemon::start().await?;
    let wallet = "xpub-of-the-shop";
    let coin = Coin::at(Currency::Btc, Daemon::new(daemon.url())?, wallet);

    let handled = Arc::new(Handled::default());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = coin
        .listener()
        .shared_state(Arc::clone(&handled))
        .webhook_settings(WebhookSettings::default().addr(([127, 0, 0, 1], 0)))
        .shutdown_on(async move { drop(stopped.await) })
        .build()?
        .bind_webhook()
        .await?;
    println!("The daemon is at {}, the webhook at {}.\n", daemon.url(), server.local_addr());
    let server = tokio::spawn(server.run());
    daemon.wait_configured(wallet).await;

    daemon.mine(1).await;
    let request = coin.call("add_request", serde_json::json!({ "amount": "0.5" })).await?;
    let address = request["address"].as_str().unwrap_or_default();
    println!("\nA customer orders for 0.5 BTC, to be paid to {address}.");
    println!("The customer pays 0.2 of it.");
    daemon.pay(address, "0.2").await?;
    daemon.mine(1).await;
    println!("\nThe customer pays the other 0.3.");
    daemon.pay(address, "0.3").await?;
    daemon.mine(1).await;

    drop(stop);
    server.await??;

    let mut sent: BTreeMap<String, usize> = BTreeMap::new();
    for emission in daemon.emissions() {
        *sent.entry(emission.event).or_default() += 1;
    }
    let handled = handled.0.lock().unwrap();
    println!("\n{:<16} {:>4} {:>7}", "event", "sent", "handled");
    for (event, count) in &sent {
        println!("{event:<16} {count:>4} {:>7}", handled.get(event.as_str()).copied().unwrap_or_default());
    }
    let equal = sent.len() == handled.len()
        && sent.iter().all(|(event, count)| handled.get(event.as_str()) == Some(count));
    anyhow::ensure!(equal, "not every event that was sent was handled");
    println!("\nEvery event that was sent was handled.");
    Ok(())
}
