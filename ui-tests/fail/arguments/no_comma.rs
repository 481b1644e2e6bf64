use bitcart_events::{Decimal, Event, on};

#[on("new_payment" daemon = "current")]
fn paid(_event: Event, _sent_amount: Decimal) {}

fn main() {}

//~ daemon
