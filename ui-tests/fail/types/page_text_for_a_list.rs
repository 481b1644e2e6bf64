use bitcart_events::{Event, on};

#[on("new_payment", daemon = "current")]
fn paid(event: Event, tx_hashes: String) {
    println!("{event}: {tx_hashes}");
}

fn main() {}

//~ String
