//! What a test has told the daemon to do wrong. It outlives the process.

use std::collections::BTreeSet;

/// The name by which the websocket's handshake can hang.
pub(super) const HANDSHAKE: &str = "/ws";

#[derive(Debug, Default)]
pub(super) struct Faults {
    /// Every login is a bad one.
    pub(super) refuses_logins: bool,
    /// Whatever is asked, the answer is a web page.
    pub(super) answers_html: bool,
    /// Methods whose calls wait.
    pub(super) hung: BTreeSet<String>,
    /// Methods whose calls are executed and not answered.
    pub(super) lost: BTreeSet<String>,
    /// Methods whose calls are executed and answered by half.
    pub(super) cut: BTreeSet<String>,
}
