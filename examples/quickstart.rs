//! Run: cargo run --example quickstart
//!
//! A payment's whole life, by webhook, by websocket and by polling, with no outside service: daemons for tests start in this
//! process, a customer pays a request in two parts over three blocks, and the same handlers receive the same events by each.
//! The first daemon is of October 2020, which is the only one that knows all three ways; today's says more, and pushes no
//! webhooks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bitcart_events::testing::{DaemonVersion, TestDaemon};
use bitcart_events::{
    Coin, Currency, Daemon, Decimal, Event, Listener, PaymentStatus, State, WebhookSettings, on,
};
use tokio::sync::Semaphore;

const WALLET: &str = "xpub-of-the-shop";

/// What the handlers have handled: the event, and what they made of it.
#[derive(Debug)]
struct Handled {
    lines: Mutex<Vec<(&'static str, String)>>,
    count: Semaphore,
}

impl Handled {
    fn note(&self, event: Event, line: String) {
        println!("{event:<16} {line}");
        self.lines.lock().unwrap().push((event.name(), line));
        self.count.add_permits(1);
    }
}

/// A handler of several events: every field is an `Option`.
#[on(["new_block", "new_transaction", "verified_tx"])]
fn chain(event: Event, height: Option<u64>, tx: Option<&str>, handled: State<Handled>) {
    let line = [tx.map(str::to_owned), height.map(|height| format!("height {height}"))];
    handled.note(event, line.into_iter().flatten().collect::<Vec<_>>().join(" at "));
}

/// A handler with typed values, and with the wallet that the event came for.
#[on("new_payment")]
async fn payment(
    event: Event,
    instance: Coin,
    address: &str,
    status: PaymentStatus,
    sent_amount: Option<Decimal>,
    handled: State<Handled>,
) -> anyhow::Result<()> {
    let request = instance.get_request(address).await?;
    let sent = sent_amount.map(|sent| format!("{sent} ")).unwrap_or_default();
    let amount = request.amount.unwrap_or_default();
    handled.note(event, format!("{address}: {sent}of {amount} BTC, {status}"));
    Ok(())
}

#[derive(Clone, Copy)]
enum Delivery {
    Webhook,
    Websocket,
    Polling,
}

impl Delivery {
    async fn run(self, listener: Listener) -> bitcart_events::Result<()> {
        match self {
            Self::Webhook => listener.webhook().await,
            Self::Websocket => listener.websocket().await,
            Self::Polling => listener.polling(Duration::from_millis(50)).await,
        }
    }

    /// Until the daemon knows of us: what happened before would be fetched all the same, but not pushed.
    async fn ready(self, daemon: &TestDaemon) {
        match self {
            Self::Webhook => drop(daemon.wait_configured(WALLET).await),
            Self::Websocket => daemon.wait_filtered(WALLET).await,
            Self::Polling => daemon.wait_call("get_updates", 1).await,
        }
        daemon.wait_loaded(WALLET).await;
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tokio::time::timeout(Duration::from_secs(15), quickstart()).await?
}

async fn quickstart() -> anyhow::Result<()> {
    let old = DaemonVersion::Edda6711;
    println!("By webhook:\n");
    let (sent, webhook) = life_of_a_payment(old, Delivery::Webhook).await?;
    println!("\nBy websocket:\n");
    let (_, websocket) = life_of_a_payment(old, Delivery::Websocket).await?;
    println!("\nBy polling:\n");
    let (_, polling) = life_of_a_payment(old, Delivery::Polling).await?;
    println!("\nFrom today's daemon, by websocket:\n");
    let (sent_today, today) = life_of_a_payment(DaemonVersion::Current, Delivery::Websocket).await?;

    println!(
        "\n{:<16} {:>4} {:>7} {:>9} {:>7} | {:>5} {:>9}",
        "event", "sent", "webhook", "websocket", "polling", "today", "websocket"
    );
    let count =
        |lines: &[(&str, String)], event: &str| lines.iter().filter(|(name, _)| *name == event).count();
    for event in ["new_block", "new_transaction", "new_payment", "verified_tx"] {
        let number = |counts: &BTreeMap<String, usize>| counts.get(event).copied().unwrap_or_default();
        let (sent, sent_today) = (number(&sent), number(&sent_today));
        let handled = [&webhook, &websocket, &polling].map(|lines| count(lines, event));
        let handled_today = count(&today, event);
        println!(
            "{event:<16} {sent:>4} {:>7} {:>9} {:>7} | {sent_today:>5} {handled_today:>9}",
            handled[0], handled[1], handled[2]
        );
        anyhow::ensure!(handled == [sent; 3] && handled_today == sent_today, "not every {event} was handled");
    }
    anyhow::ensure!(webhook == websocket && websocket == polling, "the deliveries differ");
    println!(
        "\nEvery event that was sent was handled, with the same values in the same order by each delivery."
    );
    Ok(())
}

/// How many of each event the daemon sent, and what the handlers handled.
async fn life_of_a_payment(
    version: DaemonVersion,
    delivery: Delivery,
) -> anyhow::Result<(BTreeMap<String, usize>, Vec<(&'static str, String)>)> {
    let daemon = TestDaemon::builder().version(version).start().await?;
    let coin = Coin::at(Currency::Btc, Daemon::new(daemon.url())?, WALLET);
    let handled = Arc::new(Handled { lines: Mutex::default(), count: Semaphore::new(0) });
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let listener = coin
        .listener()
        .shared_state(Arc::clone(&handled))
        .webhook_settings(WebhookSettings::default().addr(([127, 0, 0, 1], 0)))
        .shutdown_on(async move { drop(stopped.await) })
        .build()?;
    let listening = tokio::spawn(delivery.run(listener));
    delivery.ready(&daemon).await;

    daemon.mine(1).await;
    let request = coin.add_request("0.5".parse::<Decimal>()?).await?;
    daemon.pay(&request.id, "0.2").await?;
    daemon.mine(1).await;
    daemon.pay(&request.id, "0.3").await?;
    daemon.mine(1).await;

    let mut sent: BTreeMap<String, usize> = BTreeMap::new();
    for emission in daemon.emissions() {
        *sent.entry(emission.event).or_default() += 1;
    }
    let all = u32::try_from(sent.values().sum::<usize>())?;
    handled.count.acquire_many(all).await?.forget();
    drop(stop);
    listening.await??;
    let lines = std::mem::take(&mut *handled.lines.lock().unwrap());
    Ok((sent, lines))
}
