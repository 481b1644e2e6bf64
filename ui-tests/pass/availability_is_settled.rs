use bitcart_events::{Decimal, Event, on};

#[on("new_transaction", currency = "ETH")]
async fn ether(_event: Event, _tx: &str, _from_address: &str, _amount: Decimal, _contract: Option<String>) {}

#[on("new_transaction", currency = ["bnb", "TRX"])]
fn others(_event: Event, _to: &str, _amount: &str) {}

#[on("new_transaction")]
fn any(_event: Event, _amount: Option<Decimal>) {}

#[on("new_payment", daemon = "current")]
fn paid(_event: Event, _sent_amount: Decimal, _tx_hashes: Vec<String>) {}

#[on("new_payment", currency = "XMR", daemon = "current")]
fn monero(_event: Event, _contract: Option<&str>) {}

// Only current daemons send the event at all.
#[on("verified_tx")]
fn confirmed(_event: Event, _height: u32) {}

fn main() {}
