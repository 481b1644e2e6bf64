//! Run: BTC_WALLETS=xpub… cargo run --example axum_app
//!
//! The webhook inside an application that has its own axum server, until Ctrl-C. It needs a Bitcart daemon of 2020, which
//! `BTC_HOST` and its siblings name; `quickstart` brings its own.

use axum::Router;
use axum::routing::get;
use bitcart_events::{Event, PaymentStatus, Settings, on};

#[on("new_payment")]
async fn paid(event: Event, address: &str, status: PaymentStatus) {
    println!("{event}: {address} is {status}");
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    bitcart_events::log_to_stderr(); // otherwise a daemon that cannot be reached is not reported
    let events = Settings::from_env()?.listener()?.build()?;

    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    let app =
        Router::new().route("/health", get(|| async { "up" })).nest("/hooks/bitcart", events.webhook_app());
    events.configure_webhook("http://127.0.0.1:3000/hooks/bitcart").await?; // tells the daemons; the secret is appended
    axum::serve(listener, app).with_graceful_shutdown(ctrl_c()).await?;
    // First the server, so that every answer is sent; then what is still fetched or at work.
    events.shut_down().await?;
    Ok(())
}

async fn ctrl_c() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        eprintln!("cannot listen for Ctrl-C: {error}");
        std::future::pending().await
    }
}
