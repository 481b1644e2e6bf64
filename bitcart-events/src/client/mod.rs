//! The daemon's client: JSON-RPC over HTTP, with the daemon's own ways.

mod address;
mod answers;
mod complaints;
mod daemon;
mod error;
mod features;
mod http;
mod methods;
mod money;
mod proxy;
mod reply;
mod request;
#[cfg(feature = "websocket")]
mod socket;
mod spec;
#[cfg(all(feature = "websocket", feature = "proxy"))]
mod tunnel;
mod updates;
mod wire;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use futures_util::FutureExt;
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::{OnceCell, oneshot};

pub(crate) use address::without_login;
pub use answers::{Balance, DaemonInfo, History, HistoryItem, TxInfo};
pub use daemon::Daemon;
pub use error::DaemonError;
use error::RpcError;
use reply::{Odd, Reply};
pub use request::{NewRequest, PaymentRequest};
#[cfg(feature = "websocket")]
pub(crate) use socket::Socket;
pub use spec::{DaemonException, DaemonSpec};
use updates::Mailbox;

use crate::runtime::runtime;
use crate::wallet::Wallet;
use crate::{Currency, Error, ErrorKind, Result, json};

/// The largest answer that is read. A wallet's whole history is far below it; 100 updates are some 50 KB.
const LARGEST: usize = 64 << 20;
/// How long `/spec` may take.
const SPEC: Duration = Duration::from_secs(10);

/// Talks to the daemon of one currency, for all of its wallets.
pub(crate) struct Client {
    currency: Currency,
    daemon: Daemon,
    /// The names of the daemon's errors; `None` if it has none.
    spec: OnceCell<Option<DaemonSpec>>,
    /// Whether this daemon's requests have an `expiration`, and no `expiry`.
    says_expiration: AtomicBool,
    mailbox: Mailbox,
}

struct Answer<'a> {
    /// A daemon's answer has it, as `null` if there is nothing to say, or else an error. JSON of somebody else has neither.
    result: Option<&'a str>,
    error: Option<RpcError>,
}

impl<'a> Answer<'a> {
    fn read(text: &'a str) -> Result<Self, Odd> {
        let reply = Reply::new(text)?;
        let error = reply.raw("error").map(RpcError::read).transpose()?;
        Ok(Self { result: reply.present("result"), error })
    }
}

/// A method's name, and the one that other daemons have for it.
type Names<'a> = (&'a str, Option<&'a str>);

impl Client {
    pub(crate) fn new(currency: Currency, daemon: Daemon) -> Self {
        Self {
            currency,
            daemon,
            spec: OnceCell::new(),
            says_expiration: AtomicBool::new(request::probably_says_expiration(currency)),
            mailbox: Mailbox::default(),
        }
    }

    pub(crate) fn daemon(&self) -> &Daemon {
        &self.daemon
    }

    pub(crate) fn who(&self) -> String {
        format!("the {} daemon at {}", self.currency, self.daemon.url())
    }

    /// The daemon's HTTP client, made at first use.
    pub(crate) fn http(&self) -> Result<&reqwest::Client> {
        self.daemon.http().client(self.daemon.url())
    }

    /// A `GET` of a path like `/spec`, with login and password.
    pub(crate) fn get(&self, path: &str) -> Result<reqwest::RequestBuilder> {
        let (login, password) = self.daemon.credentials();
        let url = format!("{}{path}", self.daemon.url());
        Ok(self.http()?.get(url).basic_auth(login, Some(password)))
    }

    /// Calls a method, and gives up after the daemon's [time limit](Daemon::call_timeout).
    pub(crate) async fn call(
        &self,
        method: &str,
        parameters: Value,
        wallet: Option<&Wallet>,
    ) -> Result<Value> {
        let raw = self.ask((method, None), parameters, wallet).await?;
        serde_json::from_str(&raw)
            .map_err(|error| self.trouble(method, &"cannot read the answer").because(error))
    }

    /// Calls a method, or if the daemon does not know it the same by its other name. The result is its JSON text.
    async fn ask(&self, names: Names<'_>, parameters: Value, wallet: Option<&Wallet>) -> Result<String> {
        let xpub = wallet.map(|wallet| wire::xpub(self.currency, wallet));
        let parameters = wire::with_wallet(parameters, xpub)?;
        let mut answer = self.send_in_time(names.0, &parameters).await;
        if let Some(other) = names.1
            && is_unknown(&answer)
        {
            let second = self.send_in_time(other, &parameters).await;
            // If it knows neither, the first name is the one to complain of.
            if !is_unknown(&second) {
                answer = second;
            }
        }
        answer
    }

    async fn send_in_time(&self, method: &str, parameters: &Value) -> Result<String> {
        runtime()?;
        let limit = self.daemon.time_limit();
        let late = |_| self.trouble(method, &format!("no answer within {limit:?}"));
        tokio::time::timeout(limit, self.send(method, parameters)).await.map_err(late)?
    }

    /// Takes the updates that wait at the daemon, as the text of their list.
    ///
    /// The daemon forgets them when it answers. So the call has no time limit and runs in a task of its own, to its
    /// end even if this future is dropped; what it brings then is kept for the next call.
    pub(crate) async fn get_updates(self: &Arc<Self>, wallet: &Wallet) -> Result<String> {
        let runtime = Handle::try_current().map_err(|error| {
            Error::new(ErrorKind::Connection, "`get_updates` needs a tokio runtime").because(error)
        })?;
        let (client, key) = (Arc::clone(self), wallet.key().clone());
        let xpub = wire::xpub(self.currency, wallet);
        let (tell, ended) = oneshot::channel();
        let fetch = async move {
            let answer = client.send("get_updates", &json::object(&mut [("xpub", xpub)])).await;
            let put = |answer| client.understood("get_updates", client.mailbox.put(key, answer));
            // Who asked for it may be gone.
            let _ = tell.send(answer.and_then(put));
        };
        // A task that says nothing itself, in a box: of all of them there is one kind.
        runtime.spawn(fetch.boxed());
        let ended = ended.await;
        // From here on nothing is awaited: what is taken reaches the caller.
        match (self.mailbox.take(wallet.key().expose()), ended) {
            (Some(updates), _) => Ok(updates),
            (None, Ok(Err(error))) => Err(error),
            // Another caller for this wallet has just taken them.
            (None, Ok(Ok(()))) => Ok("[]".to_owned()),
            (None, Err(error)) => {
                Err(self.trouble("get_updates", &"the call ended without an answer").because(error))
            }
        }
    }

    /// Sends one request; the answer's `result` as text.
    async fn send(&self, method: &str, parameters: &Value) -> Result<String> {
        let (named, params) = (json::text(&method.into()), json::text(parameters));
        let body = format!(r#"{{"id":0,"jsonrpc":"2.0","method":{named},"params":{params}}}"#);
        let (login, password) = self.daemon.credentials();
        let request = self.http()?.post(self.daemon.url()).basic_auth(login, Some(password));
        let request = request.header(CONTENT_TYPE, "application/json").body(body);
        let response = request.send().await.map_err(|error| self.unreachable(method, error))?;
        self.result(method, response).await
    }

    /// The `result` in an answer, as text.
    async fn result(&self, method: &str, response: reqwest::Response) -> Result<String> {
        let (status, text) = self.receive(method, response).await?;
        let answer = Answer::read(&text).map_err(|_| self.no_answer(method, status, &text))?;
        match (answer.error, answer.result) {
            (Some(error), _) => Err(self.refused(method, error).await),
            (None, Some(result)) => Ok(result.to_owned()),
            (None, None) => Err(self.no_answer(method, status, &text)),
        }
    }

    /// Reads an answer whole.
    async fn receive(&self, method: &str, mut response: reqwest::Response) -> Result<(StatusCode, String)> {
        let status = response.status();
        // A daemon answers 200 and says it in JSON (capture `eth_rpc`: no-auth); a server before it answers like this.
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return Err(self.unauthorized(status));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(method, error))? {
            if bytes.len() + chunk.len() > LARGEST {
                return Err(self.trouble(method, &format!("an answer of more than {LARGEST} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        // What is not UTF-8 is not JSON either; so much of it can be shown.
        let text = String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Ok((status, text))
    }

    /// An error of the daemon, by the name that its `/spec` has for it.
    async fn refused(&self, method: &str, error: RpcError) -> Error {
        if error.is_unauthorized() {
            return self.unauthorized(StatusCode::OK);
        }
        // Without an answer the next error asks again. A recursion cannot come of it: `/spec` is no method.
        let spec = self.spec.get_or_try_init(|| self.fetch_spec()).await.ok().and_then(Option::as_ref);
        let error = error.named(spec);
        Error::new(ErrorKind::Daemon, format!("{} refused `{method}`", self.who())).because(error)
    }

    /// What the daemon says of itself. Those of 2020 have no `/spec`.
    async fn fetch_spec(&self) -> Result<Option<DaemonSpec>> {
        const PATH: &str = "/spec";
        runtime()?;
        let response = self.get(PATH)?.timeout(SPEC).send().await;
        let response = response.map_err(|error| self.unreachable(PATH, error))?;
        let (status, text) = self.receive(PATH, response).await?;
        if status.as_u16() == 404 {
            return Ok(None);
        }
        // A wrong login is answered like that of a call (capture `eth_rpc`: spec-no-auth).
        if let Ok(Answer { error: Some(error), .. }) = Answer::read(&text)
            && error.is_unauthorized()
        {
            return Err(self.unauthorized(status));
        }
        DaemonSpec::read(&text).map(Some).map_err(|_| self.no_answer(PATH, status, &text))
    }
}

/// Whether the daemon has no method of this name.
fn is_unknown(answer: &Result<String>) -> bool {
    let Err(error) = answer else { return false };
    error.daemon().is_some_and(DaemonError::is_unknown_method)
}

#[cfg(test)]
mod tests;
