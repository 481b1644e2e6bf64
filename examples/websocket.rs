//! Run: BTC_WALLETS=xpub… cargo run --example websocket
//!
//! A shop that ships when it is paid. It asks today's daemon of Bitcoin at `localhost:5000`, of which it needs no settings
//! but the wallet; `Settings` says what else there is. It remembers in memory what it shipped: a real shop uses its database, which
//! a restart does not empty.

use std::collections::HashSet;
use std::sync::Mutex;

use bitcart_events::{Coin, Decimal, Event, PaymentStatus, Settings, State, on};

/// Which orders were shipped. A payment can become paid more than once, so shipping has to happen once. Use your database.
#[derive(Default)]
struct Orders(Mutex<HashSet<String>>);

impl Orders {
    fn ship_once(&self, request: &str) -> bool {
        self.0.lock().is_ok_and(|mut shipped| shipped.insert(request.to_owned()))
    }
}

#[on("new_payment")]
async fn paid(
    instance: Coin,
    event: Event,
    address: &str,
    status: PaymentStatus,
    sent_amount: Option<Decimal>,
    orders: State<Orders>,
) -> anyhow::Result<()> {
    println!("{event} of {address}: {status}, {sent_amount:?} {}", instance.currency());
    if status == PaymentStatus::Paid && orders.ship_once(address) {
        println!("shipping {address}");
    }
    Ok(())
}

#[tokio::main]
async fn main() -> bitcart_events::Result<()> {
    bitcart_events::log_to_stderr();
    let settings = Settings::from_env()?;
    let listener = settings.listener()?.state(Orders::default());
    let listener = listener.on_reconnect(|reconnected| async move {
        println!("the websocket was away for {:?}: {}", reconnected.away, reconnected.reason);
    });
    listener.websocket().await
}
