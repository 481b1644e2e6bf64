//! Webhook bodies.

/// The wallet that is listened to.
pub(crate) const WALLET: &str = "xpub";

const PAYMENT: &str = r#"{"event": "new_payment", "address": "1f804621c6", "status": 3, "status_str": "Paid", "tx_hashes": [], "sent_amount": "0.01234567"}"#;

pub(crate) fn payments(updates: usize, wallet: &str) -> String {
    body(&vec![PAYMENT.to_owned(); updates], wallet)
}

pub(crate) fn transactions(updates: usize) -> String {
    body(&vec![transaction(); updates], WALLET)
}

pub(crate) fn mixed(updates: usize) -> String {
    let update = |number: usize| if number.is_multiple_of(2) { transaction() } else { PAYMENT.to_owned() };
    body(&(0..updates).map(update).collect::<Vec<_>>(), WALLET)
}

fn transaction() -> String {
    format!(r#"{{"event": "new_transaction", "tx": "{}"}}"#, "ab".repeat(32))
}

fn body(updates: &[String], wallet: &str) -> String {
    format!(r#"{{"updates": [{}], "wallet": "{wallet}", "currency": "BTC"}}"#, updates.join(", "))
}
