//! Parameters that depend on the configuration, also two for one field.

use bitcart_events::{Decimal, Event, State, on};

#[on("new_block")]
fn block(_event: Event, #[cfg(all())] height: u64, #[cfg(any())] height: String) {
    let _: u64 = height;
}

#[on("new_payment", daemon = "current")]
async fn paid(
    #[cfg_attr(all(), allow(unused_variables))] event: Event,
    #[cfg(any())] no_such_field: u64,
    address: &str,
    #[cfg_attr(all(), cfg(all()))] sent_amount: Decimal,
    #[cfg_attr(all(), cfg(any()))] neither: Decimal,
    #[cfg(all())] orders: State<u64>,
) {
    println!("{address} {sent_amount} {}", *orders);
}

#[cfg(any())]
#[on("new_transaction")]
fn not_there(#[cfg(all())] nothing_of_it: u8) {}

fn main() {
    block(Event::find("new_block").unwrap(), 1);
}
