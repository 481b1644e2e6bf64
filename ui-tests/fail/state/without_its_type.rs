use bitcart_events::{Event, State, on};

#[on("new_block")]
fn block(_event: Event, _orders: State) {}

fn main() {}

//~ State
