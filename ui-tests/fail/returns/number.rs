use bitcart_events::{Event, on};

#[on("new_block")]
fn block(_event: Event, height: u64) -> u64 {
    height
}

fn main() {}

//~ u64
