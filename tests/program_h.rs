//! Program H of the README's promise: one currency's own fields; events of one's own. Its handlers as they are written there.

use bitcart_events::{Coin, Decimal, Event, on};

#[on("new_transaction", currency = "ETH")]
async fn token(event: Event, tx: &str, from_address: &str, amount: Decimal, contract: Option<String>) {
    println!("{event} {tx} {from_address} {amount} {contract:?}");
}

#[on("new_payment", daemon = "current")] // not for the daemons of 2020: so these are always there
fn paid(event: Event, address: &str, sent_amount: Decimal, tx_hashes: Vec<String>) {
    println!("{event} {address} {sent_amount} {tx_hashes:?}");
}

bitcart_events::events! {
    pub mod shop {
        /// A parcel has left.
        order_shipped { order_id: Int, carrier: Option<Str> }
    }
}
#[on("order_shipped", schema = shop)]
fn shipped(event: Event, order_id: u64) {
    println!("{event} {order_id}");
}

#[tokio::test]
async fn each_takes_what_is_its_own() {
    let transaction = r#"{"event": "new_transaction", "tx": "0xa", "from_address": "0xb", "to": "0xc", "amount": "0.50", "contract": null}"#;
    let payment = r#"{"event": "new_payment", "address": "a", "status": 3, "status_str": "Paid", "tx_hashes": ["t"], "sent_amount": "0.5"}"#;
    let of_2020 = r#"{"event": "new_payment", "address": "a", "status": 3, "status_str": "Paid"}"#;
    let updates =
        format!(r#"[{transaction}, {payment}, {of_2020}, {{"event": "order_shipped", "order_id": 7}}]"#);
    let report = Coin::eth("xpub").process_updates(updates.as_str()).await.unwrap();
    assert_eq!((report.handled, report.rejected.len()), (3, 1), "{report:?}");
    assert!(report.rejected[0].reason.to_string().contains("`sent_amount` is missing"), "{report:?}");
    // Of Bitcoin nobody handles transactions here.
    let report = Coin::btc("xpub").process_updates(updates.as_str()).await.unwrap();
    assert_eq!((report.handled, report.rejected.len(), report.ignored.len()), (2, 1, 1), "{report:?}");
}
