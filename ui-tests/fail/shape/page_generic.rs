use std::fmt::Display;

use bitcart_events::{Event, on};

#[on("new_block")]
fn block<T: From<u64> + Display>(event: Event, height: T) {
    println!("{event}: {height}");
}

fn main() {}

//~ T: From<u64> + Display
