use bitcart_events::{Event, on};

trait Blocks {
    fn block(event: Event, height: u64);
}

struct Shop;

impl Blocks for Shop {
    #[on("new_block")]
    fn block(_event: Event, _height: u64) {}
}

fn main() {}

//~ #[on("new_block")]
