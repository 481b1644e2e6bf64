//! The daemon's methods on a wallet.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::reply::elements;
use super::request::{expiry_name, is_electron_cash};
use super::{
    Balance, Client, DaemonError, DaemonInfo, DaemonSpec, History, Names, NewRequest, PaymentRequest, TxInfo,
};
use crate::handler::EventNames;
use crate::{Coin, Currency, Error, ErrorKind, Result};

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
        if method == "get_updates" && self.wallet().is_some() {
            let updates = self.get_updates().await?;
            return serde_json::from_str(&updates).map_err(|error| self.client().trouble(method, error));
        }
        self.client().call(method, parameters, self.wallet()).await
    }

    /// What the wallet holds.
    ///
    /// ```no_run
    /// # async fn f(coin: bitcart_events::Coin) -> bitcart_events::Result<()> {
    /// let balance = coin.balance().await?;
    /// println!("{} {}", balance.confirmed, coin.currency());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As every [method of the daemon](Self#the-daemons-methods).
    pub async fn balance(&self) -> Result<Balance> {
        self.client().read(("getbalance", None), json!({}), self.wallet(), Balance::read).await
    }

    /// Asks for money: the daemon then watches for the payment, and announces it with `new_payment`.
    ///
    /// ```no_run
    /// # use bitcart_events::{Coin, Decimal, NewRequest};
    /// # async fn f(coin: Coin) -> bitcart_events::Result<()> {
    /// let request = coin.add_request(NewRequest::new(Decimal::new(15, 3)).memo("order 17")).await?;
    /// println!("pay {} to {}", request.amount.unwrap_or_default(), request.address);
    /// // Keep `request.id`: it is the `address` of the event.
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A daemon of ETH and its relatives needs to know [who will pay](Self::set_request_address).
    ///
    /// # Errors
    /// As every [method of the daemon](Self#the-daemons-methods), and when the amount is negative.
    pub async fn add_request(&self, request: impl Into<NewRequest>) -> Result<PaymentRequest> {
        let request = request.into();
        if request.is_negative() {
            return Err(Error::new(ErrorKind::Parameters, "a request cannot ask for a negative amount"));
        }
        self.client().add_request(&request, self.wallet()).await
    }

    /// A payment request as it stands, by its [`id`](PaymentRequest::id): what `new_payment` has as its `address`.
    ///
    /// ```no_run
    /// # use bitcart_events::{Coin, Event, on};
    /// #[on("new_payment", register = false)]
    /// async fn paid(event: Event, instance: Coin, address: &str) -> bitcart_events::Result<()> {
    ///     let request = instance.get_request(address).await?;
    ///     println!("{}: {:?} of {:?}", request.memo, request.sent_amount, request.amount);
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// As every [method of the daemon](Self#the-daemons-methods). For a request that it does not have a daemon of BTC
    /// says `RequestNotFoundError`, one of ETH has no name for it: "Request not found" (captures `btc_rpc`,
    /// `eth_rpc`).
    pub async fn get_request(&self, id: &str) -> Result<PaymentRequest> {
        let read = |text: &str| PaymentRequest::read(self.currency(), text);
        // The older name is the one that all have: today's BTC daemon as an alias (read in code at `493d3ea8`).
        self.client().read(("getrequest", Some("get_request")), json!([id]), self.wallet(), read).await
    }

    /// All payment requests of the wallet, in the daemon's order.
    ///
    /// ```no_run
    /// # use bitcart_events::{Coin, PaymentStatus};
    /// # async fn f(coin: Coin) -> bitcart_events::Result<()> {
    /// let requests = coin.list_requests().await?;
    /// let open = requests.iter().filter(|request| request.status == PaymentStatus::Unpaid).count();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As every [method of the daemon](Self#the-daemons-methods).
    pub async fn list_requests(&self) -> Result<Vec<PaymentRequest>> {
        let currency = self.currency();
        let read = |text: &str| {
            elements(text)?.into_iter().map(|raw| PaymentRequest::read(currency, raw.get())).collect()
        };
        // Without a filter: that of today's ETH daemons is broken (read in code at `01571e72`).
        let names = electron_cash_or(currency, "listrequests", "list_requests");
        self.client().read(names, json!({}), self.wallet(), read).await
    }

    /// Tells the daemon which address will pay a request. The daemons of ETH, BNB, MATIC and TRX, where all requests
    /// of a wallet have one address, know a payment by its sender; without this they announce no `new_payment`.
    ///
    /// `false`: there is no such request, the address is not one (capture `eth_rpc`: setrequestaddress-invalid), or the
    /// daemon is one of BTC, which needs no sender.
    ///
    /// ```no_run
    /// # async fn f(coin: bitcart_events::Coin, payer: &str) -> bitcart_events::Result<()> {
    /// let request = coin.add_request(bitcart_events::Decimal::ONE).await?;
    /// assert!(coin.set_request_address(&request.id, payer).await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As every [method of the daemon](Self#the-daemons-methods).
    pub async fn set_request_address(&self, id: &str, payer: &str) -> Result<bool> {
        let answer = self.call("setrequestaddress", json!([id, payer])).await?;
        answer.as_bool().ok_or_else(|| self.client().trouble("setrequestaddress", "neither true nor false"))
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
        self.client().read(names, json!([tx]), self.wallet(), TxInfo::read).await
    }

    /// The wallet's transactions on the chain. The daemons of ETH and its relatives, TRX and XMR keep none, and answer
    /// with a `NotImplementedError` (capture `eth_rpc`: history-notimpl).
    ///
    /// ```no_run
    /// # async fn f(coin: bitcart_events::Coin) -> bitcart_events::Result<()> {
    /// for transaction in coin.history().await?.transactions {
    ///     println!("{}: {:?}", transaction.txid, transaction.amount);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As every [method of the daemon](Self#the-daemons-methods).
    pub async fn history(&self) -> Result<History> {
        let names = ("onchain_history", Some("history"));
        self.client().read(names, json!({}), self.wallet(), History::read).await
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
        match self.wallet() {
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
        let parameters = json!({ "events": events.names() });
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
        self.call("configure_notifications", json!({ "notification_url": url })).await.map(drop)
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
        self.client().read(("getinfo", None), json!({}), None, DaemonInfo::read).await
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
        let answer = client.call("help", json!({}), None).await?;
        serde_json::from_value(answer).map_err(|_| client.trouble("help", "it should be a list of names"))
    }
}

/// The names of a method in Electron Cash and elsewhere, the likelier one first.
fn electron_cash_or(currency: Currency, theirs: &'static str, other: &'static str) -> Names<'static> {
    if is_electron_cash(currency) { (theirs, Some(other)) } else { (other, Some(theirs)) }
}

impl Client {
    /// The name of the expiry cannot be told from the currency. A daemon that does not know it says so before it does
    /// anything, so the other one is tried, and remembered.
    async fn add_request(&self, request: &NewRequest, wallet: Option<&str>) -> Result<PaymentRequest> {
        let names = electron_cash_or(self.currency, "addrequest", "add_request");
        let read = |text: &str| PaymentRequest::read(self.currency, text);
        let says = self.says_expiration.load(Ordering::Relaxed);
        let answer = self.read(names, request.parameters(says), wallet, read).await;
        let name = expiry_name(says);
        let is_misnamed = |error: &DaemonError| error.is_unknown_parameter(name);
        if !answer.as_ref().is_err_and(|error| error.daemon().is_some_and(is_misnamed)) {
            return answer;
        }
        let answer = self.read(names, request.parameters(!says), wallet, read).await;
        if answer.is_ok() {
            self.says_expiration.store(!says, Ordering::Relaxed);
        }
        answer
    }
}
