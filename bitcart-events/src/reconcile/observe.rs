//! What an accepted event changes.

use std::borrow::Cow;

use super::state::{Standing, State};
use crate::field::{Field, IntField, ListField, StrField};
use crate::schema::event;
use crate::{Coin, Currency, PaymentStatus, Update};

/// What is longer is no id of a daemon's, and not kept.
const LONGEST: usize = 200;

/// Under which all is kept that is known of a wallet; nothing for a coin without one.
pub(super) fn prefix(coin: &Coin) -> Option<String> {
    Some(format!("state/{}/{}/", coin.currency(), coin.id()?.hex()))
}

/// Whether events of this kind say anything that is kept.
pub(super) fn is_observed(update: &Update) -> bool {
    let is_of_transaction = || update.is::<event::NewTransaction>() || update.is::<event::VerifiedTx>();
    update.is::<event::NewPayment>() || has_history(update.currency()) && is_of_transaction()
}

/// What an event says, and of what: by its [key](State::key) behind the wallet's [`prefix`].
pub(super) fn observed(update: &Update) -> Option<(&str, State)> {
    if !is_observed(update) {
        return None;
    }
    let (id, state) = if update.is::<event::NewPayment>() {
        payment(update)?
    } else if update.is::<event::NewTransaction>() {
        (text(update, "tx")?, State::Seen)
    } else {
        (text(update, "tx")?, State::Height(u64::from_field(field(update, "height")).ok()?))
    };
    (id.len() <= LONGEST).then_some((id, state))
}

fn payment(update: &Update) -> Option<(&str, State)> {
    let status = i64::from_field(field(update, "status")).ok()?;
    let hashes = field(update, "tx_hashes");
    let hashes = hashes.value().and_then(|_| Vec::<Cow<'_, str>>::from_field(hashes).ok());
    let hashes: Option<Vec<String>> = hashes.map(|hashes| hashes.into_iter().map(Cow::into_owned).collect());
    let standing = Standing::new(PaymentStatus::from(status), text(update, "sent_amount"), hashes.as_deref());
    Some((text(update, "address")?, State::Standing(standing)))
}

fn text<'u>(update: &'u Update, name: &str) -> Option<&'u str> {
    <&str>::from_field(field(update, name)).ok()
}

fn field<'u>(update: &'u Update, name: &str) -> Field<'u> {
    let column = update.event().schema().fields.iter().position(|field| field.name == name);
    column.map_or(Field::LACKING, |column| update.field(column))
}

/// Whether its daemons keep the transactions of a wallet: those with an Electrum in them (capture `eth_rpc`:
/// history-notimpl).
pub(super) fn has_history(currency: Currency) -> bool {
    use Currency::{Bch, Btc, Grs, Ltc, Xrg};
    matches!(currency, Btc | Ltc | Bch | Xrg | Grs)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn seen(coin: &Coin, text: &str) -> Option<(String, String)> {
        let body: Arc<str> = text.into();
        let update = Update::parse(&body, 0..body.len(), coin).unwrap();
        let value = |state: State| String::from_utf8(state.value()).unwrap();
        observed(&update).map(|(id, state)| (state.key(id), value(state)))
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
