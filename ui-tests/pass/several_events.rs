use bitcart_events::{Event, on};

#[on(["new_block", "new_transaction"])]
fn either(event: Event, height: Option<u64>, tx: Option<String>) {
    println!("{event} {height:?} {tx:?}");
}

#[on(["new_payment", "verified_tx"],)]
async fn others(event: &str, address: Option<&str>, tx: std::option::Option<&str>) {
    println!("{event} {address:?} {tx:?}");
}

fn main() {}
