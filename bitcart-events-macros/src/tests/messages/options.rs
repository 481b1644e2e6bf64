//! Fields that may be missing.

use quote::quote;

use super::super::{schema, tokens};
use super::{assert_each, expanded, messages};
use crate::beside::checked;

#[test]
fn options() {
    assert_each(&[
        (
            "[\"new_block\", \"new_payment\"]",
            "fn f(event: Event, _height: u64)",
            "`height` must be an `Option` | `new_payment` does not carry `height` | write `_height: Option<u64>`",
        ),
        (
            "[\"new_transaction\", \"verified_tx\"]",
            "fn f(event: Event, tx: &str)",
            "`tx` must be an `Option` | a handler of several events takes every field as an `Option` | \
             write `tx: Option<&str>`",
        ),
        (
            "\"new_transaction\", currency = \"ETH\"",
            "fn f(event: Event, contract: String)",
            "`contract` must be an `Option` | `contract` can be null | write `contract: Option<String>`",
        ),
        (
            "\"new_transaction\", currency = [\"BTC\", \"ETH\"]",
            "fn f(event: Event, amount: Decimal)",
            "`amount` must be an `Option` | `amount` is sent by ETH, TRX daemons | \
             write `amount: Option<Decimal>` | or settle it: `currency = \"ETH\"` in `#[on(…)]`",
        ),
        (
            "\"new_payment\"",
            "fn f(event: Event, token: &str)",
            "`token` must be an `Option` | `token` is sent by ETH daemons, and none of 2020 | \
             write `token: Option<&str>` | \
             or settle it: `currency = \"ETH\"` and `daemon = \"current\"` in `#[on(…)]`",
        ),
        (
            "\"new_payment\", currency = \"ETH\"",
            "fn f(event: Event, token: &str)",
            "`token` must be an `Option` | the daemons of 2020 do not send `token` | \
             write `token: Option<&str>` | or settle it: `daemon = \"current\"` in `#[on(…)]`",
        ),
    ]);
}

/// A suggestion never writes what would be refused next.
#[test]
fn an_option_of_a_type_that_fits_is_suggested() {
    let lines = |name: &str, written: &str, write: &str, words: &str| {
        format!(
            "`{name}` must be an `Option` | a handler of several events takes every field as an `Option` | \
             write `{name}: Option<{write}>`, because {words} cannot be passed as `{written}`"
        )
    };
    let schema = |kind: &str| schema(&format!("mod m {{ a {{ x: {kind} }} b {{ x: {kind} }} }}"));
    let said = |kind: &str, ty: &str| {
        let (schema, ty) = (schema(kind), tokens(ty));
        let output = checked(quote!({ m } { #schema } { ["a", "b"] } { fn f(event: Event, x: #ty); }));
        messages(&syn::parse2(output).unwrap())
    };
    for ty in ["f32", "Option<f64>", "&f64"] {
        let message =
            messages(&expanded("\"new_payment\"", &format!("fn f(event: Event, sent_amount: {ty})")));
        let write = "write `sent_amount: Option<Decimal>`, because a float would lose satoshis";
        assert_eq!(
            message.iter().any(|message| message.contains(write)),
            !ty.contains("Option"),
            "{message:?}"
        );
    }
    for (kind, ty, usual, words) in [
        ("Int", "String", "u64", "a whole number"),
        ("Int", "f64", "u64", "a whole number"),
        ("Int", "Cow<str>", "u64", "a whole number"),
        ("Int", "Decimal", "u64", "a whole number"),
        ("Str", "u64", "&str", "text"),
        ("Str", "&String", "String", "text"),
        ("Str", "&Option<String>", "String", "text"),
        ("Str", "Arc<String>", "Arc<str>", "text"),
        ("Str", "Box<Option<String>>", "String", "text"),
        ("Json", "Box<u8>", "Json<u8>", "JSON"),
        ("Int", "&u64", "u64", "a whole number"),
        ("Str", "PaymentStatus", "&str", "text"),
        ("Amount", "u64", "Decimal", "an amount"),
        ("Status", "&str", "PaymentStatus", "a status"),
        ("Status", "bool", "PaymentStatus", "a status"),
        ("List", "String", "Vec<String>", "a list of texts"),
        ("List", "char", "Vec<String>", "a list of texts"),
        ("Bool", "u8", "bool", "true or false"),
        ("Bool", "std::vec::Vec<u8>", "bool", "true or false"),
        ("Json", "u8", "Json<u8>", "JSON"),
    ] {
        assert_eq!(said(kind, ty), [lines("x", ty, usual, words)], "{kind} {ty}");
    }
    for ty in ["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize"] {
        assert_eq!(said("Str", ty), [lines("x", ty, "&str", "text")], "{ty}");
    }
    for (ty, reason) in [
        ("&'static str", "an argument is borrowed only for as long as the handler runs"),
        ("&mut str", "an argument cannot be borrowed mutably"),
    ] {
        let message = format!(
            "`x` must be an `Option` | a handler of several events takes every field as an `Option` | \
             write `x: Option<&str>`, because {reason}"
        );
        assert_eq!(said("Str", ty), [message], "{ty}");
    }
    for (kind, ty) in [
        ("Int", "u8"),
        ("Str", "String"),
        ("Str", "Cow<str>"),
        ("Amount", "&str"),
        ("Amount", "Decimal"),
        ("Status", "i32"),
        ("Status", "PaymentStatus"),
        ("List", "Vec<u8>"),
        ("Bool", "bool"),
        ("Json", "Mine"),
        ("Int", "Mine"),
        ("Str", "(u8, u8)"),
    ] {
        let message = format!(
            "`x` must be an `Option` | a handler of several events takes every field as an `Option` | \
             write `x: Option<{ty}>`"
        );
        assert_eq!(said(kind, ty), [message], "{kind} {ty}");
    }
}
