//! The handlers that the cases of `data/cases.json` describe. Each records what it was called with.

use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use bitcart_events::{Coin, Event, Handlers, PaymentStatus, State, handlers, on};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// What the handlers were called with, and how long the slow one takes.
#[derive(Default)]
pub struct Recorder {
    pub calls: Mutex<Vec<Value>>,
    pub pause: Duration,
    pub begun: Notify,
}

impl Recorder {
    fn add(&self, handler: &str, event: Event, mut args: Value) {
        args["event"] = event.name().into();
        self.calls.lock().unwrap().push(json!({ "handler": handler, "args": args }));
    }
}

#[on("new_transaction", register = false)]
fn tx(event: Event, tx: &str, calls: State<Recorder>) {
    calls.add("tx", event, json!({ "tx": tx }));
}

#[on("new_payment", register = false)]
fn pay(event: Event, address: &str, status: PaymentStatus, status_str: &str, calls: State<Recorder>) {
    let status = status.code();
    calls.add("pay", event, json!({ "address": address, "status": status, "status_str": status_str }));
}

#[on("new_block", register = false)]
fn blk(event: Event, height: u64, calls: State<Recorder>) {
    calls.add("blk", event, json!({ "height": height }));
}

#[on("new_transaction", register = false)]
async fn tx_async(event: Event, tx: String, calls: State<Recorder>) {
    tokio::task::yield_now().await;
    calls.add("tx", event, json!({ "tx": tx }));
}

/// It records at its end: whatever does not wait for it would be recorded before it.
#[on("new_transaction", register = false)]
async fn tx_slow(event: Event, tx: String, calls: State<Recorder>) {
    calls.begun.notify_one();
    tokio::time::sleep(calls.pause).await;
    calls.add("tx", event, json!({ "tx": tx }));
}

#[on("new_transaction", register = false)]
fn tx_bare(event: Event, calls: State<Recorder>) {
    calls.add("tx", event, json!({}));
}

#[on("new_transaction", register = false)]
fn tx_error(event: Event, tx: &str, calls: State<Recorder>) -> anyhow::Result<()> {
    calls.add("tx", event, json!({ "tx": tx }));
    bail!("boom")
}

/// What no `except Exception` catches in Python is a panic here.
#[on("new_transaction", register = false)]
fn tx_panic(event: Event, tx: &str, calls: State<Recorder>) {
    calls.add("tx", event, json!({ "tx": tx }));
    panic!("boom");
}

#[on("new_transaction", register = false)]
async fn tx_async_panic(event: Event, tx: &str, calls: State<Recorder>) {
    tokio::task::yield_now().await;
    calls.add("tx", event, json!({ "tx": tx }));
    panic!("boom");
}

#[on(["new_transaction", "new_block", "new_payment"], register = false)]
fn multi(
    event: Event,
    tx: Option<&str>,
    height: Option<u64>,
    address: Option<&str>,
    status: Option<i64>,
    status_str: Option<String>,
    calls: State<Recorder>,
) {
    calls.add(
        "multi",
        event,
        json!({
            "tx": tx, "height": height,
            "address": address, "status": status, "status_str": status_str,
        }),
    );
}

#[on("new_transaction", register = false)]
fn first(event: Event, tx: &str, calls: State<Recorder>) {
    calls.add("first", event, json!({ "tx": tx }));
}

#[on("new_transaction", register = false)]
fn second(event: Event, tx: &str, calls: State<Recorder>) {
    calls.add("second", event, json!({ "tx": tx }));
}

#[on("verified_tx", register = false)]
fn v(event: Event, tx: &str, calls: State<Recorder>) {
    calls.add("v", event, json!({ "tx": tx }));
}

/// As the cases write an instance: `<BTC xpubA>`.
fn shown(coin: &Coin) -> String {
    format!("<{} {}>", coin.currency(), coin.wallet().unwrap_or("None"))
}

#[on("new_transaction", register = false)]
fn with_instance_tx(instance: Coin, event: Event, tx: &str, calls: State<Recorder>) {
    calls.add("tx", event, json!({ "instance": shown(&instance), "tx": tx }));
}

#[on("new_transaction", register = false)]
fn with_instance_tx_error(
    instance: Coin,
    event: Event,
    tx: &str,
    calls: State<Recorder>,
) -> Result<(), String> {
    calls.add("tx", event, json!({ "instance": shown(&instance), "tx": tx }));
    Err("boom".to_owned())
}

#[on("new_block", register = false)]
fn with_instance_blk(instance: Coin, event: Event, height: u64, calls: State<Recorder>) {
    calls.add("blk", event, json!({ "instance": shown(&instance), "height": height }));
}

#[on("new_transaction", register = false)]
fn mgr(instance: Coin, event: Event, tx: &str, calls: State<Recorder>) {
    calls.add("mgr", event, json!({ "instance": shown(&instance), "tx": tx }));
}

#[on("new_transaction", register = false)]
fn own(instance: Coin, event: Event, tx: &str, calls: State<Recorder>) {
    calls.add("own", event, json!({ "instance": shown(&instance), "tx": tx }));
}

/// The handler that a case describes. Its description is written as text, so that no word of it is overlooked.
pub fn handler_for(described: &Value) -> Result<Handlers> {
    let words = |name: &str| -> Vec<&str> {
        described[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let id = described["id"].as_str().context("id")?;
    let mut text = format!("{}: {id}({})", words("events").join(" "), words("params").join(", "));
    for (key, value) in described.as_object().context("a handler")? {
        match key.as_str() {
            "id" | "events" | "params" => {}
            "raises" => text += &format!(" raises {}", value.as_str().context("raises")?),
            // How long to sleep, and on which wallet, is for the caller.
            other => text += &format!(" {other}"),
        }
    }
    Ok(match text.as_str() {
        "new_transaction: tx(event, tx)" => handlers![tx],
        "new_payment: pay(event, address, status, status_str)" => handlers![pay],
        "new_block: blk(event, height)" => handlers![blk],
        "new_transaction: tx(event, tx) async" => handlers![tx_async],
        "new_transaction: tx(event, tx) async sleep_ms" => handlers![tx_slow],
        "new_transaction: tx(event)" => handlers![tx_bare],
        "new_transaction: tx(event, tx) raises ValueError"
        | "new_transaction: tx(event, tx) raises TypeError" => handlers![tx_error],
        "new_transaction: tx(event, tx) raises MyBase" => handlers![tx_panic],
        "new_transaction: tx(event, tx) async raises asyncio.CancelledError" => handlers![tx_async_panic],
        "new_transaction new_block new_payment: multi(event, tx=None, height=None, address=None, status=None, status_str=None)" =>
        {
            handlers![multi]
        }
        "new_transaction: first(event, tx)" => handlers![first],
        "new_transaction: second(event, tx)" => handlers![second],
        "verified_tx: v(event, tx)" => handlers![v],
        "new_transaction: tx(instance, event, tx)" => handlers![with_instance_tx],
        "new_transaction: tx(instance, event, tx) raises ValueError" => handlers![with_instance_tx_error],
        "new_block: blk(instance, event, height)" => handlers![with_instance_blk],
        "new_transaction: mgr(instance, event, tx)" => handlers![mgr],
        "new_transaction: own(instance, event, tx) on_wallet" => handlers![own],
        other => bail!("no handler is written for `{other}`"),
    })
}
