//! Each rule's message, in full: one mistake a case, and one message for it.

mod arguments;
mod events;
mod options;
mod parameters;
mod signature;
mod types;

use super::{expanded, messages};

const EVENTS: &str =
    "the events are `new_block`, `new_transaction`, `new_payment`, `verified_tx`, `block_named`";
const OPTIONS: &str = "the options are `blocking`, `retries = 5`, `register = false`, `currency = \"ETH\"`, `daemon = \"current\"`, \
    `schema = path::to::events`, `companion = false`, `crate = path::to::bitcart_events`";

/// Each case: arguments, signature, and the one message that it has to bring.
fn assert_each(cases: &[(&str, &str, &str)]) {
    for (args, signature, message) in cases {
        assert_eq!(messages(&expanded(args, signature)), [*message], "#[on({args})] {signature}");
    }
}

#[test]
fn all_mistakes_at_once_in_reading_order() {
    let file = expanded(
        "[\"new_blok\", \"new_payment\"], timeout = 3, blocking",
        "async fn all<T>(height: u64, adress: Option<&str>)",
    );
    let all = messages(&file);
    let starts = [
        "unknown option `timeout`",
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
