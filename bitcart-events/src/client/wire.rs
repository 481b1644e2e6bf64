//! How a call names its wallet.

use serde_json::Value;

use crate::field::excerpt;
use crate::wallet::Wallet;
use crate::{Currency, Error, ErrorKind, Result, json};

/// The currencies whose wallets may be one token's: ETH as captured (`eth_rpc`: add_request-token), the others as read
/// in code at `493d3ea8`.
const WITH_TOKENS: [Currency; 6] =
    [Currency::Eth, Currency::Bnb, Currency::Matic, Currency::Trx, Currency::Bch, Currency::Xrg];

/// A wallet as calls name it: its key, and a token's wallet by its two parts (capture `eth_rpc`: get_updates-token).
///
/// The parts are in the key already, because no xpub, seed, address or contract has a `_` in it. A Monero wallet has its
/// address beside the view key: that is what the daemon loads it with (read in code at `006a7b89`: `load_wallet`), and
/// what it does not look at once it has.
pub(super) fn xpub(currency: Currency, wallet: &Wallet) -> Value {
    let key = wallet.key().expose();
    if let Some(address) = wallet.address() {
        return json::object(&mut [("xpub", key.into()), ("address", address.into())]);
    }
    match key.rsplit_once('_') {
        Some((xpub, contract)) if WITH_TOKENS.contains(&currency) => {
            json::object(&mut [("xpub", xpub.into()), ("contract", contract.into())])
        }
        _ => key.into(),
    }
}

/// The wallet is a named parameter, or the last positional one, as an object.
pub(super) fn with_wallet(mut parameters: Value, xpub: Option<Value>) -> Result<Value> {
    match (&mut parameters, xpub) {
        (Value::Object(named), Some(xpub)) => {
            named.insert("xpub".to_owned(), xpub);
        }
        // The daemons of 2020 look for named parameters at the end of a list only if something stands before them
        // (read in code at `f39a98fe`).
        (Value::Array(positional), Some(xpub)) if positional.is_empty() => {
            return Ok(json::object(&mut [("xpub", xpub)]));
        }
        (Value::Array(positional), Some(xpub)) => positional.push(json::object(&mut [("xpub", xpub)])),
        (Value::Object(_) | Value::Array(_), None) => {}
        (other, _) => {
            let found = excerpt(&json::text(other));
            let message = format!("the parameters of a call are a JSON object or a list, not {found}");
            return Err(Error::new(ErrorKind::Parameters, message));
        }
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_wallet_joins_named_and_positional_parameters() {
        let with = |parameters| with_wallet(parameters, Some(json!("w"))).unwrap();
        assert_eq!(with(json!({"a": 1})), json!({"a": 1, "xpub": "w"}));
        assert_eq!(with(json!([])), json!({"xpub": "w"}));
        assert_eq!(with(json!([1])), json!([1, {"xpub": "w"}]));
        assert!(with_wallet(json!(null), None).is_err());
    }

    #[test]
    fn a_tokens_wallet_is_named_by_its_parts() {
        let named = |currency, text: &str| xpub(currency, &Wallet::new(currency, text));
        let key = crate::Coin::token_key("0xA", "0xC");
        assert_eq!(named(Currency::Eth, &key), json!({"xpub": "0xA", "contract": "0xC"}));
        assert_eq!(named(Currency::Eth, "0xA"), json!("0xA"));
        // Where there are no tokens a key is a key.
        assert_eq!(named(Currency::Btc, "a_b"), json!("a_b"));
        // What follows Monero's is its address.
        let key = crate::Coin::monero_key("f3", "44");
        assert_eq!(named(Currency::Xmr, &key), json!({"xpub": "f3", "address": "44"}));
        assert_eq!(named(Currency::Xmr, "f3"), json!("f3"));
    }
}
