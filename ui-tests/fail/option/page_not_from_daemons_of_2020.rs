use bitcart_events::{Decimal, Event, on};

#[on("new_payment")]
fn paid(event: Event, sent_amount: Decimal) {
    println!("{event}: {sent_amount}");
}

fn main() {}

//~ Decimal
