//! HTTP to a daemon: one client for all that share the daemon, and answers of bounded size.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::{Error, ErrorKind, Result};

const CONNECT: Duration = Duration::from_secs(10);

/// The largest answer that is read. A wallet's whole history is far below it; 100 updates are some 50 KB.
pub(super) const LARGEST: usize = 64 << 20;

/// How a daemon is reached. Clones share the client, and with it its connections.
#[derive(Clone, Default)]
pub(super) struct Http {
    made: Arc<OnceLock<Result<reqwest::Client>>>,
}

impl Http {
    /// The client, made at first use.
    pub(super) fn client(&self, _url: &str) -> Result<&reqwest::Client> {
        self.made.get_or_init(|| self.build()).as_ref().map_err(Error::again)
    }

    fn build(&self) -> Result<reqwest::Client> {
        // A proxy of the environment is meant for the web, not for a daemon and its password.
        let builder = reqwest::Client::builder().no_proxy().connect_timeout(CONNECT);
        // A daemon never redirects: whatever does is not one, and need not see the password again.
        let builder = builder.redirect(reqwest::redirect::Policy::none());
        let builder = builder.tcp_keepalive(Duration::from_secs(20));
        builder
            .build()
            .map_err(|error| Error::new(ErrorKind::Connection, "cannot make an HTTP client").because(error))
    }
}

/// The whole body as text; `None` if it is larger than [`LARGEST`].
pub(super) async fn body(mut response: reqwest::Response) -> reqwest::Result<Option<String>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > LARGEST {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(
        String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    ))
}
