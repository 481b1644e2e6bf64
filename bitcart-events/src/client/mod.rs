//! The daemon's client: JSON-RPC over HTTP, with the daemon's own ways.

mod daemon;
mod error;
#[cfg(feature = "websocket")]
mod socket;

use std::sync::OnceLock;
use std::time::Duration;

use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

pub use daemon::Daemon;
#[cfg(feature = "webhook")]
pub(crate) use daemon::without_login;
pub use error::DaemonError;
use error::{Names, RpcError};
#[cfg(feature = "websocket")]
pub(crate) use socket::Socket;

use crate::field::excerpt;
use crate::{Currency, Error, ErrorKind, Result};

/// How long a call may take, unless its answer is destructive.
const PATIENCE: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(10);

/// Talks to the daemon of one currency, for all of its wallets.
pub(crate) struct Client {
    currency: Currency,
    daemon: Daemon,
    http: OnceLock<Result<reqwest::Client>>,
    names: OnceCell<Names>,
}

#[derive(serde::Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error: Option<RpcError>,
}

impl Client {
    pub(crate) fn new(currency: Currency, daemon: Daemon) -> Self {
        Self { currency, daemon, http: OnceLock::new(), names: OnceCell::new() }
    }

    /// Calls a method, and gives up after a minute.
    pub(crate) async fn call(&self, method: &str, parameters: Value, wallet: Option<&str>) -> Result<Value> {
        let parameters = with_wallet(parameters, wallet)?;
        let call = self.send(method, &parameters);
        let late = || self.trouble(method, format!("no answer within {PATIENCE:?}"));
        let raw = tokio::time::timeout(PATIENCE, call).await.map_err(|_| late())??;
        serde_json::from_str(&raw)
            .map_err(|error| self.trouble(method, "cannot read the answer").because(error))
    }

    /// Takes the updates that wait at the daemon, as the text of their list.
    ///
    /// The daemon forgets them when it answers, so this has no time limit and must never be dropped half-way: run it
    /// to its end.
    #[cfg(feature = "polling")]
    pub(crate) async fn get_updates(&self, wallet: &str) -> Result<String> {
        self.send("get_updates", &json!({ "xpub": wallet })).await
    }

    /// Sends one request; the answer's `result` as text.
    async fn send(&self, method: &str, parameters: &Value) -> Result<String> {
        let body = json!({ "jsonrpc": "2.0", "id": 0, "method": method, "params": parameters }).to_string();
        let (login, password) = self.daemon.credentials();
        let request = self.http()?.post(self.daemon.url()).basic_auth(login, Some(password));
        let response = request.header("content-type", "application/json").body(body).send().await;
        let response = response.map_err(|error| self.unreachable(method, error))?;
        let status = response.status();
        let text = response.text().await.map_err(|error| self.unreachable(method, error))?;
        self.read_answer(method, status, &text).await
    }

    /// The `result` in an answer, as text.
    async fn read_answer(&self, method: &str, status: reqwest::StatusCode, text: &str) -> Result<String> {
        if status.as_u16() == 500 {
            // What a daemon answers to a login that it cannot even read (capture `eth_rpc`).
            let message =
                "HTTP 500: it cannot read the request; a login or password with `:` in it does this";
            return Err(self.trouble(method, message));
        }
        let answer: Answer<'_> = serde_json::from_str(text).map_err(|_| {
            let found = excerpt(text).split_whitespace().collect::<Vec<_>>().join(" ");
            self.trouble(
                method,
                format!("HTTP {status} and no JSON-RPC answer (is the address a daemon's?): {found}"),
            )
        })?;
        match answer.error {
            None => Ok(answer.result.map_or("null", RawValue::get).to_owned()),
            Some(error) => Err(self.refused(method, error).await),
        }
    }

    /// A request for one of the daemon's pages.
    fn get(&self, path: &str) -> Result<reqwest::RequestBuilder> {
        let (login, password) = self.daemon.credentials();
        let url = format!("{}{path}", self.daemon.url().trim_end_matches('/'));
        Ok(self.http()?.get(url).basic_auth(login, Some(password)))
    }

    fn http(&self) -> Result<&reqwest::Client> {
        let build = || {
            // A proxy of the environment is meant for the web, not for a daemon and its password.
            let http = reqwest::Client::builder().no_proxy().connect_timeout(CONNECT);
            // A connection that was kept may be half open, and `get_updates` on it would wait without end.
            let http = http.pool_max_idle_per_host(0).tcp_keepalive(Duration::from_secs(20));
            http.build().map_err(|error| {
                Error::new(ErrorKind::Connection, "cannot make an HTTP client").because(error)
            })
        };
        self.http.get_or_init(build).as_ref().map_err(Error::again)
    }

    /// An error of the daemon, by the name that its `/spec` has for it.
    async fn refused(&self, method: &str, error: RpcError) -> Error {
        let who = self.who();
        if error.is_unauthorized() {
            let prefix = self.currency.code();
            let help = format!("set {prefix}_LOGIN and {prefix}_PASSWORD, or `Daemon::login`");
            return Error::new(
                ErrorKind::Unauthorized,
                format!("{who} does not accept the login and password; {help}"),
            );
        }
        // Without an answer the next error asks again.
        let names = self.names.get_or_try_init(|| self.fetch_names()).await.ok();
        let error = error.named(names);
        Error::new(ErrorKind::Daemon, format!("{who} refused `{method}`")).because(error)
    }

    /// The daemons of 2020 have no `/spec`: there an error goes by the name in its text.
    async fn fetch_names(&self) -> Result<Names> {
        let response = self
            .get("/spec")?
            .timeout(CONNECT)
            .send()
            .await
            .map_err(|error| self.unreachable("/spec", error))?;
        if response.status().as_u16() == 404 {
            return Ok(Names::default());
        }
        let text = response.text().await.map_err(|error| self.unreachable("/spec", error))?;
        serde_json::from_str(&text)
            .map_err(|error| self.trouble("/spec", "no names of errors").because(error))
    }

    fn unreachable(&self, method: &str, error: reqwest::Error) -> Error {
        self.trouble(method, "cannot reach it").because(error.without_url())
    }

    fn trouble(&self, method: &str, what: impl std::fmt::Display) -> Error {
        Error::new(ErrorKind::Connection, format!("{}: `{method}`: {what}", self.who()))
    }

    pub(crate) fn who(&self) -> String {
        format!("the {} daemon at {}", self.currency, self.daemon.url())
    }
}

/// The wallet is a named parameter, or the last positional one, as an object.
fn with_wallet(mut parameters: Value, wallet: Option<&str>) -> Result<Value> {
    match (&mut parameters, wallet) {
        (Value::Object(named), Some(wallet)) => {
            named.insert("xpub".to_owned(), wallet.into());
        }
        // The daemons of 2020 look for named parameters at the end of a list only if something stands before them
        // (read in code at `f39a98fe`).
        (Value::Array(positional), Some(wallet)) if positional.is_empty() => {
            return Ok(json!({ "xpub": wallet }));
        }
        (Value::Array(positional), Some(wallet)) => positional.push(json!({ "xpub": wallet })),
        (Value::Object(_) | Value::Array(_), None) => {}
        (other, _) => {
            let found = excerpt(&other.to_string());
            let message = format!("the parameters of a call are a JSON object or a list, not {found}");
            return Err(Error::new(ErrorKind::Parameters, message));
        }
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wallet_joins_named_and_positional_parameters() {
        let with = |parameters| with_wallet(parameters, Some("w")).unwrap();
        assert_eq!(with(json!({"a": 1})), json!({"a": 1, "xpub": "w"}));
        assert_eq!(with(json!([])), json!({"xpub": "w"}));
        assert_eq!(with(json!([1])), json!([1, {"xpub": "w"}]));
        assert!(with_wallet(json!(null), None).is_err());
    }
}
