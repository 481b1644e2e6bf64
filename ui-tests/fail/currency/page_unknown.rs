use bitcart_events::{Event, on};

#[on("new_transaction", currency = "ether")]
fn token(event: Event, tx: &str) {
    println!("{event}: {tx}");
}

fn main() {}

//~ "ether"
