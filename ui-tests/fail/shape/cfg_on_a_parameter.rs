use bitcart_events::{Event, on};

#[on("new_block")]
fn block(_event: Event, #[cfg(all())] _height: u64) {}

fn main() {}
