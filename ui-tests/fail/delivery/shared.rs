use bitcart_events::{Delivery, Event, on};

#[on("new_block")]
fn block(_event: Event, _delivery: std::sync::Arc<Delivery>) {}

fn main() {}

//~ std::sync::Arc<Delivery>
