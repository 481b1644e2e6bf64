//! The currencies that `#[on(currency = …)]` and `events!` may name.
//!
//! A macro crate cannot use the enum of the crate it serves; `bitcart-events` checks in a test that the two
//! lists are the same.

use proc_macro2::{Ident, Span};

use crate::names::{self, camel_case};

pub(crate) const CURRENCIES: [&str; 10] =
    ["BTC", "LTC", "BCH", "XRG", "GRS", "ETH", "BNB", "MATIC", "TRX", "XMR"];

/// The code in its own spelling, whatever the case of `text`.
pub(crate) fn currency(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_uppercase();
    CURRENCIES.iter().find(|code| **code == text).copied()
}

/// What to say of a code that is none.
pub(crate) fn known(text: &str) -> Vec<String> {
    let mut help = names::did_you_mean(text, &CURRENCIES);
    help.push(format!("the currencies are {}", names::list(&CURRENCIES)));
    help
}

/// The code as a variant of the enum `Currency`: `Btc`.
pub(crate) fn currency_variant(code: &str) -> Ident {
    Ident::new(&camel_case(&code.to_lowercase()), Span::call_site())
}
