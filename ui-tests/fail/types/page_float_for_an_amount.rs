use bitcart_events::{Event, on};

#[on("new_payment", daemon = "current")]
fn paid(event: Event, sent_amount: f64) {
    println!("{event}: {sent_amount}");
}

fn main() {}

//~ f64
