//! The daemon's methods about the chain, the daemon itself, and events. Those about money are in `money`.

use serde_json::{Map, Value};

use super::{DaemonInfo, DaemonSpec, TxInfo};
use crate::handler::EventNames;
use crate::object::each_text;
use crate::{Coin, Error, ErrorKind, Result, json};

/// # The daemon's methods
/// Each is one call of the daemon, under the name that it has in Bitcart's SDK. Where daemons have different names for
/// the same thing the right one is found. Amounts are exact, times are seconds since 1970, and every answer has a
/// `raw()` with the daemon's own JSON text, for what is not among its fields.
///
/// A daemon holds calls back until it is in step with the chain. They are given up after a minute, or what
/// [`Daemon::call_timeout`](crate::Daemon::call_timeout) says.
///
/// Unless it says otherwise, a method fails when the daemon cannot be reached ([`ErrorKind::Connection`], also when its
/// answer is not what it should be), refuses the login ([`ErrorKind::Unauthorized`]), or answers with an error
/// ([`ErrorKind::Daemon`]).
impl Coin {
    /// Calls any method of the daemon for this wallet.
    ///
    /// `parameters` is a JSON object of named parameters or a list of positional ones; the wallet's key is added.
    /// Write amounts as text: a daemon takes a JSON float inexactly (0.1 becomes `0.100000000000000006`; capture
    /// `eth_rpc`). Read them as text, too: a `Value` holds no whole number beyond 2⁶⁴, which is 18 ETH in wei.
    ///
    /// ```no_run
    /// # use bitcart_events::Coin;
    /// # async fn f(coin: Coin) -> bitcart_events::Result<()> {
    /// let fee = coin.call("recommended_fee", serde_json::json!([6])).await?;
    /// println!("{fee}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the daemon cannot be reached, refuses the login, or answers with an error; when `parameters` is neither an
    /// object nor a list.
    pub async fn call(&self, method: &str, parameters: Value) -> Result<Value> {
        // However it is asked for, it must not be given up half-way.
        if method == "get_updates" && self.named().is_some() {
            let updates = self.get_updates().await?;
            return serde_json::from_str(&updates).map_err(|error| self.client().trouble(method, &error));
        }
        self.client().call(method, parameters, self.named()).await
    }

    /// A transaction of the chain, by its hash. It need not be this wallet's.
    ///
    /// ```no_run
    /// # async fn f(coin: bitcart_events::Coin, tx: &str) -> bitcart_events::Result<()> {
    /// let confirmations = coin.get_tx(tx).await?.confirmations;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As every [method of the daemon](Self#the-daemons-methods); `TxNotFoundError` when there is none.
    pub async fn get_tx(&self, tx: &str) -> Result<TxInfo> {
        // By position: the parameter has a name of its own in each family.
        let names = ("get_transaction", Some("gettransaction"));
        let client = self.client();
        let raw = client.ask(names, Value::Array(vec![tx.into()]), self.named()).await?;
        client.understood(names.0, TxInfo::read(&raw))
    }

    /// Takes the events that wait at the daemon, as the JSON text of a list: what
    /// [`process_updates`](Self::process_updates) takes.
    ///
    /// **The daemon forgets them with its answer**, and two who ask share them: do not use it beside a listener for the
    /// same wallet. The first call for a wallet loads it, and finds nothing. The daemon keeps the last 100 events of a
    /// wallet, and none across its restart.
    ///
    /// The call has no time limit, and once sent it is never given up: if this future is dropped, the answer is kept
    /// in memory, and the next call returns it together with its own.
    ///
    /// ```no_run
    /// # async fn f(coin: bitcart_events::Coin) -> bitcart_events::Result<()> {
    /// let report = coin.process_updates(coin.get_updates().await?).await?;
    /// println!("{} handled", report.handled);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As every [method of the daemon](Self#the-daemons-methods), and outside a tokio runtime.
    pub async fn get_updates(&self) -> Result<String> {
        match self.named() {
            Some(wallet) => self.client().get_updates(wallet).await,
            None => Err(Error::new(
                ErrorKind::Parameters,
                "`get_updates` is for a wallet, and this coin has none",
            )),
        }
    }

    /// Asks a daemon of 2020 for these events. Those before October 2020 send and keep no others; later ones send all,
    /// and do not have the method (capture `webhook_rpc`: sub-subscribe, subscribe-removed).
    ///
    /// A listener does this by itself.
    ///
    /// ```no_run
    /// # async fn f(coin: bitcart_events::Coin) -> bitcart_events::Result<()> {
    /// coin.subscribe(["new_payment", "new_block"]).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As every [method of the daemon](Self#the-daemons-methods).
    pub async fn subscribe(&self, events: impl EventNames) -> Result<()> {
        // Always a list: a daemon would take a text for the list of its letters (capture `webhook_rpc`).
        let parameters = json::object(&mut [("events", json::texts(&events.names()))]);
        self.call("subscribe", parameters).await.map(drop)
    }

    /// Tells a daemon of 2020 where to post this wallet's events; `None`: nowhere. It replaces what was set before, and
    /// is forgotten when the daemon restarts (capture `webhook_rpc`: configure_notifications, configure-null). Later
    /// daemons push no webhooks, and do not have the method.
    ///
    /// A listener does this by itself.
    ///
    /// ```no_run
    /// # async fn f(coin: bitcart_events::Coin) -> bitcart_events::Result<()> {
    /// coin.configure_notifications(None).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As every [method of the daemon](Self#the-daemons-methods). The daemon does not look at the address.
    pub async fn configure_notifications(&self, url: Option<&str>) -> Result<()> {
        let url = url.map_or(Value::Null, Value::from);
        let parameters = json::object(&mut [("notification_url", url)]);
        self.call("configure_notifications", parameters).await.map(drop)
    }

    /// How the daemon is: whether it is connected, and how far it has read the chain. It does not load the wallet.
    ///
    /// ```no_run
    /// # async fn f(coin: bitcart_events::Coin) -> bitcart_events::Result<()> {
    /// let info = coin.get_info().await?;
    /// if info.synchronized == Some(false) {
    ///     println!("at block {:?} of {:?}", info.height, info.server_height);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As every [method of the daemon](Self#the-daemons-methods).
    pub async fn get_info(&self) -> Result<DaemonInfo> {
        let client = self.client();
        let raw = client.ask(("getinfo", None), Map::new().into(), None).await?;
        client.understood("getinfo", DaemonInfo::read(&raw))
    }

    /// The daemon's version, and the names of its errors. `None`: a daemon of 2020, which has no `/spec`.
    ///
    /// ```no_run
    /// # async fn f(coin: bitcart_events::Coin) -> bitcart_events::Result<()> {
    /// if let Some(spec) = coin.spec().await? {
    ///     println!("daemon {}, Lightning: {:?}", spec.version, spec.lightning);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As every [method of the daemon](Self#the-daemons-methods), but it is given up after 10 seconds.
    pub async fn spec(&self) -> Result<Option<DaemonSpec>> {
        self.client().fetch_spec().await
    }

    /// The names of the daemon's methods. An alias may stand beside what it means.
    ///
    /// ```no_run
    /// # async fn f(coin: bitcart_events::Coin) -> bitcart_events::Result<()> {
    /// let has_webhooks = coin.help().await?.iter().any(|method| method == "configure_notifications");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As every [method of the daemon](Self#the-daemons-methods).
    pub async fn help(&self) -> Result<Vec<String>> {
        let client = self.client();
        let raw = client.ask(("help", None), Map::new().into(), None).await?;
        let mut names = Vec::new();
        each_text(&raw, &mut |name| names.push(name.into_owned()))
            .ok_or_else(|| client.trouble("help", &"it should be a list of names"))?;
        Ok(names)
    }
}
