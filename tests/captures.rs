//! The captured traffic of real daemons, replayed: every event reaches a typed handler, and every field and amount of
//! it is what the daemon wrote.

mod support;

#[path = "support/captured.rs"]
mod captured;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, ensure};
use bitcart_events::{
    ApiManager, Coin, Currency, Daemon, Decimal, Event, Handlers, ListenerBuilder, PaymentStatus, State,
    Update, WebhookSettings, handlers, on,
};
use captured::{Batch, batches};
use serde_json::{Value, json};
use support::connection::{Connection, closed_port};
use tokio::sync::oneshot;

/// For each file: how many of each event it holds, how many of all were handled, and how many had been delivered
/// before.
#[rustfmt::skip]
const TABLE: [(&str, Counts); 10] = [
    //                new_block  new_transaction  new_payment  verified_tx  handled  repeated
    ("bnb",           [2,        2,               2,           0,           6,       0]),
    ("btc_rpc",       [24,       5,               12,          6,           47,      0]),
    ("btc_ws",        [42,       16,              40,          20,          118,     0]),
    // Repeated: a transaction after the wallet was loaded again, and a block after `rescan_blocks`.
    ("eth_rpc",       [179,      7,               4,           0,           188,     2]),
    ("eth_ws",        [910,      16,              11,          0,           937,     0]),
    // Handshakes and closes. Its one event is in a frame that is compressed because the client had offered it.
    ("eth_wsproto",   [0,        0,               0,           0,           0,       0]),
    ("trx",           [4,        4,               4,           0,           12,      0]),
    // Repeated: height 159, once for each of two wallets.
    ("webhook_http",  [9,        3,               4,           0,           15,      1]),
    ("webhook_rpc",   [7,        0,               1,           0,           8,       0]),
    // As in webhook_http, on the socket that was not limited to one wallet.
    ("webhook_ws",    [21,       8,               8,           0,           36,      1]),
];
const EVENTS: [&str; 4] = ["new_block", "new_transaction", "new_payment", "verified_tx"];
type Counts = [usize; 6];

fn expected(file: &str) -> Option<Counts> {
    TABLE.iter().find(|(name, _)| *name == file).map(|(_, counts)| *counts)
}

// ---------------------------------------------------------------- the handlers

/// What came to the handlers: the instance, and an update's text.
#[derive(Default)]
struct Seen(Mutex<Vec<(String, String)>>);

impl Seen {
    /// The update as a typed handler sees it, put together again. `null` says the same as nothing.
    fn fields(&self, instance: &Coin, event: Event, mut fields: Value) {
        fields["event"] = event.name().into();
        self.0.lock().unwrap().push((shown(instance.currency(), instance.wallet()), canonical(fields)));
    }

    fn take(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

fn shown(currency: Currency, wallet: Option<&str>) -> String {
    format!("{currency} {wallet:?}")
}

/// One text for equal objects: keys in order, without nulls.
fn canonical(mut update: Value) -> String {
    if let Some(members) = update.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    update.to_string()
}

#[on("new_block", register = false)]
fn block(instance: Coin, event: Event, height: u64, seen: State<Seen>) {
    seen.fields(&instance, event, json!({ "height": height }));
}

#[on("new_transaction", register = false)]
#[allow(clippy::too_many_arguments, reason = "every field of the event")]
fn transaction(
    instance: Coin,
    event: Event,
    tx: &str,
    from_address: Option<&str>,
    to: Option<&str>,
    amount: Option<Decimal>,
    contract: Option<&str>,
    seen: State<Seen>,
) {
    let amount = amount.map(|amount| amount.to_string());
    let fields =
        json!({ "tx": tx, "from_address": from_address, "to": to, "amount": amount, "contract": contract });
    seen.fields(&instance, event, fields);
}

#[on("new_payment", register = false)]
#[allow(clippy::too_many_arguments, reason = "every field of the event")]
async fn payment(
    instance: Coin,
    event: Event,
    address: &str,
    status: PaymentStatus,
    status_str: &str,
    tx_hashes: Option<Vec<String>>,
    sent_amount: Option<Decimal>,
    contract: Option<String>,
    seen: State<Seen>,
) {
    let fields = json!({
        "address": address, "status": status.code(), "status_str": status_str, "tx_hashes": tx_hashes,
        "sent_amount": sent_amount.map(|amount| amount.to_string()), "contract": contract,
    });
    seen.fields(&instance, event, fields);
}

#[on("verified_tx", register = false)]
fn verified(instance: Coin, event: Event, tx: &str, height: u64, seen: State<Seen>) {
    seen.fields(&instance, event, json!({ "tx": tx, "height": height }));
}

fn typed() -> Handlers {
    handlers![block, transaction, payment, verified]
}

// ---------------------------------------------------------------- the listeners

/// A listener for updates like `first`: for lists a coin, for envelopes a manager of every wallet that the file's
/// envelopes name. Its handlers are the typed ones, or one by hand that records the update's own text.
fn listener(
    first: &Batch,
    wallets: &Wallets,
    daemon: &Daemon,
    seen: &Arc<Seen>,
    by_hand: bool,
) -> Result<ListenerBuilder> {
    let record = {
        let seen = Arc::clone(seen);
        move |update: Update| {
            let entry = (shown(update.currency(), update.coin().wallet()), update.raw().to_owned());
            seen.0.lock().unwrap().push(entry);
            async { Ok(()) }
        }
    };
    let builder = if first.body.starts_with('[') {
        let coin = Coin::at(first.currency, daemon.clone(), first.wallet.as_deref().unwrap_or_default());
        if by_hand {
            coin.add_event_handler(EVENTS, record)?;
        }
        coin.listener()
    } else {
        let mut builder = ApiManager::builder();
        for (currency, wallet) in wallets {
            builder = builder.wallet(*currency, wallet).daemon(*currency, daemon.clone());
        }
        let manager = builder.build()?;
        if by_hand {
            manager.add_event_handler(EVENTS, record)?;
        }
        manager.listener()
    };
    let builder = if by_hand { builder } else { builder.handlers(typed()) };
    Ok(builder.without_registry().shared_state(Arc::clone(seen)))
}

type Wallets = BTreeSet<(Currency, String)>;

fn wallets(batches: &[Batch]) -> Wallets {
    batches.iter().filter_map(|batch| Some((batch.currency, batch.wallet.clone()?))).collect()
}

/// Facts, and whose they are, that a recorder has brought already.
#[derive(Default)]
struct Known(HashSet<(String, String)>);

impl Known {
    /// What the handlers are to get of a batch. A height of a currency, whichever wallet it is announced to, and a
    /// transaction of a wallet come once.
    fn news(&mut self, batch: &Batch, by_hand: bool) -> Result<Vec<(String, String)>> {
        let mut news = Vec::new();
        for text in &batch.updates {
            let update: Value = serde_json::from_str(text)?;
            let whose = shown(batch.currency, batch.wallet.as_deref());
            let fact = match update["event"].as_str() {
                Some("new_block") => Some(batch.currency.to_string()),
                Some("new_transaction") => Some(whose.clone()),
                _ => None,
            };
            if fact.is_none_or(|fact| self.0.insert((fact, text.clone()))) {
                news.push((whose, if by_hand { text.clone() } else { canonical(update) }));
            }
        }
        Ok(news)
    }
}

/// Counts a batch: its events, what was handled, and what was not.
fn count(counts: &mut Counts, batch: &Batch, handled: usize) -> Result<()> {
    for text in &batch.updates {
        let update: Value = serde_json::from_str(text)?;
        let place = EVENTS.iter().position(|event| update["event"] == *event).context("another event")?;
        counts[place] += 1;
    }
    counts[4] += handled;
    counts[5] += batch.updates.len() - handled;
    Ok(())
}

// ---------------------------------------------------------------- the tests

/// Each request goes through a socket with the bytes that the daemon of 2020 sent, but for the path.
#[tokio::test]
async fn webhooks_as_they_were_posted() -> Result<()> {
    let (_port, addr) = closed_port()?;
    let daemon = Daemon::new(format!("http://{addr}"))?;
    for by_hand in [false, true] {
        let batches = batches("webhook_http")?;
        let seen = Arc::new(Seen::default());
        let (stop, stopped) = oneshot::channel::<()>();
        let server =
            listener(batches.first().context("no batches")?, &wallets(&batches), &daemon, &seen, by_hand)?
                .webhook_settings(WebhookSettings::default().addr(([127, 0, 0, 1], 0)))
                .shutdown_on(async { drop(stopped.await) })
                .build()?
                .bind_webhook()
                .await?;
        let addr = server.local_addr();
        let path = server.secret_url().trim_start_matches(&format!("http://{addr}")).to_owned();
        let running = tokio::spawn(server.run());

        let (mut connections, mut known, mut counts) = (HashMap::new(), Known::default(), Counts::default());
        for batch in &batches {
            let (connection, request) = batch.request.as_ref().context("no request")?;
            let (_, rest) = request.split_once(" HTTP/1.1\r\n").context("no request line")?;
            let request = format!("POST {path} HTTP/1.1\r\n{rest}");
            if !connections.contains_key(connection) {
                connections.insert(connection, Connection::open(addr).await?);
            }
            let connection = connections.get_mut(connection).context("no connection")?;
            let answer = connection.send(request.as_bytes()).await?.context("no answer")?;
            assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
            assert_eq!(answer.header("content-type"), Some("application/json"));
            // The answer comes after the handlers.
            let got = seen.take();
            assert_eq!(got, known.news(batch, by_hand)?, "by hand: {by_hand}");
            count(&mut counts, batch, got.len())?;
        }
        assert_eq!(Some(counts), expected("webhook_http"));
        drop(stop);
        running.await??;
    }
    Ok(())
}

#[tokio::test]
async fn events_of_the_other_captures() -> Result<()> {
    let (_port, addr) = closed_port()?;
    let daemon = Daemon::new(format!("http://{addr}"))?;
    let mut amounts = 0;
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/data/captures"))? {
        let name = entry?.file_name();
        let file = name.to_str().and_then(|name| name.strip_suffix(".jsonl")).context("a file's name")?;
        if file == "webhook_http" {
            continue;
        }
        for by_hand in [false, true] {
            let mut recorders: BTreeMap<String, Vec<Batch>> = BTreeMap::new();
            let all = batches(file)?;
            let wallets = wallets(&all);
            for batch in all {
                recorders.entry(batch.recorder.clone()).or_default().push(batch);
            }
            let mut counts = Counts::default();
            for batches in recorders.values() {
                let first = batches.first().context("no batches")?;
                let (seen, mut known) = (Arc::new(Seen::default()), Known::default());
                let listener = listener(first, &wallets, &daemon, &seen, by_hand)?.build()?;
                for batch in batches {
                    let report = listener.process_updates(&batch.body).await?;
                    ensure!(report.total() == batch.updates.len(), "{file}: {report:?}");
                    ensure!(report.failed.is_empty() && report.rejected.is_empty(), "{file}: {report:?}");
                    ensure!(report.ignored.is_empty(), "{file}: {report:?}");
                    let got = seen.take();
                    amounts += got.iter().filter(|(_, update)| update.contains("amount\":")).count();
                    assert_eq!(got, known.news(batch, by_hand)?, "{file}, by hand: {by_hand}");
                    count(&mut counts, batch, report.handled)?;
                }
            }
            assert_eq!(Some(counts), expected(file), "{file}");
        }
    }
    // Those of 101 updates, once typed and once by hand.
    assert_eq!(amounts, 202);
    Ok(())
}
