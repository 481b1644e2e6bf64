use std::cell::Cell;

use bitcart_events::{Event, State, on};

struct Blocks(Cell<u64>);

#[on("new_block")]
fn count(event: Event, blocks: State<Blocks>) {
    blocks.0.set(blocks.0.get() + 1);
    println!("{event}");
}

fn main() {}

//~ State<Blocks>
