//! Requests of the daemons that are not built on Electrum. They keep their status, instead of working it out
//! from the chain.

use super::Config;
use super::amount::Units;
use super::event::{Contract, Event, Sums};
use super::family::Family;
use super::json::Object;
use super::transactions::{Chain, Transaction};

const UNPAID: u8 = 0;
const EXPIRED: u8 = 1;
const PAID: u8 = 3;
const UNCONFIRMED: u8 = 7;

#[derive(Clone, Debug)]
pub(super) struct Invoice {
    pub(super) id: String,
    pub(super) address: String,
    pub(super) amount: Units,
    /// The amount as it is shown: one that came as a float has more digits than it was written with.
    pub(super) shown: String,
    pub(super) memo: String,
    pub(super) timestamp: u64,
    /// Seconds after `timestamp`; 0 is never.
    pub(super) expiration: u64,
    /// Who is to pay: what comes from anybody else is not for this request.
    pub(super) payer: Option<String>,
    /// Of the token, or the coin.
    pub(super) digits: usize,
    pub(super) symbol: String,
    pub(super) contract: Option<String>,
    status: u8,
    sent: Units,
    /// Only Monero tells it from what was sent.
    confirmed: Units,
    /// Every hash that was ever added to the list of hashes, doubles too.
    added: Vec<String>,
}

impl Invoice {
    pub(super) fn new(id: String, address: String, amount: Units, shown: String, memo: String) -> Self {
        Self {
            id,
            address,
            amount,
            shown,
            memo,
            timestamp: 0,
            expiration: 0,
            payer: None,
            digits: 0,
            symbol: String::new(),
            contract: None,
            status: UNPAID,
            sent: Units::default(),
            confirmed: Units::default(),
            added: Vec::new(),
        }
    }

    /// A task sets the status a second after the time (read in code at `01571e72`; measured, Bitcart
    /// `065c8421`, capture `eth_rpc`: getrequest-expired, get_updates-after-expiry).
    pub(super) fn expire(&mut self, chain: &Chain) {
        if self.expiration > 0 && self.status != PAID && chain.now() > self.timestamp + self.expiration {
            self.status = EXPIRED;
        }
    }

    /// A payment has come. What has expired takes no more notice of it (measured, Bitcart `065c8421`, capture
    /// `eth_rpc`: get_updates-pay-after-expiry), nor what is paid (read in code at `01571e72`).
    pub(super) fn receive(&mut self, payment: &Transaction, family: Family, chain: &Chain) -> Option<Event> {
        self.expire(chain);
        let unconfirmed = payment.height.is_none();
        match family {
            Family::Monero if matches!(self.status, UNPAID | UNCONFIRMED) => {
                // Confirming the first of two payments takes an unconfirmed request back to unpaid (measured
                // with injected payments, Bitcart `065c8421`, not captured).
                let sum = if unconfirmed { &mut self.sent } else { &mut self.confirmed };
                sum.0 += payment.amount.0;
                self.sent = self.sent.max(self.confirmed);
                self.status = match () {
                    () if unconfirmed && self.sent >= self.amount => UNCONFIRMED,
                    () if self.confirmed >= self.amount => PAID,
                    () => UNPAID,
                };
            }
            Family::Blocks if self.status == UNPAID => {
                self.sent.0 += payment.amount.0;
                self.status = if self.sent >= self.amount { PAID } else { UNPAID };
            }
            _ => return None,
        }
        self.added.push(payment.hash.clone());
        Some(self.event())
    }

    fn event(&self) -> Event {
        Event::Payment {
            address: self.id.clone(),
            status: self.status,
            status_str: self.status_str(),
            sums: Some(Sums {
                tx_hashes: self.hashes(self.added.len()),
                sent_amount: self.sent.fixed(self.digits),
                contract: Some(Contract(self.contract.clone())),
                added: self.added.len(),
            }),
        }
    }

    /// The hashes when so many had been added, each once.
    fn hashes(&self, added: usize) -> Vec<String> {
        let mut hashes: Vec<String> = Vec::new();
        for hash in self.added.iter().take(added) {
            if !hashes.contains(hash) {
                hashes.push(hash.clone());
            }
        }
        hashes
    }

    /// A queued event holds the very list that the next hash is added to, before it is replaced by one
    /// without doubles (measured, Bitcart `065c8421`, captures `eth_rpc`: get_updates-after-payment, `trx`:
    /// get_updates).
    pub(super) fn hashes_in_queue(&self, added: usize) -> Vec<String> {
        let mut hashes = self.hashes(added);
        hashes.extend(self.added.get(added).cloned());
        hashes
    }

    /// Where it is to be paid from, as long as it is waited for: what is paid is looked for no more (read in
    /// code at `01571e72`).
    pub(super) fn waits_for(&self, payer: &str) -> bool {
        self.status != PAID && self.payer.as_deref() == Some(payer)
    }

    /// Unpaid it says until when, by the daemon's clock and time zone, which is UTC here (measured, Bitcart
    /// `065c8421`, capture `eth_rpc`: add_request, getrequest-expired, getrequest-paid).
    fn status_str(&self) -> String {
        match self.status {
            UNPAID if self.expiration > 0 => {
                format!("Expires at {}", ctime(self.timestamp + self.expiration))
            }
            UNPAID => "Unpaid".to_owned(),
            EXPIRED => "Expired".to_owned(),
            PAID => "Paid".to_owned(),
            _ => "Unconfirmed".to_owned(),
        }
    }

    /// (measured, Bitcart `065c8421`, captures `eth_rpc`: add_request, add_request-token, getrequest-partial,
    /// getrequest-paid, `bnb`: add_request, `trx`: add_request; for XMR read in code at `006a7b89`)
    pub(super) fn view(&self, config: &Config, chain: &Chain) -> String {
        let expires = if self.expiration > 0 { self.timestamp + self.expiration } else { 0 };
        let hashes = self.hashes(self.added.len());
        let first = hashes.first();
        let confirmations = first.and_then(|hash| {
            let first = chain.transactions.iter().find(|transaction| transaction.hash == *hash)?;
            Some(chain.confirmations(first))
        });
        let unit = if config.family() == Family::Monero { "amount_piconero" } else { "amount_wei" };
        Object::default()
            .with("id", &self.id)
            .with("request_id", &self.id)
            .with("is_lightning", &false)
            .with(&format!("amount_{}", self.symbol), &self.shown)
            .with("sent_amount", &self.sent.fixed(self.digits))
            .with("message", &self.memo)
            .with("timestamp", &self.timestamp)
            .with("expiration", &expires)
            .with("payment_address", &self.payer)
            .with("status", &self.status)
            .with("status_str", &self.status_str())
            .with_some("tx_hashes", first.map(|_| &hashes))
            .with_some("confirmations", confirmations)
            .with(unit, &self.amount.0)
            .with("address", &self.address)
            .with("URI", &self.uri(config))
            .text()
    }

    /// Ethereum's name stands before the addresses of its relatives too (measured, Bitcart `065c8421`,
    /// captures `eth_rpc`: add_request, add_request-token, `bnb`: add_request, `trx`: add_request; the chain
    /// is the one of a test network; for XMR read in code at `006a7b89`).
    fn uri(&self, config: &Config) -> String {
        let Self { address, amount, .. } = self;
        match (config.family(), config.currency, &self.contract) {
            (Family::Monero, ..) => format!("monero:{address}?tx_amount={}", self.shown),
            (_, crate::Currency::Trx, _) => format!("tron:{address}"),
            (.., Some(contract)) => {
                format!("ethereum:{contract}@1337/transfer?address={address}&uint256={}", amount.0)
            }
            (.., None) => format!("ethereum:{address}@1337?value={}", amount.0),
        }
    }
}

/// Seconds since 1970 as C writes them: `Mon Nov 23 04:34:57 2026`.
fn ctime(seconds: u64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let is_leap =
        |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut day, second) = (seconds / 86_400, seconds % 86_400);
    let weekday = DAYS.iter().cycle().nth(usize::try_from(day % 7).unwrap_or_default());
    let mut year = 1970;
    while day >= 365 + u64::from(is_leap(year)) {
        day -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let month = MONTHS.iter().zip(lengths).find(|(_, length)| {
        let is_later = day >= *length;
        day -= if is_later { *length } else { 0 };
        !is_later
    });
    let month = month.map_or("Dec", |(name, _)| name);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{} {month} {:>2} {hour:02}:{minute:02}:{second:02} {year}", weekday.unwrap_or(&"Thu"), day + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_c_writes_them() {
        for (seconds, text) in [
            (0, "Thu Jan  1 00:00:00 1970"),
            (951_782_400, "Tue Feb 29 00:00:00 2000"),
            (1_795_408_497, "Mon Nov 23 04:34:57 2026"),
            (4_107_542_399, "Sun Feb 28 23:59:59 2100"),
            (4_107_542_400, "Mon Mar  1 00:00:00 2100"),
        ] {
            assert_eq!(ctime(seconds), text);
        }
    }
}
