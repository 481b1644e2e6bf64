//! The first program of the README as a server to be loaded: `run_webhook()` with no-op handlers, and its settings from the
//! command line.
//!
//! ```sh
//! cargo build --profile peers -p bitcart-events-benches --no-default-features --bin server
//! target/peers/server --port 7100 [--daemon PORT] [--secret SECRET] [--silent]
//! ```
//!
//! It takes `POST /` of the wallet `xpub`, or `POST /SECRET`. `--silent` leaves out the logging that `run_webhook()` sets up.
//! It needs no daemon: one that does not answer is asked again, with growing waits.

mod calls;
mod handlers;

use std::error::Error;

use bitcart_events::Settings;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1).cloned()
    };
    let address = format!("127.0.0.1:{}", value("--port").ok_or("server --port PORT")?);
    let (daemon, secret) = (value("--daemon").unwrap_or_default(), value("--secret").unwrap_or_default());
    if !arguments.iter().any(|argument| argument == "--silent") {
        bitcart_events::log_to_stderr();
    }
    let settings = Settings::from_vars([
        ("BTC_WALLETS", "xpub"),
        ("BTC_HOST", "127.0.0.1"),
        ("BTC_PORT", &daemon),
        ("BITCART_WEBHOOK_ADDR", &address),
        ("BITCART_WEBHOOK_SECRET", &secret),
    ])?;
    let webhook = settings.webhook();
    let webhook = if secret.is_empty() { webhook.without_secret() } else { webhook };
    Ok(settings.listener()?.webhook_settings(webhook).webhook().await?)
}
