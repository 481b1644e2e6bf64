use bitcart_events::{Event, on};

#[on("order_shipped")]
fn shipped(_event: Event, _order_id: u64) {}

fn main() {}

//~ "order_shipped"
