//! The daemon's methods about money: balances, payment requests, history.

use std::sync::atomic::Ordering;

use serde_json::{Map, Value};

use super::reply::each;
use super::request::{expiry_name, is_electron_cash};
use super::{Balance, Client, DaemonError, History, Names, NewRequest, PaymentRequest};
use crate::wallet::Wallet;
use crate::{Coin, Currency, Error, ErrorKind, Result};

/// # Money
/// More of the [daemon's methods](Self#the-daemons-methods).
impl Coin {
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
        let client = self.client();
        let raw = client.ask(("getbalance", None), Map::new().into(), self.named()).await?;
        client.understood("getbalance", Balance::read(&raw))
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
        self.client().add_request(&request, self.named()).await
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
        let client = self.client();
        // The older name is the one that all have: today's BTC daemon as an alias (read in code at `493d3ea8`).
        let names = ("getrequest", Some("get_request"));
        let raw = client.ask(names, Value::Array(vec![id.into()]), self.named()).await?;
        client.understood(names.0, PaymentRequest::read(self.currency(), &raw))
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
        let (client, currency) = (self.client(), self.currency());
        // Without a filter: that of today's ETH daemons is broken (read in code at `01571e72`).
        let names = electron_cash_or(currency, "listrequests", "list_requests");
        let raw = client.ask(names, Map::new().into(), self.named()).await?;
        client.understood(names.0, each(&raw, &|request| PaymentRequest::read(currency, request)))
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
        const METHOD: &str = "setrequestaddress";
        let answer = self.call(METHOD, Value::Array(vec![id.into(), payer.into()])).await?;
        answer.as_bool().ok_or_else(|| self.client().trouble(METHOD, &"neither true nor false"))
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
        let client = self.client();
        let raw = client.ask(names, Map::new().into(), self.named()).await?;
        client.understood(names.0, History::read(&raw))
    }
}

/// The names of a method in Electron Cash and elsewhere, the likelier one first.
fn electron_cash_or(currency: Currency, theirs: &'static str, other: &'static str) -> Names<'static> {
    if is_electron_cash(currency) { (theirs, Some(other)) } else { (other, Some(theirs)) }
}

impl Client {
    /// The name of the expiry cannot be told from the currency. A daemon that does not know it says so before it does
    /// anything, so the other one is tried, and remembered.
    async fn add_request(&self, request: &NewRequest, wallet: Option<&Wallet>) -> Result<PaymentRequest> {
        let names = electron_cash_or(self.currency, "addrequest", "add_request");
        let says = self.says_expiration.load(Ordering::Relaxed);
        let mut answer = self.ask(names, request.parameters(says), wallet).await;
        let name = expiry_name(says);
        let is_misnamed = |error: &DaemonError| error.is_unknown_parameter(name);
        if answer.as_ref().is_err_and(|error| error.daemon().is_some_and(is_misnamed)) {
            answer = self.ask(names, request.parameters(!says), wallet).await;
            if answer.is_ok() {
                self.says_expiration.store(!says, Ordering::Relaxed);
            }
        }
        self.understood(names.0, PaymentRequest::read(self.currency, &answer?))
    }
}
