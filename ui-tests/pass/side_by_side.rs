//! One event, several handlers: each for other currencies, one for the rest.

use bitcart_events::{Decimal, Event, on};

#[on("new_transaction", currency = ["ETH", "BNB"])]
fn tokens(_event: Event, _amount: Decimal) {}

#[on("new_transaction", currency = "TRX")]
fn tron(_event: Event, _amount: &str) {}

#[on("new_transaction")]
fn others(_event: Event, _amount: Option<Decimal>) {}

mod elsewhere {
    #[bitcart_events::on("new_transaction", currency = "XMR")]
    fn monero(_event: bitcart_events::Event) {}
}

fn main() {}
