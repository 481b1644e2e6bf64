use bitcart_events::{Event, on};

#[on("new_block")]
fn block(_event: Event, height: u64, _height: u64) {
    println!("{height}");
}

fn main() {}

//~ _height
