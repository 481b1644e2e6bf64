use bitcart_events::{Delivery, Event, on};

#[on("new_block")]
fn block(_event: Event, _: Delivery) {}

fn main() {}

//~ _
