//! Parameters, which are matched by their names.

use quote::quote;

use super::{assert_each, expanded, messages};
use crate::beside::checked;

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
            "fn f(event: Event, btc: Option<Arc<Coin>>)",
            "the wallet comes in a parameter named `instance` | write `instance: Coin`",
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
            "\"new_block\"",
            "fn f(event: Event, instanse: Wallet)",
            "`new_block` has no field `instanse` | did you mean `instance`? | its fields are `height: u64`",
        ),
        (
            "\"new_block\"",
            "fn f(event: Event, block: u64)",
            "`new_block` has no field `block` | its fields are `height: u64` | \
             did you mean `height`, the one field of this type? If not, a value of your own comes as `block: State<u64>`",
        ),
        (
            "\"new_payment\"",
            "fn f(event: Event, amount: Option<Decimal>)",
            "`new_payment` has no field `amount` | did you mean `sent_amount`? | `amount` is a field of `new_transaction` | \
             its fields are `address: &str`, `status: PaymentStatus`, `sent_amount: Option<Decimal>`, `token: Option<&str>`",
        ),
    ]);
}

#[test]
fn an_event_without_fields() {
    let output = checked(quote!({ m } { "m\na *" } { "a" } { fn f(event: Event, x: u8); }));
    let message = "`a` has no field `x` | it has no fields | a value of your own comes as `x: State<u8>`";
    assert_eq!(messages(&syn::parse2(output).unwrap()), [message]);
}

#[test]
fn a_field_is_not_taken_for_a_misspelt_event() {
    let output = checked(quote!({ m } { "m\na *;events * Int !\nb *" } { ["a", "b"] } {
        fn f(events: Option<u64>);
    }));
    let message = "a handler needs the parameter `event` | add it: `fn f(event: Event, …)`";
    assert_eq!(messages(&syn::parse2(output).unwrap()), [message]);
}

/// What was probably meant by a parameter that is no field.
#[test]
fn values_that_come_in_another_way() {
    let fields = "its fields are `height: u64`";
    for (parameter, message) in [
        (
            "wallet: &str",
            format!("`new_block` has no field `wallet` | {fields} | the wallet comes as `instance: Coin`"),
        ),
        (
            "xpub: String",
            format!("`new_block` has no field `xpub` | {fields} | the wallet comes as `instance: Coin`"),
        ),
        (
            "currency: Currency",
            format!("`new_block` has no field `currency` | {fields} | the wallet comes as `instance: Coin`"),
        ),
        (
            "update: &Update",
            format!(
                "`new_block` has no field `update` | {fields} | \
                 the whole update comes to a handler by hand, see `add_event_handler`"
            ),
        ),
        (
            "block: &event::NewBlock",
            format!(
                "`new_block` has no field `block` | {fields} | \
                 the whole update comes to a handler by hand, see `add_event_handler`"
            ),
        ),
        (
            "data: serde_json::Value",
            format!(
                "`new_block` has no field `data` | {fields} | \
                 the whole update comes to a handler by hand, see `add_event_handler`"
            ),
        ),
        (
            "db: &Db",
            format!(
                "`new_block` has no field `db` | {fields} | a value of your own comes as `db: State<Db>`"
            ),
        ),
        (
            "db: &str",
            format!(
                "`new_block` has no field `db` | {fields} | a value of your own comes as `db: State<String>`"
            ),
        ),
        (
            "db: Arc<Db>",
            format!(
                "`new_block` has no field `db` | {fields} | \
                 a value of your own comes as `db: State<Db>`, given with `.shared_state(…)`"
            ),
        ),
        ("delivery: &Delivery", "a delivery comes by value | write `delivery: Delivery`".to_owned()),
        ("d: Arc<be::Delivery>", "a delivery comes by value | write `d: be::Delivery`".to_owned()),
        ("d: Option<&Delivery>", "a delivery is always there | write `d: Delivery`".to_owned()),
        ("d: &Arc<Delivery>", "a delivery comes by value | write `d: Delivery`".to_owned()),
        ("d: Option<Delivery>", "a delivery is always there | write `d: Delivery`".to_owned()),
        ("_: Delivery", "a handler's parameter needs a name | write `_delivery: Delivery`".to_owned()),
        (
            "Delivery { .. }: Delivery",
            "a delivery is a name, not a pattern | write `delivery: Delivery`".to_owned(),
        ),
        ("a: Delivery, b: Delivery", "a handler has one `Delivery` | remove one of the two".to_owned()),
        ("tx: &mut InboxTx", "an `InboxTx` comes by value | write `tx: InboxTx`".to_owned()),
        ("tx: Option<InboxTx>", "an `InboxTx` is always there | write `tx: InboxTx`".to_owned()),
        ("a: InboxTx, b: be::InboxTx", "a handler has one `InboxTx` | remove one of the two".to_owned()),
        ("ref inbox: InboxTx", "an `InboxTx` is a name, not a pattern | write `inbox: InboxTx`".to_owned()),
        (
            "attempts: u32",
            format!(
                "`new_block` has no field `attempts` | {fields} | \
                 take `delivery: Delivery`, and write `delivery.attempt()`"
            ),
        ),
        (
            "db: &rusqlite::Transaction<'_>",
            format!(
                "`new_block` has no field `db` | {fields} | \
                 the transaction of an inbox in SQLite comes as `db: InboxTx`"
            ),
        ),
        (
            "origin: Origin",
            format!(
                "`new_block` has no field `origin` | {fields} | \
                 take `delivery: Delivery`, and write `delivery.origin()`"
            ),
        ),
        ("_: State<Db>", "a handler's parameter needs a name | write `_state: State<Db>`".to_owned()),
        ("db: Box<State<Db>>", "a state comes by value | write `db: State<Db>`".to_owned()),
        ("db: Arc<State<Db>>", "a state comes by value | write `db: State<Db>`".to_owned()),
        ("State(db): State<Db>", "a state is a name, not a pattern | write `db: State<Db>`".to_owned()),
    ] {
        let signature = format!("fn f(event: Event, {parameter})");
        assert_eq!(messages(&expanded("\"new_block\"", &signature)), [message], "{parameter}");
    }
}

/// Its name is no event's, however close it comes.
#[test]
fn what_is_known_by_its_type_is_not_taken_for_the_event() {
    let message = "a handler needs the parameter `event` | add it: `fn f(event: Event, …)`";
    for parameter in ["events: Delivery", "evented: State<u8>", "event_tx: InboxTx"] {
        assert_eq!(
            messages(&expanded("\"new_block\"", &format!("fn f({parameter})"))),
            [message],
            "{parameter}"
        );
    }
}

#[test]
fn what_no_chosen_daemon_sends() {
    let said =
        |args: &str, parameter: &str| messages(&expanded(args, &format!("fn f(event: Event, {parameter})")));
    assert_eq!(
        said("[\"verified_tx\", \"new_block\"], currency = \"ETH\"", "height: Option<u64>"),
        ["ETH daemons never send `verified_tx` | leave the event out"]
    );
    assert_eq!(
        said(
            "[\"new_transaction\", \"new_payment\"], currency = \"BTC\"",
            "token: Option<&str>, amount: Option<Decimal>"
        ),
        [
            "BTC daemons never send `token` | it is sent by ETH daemons, and none of 2020 | remove the parameter",
            "BTC daemons never send `amount` | it is sent by ETH, TRX daemons | remove the parameter",
        ]
    );
    assert_eq!(
        said(
            "[\"new_transaction\", \"new_block\"], currency = [\"BTC\", \"TRX\"]",
            "amount: Option<Decimal>"
        ),
        [""; 0]
    );
    assert_eq!(
        said("[\"new_block\", \"verified_tx\", \"block_named\"]", "tx: u8").first().map(String::as_str),
        Some(
            "`tx` must be an `Option` | `new_block`, `block_named` do not carry `tx` | write `tx: Option<&str>`, because text cannot be passed as `u8`"
        )
    );
}

#[test]
fn an_event_without_a_name_is_one_mistake() {
    let message = "a handler's parameter needs a name | write `_event: Event`";
    assert_eq!(messages(&expanded("\"new_block\"", "fn f(_: Event, height: u64)")), [message]);
    // Another one is no event.
    let other = messages(&expanded("\"new_block\"", "fn f(_: u64)"));
    assert_eq!(other.len(), 2, "{other:?}");
}

/// Of what a type lacks rustc speaks.
#[test]
fn an_option_of_nothing_is_an_option() {
    let signature = "fn f(event: Event, sent_amount: Option)";
    assert_eq!(messages(&expanded("\"new_payment\"", signature)), [""; 0]);
}

/// Which of a payment's fields a parameter is meant as whose name says nothing.
#[test]
fn the_one_field_of_a_type() {
    for (ty, field) in [
        ("PaymentStatus", Some("status")),
        ("Option<Decimal>", Some("sent_amount")),
        // There are two texts, and no number: a status is taken as one, but not meant by one.
        ("&str", None),
        ("u64", None),
        ("bool", None),
        ("Vec<String>", None),
        ("Mine", None),
    ] {
        let [message] = &messages(&expanded("\"new_payment\"", &format!("fn f(event: Event, x: {ty})")))[..]
        else {
            panic!("{ty} has one message")
        };
        let meant =
            field.map(|field| format!("did you mean `{field}`, the one field of this type? If not, a value"));
        assert_eq!(message.contains("of this type"), meant.is_some(), "{message}");
        assert!(message.contains(&meant.unwrap_or_default()), "{message}");
        assert!(message.contains("a value of your own comes as `x: State<"), "{message}");
    }
}
