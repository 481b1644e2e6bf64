use bitcart_events::{Delivery, Event, on};

#[on("new_block")]
fn block(_event: Event, _delivery: &Delivery) {}

fn main() {}

//~ &Delivery
