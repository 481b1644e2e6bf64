use bitcart_events::{Delivery, Event, on};

#[on("new_block")]
fn block(_event: Event, Delivery { .. }: Delivery) {}

fn main() {}

//~ Delivery { .. }
