#![allow(unused)]

use bitcart_events::{Event, on};

trait Shop {
    #[on("new_block")]
    fn block(&mut self, event: Event, height: u64);
}

fn main() {}

//~ &mut self
