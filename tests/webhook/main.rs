//! The webhook over real sockets: what is refused stays with the daemon, and what goes wrong touches nothing else.

#[path = "../support/mod.rs"]
mod support;

mod clients;
mod daemons;
mod events;
mod routes;
mod shutdown;

use bitcart_events::{Coin, Currency, Event, ListenerBuilder, State, handlers, on};
use support::server::{Gate, nowhere};
use tokio::net::TcpSocket;

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

/// A listener whose daemon refuses connections as long as the socket lives: only strangers post.
fn strangers_alone() -> (TcpSocket, ListenerBuilder) {
    let (held, nowhere) = nowhere();
    (held, Coin::at(Currency::Btc, nowhere, WALLET).listener().handlers(handlers![block]))
}
