//! Which events, and of which currencies.

use super::super::BLOCK;
use super::{EVENTS, assert_each};

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
            "\"new_block, new_payment\"",
            BLOCK,
            "unknown event `new_block, new_payment` | write a list: `[\"new_block\", \"new_payment\"]`",
        ),
        (
            "\"new_block\", currency = \"btc,LTC\"",
            BLOCK,
            "unknown currency `btc,LTC` | write a list: `[\"btc\", \"LTC\"]`",
        ),
        (
            "[\"new_blok\", \"new_block\"]",
            "fn f(event: Event)",
            &format!("unknown event `new_blok` | did you mean `new_block`? | {EVENTS}"),
        ),
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
            "fn f(event: Event, amount: Option<&'static str>)",
            "BTC daemons never send `amount` | it is sent by ETH, TRX daemons | remove the parameter",
        ),
    ]);
}
