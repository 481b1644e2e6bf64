use bitcart_events::{Event, on};

struct Failure;

#[on("new_block")]
fn block(_event: Event, _height: u64) -> Result<(), Failure> {
    Err(Failure)
}

fn main() {}

//~ Result<(), Failure>
