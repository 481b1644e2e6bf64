//! Payment requests: what is asked for, and what the daemons say of them.

use std::time::Duration;

use rust_decimal::Decimal;
use serde_json::Value;

use super::reply::{Odd, Reply};
use crate::object::text_of;
use crate::{Currency, PaymentStatus, json};

/// A request for money that a daemon shall wait for: see [`Coin::add_request`](crate::Coin::add_request).
///
/// ```
/// use std::time::Duration;
/// use bitcart_events::{Decimal, NewRequest};
///
/// let amount: Decimal = "0.015".parse()?;
/// let request = NewRequest::new(amount).memo("order 17").expires_after(Duration::from_secs(15 * 60));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "give it to `Coin::add_request`"]
pub struct NewRequest {
    amount: Decimal,
    memo: String,
    expiry: Option<u64>,
}

impl NewRequest {
    /// Asks for this much, in units of the currency or of the wallet's token: `1` is a whole bitcoin. 0 leaves the
    /// amount to the payer.
    pub fn new(amount: impl Into<Decimal>) -> Self {
        Self { amount: amount.into(), memo: String::new(), expiry: None }
    }

    /// What it is for. It stands in the payment's URI.
    pub fn memo(mut self, memo: impl Into<String>) -> Self {
        self.memo = memo.into();
        self
    }

    /// How long it can be paid, in whole seconds, rounded up. An hour unless set, which is the daemons' own default.
    /// A duration of 0 is [never](Self::never_expires).
    pub fn expires_after(mut self, time: Duration) -> Self {
        let started = u64::from(time.subsec_nanos() > 0);
        self.expiry = Some(time.as_secs().saturating_add(started));
        self
    }

    /// It can always be paid.
    pub fn never_expires(self) -> Self {
        self.expires_after(Duration::ZERO)
    }

    pub(super) fn is_negative(&self) -> bool {
        self.amount.is_sign_negative() && !self.amount.is_zero()
    }

    /// As parameters. The amount is text: a daemon takes a JSON float inexactly (capture `eth_rpc`: add_request-float).
    /// `force` makes a new address when all that the wallet has looked ahead to are taken; without it Electrum answers
    /// `false` to the 21st unpaid request (read in code, Electrum 4.6).
    pub(super) fn parameters(&self, says_expiration: bool) -> Value {
        let mut members = vec![
            ("amount", self.amount.to_string().into()),
            ("memo", self.memo.as_str().into()),
            ("force", true.into()),
        ];
        if let Some(seconds) = self.expiry {
            members.push((expiry_name(says_expiration), seconds.into()));
        }
        json::object(&mut members)
    }
}

impl From<Decimal> for NewRequest {
    fn from(amount: Decimal) -> Self {
        Self::new(amount)
    }
}

/// Current Electrum says `expiry` (capture `btc_rpc`: add_request), that of 2020 and the daemons of ETH and its
/// relatives say `expiration` (captures `webhook_rpc`: add_request, `eth_rpc`: add_request-expiring).
pub(super) fn expiry_name(says_expiration: bool) -> &'static str {
    if says_expiration { "expiration" } else { "expiry" }
}

pub(super) fn probably_says_expiration(currency: Currency) -> bool {
    !matches!(currency, Currency::Btc | Currency::Ltc | Currency::Grs)
}

/// Electron Cash, which has names of its own (read in code).
pub(super) fn is_electron_cash(currency: Currency) -> bool {
    matches!(currency, Currency::Bch | Currency::Xrg)
}

/// A payment request, as a daemon knows it.
///
/// | field | today's BTC | ETH, BNB, MATIC, TRX, XMR | BTC of 2020 |
/// |---|---|---|---|
/// | `id` | 10 hexadecimal digits | random text, XMR: a payment id | the address |
/// | `address` | the request's own | the wallet's, XMR: the request's own | the request's own |
/// | `sent_amount` | from `get_request` only | always | never |
/// | `tx_hashes` | always | once paid, in part at least | never |
/// | `payment_address` | - | once [set](crate::Coin::set_request_address) | - |
///
/// Measured at Bitcart `065c8421` and `edda6711` (captures `btc_rpc`, `eth_rpc`, `bnb`, `trx`, `webhook_rpc`).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaymentRequest {
    /// What [`Coin::get_request`](crate::Coin::get_request) takes, and what the event `new_payment` has as its
    /// `address`.
    pub id: String,
    /// Where to pay.
    pub address: String,
    /// How much is asked for, in units of the currency or of the wallet's token. `None` where the daemon says that
    /// it is the payer's choice; some say 0 then.
    pub amount: Option<Decimal>,
    /// How much has come, in the same units; `None` if the daemon does not say.
    pub sent_amount: Option<Decimal>,
    /// How far it has come.
    pub status: PaymentStatus,
    /// The same as text for people, with times in the daemon's own time zone.
    pub status_str: String,
    /// What it is for.
    pub memo: String,
    /// The transactions that paid for it.
    pub tx_hashes: Vec<String>,
    /// When it was made, in seconds since 1970. Every daemon that was measured says it.
    pub created: Option<u64>,
    /// Until when it can be paid, in seconds since 1970; `None`: always.
    pub expires: Option<u64>,
    /// How often the payment is confirmed, once there is one.
    pub confirmations: Option<u64>,
    /// Who is going to pay, where the daemon knows payments by their sender.
    pub payment_address: Option<String>,
    /// The payment's URI, as for a QR code.
    pub uri: Option<String>,
    raw: String,
}

impl PaymentRequest {
    pub(super) fn read(currency: Currency, text: &str) -> Result<Self, Odd> {
        let reply = Reply::new(text)?;
        let address = reply.wanted(Reply::text, "address");
        let first_whole = |names: &[&str]| reply.whole(reply.first(names)?);
        // Electron Cash says `time`, `exp` and `memo`.
        let created = first_whole(&["timestamp", "time"]);
        let expiry = first_whole(&["expiry", "expiration", "exp"]);
        let memo = reply.first(&["message", "memo"]).and_then(|name| reply.text(name));
        let request = Self {
            id: id(currency, &reply).unwrap_or_else(|| address.clone()),
            address,
            amount: amount(&reply),
            sent_amount: reply.amount("sent_amount"),
            status: status(&reply),
            status_str: reply.text("status_str").unwrap_or_default(),
            memo: memo.unwrap_or_default(),
            tx_hashes: reply.texts("tx_hashes"),
            created,
            expires: expiry.filter(|expiry| *expiry > 0).zip(created).map(until),
            confirmations: reply.whole("confirmations"),
            payment_address: reply.text("payment_address"),
            uri: reply.text("URI"),
            raw: text.to_owned(),
        };
        reply.done(request)
    }

    /// The whole answer, as the JSON text that it came as.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }
}

/// Only `request_id` is sure to be one. Older daemons of ETH have it as `id`, older ones of BTC have an `id` that is
/// good for nothing (read in code).
fn id(currency: Currency, reply: &Reply<'_>) -> Option<String> {
    let by_address =
        matches!(currency, Currency::Btc | Currency::Ltc | Currency::Grs) || is_electron_cash(currency);
    match reply.text("request_id") {
        None if !by_address => reply.text("id"),
        id => id,
    }
}

/// The amount stands under the currency's or the token's name, `amount_BTC`, `amount_TST`, `amount (BCH)`, as text; what
/// is a number there is in the smallest unit (`amount_sat`, `amount_wei`).
fn amount(reply: &Reply<'_>) -> Option<Decimal> {
    for name in reply.names() {
        let is_named = name.starts_with("amount_") || name.starts_with("amount (");
        if is_named && let Some(raw) = reply.raw(name).filter(|raw| raw.starts_with('"')) {
            // Electrum's word for no amount (read in code, and in the SDK).
            return if raw.eq_ignore_ascii_case("\"unknown\"") { None } else { reply.amount(name) };
        }
    }
    None
}

/// A number, but Electron Cash writes it out (read in code).
fn status(reply: &Reply<'_>) -> PaymentStatus {
    match reply.raw("status").and_then(text_of).as_deref() {
        None => reply.wanted(Reply::signed, "status").into(),
        Some("Pending" | "Unpaid") => PaymentStatus::Unpaid,
        Some("Expired") => PaymentStatus::Expired,
        Some("Paid") => PaymentStatus::Paid,
        Some("Unconfirmed") => PaymentStatus::Unconfirmed,
        Some(_) => PaymentStatus::Unknown,
    }
}

/// BTC says for how long, ETH and its relatives until when (captures `btc_rpc`, `eth_rpc`: add_request). What is later
/// than the request itself is no duration.
fn until((expiry, created): (u64, u64)) -> u64 {
    if expiry >= created { expiry } else { created.saturating_add(expiry) }
}
