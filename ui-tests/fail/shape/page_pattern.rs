use bitcart_events::field::StrField;
use bitcart_events::{Event, on};

#[derive(StrField)]
struct OrderId(String);

#[on("new_payment")]
fn paid(event: Event, OrderId(id): OrderId) {
    println!("{event} for {id}");
}

fn main() {}

//~ OrderId(id)
