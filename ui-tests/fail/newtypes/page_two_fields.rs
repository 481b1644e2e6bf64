use bitcart_events::field::StrField;
use bitcart_events::{Event, on};

#[derive(StrField)]
struct OrderId(String, u64);

#[on("new_payment")]
fn paid(event: Event, address: OrderId) {
    println!("{event}: {}", address.0);
}

fn main() {}

//~ OrderId
