use bitcart_events::{Event, on};

#[on(["new_block", "new_block"])]
fn chain(event: Event) {
    println!("{event}");
}

fn main() {}

//~ "new_block"
