//! Run: BTC_WALLETS=xpub… cargo run --example webhook
//!
//! The whole of a first program. It needs a Bitcart daemon; `quickstart` brings its own.

use bitcart_events::{Event, on};

#[on("new_transaction")]
async fn seen(event: Event, tx: String) {
    println!("{event}: {tx}");
}

#[tokio::main]
async fn main() -> bitcart_events::Result<()> {
    bitcart_events::run_webhook().await
}
