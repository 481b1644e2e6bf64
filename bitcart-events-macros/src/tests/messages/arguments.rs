//! What stands between the parentheses of `#[on(…)]`.

use super::super::BLOCK;
use super::{OPTIONS, assert_each, expanded, messages};

#[test]
fn arguments() {
    let option = |message: &str| format!("{message} | {OPTIONS}");
    let expected = "expected the name of an event | \
                    write `#[on(\"new_payment\")]`, or a list: `#[on([\"new_block\", \"new_payment\"])]`";
    assert_each(&[
        (",", BLOCK, expected),
        ("5", BLOCK, expected),
        ("[\"new_block\", 5]", BLOCK, expected),
        ("vec![\"new_block\"]", BLOCK, expected),
        (
            "\"new_block\"blocking",
            BLOCK,
            "the name of an event ends with its quotes | \
             put a comma behind the name: `#[on(\"new_payment\", blocking)]`",
        ),
        ("\"new_block\", \"blocking\"", BLOCK, "an option stands without quotes | write `blocking`"),
        ("\"new_block\", \"retries=5\"", BLOCK, "an option stands without quotes | write `retries=5`"),
        (
            "\"new_block\", currency = [\"BTC\" \"LTC\"]",
            BLOCK,
            "expected `,` or `;` | write `currency = \"ETH\"`, or a list: `currency = [\"ETH\", \"BNB\"]`",
        ),
        ("new_block", BLOCK, "the name of an event is a string | write `\"new_block\"`"),
        ("event::new_block", BLOCK, "the name of an event is a string | write `\"new_block\"`"),
        ("event::NewBlock", BLOCK, "the name of an event is a string | write `\"new_block\"`"),
        ("names::NEW_BLOCK", BLOCK, "the name of an event is a string | write `\"new_block\"`"),
        (
            "BLOCKS",
            BLOCK,
            "the name of an event is a string | \
             write its text, `\"new_payment\"`: no macro can see what a constant holds",
        ),
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
        ("\"new_block\", timeout = 3, blocking", BLOCK, &option("unknown option `timeout`")),
        ("\"new_block\", blockin", BLOCK, &option("unknown option `blockin` | did you mean `blocking`?")),
        (
            "\"new_block\", register = false, register = true",
            BLOCK,
            "option `register` is given twice | remove one of the two",
        ),
        ("\"new_block\", companion", BLOCK, "option `companion` needs a value | write `companion = false`"),
        (
            "\"new_block\", crate = \"::be\"",
            BLOCK,
            "option `crate` is a path, without quotes | write `crate = ::be`",
        ),
        (
            "\"new_block\", schema = \"crate::shop\"",
            BLOCK,
            "option `schema` is a path, without quotes | write `schema = crate::shop`",
        ),
        (
            "\"new_block\", schema = \"a shop\"",
            BLOCK,
            "option `schema` does not take this value | write `schema = path::to::events`",
        ),
        ("\"new_block\", crate = 5", BLOCK, &{
            "option `crate` does not take this value | write `crate = path::to::bitcart_events`".to_owned()
        }),
        (
            "\"new_block\", register = 5",
            BLOCK,
            "option `register` does not take this value | write `register = false`",
        ),
        (
            "\"new_block\", currency = []",
            BLOCK,
            "option `currency` does not take this value | write `currency = \"ETH\"`, or a list: `currency = [\"ETH\", \"BNB\"]`",
        ),
        (
            "\"new_block\", schema = <Shop as Events>::schema",
            BLOCK,
            "option `schema` does not take this value | write `schema = path::to::events`",
        ),
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
        ("\"new_payment\", generation = \"current\"", payment),
        ("\"new_transaction\", curency = \"ETH\"", token),
        ("\"new_transaction\", currency = \"DOGE\"", token),
        ("\"new_transaction\", currency = []", token),
        ("[\"new_block\", order_shipped]", several),
        ("[\"new_block\", \"order_shipped\"]", several),
        ("[\"new_block\" \"order_shipped\"]", several),
        ("\"order_shipped\"", several),
        ("\"order_shipped\", schema =", several),
        ("\"order_shipped\", schema = 5", several),
        ("\"order_shipped\", schema = ::", several),
    ] {
        assert_eq!(messages(&expanded(args, signature)).len(), 1, "#[on({args})] {signature}");
    }
}

#[test]
fn a_misspelt_option_counts_as_the_one_that_was_meant() {
    let all = messages(&expanded("\"verified_tx\", curency = \"ETH\"", "fn f(event: Event, tx: &str)"));
    assert!(all[0].starts_with("unknown option `curency`"), "{all:#?}");
    assert!(all[1].starts_with("ETH daemons never send `verified_tx`"), "{all:#?}");
}

/// However a value is written wrongly, it is one mistake.
#[test]
fn values_of_options() {
    let needs = "option `currency` needs a value | write `currency = \"ETH\"`, or a list: `currency = [\"ETH\", \"BNB\"]`";
    for (args, message) in [
        (
            "\"new_block\"; blocking",
            "expected `,` | write a comma in its place: `#[on(\"new_payment\", daemon = \"current\")]`",
        ),
        ("\"new_block\", currency: \"ETH\"", needs),
        ("\"new_block\", currency(\"ETH\"), register = false", needs),
        ("\"new_block\", currency =", needs),
        ("\"new_block\", currency = , register = false", needs),
        (
            "\"new_block\", currency = BNB",
            "option `currency` does not take this value | write `currency = \"BNB\"`",
        ),
        (
            "\"new_block\", daemon = x::current",
            "option `daemon` does not take this value | write `daemon = \"current\"`",
        ),
        (
            "\"new_block\", register = no",
            "option `register` does not take this value | write `register = false`",
        ),
    ] {
        assert_eq!(messages(&expanded(args, BLOCK)), [message], "{args}");
    }
    for (written, message) in [
        ("retries", "option `retries` needs a value"),
        ("retries =", "option `retries` needs a value"),
        ("retries = -1", "option `retries` does not take this value"),
        ("retries = 2.5", "option `retries` does not take this value"),
        ("retries = 5u32", "option `retries` does not take this value"),
        ("retries = \"5\"", "option `retries` does not take this value"),
        ("retries = 101", "option `retries` does not take this value"),
        ("retries = 99999999999", "option `retries` does not take this value"),
        ("retries = MANY", "option `retries` does not take this value"),
        ("retries(5)", "option `retries` needs a value"),
    ] {
        let args = format!("\"new_block\", {written}");
        let message = format!("{message} | write a whole number up to 100: `retries = 5`");
        assert_eq!(messages(&expanded(&args, BLOCK)), [message], "{args}");
    }
    let [message] = messages(&expanded("\"new_block\", retry = 5", BLOCK)).try_into().unwrap();
    assert!(message.starts_with("unknown option `retry` | did you mean `retries`?"), "{message}");
    let [message] = messages(&expanded("\"new_block\", registr", BLOCK)).try_into().unwrap();
    assert!(message.starts_with("unknown option `registr` | did you mean `register`?"), "{message}");
}
