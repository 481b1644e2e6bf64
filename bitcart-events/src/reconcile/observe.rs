//! What an accepted event changes.

use std::str::FromStr;

use super::state::{Standing, State};
use crate::field::ListField;
use crate::schema::{FieldSchema, event};
use crate::update::Said;
use crate::{Coin, Currency, Payload, PaymentStatus};

/// What is longer is no id of a daemon's, and not kept.
const LONGEST: usize = 200;

/// Whether it is kept how far this one has come.
pub(super) fn is_kept(id: &str) -> bool {
    id.len() <= LONGEST
}

/// Under which all is kept that is known of a wallet; nothing for a coin without one.
pub(crate) fn prefix(coin: &Coin) -> Option<String> {
    Some(format!("state/{}/{}/", coin.currency(), coin.id()?.hex()))
}

/// What an event says, and of what.
pub(super) fn observed(said: Said<'_>, currency: Currency) -> Option<(&str, State)> {
    let (id, state) = if said.is::<event::NewPayment>() {
        payment(said)?
    } else if !has_history(currency) {
        return None;
    } else if said.is::<event::NewTransaction>() {
        const TX: usize = column::<event::NewTransaction>("tx");
        (text(said, TX)?, State::Seen)
    } else if said.is::<event::VerifiedTx>() {
        const TX: usize = column::<event::VerifiedTx>("tx");
        const HEIGHT: usize = column::<event::VerifiedTx>("height");
        (text(said, TX)?, State::Height(number(said, HEIGHT)?))
    } else {
        return None;
    };
    is_kept(id).then_some((id, state))
}

fn payment(said: Said<'_>) -> Option<(&str, State)> {
    const ADDRESS: usize = column::<event::NewPayment>("address");
    const STATUS: usize = column::<event::NewPayment>("status");
    const HASHES: usize = column::<event::NewPayment>("tx_hashes");
    const SENT: usize = column::<event::NewPayment>("sent_amount");
    let status: i64 = number(said, STATUS)?;
    let hashes = said.field(HASHES);
    let hashes = hashes.value().and_then(|_| Vec::<String>::from_field(hashes).ok());
    let standing = Standing::new(PaymentStatus::from(status), text(said, SENT), hashes.as_deref());
    Some((text(said, ADDRESS)?, State::Standing(standing)))
}

fn text(said: Said<'_>, column: usize) -> Option<&str> {
    said.field(column).as_text()
}

fn number<T: FromStr>(said: Said<'_>, column: usize) -> Option<T> {
    said.field(column).raw()?.parse().ok()
}

/// Where a field of an event stands, found out while compiling. A name that it does not have is nowhere.
const fn column<P: Payload>(name: &str) -> usize {
    position(P::SCHEMA.fields, name.as_bytes(), 0)
}

const fn position(fields: &[FieldSchema], name: &[u8], from: usize) -> usize {
    match fields {
        [] => usize::MAX,
        [first, ..] if equal(first.name.as_bytes(), name) => from,
        [_, rest @ ..] => position(rest, name, from + 1),
    }
}

/// What `==` cannot be while compiling.
const fn equal(one: &[u8], other: &[u8]) -> bool {
    match (one, other) {
        ([], []) => true,
        ([first, one @ ..], [second, other @ ..]) => *first == *second && equal(one, other),
        _ => false,
    }
}

/// Whether its daemons keep the transactions of a wallet: those with an Electrum in them (capture `eth_rpc`:
/// history-notimpl).
pub(crate) fn has_history(currency: Currency) -> bool {
    use Currency::{Bch, Btc, Grs, Ltc, Xrg};
    matches!(currency, Btc | Ltc | Bch | Xrg | Grs)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Update;

    fn seen(coin: &Coin, text: &str) -> Option<(String, String)> {
        let body: Arc<str> = text.into();
        let update = Update::parse(&body, 0..body.len(), coin).unwrap();
        let value = |state: State| String::from_utf8(state.value()).unwrap();
        observed(update.said(), coin.currency()).map(|(id, state)| (state.name(id), value(state)))
    }

    #[test]
    fn an_event_changes_one_small_value() {
        let (btc, eth) = (Coin::btc("w"), Coin::eth("w"));
        let today = r#"{"event": "new_payment", "address": "1f804621c6", "status": 7, "status_str": "Unconfirmed", "tx_hashes": [], "sent_amount": "0.50000000"}"#;
        let (key, value) = seen(&btc, today).unwrap();
        assert_eq!((&*key, value.len()), ("request/1f804621c6", "7 0.5 0123456789abcdef".len()));
        assert!(value.starts_with("7 0.5 "), "{value}");
        let old = r#"{"event": "new_payment", "address": "bcrt1", "status": 3, "status_str": "Paid"}"#;
        assert_eq!(seen(&btc, old), Some(("request/bcrt1".into(), "3 - -".into())));

        let transaction = r#"{"event": "new_transaction", "tx": "t"}"#;
        assert_eq!(seen(&btc, transaction), Some(("tx/t".into(), String::new())));
        assert_eq!(seen(&eth, transaction), None, "there is nothing to compare it with");
        let verified = r#"{"event": "verified_tx", "tx": "t", "height": 106}"#;
        assert_eq!(seen(&btc, verified), Some(("verified/t".into(), "106".into())));

        let no_payment = r#"{"event": "new_payment", "address": "a", "status": "paid"}"#;
        for nothing in [r#"{"event": "new_block", "height": 7}"#, no_payment] {
            assert_eq!(seen(&btc, nothing), None);
        }
        assert_eq!(seen(&btc, &old.replace("bcrt1", &"a".repeat(300))), None);
    }

    #[test]
    fn no_key_of_a_wallet_is_in_what_is_kept() {
        let prefix = prefix(&Coin::btc("abandon abandon about")).unwrap();
        assert!(prefix.starts_with("state/BTC/") && prefix.len() == "state/BTC//".len() + 32, "{prefix}");
        assert!(!prefix.contains("abandon"));
    }
}
