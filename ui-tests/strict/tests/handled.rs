//! The handlers of the library do what is written in them; all of its lints are for nothing if they do not.

use std::sync::Arc;

use bitcart_events_strict::{listed, Notes};
use payments::rusqlite::Connection;
use payments::{BoxError, Coin, Currency, Delivery, Event, InboxTx};

async fn noted(currency: Currency, updates: &str) -> Vec<String> {
    let notes = Arc::new(Notes::default());
    let listener = Coin::new(currency, "wallet").listener().shared_state(Arc::clone(&notes)).build().unwrap();
    let report = listener.process_updates(updates).await.unwrap();
    assert_eq!(report.handled + report.failed.len(), report.total(), "{report:?}");
    let failed = report.failed.iter().map(|failed| failed.error.to_string());
    notes.take().into_iter().chain(failed).collect()
}

#[tokio::test]
async fn those_for_the_events_of_bitcart() {
    let updates = r#"[
        {"event": "new_block", "height": 7},
        {"event": "verified_tx", "tx": "a", "height": 7},
        {"event": "new_transaction", "tx": "b", "from_address": "f", "to": "t", "amount": "0.10", "contract": null},
        {"event": "new_payment", "address": "c", "status": 3, "status_str": "Paid"}
    ]"#;
    assert_eq!(noted(Currency::Btc, updates).await, ["b", "new_payment c Paid None BTC 1"]);
    assert_eq!(noted(Currency::Eth, updates).await, ["token b 0.10", "new_payment c Paid None ETH 1"]);
}

#[tokio::test]
async fn those_for_the_events_of_the_library() {
    let updates = r#"[
        {"event": "move", "type": 1, "größe": 2, "update": "", "value": true},
        {"event": "option", "string": "a"},
        {"event": "string", "vec": 0},
        {"event": "ok", "some": 3},
        {"event": "switched_on", "by": "on", "at": 4},
        {"event": "switched_off", "by": "off"},
        {"event": "letter_sent", "number": 5},
        {"event": "letter_read", "by": "b"},
        {"event": "letter_lost", "number": 6},
        {"event": "order_shipped", "order_id": 7, "carrier": "c", "type": false},
        {"event": "order_paid", "amount": "8", "status": 3, "hashes": ["d"], "more": 9},
        {"event": "order_lost", "order_id": 10},
        {"event": "order_found", "order_id": 11},
        {"event": "above", "number": 12},
        {"event": "below", "number": 13},
        {"event": "hinted", "number": 14},
        {"event": "old", "number": 15},
        {"event": "large", "number": 16}
    ]"#;
    let expected = [
        "move 1 Some(2) true",
        "a",
        "string true",
        "ok false",
        "on 1",
        "off",
        "sent 5",
        "read b",
        "lost 6",
        "shipped 7 Some(\"c\") false",
        "paid 8 Some(Paid) 1 9",
        "lost 10",
        "found 11",
        "above 12",
        "below 13",
        "hinted 14",
        "old 15",
        "large 12288",
        // The error of the one that returns one.
        "hinted",
    ];
    assert_eq!(noted(Currency::Btc, updates).await, expected);
}

#[tokio::test]
async fn those_that_are_listed() {
    let listener = Coin::btc("wallet").listener().without_registry().handlers(listed::all()).build().unwrap();
    let updates = r#"[
        {"event": "new_block", "height": 7},
        {"event": "verified_tx", "tx": "a", "height": 7},
        {"event": "new_transaction", "tx": "b"},
        {"event": "new_payment", "address": "c", "status": 3, "status_str": "Paid"},
        {"event": "counted", "number": 1},
        {"event": "exported", "number": 2}
    ]"#;
    assert_eq!(listener.process_updates(updates).await.unwrap().handled, 6);
}

/// Called by hand, in a transaction of a file of its own.
#[tokio::test]
async fn those_that_write_into_the_inbox() -> Result<(), BoxError> {
    let (inbox, mut file) = (InboxTx::default(), Connection::open_in_memory()?);
    let event = Event::find("new_payment")?;
    for address in ["a", "b"] {
        listed::of_the_inbox(event, address, Delivery::new(address), inbox.clone());
    }
    listed::of_the_inbox_too(event, inbox.clone())?;
    file.execute_batch("CREATE TABLE booked (address TEXT)")?;
    let tx = file.transaction()?;
    inbox.run(&tx)?;
    let booked: String = tx.query_row("SELECT group_concat(address) FROM booked", (), |row| row.get(0))?;
    assert_eq!(booked, "a");
    Ok(())
}
