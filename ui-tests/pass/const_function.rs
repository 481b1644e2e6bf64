//! A function that could be called elsewhere in a constant.

use bitcart_events::{Event, on};

#[on("new_block")]
pub const fn block(_event: Event, _height: u64) {}

fn main() {}
