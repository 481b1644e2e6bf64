//! Requests for payment: their status, and how the daemon shows them.

use serde_json::Value;

use crate::Currency;

use super::amount::{BITCOIN_DIGITS, Units};
use super::event::{Event, Sums};
use super::json::{Object, python};
use super::transactions::{Chain, Transaction};
use super::{Config, DaemonVersion};

/// Seconds a request waits unless told (measured, Bitcart `edda6711`, capture `webhook_rpc`: add_request-w1;
/// Bitcart `065c8421`, capture `btc_rpc`: add_request2).
pub(super) const DEFAULT_EXPIRATION: u64 = 3600;

/// A request for payment.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// What events name it by: in 2020 its address.
    pub(super) id: String,
    pub(super) address: String,
    pub(super) amount: Units,
    pub(super) memo: String,
    /// Seconds since 1970.
    pub(super) timestamp: u64,
    /// Seconds after `timestamp`; 0 is never.
    pub(super) expiration: u64,
}

/// A request of an Electrum daemon, with all that has been paid to it.
pub(super) struct Paid<'a> {
    pub(super) request: &'a Request,
    pub(super) payments: Vec<&'a Transaction>,
    pub(super) chain: &'a Chain,
}

impl Paid<'_> {
    /// The newest first; the order of the real one is that of a Python set (measured, Bitcart `065c8421`,
    /// capture `btc_ws`: ws2-xpub, where the two are not in the order of their payment).
    fn hashes(&self) -> Vec<String> {
        self.payments.iter().rev().map(|payment| payment.hash.clone()).collect()
    }

    fn sent(&self) -> Units {
        Units(self.payments.iter().map(|payment| payment.amount.0).sum())
    }

    /// How often the amount is confirmed, by the payments that are so most often; `None` until they add up to
    /// it (measured for one of two, Bitcart `065c8421`, capture `btc_ws`: ws2-xpub; beyond that not
    /// verified).
    fn confirmations(&self) -> Option<u64> {
        let mut payments: Vec<_> = self
            .payments
            .iter()
            .map(|payment| (self.chain.confirmations(payment), payment.amount.0))
            .collect();
        payments.sort_unstable();
        let mut sum = 0;
        payments.into_iter().rev().find_map(|(confirmations, amount)| {
            sum += amount;
            (sum >= self.request.amount.0).then_some(confirmations)
        })
    }

    /// Electrum's number and its text. In 2020 a request is paid as soon as the payments are in the mempool
    /// (measured, Bitcart `edda6711`, capture `webhook_http`: hook-200), today when they are in a block
    /// (measured, Bitcart `065c8421`, capture `btc_ws`: ws2-xpub). It expires only while something is
    /// missing: who pays too late has paid (measured, Bitcart `065c8421`, capture `btc_rpc`:
    /// get_updates-paid-after-expiry).
    pub(super) fn status(&self, version: DaemonVersion) -> (u8, &'static str) {
        let today = version == DaemonVersion::Current;
        match self.confirmations() {
            Some(0) if today => (7, "Unconfirmed"),
            Some(_) => (3, "Paid"),
            None if self.request.has_expired(self.chain) => (1, "Expired"),
            None if today => (0, "Unpaid"),
            None => (0, "Pending"),
        }
    }

    pub(super) fn event(&self, version: DaemonVersion) -> Event {
        let (status, status_str) = self.status(version);
        let sums = (version == DaemonVersion::Current).then(|| Sums {
            tx_hashes: self.hashes(),
            sent_amount: self.sent().fixed(BITCOIN_DIGITS),
            contract: None,
            added: self.payments.len(),
        });
        Event::Payment { address: self.request.id.clone(), status, status_str: status_str.to_owned(), sums }
    }

    /// What `add_request` answers, and `get_request` with the sum that was `sent` (measured, Bitcart
    /// `edda6711`, capture `webhook_rpc`: add_request; Bitcart `065c8421`, capture `btc_rpc`: add_request,
    /// get_request-partial, get_request-paid).
    pub(super) fn view(&self, config: &Config, with_sent: bool) -> String {
        let today = config.version == DaemonVersion::Current;
        let (status, text) = self.status(config.version);
        let Request { id, address, amount, memo, timestamp, expiration } = self.request;
        // Here, unlike in events, a pending request says how long it still waits.
        let waits = status == 0 && *expiration > 0;
        let status_str = if waits { self.request.expires_in(self.chain, today) } else { text.to_owned() };
        let view = Object::default()
            .with("is_lightning", &false)
            .with(&format!("amount_{}", config.currency), &amount.short(BITCOIN_DIGITS))
            .with("message", memo)
            .with("timestamp", timestamp)
            .with(if today { "expiry" } else { "expiration" }, expiration)
            .with("status", &status)
            .with("status_str", &status_str)
            .with("amount_sat", &amount.0)
            .with_some("request_id", today.then_some(id))
            .with("address", address)
            .with("URI", &self.request.uri(config.currency));
        if !today {
            return view.text();
        }
        view.with_some("confirmations", self.confirmations())
            .with("tx_hashes", &self.hashes())
            .with_some("sent_amount", with_sent.then(|| self.sent().fixed(BITCOIN_DIGITS)))
            .text()
    }
}

impl Request {
    pub(super) fn has_expired(&self, chain: &Chain) -> bool {
        self.expiration > 0 && chain.now() >= self.timestamp + self.expiration
    }

    /// Electrum's wording (measured, Bitcart `065c8421`, capture `btc_rpc`: add_request, add_request-exp; the
    /// rest not verified).
    fn expires_in(&self, chain: &Chain, today: bool) -> String {
        // The second that has begun does not count any more.
        let left =
            (self.timestamp + self.expiration).saturating_sub(chain.now()).saturating_sub(u64::from(today));
        match (left + 30) / 60 {
            0 if today => format!("Expires in {left} seconds"),
            0 => "Expires in less than a minute".to_owned(),
            1 if today => "Expires in about a minute".to_owned(),
            minutes @ 1..45 => format!("Expires in {minutes} minutes"),
            45..90 => "Expires in about 1 hour".to_owned(),
            minutes => format!("Expires in about {} hours", (minutes + 30) / 60),
        }
    }

    /// Only bitcoin's scheme is measured.
    fn uri(&self, currency: Currency) -> String {
        let scheme = match currency {
            Currency::Ltc => "litecoin",
            Currency::Bch => "bitcoincash",
            Currency::Xrg => "ergon",
            Currency::Grs => "groestlcoin",
            _ => "bitcoin",
        };
        let Self { address, amount, memo, timestamp, expiration, .. } = self;
        let amount = amount.short(BITCOIN_DIGITS);
        let message =
            if memo.is_empty() { String::new() } else { format!("&message={}", percent_encoded(memo)) };
        let expiry = if *expiration == 0 { String::new() } else { format!("&exp={expiration}") };
        format!("{scheme}:{address}?amount={amount}{message}&time={timestamp}{expiry}")
    }
}

/// An amount as a caller writes it.
pub(super) fn amount_text(amount: Value) -> String {
    match amount {
        Value::String(text) => text,
        other => python(&other),
    }
}

fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
