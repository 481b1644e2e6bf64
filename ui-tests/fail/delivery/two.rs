use bitcart_events::{Delivery, Event, on};

#[on("new_block")]
fn block(_event: Event, _one: Delivery, _other: bitcart_events::Delivery) {}

fn main() {}

//~ _other
