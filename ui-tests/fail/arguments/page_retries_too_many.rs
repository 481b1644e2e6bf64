use bitcart_events::{Event, on};

#[on("new_payment", retries = 1000)]
fn paid(event: Event, address: &str) {
    println!("{event} for {address}");
}

fn main() {}

//~ 1000
