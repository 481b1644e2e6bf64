//! Run: BTC_WALLETS=xpub… cargo run --example polling
//!
//! For every daemon, old and new: each wallet is asked every few seconds.

use bitcart_events::{Event, on};

#[on(["new_block", "new_transaction"])]
fn either(event: Event, height: Option<u64>, tx: Option<String>) {
    match event.name() {
        "new_block" => println!("block {height:?}"),
        _ => println!("transaction {tx:?}"),
    }
}

#[tokio::main]
async fn main() -> bitcart_events::Result<()> {
    bitcart_events::run_polling().await
}
