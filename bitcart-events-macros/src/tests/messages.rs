//! Each rule's message, in full: one mistake a case, and one message for it.

mod signature;

use quote::quote;

use super::{BLOCK, expanded, messages, schema, tokens};
use crate::on::checked;

const EVENTS: &str =
    "the events are `new_block`, `new_transaction`, `new_payment`, `verified_tx`, `block_named`";
const OPTIONS: &str = "the options are `blocking`, `register = false`, `currency = \"ETH\"`, `daemon = \"current\"`, \
    `schema = path::to::events`, `companion = false`, `crate = path::to::bitcart_events`";

/// Each case: arguments, signature, and the one message that it has to bring.
fn assert_each(cases: &[(&str, &str, &str)]) {
    for (args, signature, message) in cases {
        assert_eq!(messages(&expanded(args, signature)), [*message], "#[on({args})] {signature}");
    }
}

#[test]
fn arguments() {
    let option = |message: &str| format!("{message} | {OPTIONS}");
    let expected = "expected the name of an event | write `#[on(\"new_payment\")]`";
    assert_each(&[
        (",", BLOCK, expected),
        ("5", BLOCK, expected),
        ("[\"new_block\", 5]", BLOCK, expected),
        ("new_block", BLOCK, "the name of an event is a string | write `\"new_block\"`"),
        ("event::new_block", BLOCK, "the name of an event is a string | write `\"new_block\"`"),
        ("event::NewBlock", BLOCK, "the name of an event is a string | write `\"new_block\"`"),
        ("event = \"x\"", BLOCK, "the name of an event stands by itself | write `#[on(\"x\")]`"),
        ("[]", BLOCK, "the list of events is empty | name at least one: `#[on([\"new_block\"])]`"),
        (
            "blocking",
            BLOCK,
            "the name of an event comes before the options | write `#[on(\"new_payment\", …)]`, with the options behind it",
        ),
        (
            "\"new_block\", \"new_payment\", register = false, \"verified_tx\"",
            "fn f(event: Event, tx: Option<&str>)",
            "several events are written as a list | write `#[on([\"new_block\", \"new_payment\", \"verified_tx\"])]`",
        ),
        (
            "\"new_block\" blocking",
            BLOCK,
            "expected `,` | put a comma in front of it: `#[on(\"new_payment\", daemon = \"current\")]`",
        ),
        (
            "[\"new_block\" \"verified_tx\"]",
            BLOCK,
            "expected `,` | put a comma in front of it: `#[on([\"new_block\", \"new_payment\"])]`",
        ),
        ("\"new_block\", schema", BLOCK, "option `schema` needs a value | write `schema = path::to::events`"),
        ("\"new_block\", 5", BLOCK, &option("expected an option")),
        ("\"new_block\", retries = 3, blocking", BLOCK, &option("unknown option `retries`")),
        ("\"new_block\", blockin", BLOCK, &option("unknown option `blockin` | did you mean `blocking`?")),
        (
            "\"new_block\", register = false, register = true",
            BLOCK,
            "option `register` is given twice | remove one of the two",
        ),
        ("\"new_block\", companion", BLOCK, "option `companion` needs a value | write `companion = false`"),
        ("\"new_block\", crate = 5", BLOCK, &{
            "option `crate` does not take this value | write `crate = path::to::bitcart_events`".to_owned()
        }),
        (
            "\"new_block\", blocking = true",
            BLOCK,
            "option `blocking` takes no value | write `blocking`, or leave it out",
        ),
        (
            "\"new_block\", blocking",
            "async fn block(event: Event)",
            "an `async` handler cannot be `blocking` | remove `blocking`, or remove `async`: \
             a plain function may block, an `async` one awaits",
        ),
        (
            "\"new_block\", daemon = \"2021\"",
            BLOCK,
            "unknown daemon generation `2021` | write `daemon = \"current\"`, or leave the option out",
        ),
    ]);
}

/// A mistake in the arguments must not turn a correct parameter into a second one.
#[test]
fn what_could_not_be_read_is_not_held_against_the_parameters() {
    let payment = "fn f(event: Event, sent_amount: Decimal)";
    let token = "fn f(event: Event, amount: Decimal)";
    let several = "fn f(event: Event, height: Option<u64>, order_id: Option<u64>)";
    for (args, signature) in [
        ("\"new_payment\" daemon = \"current\"", payment),
        ("\"new_payment\", daemon", payment),
        ("\"new_payment\", demon = \"current\"", payment),
        ("\"new_payment\", daemon = \"2021\"", payment),
        ("\"new_transaction\", curency = \"ETH\"", token),
        ("\"new_transaction\", currency = \"DOGE\"", token),
        ("\"new_transaction\", currency = []", token),
        ("[\"new_block\", order_shipped]", several),
        ("[\"new_block\", \"order_shipped\"]", several),
        ("[\"new_block\" \"order_shipped\"]", several),
        ("\"order_shipped\"", several),
    ] {
        assert_eq!(messages(&expanded(args, signature)).len(), 1, "#[on({args})] {signature}");
    }
}

#[test]
fn events_and_currencies() {
    let currencies =
        "the currencies are `BTC`, `LTC`, `BCH`, `XRG`, `GRS`, `ETH`, `BNB`, `MATIC`, `TRX`, `XMR`";
    assert_each(&[
        ("\"new_blok\"", BLOCK, &format!("unknown event `new_blok` | did you mean `new_block`? | {EVENTS}")),
        (
            "\"order_shipped\"",
            BLOCK,
            &format!(
                "unknown event `order_shipped` | {EVENTS} | \
                 an event of your own comes with `schema = path::to::events`, see `events!`"
            ),
        ),
        ("\"order_shipped\", schema = shop", BLOCK, &{
            format!("unknown event `order_shipped` | {EVENTS} | Bitcart's own come without `schema`")
        }),
        (
            "[\"new_block\", \"new_block\"]",
            "fn f(event: Event, height: Option<u64>)",
            "event `new_block` is listed twice | remove one of the two",
        ),
        ("\"new_block\", currency = \"DOGE\"", BLOCK, &format!("unknown currency `DOGE` | {currencies}")),
        (
            "\"new_block\", currency = [\"ETH\", \"eth\"]",
            BLOCK,
            "currency `eth` is listed twice | remove one of the two",
        ),
        (
            "\"verified_tx\", currency = \"ETH\"",
            "fn f(event: Event, tx: &str)",
            "ETH daemons never send `verified_tx` | `verified_tx` is sent by BTC daemons, and none of 2020: name one of these, or none",
        ),
        (
            "\"new_transaction\", currency = \"BTC\"",
            "fn f(event: Event, amount: Option<Decimal>)",
            "BTC daemons never send `amount` | it is sent by ETH, TRX daemons | remove the parameter",
        ),
    ]);
}

#[test]
fn parameters() {
    let fields = "their fields are `height: Option<u64>`, `tx: Option<&str>`";
    assert_each(&[
        (
            "\"new_block\"",
            "fn block(height: u64)",
            "a handler needs the parameter `event` | add it: `fn block(event: Event, …)`",
        ),
        (
            "\"new_block\"",
            "fn f(first: Event)",
            "the event comes in a parameter named `event` | write `event: Event`",
        ),
        (
            "\"new_block\"",
            "fn f(events: &str)",
            "`new_block` has no field `events` | did you mean `event`? | its fields are `height: u64`",
        ),
        (
            "\"new_block\"",
            "fn f(event: Event, btc: &Coin)",
            "the wallet comes in a parameter named `instance` | write `instance: Coin`",
        ),
        (
            "\"new_block\"",
            "fn f(event: Event, db: &State<Db>)",
            "a state comes by value | write `db: State<Db>`",
        ),
        (
            "\"new_block\"",
            "fn f(event: Event, db: Db<u8>)",
            "`new_block` has no field `db` | its fields are `height: u64` | \
             a value of your own comes as `db: State<Db<u8>>`",
        ),
        (
            "\"new_block\"",
            "fn f(event: Event, status: u64)",
            "`new_block` has no field `status` | `status` is a field of `new_payment` | its fields are `height: u64`",
        ),
        (
            "[\"new_block\", \"verified_tx\"]",
            "fn f(event: Event, _heigt: Option<u64>)",
            &format!("`new_block`, `verified_tx` have no field `heigt` | did you mean `height`? | {fields}"),
        ),
        (
            "[\"new_block\", \"block_named\"]",
            "fn f(event: Event, height: Option<u64>)",
            "`height` is of another kind in each event | \
             `new_block` has `Int`, `block_named` has `Str`: write two handlers",
        ),
        (
            "\"new_block\"",
            "fn f(event: Event, height: u64, _height: u64)",
            "`height` and `_height` are the same parameter | remove one of the two",
        ),
        (
            "\"new_transaction\"",
            "fn f(event: Event, tx: Option<&'static str>)",
            "an argument is borrowed only for as long as the handler runs | write `tx: Option<&str>`",
        ),
        (
            "\"new_block\"",
            "fn f(event: Event, db: &mut State<Db>)",
            "a state comes by value | write `db: State<Db>`",
        ),
        (
            "\"new_block\"",
            "fn f(event: Event, db: Option<State<Db>>)",
            "a state is always there | write `db: State<Db>`",
        ),
        (
            "\"new_transaction\"",
            "fn f(event: Event, tx: &mut str)",
            "an argument cannot be borrowed mutably | write `tx: &str`",
        ),
        (
            "\"new_block\"",
            "fn f(event: String)",
            "the event cannot be passed as `String` | write `event: Event`",
        ),
        ("\"new_block\"", "fn f(event: &Event)", "the event comes by value | write `event: Event`"),
        (
            "\"new_block\"",
            "fn f(event: Event, instance: &Coin)",
            "the wallet comes by value | write `instance: Coin`",
        ),
        (
            "\"new_transaction\"",
            "fn f(event: Event, tx: &String)",
            "text cannot be passed as `&String` | write `tx: String`",
        ),
        (
            "\"new_block\"",
            "fn f(event: Event, height: &u64)",
            "a whole number cannot be passed as `&u64` | write `height: u64`",
        ),
        ("\"new_block\"", "fn f(event: &u64)", "the event cannot be passed as `&u64` | write `event: Event`"),
        (
            "\"new_block\"",
            "fn f(event: Event, block: u64)",
            "`new_block` has no field `block` | its fields are `height: u64` | a value of your own comes as `block: State<u64>`",
        ),
        (
            "\"new_payment\"",
            "fn f(event: Event, amount: Option<Decimal>)",
            "`new_payment` has no field `amount` | did you mean `sent_amount`? | `amount` is a field of `new_transaction` | \
             its fields are `address: &str`, `status: PaymentStatus`, `sent_amount: Option<Decimal>`, `token: Option<&str>`",
        ),
        (
            "\"new_transaction\"",
            "fn f(event: Event, tx: Cow<'static, str>)",
            "an argument is borrowed only for as long as the handler runs | write `tx: Cow<'_, str>`",
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
        ("Str", "u64", "&str", "text"),
        ("Str", "&String", "&str", "text"),
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

#[test]
fn an_event_without_fields() {
    let output = checked(quote!({ m } { "m\na *" } { "a" } { fn f(event: Event, x: u8); }));
    let message = "`a` has no field `x` | it has no fields | a value of your own comes as `x: State<u8>`";
    assert_eq!(messages(&syn::parse2(output).unwrap()), [message]);
}

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
             write `amount: Option<Decimal>` | or settle it: `#[on(\"new_transaction\", currency = \"ETH\")]`",
        ),
        (
            "\"new_payment\"",
            "fn f(event: Event, token: &str)",
            "`token` must be an `Option` | `token` is sent by ETH daemons, and none of 2020 | \
             write `token: Option<&str>` | \
             or settle it: `#[on(\"new_payment\", currency = \"ETH\", daemon = \"current\")]`",
        ),
        (
            "\"new_payment\", currency = \"ETH\"",
            "fn f(event: Event, token: &str)",
            "`token` must be an `Option` | the daemons of 2020 do not send `token` | \
             write `token: Option<&str>` | or settle it: `#[on(\"new_payment\", daemon = \"current\")]`",
        ),
    ]);
}

#[test]
fn all_mistakes_at_once_in_reading_order() {
    let file = expanded(
        "[\"new_blok\", \"new_payment\"], retries = 3, blocking",
        "async fn all<T>(height: u64, adress: Option<&str>)",
    );
    let all = messages(&file);
    let starts = [
        "unknown option `retries`",
        "unknown event `new_blok`",
        "an `async` handler",
        "a handler cannot be generic",
        "a handler needs the parameter `event`",
        "`height` must be an `Option`",
        "`new_block`, `new_payment` have no field `adress`",
    ];
    assert_eq!(all.len(), starts.len(), "{all:#?}");
    for (message, start) in all.iter().zip(starts) {
        assert!(message.starts_with(start), "{message}");
    }
}

#[test]
fn a_misspelt_option_counts_as_the_one_that_was_meant() {
    let all = messages(&expanded("\"verified_tx\", curency = \"ETH\"", "fn f(event: Event, tx: &str)"));
    assert!(all[0].starts_with("unknown option `curency`"), "{all:#?}");
    assert!(all[1].starts_with("ETH daemons never send `verified_tx`"), "{all:#?}");
}
