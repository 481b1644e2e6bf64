use bitcart_events::{Delivery, Event, on};

#[on("new_block")]
fn block(_event: Event, _delivery: Option<Delivery>) {}

fn main() {}

//~ Option<Delivery>
