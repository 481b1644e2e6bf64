//! Whole programs in one line.

use crate::{Result, Settings};

/// Runs every registered handler by webhook, with the [`Settings`] of the environment, until Ctrl-C or SIGTERM.
///
/// ```no_run
/// use bitcart_events::{on, Event};
///
/// #[on("new_transaction")]
/// async fn seen(event: Event, tx: String) {
///     println!("{event}: {tx}");
/// }
///
/// #[tokio::main]
/// async fn main() -> bitcart_events::Result<()> {
///     bitcart_events::run_webhook().await
/// }
/// ```
///
/// A program that has set up no `tracing` subscriber gets one that writes to standard error (feature `log`): what
/// `RUST_LOG` says, or what this crate has to say from the level "info" up.
///
/// # Errors
/// When a setting is wrong, the handlers do not fit together, or as [`Listener::webhook`](crate::Listener::webhook).
#[cfg(feature = "webhook")]
pub async fn run_webhook() -> Result<()> {
    log_to_stderr();
    let settings = Settings::from_env()?;
    settings.manager().listener().webhook_settings(settings.webhook()).webhook().await
}

/// So that a first program shows what happens. It does nothing in a program with a subscriber of its own.
#[cfg(all(feature = "webhook", feature = "log"))]
fn log_to_stderr() {
    use std::io::IsTerminal;

    use tracing_subscriber::EnvFilter;

    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("bitcart_events=info"));
    let in_color = std::io::stderr().is_terminal();
    let logging =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(in_color);
    // An error means that the program has its own.
    let _ = logging.try_init();
}

#[cfg(all(feature = "webhook", not(feature = "log")))]
fn log_to_stderr() {}
