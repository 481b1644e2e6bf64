//! The captures of `data/captures`, read: every batch of updates in them, and whose it is.

use std::collections::HashMap;

use anyhow::Result;
use bitcart_events::Currency;
use serde_json::Value;
use serde_json::value::RawValue;

/// Updates that came together.
pub struct Batch {
    /// Who recorded it: what one program would have received over its life.
    pub recorder: String,
    pub currency: Currency,
    pub wallet: Option<String>,
    /// What is passed on: an envelope, or a list.
    pub body: String,
    /// The text of each update, as captured.
    pub updates: Vec<String>,
    /// The whole captured request, and the connection it came on; of webhooks only.
    pub request: Option<(String, String)>,
}

type Members = HashMap<String, Box<RawValue>>;

fn texts(list: &RawValue) -> Result<Vec<String>> {
    let list: Vec<Box<RawValue>> = serde_json::from_str(list.get())?;
    Ok(list.iter().map(|raw| raw.get().to_owned()).collect())
}

/// An envelope; anything else, a close frame for one, is `None`.
fn envelope(recorder: &str, body: &str) -> Option<Batch> {
    let members: Members = serde_json::from_str(body).ok()?;
    let currency: String = serde_json::from_str(members.get("currency")?.get()).ok()?;
    Some(Batch {
        recorder: recorder.to_owned(),
        currency: currency.parse().ok()?,
        wallet: serde_json::from_str(members.get("wallet")?.get()).ok()?,
        body: body.to_owned(),
        updates: texts(members.get("updates")?).ok()?,
        request: None,
    })
}

/// The answer of a `get_updates`. Errors, and answers to anything else, are `None`.
fn answer(currency: &str, request: &str, answer: &str) -> Option<Batch> {
    let request: Value = serde_json::from_str(request).ok()?;
    if request["method"] != "get_updates" {
        return None;
    }
    let members: Members = serde_json::from_str(answer).ok()?;
    let result = members.get("result")?;
    let parameters = &request["params"];
    let xpub = parameters.as_array().and_then(|list| list.last()).unwrap_or(parameters)["xpub"].clone();
    // A token's wallet is known by its address and the contract.
    let wallet = match (xpub.as_str(), xpub["xpub"].as_str(), xpub["contract"].as_str()) {
        (Some(wallet), ..) | (None, Some(wallet), None) => wallet.to_owned(),
        (None, Some(wallet), Some(contract)) => format!("{wallet}_{contract}"),
        (None, None, _) => return None,
    };
    Some(Batch {
        recorder: format!("get_updates of {wallet}"),
        currency: currency.parse().ok()?,
        wallet: Some(wallet),
        body: result.get().to_owned(),
        updates: texts(result).ok()?,
        request: None,
    })
}

/// Everything of a file that holds updates, in the order of the file.
pub fn batches(file: &str) -> Result<Vec<Batch>> {
    let path = format!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/captures/{}.jsonl"), file);
    let mut asked = String::new();
    let mut found = Vec::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let line: Value = serde_json::from_str(line)?;
        let word = |name: &str| line[name].as_str().unwrap_or_default();
        let http_body = word("raw").split_once("\r\n\r\n").map_or("", |(_, body)| body);
        found.extend(match (word("transport"), word("dir")) {
            // A label is one connection, and each connection is sent every event.
            ("ws", "s2c") => envelope(word("label"), word("raw")),
            ("webhook-http", "c2s") => envelope("webhooks", http_body).map(|batch| {
                let connection = format!("{} {}", word("label"), line["conn"]);
                Batch { request: Some((connection, word("raw").to_owned())), ..batch }
            }),
            // A wallet's queue is emptied by whoever asks: all answers of a file are one program's.
            ("http", "s2c") => answer(word("currency"), &asked, http_body),
            _ => None,
        });
        if word("dir") == "c2s" {
            asked = http_body.to_owned();
        }
    }
    Ok(found)
}
