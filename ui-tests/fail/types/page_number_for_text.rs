use bitcart_events::{Event, on};

#[on("new_transaction")]
fn seen(event: Event, tx: u64) {
    println!("{event}: {tx}");
}

fn main() {}

//~ u64
