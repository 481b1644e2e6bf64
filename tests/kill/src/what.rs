//! What an event was, in a few words that no other event has: unless the daemon says the same twice.

use serde_json::Value;

/// Of a payment. The daemons of 2020 say no amount.
pub fn payment(address: &str, status: u8, sent: Option<&str>) -> String {
    format!("paid {address} {status} {}", sent.unwrap_or("-"))
}

/// Of a transaction.
pub fn transaction(hash: &str) -> String {
    format!("tx {hash}")
}

/// Of a block.
pub fn block(height: u64) -> String {
    format!("block {height}")
}

/// Whether it is delivered once, however often a daemon says it.
pub fn is_fact(what: &str) -> bool {
    !what.starts_with("paid ")
}

/// Whether it is a block.
pub fn is_block(what: &str) -> bool {
    what.starts_with("block ")
}

/// The same from the event's text; nothing for events that the victim has no handler for.
pub fn of(json: &str) -> Option<String> {
    of_value(&serde_json::from_str(json).ok()?)
}

/// The same of several.
pub fn of_each(jsons: &[String]) -> Vec<String> {
    jsons.iter().filter_map(|json| of(json)).collect()
}

/// From whatever a daemon sends: an envelope, a list of events.
pub fn of_all(json: &str) -> Vec<String> {
    let Ok(value) = serde_json::from_str::<Value>(json) else { return Vec::new() };
    let list = value.get("updates").unwrap_or(&value);
    list.as_array().into_iter().flatten().filter_map(of_value).collect()
}

fn of_value(event: &Value) -> Option<String> {
    let text = |field: &str| event.get(field).and_then(Value::as_str);
    let number = |field: &str| event.get(field).and_then(Value::as_u64);
    match text("event")? {
        "new_payment" => {
            Some(payment(text("address")?, u8::try_from(number("status")?).ok()?, text("sent_amount")))
        }
        "new_transaction" => text("tx").map(transaction),
        "new_block" => number("height").map(block),
        _ => None,
    }
}
