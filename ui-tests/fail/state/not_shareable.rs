use bitcart_events::{Event, State, on};

struct Orders(std::cell::Cell<u64>);

#[on("new_block")]
fn block(_event: Event, orders: State<Orders>) {
    orders.0.set(1);
}

fn main() {}

//~ State<Orders>
