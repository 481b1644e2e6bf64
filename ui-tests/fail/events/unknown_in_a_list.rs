use bitcart_events::{Event, on};

#[on(["new_block", "order_shipped"])]
fn either(_event: Event, _height: Option<u64>, _order_id: Option<u64>) {}

fn main() {}

//~ "order_shipped"
