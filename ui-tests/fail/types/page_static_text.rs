use bitcart_events::{Event, on};

#[on("new_transaction")]
fn seen(event: Event, tx: &'static str) {
    println!("{event}: {tx}");
}

fn main() {}

//~ &'static str
