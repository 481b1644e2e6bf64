use bitcart_events::{Event, on};

#[on("new_transaction")]
async fn tx(event: Event, tx: &str) {
    println!("{event} {tx}");
}

#[on("new_block")]
fn event(event: Event, height: u64) {
    println!("{event} {height}");
}

// What the expansion itself might be tempted to use.
#[on("verified_tx")]
fn call(event: Event, tx: &str) {
    println!("{event} {tx}");
}

#[on("new_payment")]
fn invocation(event: Event, address: &str, argument_0: bitcart_events::State<u8>) {
    println!("{event} {address} {}", *argument_0);
}

fn main() {}
