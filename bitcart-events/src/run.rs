//! Whole programs in one line.

#[cfg(feature = "webhook")]
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
/// A program that gives states to its handlers does the same in four lines:
///
/// ```no_run
/// # use bitcart_events::Settings;
/// # #[derive(Default)] struct Orders;
/// # async fn f() -> bitcart_events::Result<()> {
/// bitcart_events::log_to_stderr();
/// let settings = Settings::from_env()?;
/// let listener = settings.manager().listener().state(Orders::default());
/// listener.webhook_settings(settings.webhook()).webhook().await
/// # }
/// ```
///
/// A program that has set up no `tracing` subscriber gets one that writes to standard error (feature `log`): see
/// [`log_to_stderr`].
///
/// # Errors
/// When a setting is wrong, no handler is registered, the handlers do not fit together, or as [`Listener::webhook`](crate::Listener::webhook).
#[cfg(feature = "webhook")]
pub async fn run_webhook() -> Result<()> {
    #[cfg(feature = "log")]
    log_to_stderr();
    let settings = Settings::from_env()?;
    let listener = settings.manager().listener().webhook_settings(settings.webhook()).build()?;
    listener.check_handlers()?;
    listener.webhook().await
}

/// Writes `tracing`'s events to standard error: those that `RUST_LOG` names, or this crate's from the level "info" up.
/// It does nothing in a program that has a subscriber already.
#[cfg(feature = "log")]
pub fn log_to_stderr() {
    use std::io::IsTerminal;

    use tracing_subscriber::EnvFilter;

    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("bitcart_events=info"));
    let in_color = std::io::stderr().is_terminal();
    let logging =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(in_color);
    // An error means that the program has its own.
    let _ = logging.try_init();
}
