use bitcart_events::{Event, on};

#[on("new_block")]
fn block(_event: Event, _height: u64) {}

#[on(["new_payment", "new_block"])]
fn either(_event: Event) {}

fn main() {}

//~ "new_block"
