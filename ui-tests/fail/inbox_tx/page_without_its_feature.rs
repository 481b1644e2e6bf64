use bitcart_events::{Event, InboxTx, on};

#[on("new_payment")]
fn paid(event: Event, address: &str, book: InboxTx) {
    println!("{event} for {address}: {book:?}");
}

fn main() {}

//~ InboxTx
