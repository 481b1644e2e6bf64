//! A handler that never ends.

use bitcart_events::{Event, on};

#[on("new_transaction")]
async fn at_work(_event: Event, tx: String) {
    println!("at work on {tx}");
    std::future::pending().await
}

#[tokio::main]
async fn main() -> bitcart_events::Result<()> {
    bitcart_events::run_websocket().await
}
