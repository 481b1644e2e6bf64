use bitcart_events::{Event, on};

struct Delivery;

#[on("new_block")]
fn block(_event: Event, _delivery: Delivery) {}

fn main() {}

//~ Delivery
