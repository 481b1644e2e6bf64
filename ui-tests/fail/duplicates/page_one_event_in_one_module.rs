use bitcart_events::{Event, on};

#[on("new_block")]
fn block(event: Event, height: u64) {
    println!("{event}: {height}");
}

#[on(["new_block", "verified_tx"])]
fn chain(event: Event) {
    println!("{event}");
}

fn main() {}

//~ "new_block"
