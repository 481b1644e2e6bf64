//! The one error of the crate.

use std::fmt;

/// Any error that a handler may return or that stands behind one of ours.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong: a message that says where and what to do, and a [kind](Self::kind) to branch on.
///
/// `Debug` shows the same text as `Display`, so that `fn main() -> bitcart_events::Result<()>` ends with a message
/// that can be read.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    source: Option<BoxError>,
}

/// What an [`Error`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The handlers do not fit together, or there is none: found when a listener is built, before it listens. Also a handler that is
    /// added for an event that does not exist.
    Handlers,
    /// A setting is wrong or missing: of the environment, a daemon's address, login, proxy or certificate, a currency's name, a wallet
    /// of a manager, the webhook's address or secret. Also what needs a Cargo feature that is not enabled.
    Settings,
    /// What was passed is not a list of updates.
    NotUpdates,
    /// Too many updates wait already, the listener is shutting down, it has a delivery already, or there is no tokio runtime to run
    /// handlers on.
    Refused,
    /// `process_updates` or `shut_down` was called from inside a handler of the same listener, which would wait for itself.
    Reentrant,
    /// The server could not listen.
    Listen,
    /// The daemon could not be reached, or its answer could not be understood. Also a delivery that
    /// ended by a mistake in this crate, and `get_updates` outside of a tokio runtime.
    Connection,
    /// The daemon does not accept the login and password, or a server before it does not (HTTP 401 and 403).
    Unauthorized,
    /// What a method of the daemon was given cannot be sent: parameters that are neither an object nor a list, a
    /// negative amount.
    Parameters,
    /// The daemon answered with an error; [`Error::daemon`] has it.
    Daemon,
    /// The inbox could not store or read events: its file is full, damaged, or in use by another process; or another listener has it.
    Inbox,
    /// The time for a graceful shutdown ran out, or another Ctrl-C ended it, while handlers were still at work, or a daemon had not answered. Also what
    /// `process_updates` answers if the listener is shut down before every update was handled.
    Shutdown,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), source: None }))
    }

    /// For an [`Inbox`](crate::inbox::Inbox) of one's own that cannot store or read events: of the kind
    /// [`Inbox`](ErrorKind::Inbox).
    #[must_use]
    pub fn inbox(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Inbox, message)
    }

    /// For an [`Inbox`](crate::inbox::Inbox) of one's own for which too much waits: of the kind
    /// [`Refused`](ErrorKind::Refused), which passes by itself.
    #[must_use]
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Refused, message)
    }

    pub(crate) fn because(self, source: impl Into<BoxError>) -> Self {
        self.with_source(source.into())
    }

    fn with_source(mut self, source: BoxError) -> Self {
        self.0.source = Some(source);
        self
    }

    /// What it is about.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The daemon's own error, where this is one.
    #[cfg(feature = "client")]
    #[must_use]
    pub fn daemon(&self) -> Option<&crate::client::DaemonError> {
        self.0.source.as_deref().and_then(|source| source.downcast_ref())
    }

    /// The same error once more, for another caller of something that failed once and for all.
    pub(crate) fn again(&self) -> Self {
        Self::new(self.kind(), self.0.message.clone())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match self.0.source.as_deref() {
            Some(source) => {
                write!(f, ": {source}")?;
                write_causes(f, source)
            }
            None => Ok(()),
        }
    }
}

/// Writes what stands behind an error, since the first line of "cannot connect" helps nobody.
pub(crate) fn write_causes(f: &mut fmt::Formatter<'_>, error: &dyn std::error::Error) -> fmt::Result {
    let mut next = error.source();
    while let Some(cause) = next {
        write!(f, ": {cause}")?;
        next = cause.source();
    }
    Ok(())
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `Display` holds the causes already, so there is no `source` that would be printed once more.
impl std::error::Error for Error {}
