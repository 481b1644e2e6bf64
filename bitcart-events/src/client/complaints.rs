//! What is said of a call that failed: whose daemon it was, what came, and what to look at.

use std::fmt;

use reqwest::StatusCode;

use super::reply::Odd;
use super::{Client, http};
use crate::field::excerpt;
use crate::{Error, ErrorKind, Result};

impl Client {
    /// Who else may have answered in its place: a proxy.
    pub(super) fn way(&self) -> String {
        self.daemon.shown_proxy().map(|proxy| format!(" (through {proxy})")).unwrap_or_default()
    }

    /// What a method's result was read as.
    pub(super) fn understood<T>(&self, method: &str, read: Result<T, Odd>) -> Result<T> {
        read.map_err(|odd| self.trouble(method, &odd))
    }

    /// Of a server before it that wants a login of its own, the status says so.
    pub(super) fn unauthorized(&self, status: StatusCode) -> Error {
        let (who, prefix) = (self.who(), self.currency.code());
        let seen =
            if status.is_success() { String::new() } else { format!(" (HTTP {status}){}", self.way()) };
        let message = format!(
            "{who} does not accept the login and password{seen}; set {prefix}_LOGIN and {prefix}_PASSWORD, or `Daemon::login`"
        );
        Error::new(ErrorKind::Unauthorized, message)
    }

    pub(super) fn no_answer(&self, method: &str, status: StatusCode, text: &str) -> Error {
        let mut found = String::new();
        for word in excerpt(text).split_whitespace() {
            found += " ";
            found += word;
        }
        if found.is_empty() {
            " nothing".clone_into(&mut found);
        }
        self.trouble(
            method,
            &format!(
                "HTTP {status} and no JSON-RPC answer{} (is the address a daemon's?):{found}",
                self.way()
            ),
        )
    }

    pub(super) fn unreachable(&self, method: &str, error: reqwest::Error) -> Error {
        let mut what = http::summary(&error).to_owned();
        let (prefix, mut places) = (self.currency.code(), String::new());
        if self.daemon.shown_proxy().is_some() {
            what += &self.way();
            places = format!(", and the proxy's {prefix}_PROXY, or `Daemon::proxy`");
        }
        if error.is_connect() {
            what += &format!("; its address is {prefix}_HOST and {prefix}_PORT, or `Daemon::new`{places}");
        }
        self.trouble(method, &what).because(error.without_url())
    }

    pub(super) fn trouble(&self, method: &str, what: &dyn fmt::Display) -> Error {
        Error::new(ErrorKind::Connection, format!("{}: `{method}`: {what}", self.who()))
    }
}
