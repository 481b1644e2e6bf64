use bitcart_events::{Decimal, Event, on};

#[on("new_payment", daemon = "2021")]
fn paid(_event: Event, _sent_amount: Decimal) {}

fn main() {}

//~ "2021"
