//! What became of each update.

use std::fmt;
use std::time::Duration;

use crate::HandlerInfo;
use crate::field::FieldError;
use crate::handler::HandlerError;
use crate::update::Malformed;

/// What became of the updates that were passed together. Every update that is in none of the lists was handled.
///
/// ```standalone_crate
/// # use bitcart_events::{Coin, Event, handlers, on};
/// #[on("new_block", register = false)]
/// fn block(event: Event, height: u64) {}
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let coin = Coin::btc("xpub…");
/// coin.add_event_handlers(handlers![block])?;
/// let report = coin.process_updates(r#"[{"event": "new_block", "height": 1}, {"event": "new_block"}]"#).await?;
/// assert_eq!(report.handled, 1);
/// assert_eq!(report.rejected[0].to_string(), "update 1 (new_block): `height` is missing");
/// # Ok::<(), bitcart_events::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// How many updates a handler has handled.
    pub handled: usize,
    /// Those whose handler returned an error, panicked, or took too long at the first attempt.
    pub failed: Vec<Failed>,
    /// Those that are no update of the schema: a field missing, a wrong type, not an object.
    pub rejected: Vec<Rejected>,
    /// Those that nobody asked for.
    pub ignored: Vec<Ignored>,
    /// Those that had been delivered before, by their places in the list, from 0: a height of a currency, or a
    /// transaction of a wallet.
    pub repeated: Vec<usize>,
}

impl Report {
    /// How many updates it speaks of.
    #[must_use]
    pub fn total(&self) -> usize {
        self.handled + self.failed.len() + self.rejected.len() + self.ignored.len() + self.repeated.len()
    }
}

/// An update whose handler failed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failed {
    /// Its place in the list of updates, from 0.
    pub index: usize,
    /// The handler.
    pub handler: HandlerInfo,
    /// The error that it returned, or its panic.
    pub error: HandlerError,
    /// How soon it is tried again; `None`: it is a dead letter.
    pub retry: Option<Duration>,
}

/// An update that cannot be passed to a handler.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rejected {
    /// Its place in the list of updates, from 0.
    pub index: usize,
    /// Why.
    pub reason: RejectedReason,
}

/// Why an update was rejected.
#[derive(Debug)]
pub struct RejectedReason(Reason);

#[derive(Debug)]
enum Reason {
    Malformed(Malformed),
    Argument(HandlerInfo, FieldError),
}

impl Rejected {
    pub(crate) fn malformed(index: usize, malformed: Malformed) -> Self {
        Self { index, reason: RejectedReason(Reason::Malformed(malformed)) }
    }

    pub(crate) fn argument(index: usize, handler: HandlerInfo, error: FieldError) -> Self {
        Self { index, reason: RejectedReason(Reason::Argument(handler, error)) }
    }
}

impl RejectedReason {
    /// The handler that it was meant for; `None` if it was no update in the first place.
    #[must_use]
    pub fn handler(&self) -> Option<HandlerInfo> {
        match &self.0 {
            Reason::Argument(handler, _) => Some(*handler),
            Reason::Malformed(_) => None,
        }
    }

    /// What is wrong with which field; `None` if it was no update in the first place.
    #[must_use]
    pub fn field(&self) -> Option<&FieldError> {
        match &self.0 {
            Reason::Argument(_, error) => Some(error),
            Reason::Malformed(_) => None,
        }
    }
}

impl fmt::Display for RejectedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::Malformed(malformed) => malformed.fmt(f),
            Reason::Argument(_, error) => error.fmt(f),
        }
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason.0 {
            Reason::Malformed(malformed) => write!(f, "update {}: {malformed}", self.index),
            Reason::Argument(handler, error) => {
                write!(f, "update {} ({}): {error}", self.index, handler.event)
            }
        }
    }
}

/// An update that nobody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ignored {
    /// Its place in the list of updates, from 0.
    pub index: usize,
    /// Why.
    pub reason: IgnoredReason,
}

/// Why an update was ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IgnoredReason {
    /// It is for a wallet that is not listened to.
    Wallet,
    /// It is for a currency that is not listened to.
    Currency,
    /// An [`ApiManager`](crate::ApiManager) was given a list that names no currency.
    NoCurrency,
    /// No schema of the program has such an event: it is newer than this crate, misspelt, or described by a library that
    /// is not linked because nothing of it is used.
    UnknownEvent,
    /// No handler is registered for the event.
    NoHandler,
}

impl fmt::Display for IgnoredReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wallet => "for a wallet that is not listened to",
            Self::Currency => "for a currency that is not listened to",
            Self::NoCurrency => "names no currency: pass the whole envelope, with `currency` and `wallet`",
            Self::UnknownEvent => "no such event is known",
            Self::NoHandler => "no handler is registered for it",
        })
    }
}
