//! The built-in schema, as [`Schema::to_text`] writes it.
//!
//! `#[on]` could ask for it as for any other, but that is a second run of the macro for each handler, and its greatest
//! cost. `bitcart-events` checks in a test that this is what its own `events!` says.

use super::Schema;

pub(crate) const BUILTIN: &str = "event
new_block *;height * Int !
new_transaction *;tx * Str !;from_address ETH,BNB,MATIC,TRX Str !;to ETH,BNB,MATIC,TRX Str !;\
    amount ETH,BNB,MATIC,TRX Amount !;contract ETH,BNB,MATIC,TRX Str ?
new_payment *;address * Str !;status * Status !;status_str * Str !;tx_hashes *+ List !;sent_amount *+ Amount !;\
    contract ETH,BNB,MATIC,TRX,XMR+ Str ?
verified_tx BTC,LTC,BCH,XRG,GRS+;tx * Str !;height * Int !";

impl Schema {
    /// No more of it than these events: what a handler without a mistake needs. It is read again for each handler, and in
    /// a macro that is not optimised every field takes time.
    pub(crate) fn builtin_events(names: &[String]) -> Option<Self> {
        let (module, events) = BUILTIN.split_once('\n')?;
        let mut text = module.to_owned();
        for event in events.split('\n') {
            let (name, _) = event.split_once(' ')?;
            if names.iter().any(|named| named == name) {
                text.push('\n');
                text.push_str(event);
            }
        }
        Self::from_text(&text)
    }

    /// All of it: what the messages tell of.
    pub(crate) fn builtin() -> Option<Self> {
        Self::from_text(BUILTIN)
    }
}
