#![allow(unused)]

use bitcart_events::{Event, on};

struct Shop;

impl Shop {
    #[on("new_block")]
    fn block(self, event: Event, height: u64) {}
}

fn main() {}

//~ self
