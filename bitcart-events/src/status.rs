//! The status of a payment request.

use std::fmt;

/// How far a payment request has come.
///
/// The daemons send it as a number, and this type is open: a number that it does not know is
/// [`Other`](Self::Other), never an error. Branch on this, not on `status_str`, which is text for people: for the
/// same status 0 the daemons of 2020 say "Pending", today's BTC daemon "Unpaid", and an ETH daemon "Expires at …"
/// in its own time zone (captures `webhook_http`, `btc_ws`, `eth_ws`).
///
/// A status may come more than once and may go back: a reorganisation takes a BTC request 3 → 7 → 3 (capture
/// `btc_ws`), and a Monero request can go 7 → 0 → 3.
///
/// ```
/// use bitcart_events::PaymentStatus;
///
/// assert_eq!(PaymentStatus::from(3), PaymentStatus::Paid);
/// assert_eq!(PaymentStatus::from(42), PaymentStatus::Other(42));
/// assert_eq!(PaymentStatus::Unconfirmed.code(), 7);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PaymentStatus {
    /// 0: nothing has come, or not yet everything.
    Unpaid,
    /// 1: the time to pay has run out. No daemon sends an event for it; only `get_request` shows it.
    Expired,
    /// 2: the daemon does not know.
    Unknown,
    /// 3: paid. Today's BTC daemon says so after the first confirmation, those of 2020 as soon as the payment is in
    /// the mempool, ETH and its relatives with the first mined block.
    Paid,
    /// 4: a Lightning payment is on its way.
    InProgress,
    /// 5: a Lightning payment failed.
    Failed,
    /// 6: a Lightning route is being looked for.
    Routing,
    /// 7: paid in full, not yet confirmed (today's BTC family, and XMR).
    Unconfirmed,
    /// 8: a transaction is being broadcast.
    Broadcasting,
    /// 9: a transaction has been broadcast.
    Broadcast,
    /// A number that this version of the crate does not know.
    Other(i64),
}

impl PaymentStatus {
    const KNOWN: [Self; 10] = [
        Self::Unpaid,
        Self::Expired,
        Self::Unknown,
        Self::Paid,
        Self::InProgress,
        Self::Failed,
        Self::Routing,
        Self::Unconfirmed,
        Self::Broadcasting,
        Self::Broadcast,
    ];

    /// The number that the daemons send for it.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Unpaid => 0,
            Self::Expired => 1,
            Self::Unknown => 2,
            Self::Paid => 3,
            Self::InProgress => 4,
            Self::Failed => 5,
            Self::Routing => 6,
            Self::Unconfirmed => 7,
            Self::Broadcasting => 8,
            Self::Broadcast => 9,
            Self::Other(code) => code,
        }
    }
}

impl From<i64> for PaymentStatus {
    fn from(code: i64) -> Self {
        usize::try_from(code)
            .ok()
            .and_then(|index| Self::KNOWN.get(index).copied())
            .unwrap_or(Self::Other(code))
    }
}

/// The name, or the number of one without a name.
impl fmt::Display for PaymentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(code) => write!(f, "status {code}"),
            known => f.pad(&format!("{known:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_its_own_status() {
        for code in -2..20 {
            assert_eq!(PaymentStatus::from(code).code(), code);
        }
    }
}
