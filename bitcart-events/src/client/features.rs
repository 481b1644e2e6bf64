//! What is asked for and not built in.

use crate::{Error, ErrorKind, Result};

/// TLS.
pub(super) fn needs_tls(what: &str) -> Result<()> {
    needs(cfg!(feature = "tls"), what, "tls")
}

/// A proxy of this kind.
pub(super) fn needs_socks(scheme: &str) -> Result<()> {
    needs(cfg!(feature = "socks"), &format!("a proxy's address with `{scheme}://`"), "socks")
}

fn needs(is_there: bool, what: &str, feature: &str) -> Result<()> {
    if is_there {
        return Ok(());
    }
    let message = format!("{what} needs the Cargo feature `{feature}` of bitcart-events");
    Err(Error::new(ErrorKind::Settings, message))
}
