use bitcart_events::{Event, on};

struct Orders;

#[on("new_block")]
fn block(_event: Event, _orders: Orders) {}

fn main() {}

//~ _orders
