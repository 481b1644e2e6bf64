use bitcart_events::{Event, on};

struct Prices;

#[on("new_block")]
fn block(event: Event, prices: Prices) {
    let _ = (event, prices);
}

fn main() {}

//~ prices
