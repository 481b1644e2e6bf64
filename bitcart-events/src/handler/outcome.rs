//! What became of a call.

use std::fmt;
use std::time::Duration;

use super::final_error::{is_final, write_chain};
use crate::BoxError;
use crate::field::FieldError;
use crate::sealed::Sealed;

/// The result of a handler, whatever it returns.
#[doc(hidden)]
pub type Outcome = Result<(), HandlerError>;

/// Why a handler did not handle an update.
#[derive(Debug)]
#[non_exhaustive]
pub enum HandlerError {
    /// An argument could not be read from the update; the handler did not run.
    Argument(FieldError),
    /// The handler returned an error, or what it gave to its `InboxTx` did.
    Failed(BoxError),
    /// The handler panicked; the text is the panic's message.
    Panicked(String),
    /// The handler took longer than the listener's [time limit](crate::ListenerBuilder::time_limit), and was dropped.
    TimedOut(Duration),
}

impl HandlerError {
    /// Whether no other attempt would succeed: an argument that cannot be read never can, and the handler says it of an
    /// error of its own with [`Final`](crate::Final). Such an event is not tried again.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Self::Argument(_) => true,
            Self::Failed(error) => is_final(&**error),
            Self::Panicked(_) | Self::TimedOut(_) => false,
        }
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(error) => error.fmt(f),
            Self::Failed(error) => write_chain(f, &**error),
            Self::Panicked(message) => write!(f, "panicked: {message}"),
            Self::TimedOut(limit) => write!(f, "took longer than {limit:?}"),
        }
    }
}

impl std::error::Error for HandlerError {}

impl From<FieldError> for HandlerError {
    fn from(error: FieldError) -> Self {
        Self::Argument(error)
    }
}

/// What a handler may return.
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`",
    label = "expected nothing, or `Result<(), E>`",
    note = "`E` is any error, `anyhow::Error`, `String` or `&str`: what turns into `Box<dyn Error + Send + Sync>`",
    note = "a `Box<dyn Error>` lacks `+ Send + Sync`"
)]
pub trait IntoOutcome: Sealed {
    #[doc(hidden)]
    fn into_outcome(self) -> Outcome;
}

#[diagnostic::do_not_recommend]
impl IntoOutcome for () {
    fn into_outcome(self) -> Outcome {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> IntoOutcome for Result<(), E> {
    fn into_outcome(self) -> Outcome {
        self.map_err(|error| HandlerError::Failed(error.into()))
    }
}
