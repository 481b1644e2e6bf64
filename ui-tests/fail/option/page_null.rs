use bitcart_events::{Event, on};

#[on("new_transaction", currency = "ETH")]
fn token(event: Event, contract: &str) {
    println!("{event} of {contract}");
}

fn main() {}

//~ &str
