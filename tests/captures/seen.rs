//! Typed handlers that note what they get, and what they are to get.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use bitcart_events::{
    ApiManager, Coin, Currency, Daemon, Decimal, Event, Handlers, ListenerBuilder, PaymentStatus, State,
    Update, handlers, on,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::EVENTS;
use crate::captured::Batch;

/// How many of each event, how many of all were handled, and how many had been delivered before.
pub(crate) type Counts = [usize; 6];

/// What came to the handlers: the instance, and an update's text.
#[derive(Default)]
pub(crate) struct Seen(Mutex<Vec<(String, String)>>, Notify);

impl Seen {
    /// The update as a typed handler sees it, put together again. `null` says the same as nothing.
    pub(crate) fn fields(&self, instance: &Coin, event: Event, mut fields: Value) {
        fields["event"] = event.name().into();
        self.note(shown(event.name(), instance.currency(), instance.wallet()), canonical(fields));
    }

    fn note(&self, whose: String, update: String) {
        self.0.lock().unwrap().push((whose, update));
        self.1.notify_one();
    }

    /// Waits for an update, and takes it out.
    pub(crate) async fn wait_for(&self, update: &(String, String)) -> Result<()> {
        let arrived = async {
            loop {
                {
                    let mut seen = self.0.lock().unwrap();
                    if let Some(place) = seen.iter().position(|seen| seen == update) {
                        seen.remove(place);
                        return;
                    }
                }
                self.1.notified().await;
            }
        };
        let late = || format!("{update:?} did not come, but {:?}", self.0.lock().unwrap());
        tokio::time::timeout(Duration::from_secs(30), arrived).await.with_context(late)
    }

    pub(crate) fn take(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

pub(crate) fn shown(event: &str, currency: Currency, wallet: Option<&str>) -> String {
    // A block is the currency's, and a daemon of 2020 names all of its wallets for it, one after another.
    if event == "new_block" { currency.to_string() } else { format!("{currency} {wallet:?}") }
}

/// One text for equal objects: keys in order, without nulls.
pub(crate) fn canonical(mut update: Value) -> String {
    if let Some(members) = update.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    update.to_string()
}

#[on("new_block", register = false)]
pub(crate) fn block(instance: Coin, event: Event, height: u64, seen: State<Seen>) {
    seen.fields(&instance, event, json!({ "height": height }));
}

#[on("new_transaction", register = false)]
#[allow(clippy::too_many_arguments, reason = "every field of the event")]
pub(crate) fn transaction(
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
pub(crate) fn verified(instance: Coin, event: Event, tx: &str, height: u64, seen: State<Seen>) {
    seen.fields(&instance, event, json!({ "tx": tx, "height": height }));
}

pub(crate) fn typed() -> Handlers {
    handlers![block, transaction, payment, verified]
}

/// A listener for updates like `first`: for lists a coin, for envelopes a manager of every wallet that the file's
/// envelopes name. Its handlers are the typed ones, or one by hand that records the update's own text.
pub(crate) fn listener(
    first: &Batch,
    wallets: &Wallets,
    daemon: &Daemon,
    seen: &Arc<Seen>,
    by_hand: bool,
) -> Result<ListenerBuilder> {
    let record = {
        let seen = Arc::clone(seen);
        move |update: Update| {
            let whose = shown(update.event().name(), update.currency(), update.coin().wallet());
            seen.note(whose, update.raw().to_owned());
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

pub(crate) type Wallets = BTreeSet<(Currency, String)>;

pub(crate) fn wallets(batches: &[Batch]) -> Wallets {
    batches.iter().filter_map(|batch| Some((batch.currency, batch.wallet.clone()?))).collect()
}

/// Facts, and whose they are, that a recorder has brought already.
#[derive(Default)]
pub(crate) struct Known(HashSet<(String, String)>);

impl Known {
    /// What the handlers are to get of a batch. A height of a currency, whichever wallet it is announced to, and a
    /// transaction of a wallet come once.
    pub(crate) fn news(&mut self, batch: &Batch, by_hand: bool) -> Result<Vec<(String, String)>> {
        let mut news = Vec::new();
        for text in &batch.updates {
            let update: Value = serde_json::from_str(text)?;
            let event = update["event"].as_str().context("no event")?;
            let whose = shown(event, batch.currency, batch.wallet.as_deref());
            let is_fact = ["new_block", "new_transaction"].contains(&event);
            if !is_fact || self.0.insert((whose.clone(), text.clone())) {
                news.push((whose, if by_hand { text.clone() } else { canonical(update) }));
            }
        }
        Ok(news)
    }
}

/// Counts a batch: its events, what was handled, and what was not.
pub(crate) fn count(counts: &mut Counts, batch: &Batch, handled: usize) -> Result<()> {
    for text in &batch.updates {
        let update: Value = serde_json::from_str(text)?;
        let place = EVENTS.iter().position(|event| update["event"] == *event).context("another event")?;
        counts[place] += 1;
    }
    counts[4] += handled;
    counts[5] += batch.updates.len() - handled;
    Ok(())
}
