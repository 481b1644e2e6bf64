//! The tokio runtime that everything runs on.

use tokio::runtime::Handle;

use crate::{Error, ErrorKind, Result};

/// The one that the caller is in.
pub(crate) fn runtime() -> Result<Handle> {
    let message =
        "there is no tokio runtime here: call this from inside one, e.g. in a function with `#[tokio::main]`";
    Handle::try_current().map_err(|error| Error::new(ErrorKind::Refused, message).because(error))
}
