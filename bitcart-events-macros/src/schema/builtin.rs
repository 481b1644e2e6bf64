//! The built-in schema, as [`Schema::to_text`] writes it.
//!
//! `#[on]` could ask for it as for any other, but that is a second run of the macro for each handler, and its greatest
//! cost. `bitcart-events` checks in a test that this is what its own `events!` says.

use syn::LitStr;

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
    pub(crate) fn builtin_events(names: &[LitStr]) -> Option<Self> {
        let (module, events) = BUILTIN.split_once('\n')?;
        let names: Vec<String> = names.iter().map(LitStr::value).collect();
        let is_named = |event: &&str| {
            event.split_once(' ').is_some_and(|(event, _)| names.iter().any(|name| name == event))
        };
        let named = events.split('\n').filter(is_named);
        let lines: Vec<&str> = std::iter::once(module).chain(named).collect();
        Self::from_text(&lines.join("\n"))
    }

    /// All of it: what the messages tell of.
    pub(crate) fn builtin() -> Option<Self> {
        Self::from_text(BUILTIN)
    }
}
