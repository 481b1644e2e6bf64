//! Whole programs in one line.

#[cfg(feature = "polling")]
use std::time::Duration;

#[cfg(feature = "log")]
use tracing::{Level, level_filters::LevelFilter};
#[cfg(feature = "log")]
use tracing_subscriber::filter::Targets;

#[cfg(feature = "polling")]
use crate::{Listener, Result, Settings};

/// Runs every registered handler by webhook, or by websocket for a daemon that pushes none, with the [`Settings`] of the environment, until Ctrl-C or SIGTERM.
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
/// A program that gives states to its handlers does the same in two lines:
///
/// ```no_run
/// # use bitcart_events::Settings;
/// # #[derive(Default)] struct Orders;
/// # async fn f() -> bitcart_events::Result<()> {
/// bitcart_events::log_to_stderr();
/// Settings::from_env()?.listener()?.state(Orders::default()).webhook().await
/// # }
/// ```
///
/// A program that has set up no `tracing` subscriber gets one that writes to standard error (feature `log`): see
/// [`log_to_stderr`]. Only the `run_…` functions do that. A `main` of your own calls it first: otherwise a daemon that cannot be
/// reached is not reported.
///
/// # Errors
/// When a setting is wrong, no handler is registered, the handlers do not fit together, or as [`Listener::webhook`](crate::Listener::webhook).
#[cfg(feature = "webhook")]
pub async fn run_webhook() -> Result<()> {
    start()?.webhook().await
}

/// Runs every registered handler by the daemons' websockets, with the [`Settings`] of the environment, until Ctrl-C or
/// SIGTERM: the sibling of [`run_webhook`] for today's daemons.
///
/// ```no_run
/// # #[tokio::main]
/// # async fn main() -> bitcart_events::Result<()> {
/// bitcart_events::run_websocket().await
/// # }
/// ```
///
/// # Errors
/// When a setting is wrong, no handler is registered, the handlers do not fit together, or as
/// [`Listener::websocket`](crate::Listener::websocket).
#[cfg(feature = "websocket")]
pub async fn run_websocket() -> Result<()> {
    start()?.websocket().await
}

/// Runs every registered handler by polling, at least once in 5 seconds, with the [`Settings`] of the environment, until
/// Ctrl-C or SIGTERM: the sibling of [`run_webhook`] for every daemon.
///
/// ```no_run
/// # #[tokio::main]
/// # async fn main() -> bitcart_events::Result<()> {
/// bitcart_events::run_polling().await
/// # }
/// ```
///
/// # Errors
/// When a setting is wrong, no handler is registered, the handlers do not fit together, or as
/// [`Listener::polling`](crate::Listener::polling).
#[cfg(feature = "polling")]
pub async fn run_polling() -> Result<()> {
    start()?.polling(Duration::from_secs(5)).await
}

/// The listener of a program that has nothing but registered handlers and its environment.
#[cfg(feature = "polling")]
fn start() -> Result<Listener> {
    #[cfg(feature = "log")]
    log_to_stderr();
    let listener = Settings::from_env()?.listener()?.build()?;
    listener.check_handlers()?;
    Ok(listener)
}

/// Writes `tracing`'s events to standard error: those that `RUST_LOG` names, or this crate's from the level "info" up.
/// It does nothing in a program that has a subscriber already.
///
/// `RUST_LOG` holds levels by the beginning of a target, `shop=debug,bitcart_events=info`, or one level for all: `debug`. With
/// `bitcart_events=debug` each line that comes out of a handler says which handler it is, and which event of which wallet.
/// Filters by spans and fields need a subscriber of the program's own.
#[cfg(feature = "log")]
pub fn log_to_stderr() {
    use std::io::IsTerminal;

    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;

    let (filter, wrong) = wanted(std::env::var("RUST_LOG").unwrap_or_default().trim());
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let logging = tracing_subscriber::registry().with(lines).with(filter);
    // An error means that the program has its own.
    if let (Ok(()), Some(wrong)) = (logging.try_init(), wrong) {
        tracing::warn!("{wrong}");
    }
}

/// What `RUST_LOG` asks for, and what is wrong with it.
#[cfg(feature = "log")]
fn wanted(text: &str) -> (Targets, Option<String>) {
    let usual = |targets: Targets| targets.with_target("bitcart_events", LevelFilter::INFO);
    let is_word = !text.contains(['=', ',']) && text.parse::<LevelFilter>().is_err();
    match text.parse::<Targets>() {
        _ if text.is_empty() => (usual(Targets::new()), None),
        // `warning` is a target of that name, by which nothing at all would be logged.
        Ok(targets) if is_word && !targets.would_enable("bitcart_events", &Level::ERROR) => {
            let wrong = format!(
                "RUST_LOG: {text:?} is no level (off, error, warn, info, debug, trace), so it is taken for the beginning of a target"
            );
            (usual(targets), Some(wrong))
        }
        Ok(targets) => (targets, None),
        Err(_) => {
            let wrong = format!(
                "RUST_LOG is not understood: {text:?}; expected levels by target, like `shop=debug,bitcart_events=info`"
            );
            (usual(Targets::new()), Some(wrong))
        }
    }
}

#[cfg(all(test, feature = "log"))]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_level_does_not_silence_everything() {
        let logs = |text, target: &str, level| wanted(text).0.would_enable(target, &level);
        for (text, word) in [("warning", "no level"), ("=x=y", "not understood")] {
            assert!(logs(text, "bitcart_events::listener", Level::INFO), "{text}");
            assert!(wanted(text).1.is_some_and(|wrong| wrong.contains(word)), "{text}");
        }
        for text in ["", "warn", "WARN", "off", "bitcart_events", "bitcart", "shop=debug", "shop,hyper=info"]
        {
            assert_eq!(wanted(text).1, None, "{text}");
        }
        assert!(logs("shop", "shop::till", Level::TRACE) && !logs("off", "bitcart_events", Level::ERROR));
        assert!(logs("", "bitcart_events", Level::INFO) && !logs("", "shop", Level::ERROR));
    }
}
