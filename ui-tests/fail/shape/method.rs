use bitcart_events::{Event, on};

struct Shop;

impl Shop {
    #[on("new_block")]
    fn block(&self, _event: Event, _height: u64) {}
}

fn main() {}

//~ &self
