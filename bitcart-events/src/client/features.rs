//! What is asked for and not built in.

use crate::{Error, ErrorKind, Result};

/// TLS.
pub(super) fn needs_tls(what: &str) -> Result<()> {
    needs(cfg!(feature = "tls"), what, "tls")
}

/// A proxy for SOCKS.
pub(super) fn needs_socks(scheme: &str) -> Result<()> {
    needs(cfg!(feature = "socks"), &format!("a proxy's address with `{scheme}://`"), "socks")
}

/// A proxy for HTTP.
pub(super) fn needs_proxy(scheme: &str) -> Result<()> {
    needs(cfg!(feature = "proxy"), &format!("a proxy's address with `{scheme}://`"), "proxy")
}

fn needs(is_there: bool, what: &str, feature: &str) -> Result<()> {
    if is_there {
        return Ok(());
    }
    let message = format!("{what} needs the Cargo feature `{feature}` of bitcart-events");
    Err(Error::new(ErrorKind::Settings, message))
}
