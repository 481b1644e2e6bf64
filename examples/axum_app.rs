//! Run: BTC_WALLETS=xpub… cargo run --example axum_app
//!
//! The webhook inside an application that has its own axum server. It needs a Bitcart daemon; `quickstart` brings its
//! own.

use axum::Router;
use axum::routing::get;
use bitcart_events::{Coin, Event, PaymentStatus, on};

#[on("new_payment")]
async fn paid(event: Event, address: &str, status: PaymentStatus) {
    println!("{event}: {address} is {status}");
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let wallet =
        std::env::var("BTC_WALLETS").map_err(|_| anyhow::anyhow!("set BTC_WALLETS to your wallet's xpub"))?;
    let btc = Coin::btc(wallet);

    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    let app =
        Router::new().route("/health", get(|| async { "up" })).nest("/hooks/bitcart", btc.webhook_app());
    btc.configure_webhook("http://127.0.0.1:3000/hooks/bitcart").await?; // tells the daemon; the secret is appended
    axum::serve(listener, app).await?;
    Ok(())
}
