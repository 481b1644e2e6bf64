use bitcart_events::{Event, on};

#[on(["new_block", "new_transaction"])]
fn either(event: Event, height: u64) {
    println!("{event}: {height}");
}

fn main() {}

//~ u64
