//! The tokio runtime that everything runs on.

use tokio::runtime::{Handle, RuntimeFlavor};

use crate::{Error, ErrorKind, Result};

/// The one that the caller is in.
pub(crate) fn runtime() -> Result<Handle> {
    let message =
        "there is no tokio runtime here: call this from inside one, e.g. in a function with `#[tokio::main]`";
    Handle::try_current().map_err(|error| Error::new(ErrorKind::Refused, message).because(error))
}

/// Whether it has one thread, and never another one: then nobody else can do anything while this one is lent.
pub(crate) fn has_one_thread() -> Result<bool> {
    Ok(runtime()?.runtime_flavor() == RuntimeFlavor::CurrentThread)
}
