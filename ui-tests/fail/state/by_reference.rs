use bitcart_events::{Event, State, on};

struct Orders;

#[on("new_block")]
fn block(_event: Event, _orders: &State<Orders>) {}

fn main() {}

//~ &State<Orders>
