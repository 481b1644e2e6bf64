use bitcart_events::{Event, on};

#[on("new_blok")]
fn block(_event: Event, _height: u64) {}

fn main() {}

//~ "new_blok"
