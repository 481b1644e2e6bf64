//! One round: asking a wallet's daemon how things are, and delivering what no event has said.

use std::sync::Arc;

use futures_util::FutureExt;

use super::crew::Orders;
use super::desk::Desk;
use crate::dispatch::{Delivered, Few, Incoming};
use crate::inbox::{Life, Origin};
use crate::intake::Together;
use crate::reconcile::present::{self, Present, Request, Transactions};
use crate::reconcile::{Change, Difference, Known, Round, What, compare, has_history, prefix};
use crate::schema::{EventSchema, event};
use crate::{Coin, Error, Event, Payload, Result};

/// How many requests are asked for one by one in a round, and how many events it delivers. The rest comes with the next one.
const DETAILS: usize = 64;
const EVENTS: usize = 256;

impl Desk {
    /// Events of this wallet may have been missed.
    pub(crate) fn missed(&self, coin: &Coin) {
        self.dispatcher.watch().gap(coin);
    }

    /// Whether the wallet's queue should be fetched, because its daemon is to be asked how things are.
    #[cfg(feature = "websocket")]
    pub(crate) fn wants_to_compare(&self, coin: &Coin) -> bool {
        self.dispatcher.watch().is_due(coin)
    }

    /// The wallet's queue was fetched, and what was in it is accepted: if it is time, compares what is known with the daemon.
    pub(crate) fn compare(self: &Arc<Self>, coin: &Coin, orders: &Orders) {
        let Some(round) = self.dispatcher.watch().begin(coin) else { return };
        let (desk, coin, stop) = (Arc::clone(self), coin.clone(), orders.stop.clone());
        let compare = async move {
            let watch = desk.dispatcher.watch();
            let look = async {
                match desk.round(&coin, round).await {
                    Ok(left) => watch.end(&coin, round, &left),
                    Err(error) => {
                        watch.failed(&coin, round);
                        desk.tell_trouble(coin.client(), coin.wallet_shown(), &error);
                    }
                }
            };
            // Nothing is lost with what is broken off: the daemon forgets nothing by being asked.
            if stop.run_until_cancelled(look.boxed()).await.is_none() {
                watch.broken_off(&coin);
            }
        };
        orders.spawn(compare.boxed());
    }

    /// The differences that it leaves.
    async fn round(&self, coin: &Coin, round: Round) -> Result<Vec<Change>> {
        // Never closed.
        let _turn = self.looks.acquire().await;
        let Some(prefix) = prefix(coin) else { return Ok(Vec::new()) };
        let present = self.look(coin, round.gap).await?;
        let watch = self.dispatcher.watch();
        let known = match watch.known(coin) {
            Some(held) => held,
            None => Known::read(&prefix, self.dispatcher.inbox().recall(&prefix).await?),
        };
        let found = compare(coin.currency(), &prefix, &known, present, watch.timing.since);
        let Difference { blocks, changes: mut left, remember, kept } = found;
        let believed = watch.believed(coin, &mut left, round);

        let mut texts = Vec::new();
        for height in blocks {
            texts.push(present::new_block(height));
        }
        let (mut details, mut missed) = (DETAILS, 0_usize);
        for (index, change) in believed.into_iter().enumerate() {
            let has_room = index < EVENTS;
            let told = if has_room { self.event(coin, &change, &mut details).await? } else { Told::Later };
            match told {
                Told::Now(text) => {
                    texts.push(text);
                    missed += 1;
                }
                Told::Later => left.push(change),
                Told::Never => {}
            }
        }
        if missed > 0 {
            tracing::warn!(
                currency = %coin.currency(), wallet = coin.wallet_shown(),
                "events were missed, and are delivered now from the state of the daemon: {missed}",
            );
        }
        if !texts.is_empty() || !remember.is_empty() || kept.is_some() {
            let life = Life::new();
            let mut updates = Few::default();
            for text in texts {
                let body: Arc<str> = text.into();
                let read = Together::read(coin, &body, 0..body.len());
                updates.push(Incoming::new(read, Origin::Reconciled, life));
            }
            let place = self.dispatcher.reserve_for(coin).await?;
            let delivered = Delivered { remember, kept, ..Delivered::new(&self.source, coin, updates) };
            self.dispatcher.put(delivered, place)?.stored().await?;
        }
        Ok(left)
    }

    /// Asks for what there are handlers for.
    async fn look(&self, coin: &Coin, gap: bool) -> Result<Present> {
        let mut present = Present::default();
        let handles = |schema| self.handles(coin, schema);
        if gap && handles(event::NewBlock::SCHEMA) {
            present.height = coin.get_info().await?.height;
        }
        if handles(event::NewPayment::SCHEMA) {
            match coin.list_requests().await {
                Ok(requests) => {
                    let known = present.requests.insert(Vec::with_capacity(requests.len()));
                    for request in requests {
                        known.push(request.into());
                    }
                }
                Err(error) => lacks_it(error)?,
            }
        }
        let (told, verified) = (handles(event::NewTransaction::SCHEMA), handles(event::VerifiedTx::SCHEMA));
        if has_history(coin.currency()) && (told || verified) {
            // Those of 2020, which have no `/spec`, do not tell that a transaction is confirmed.
            let verifies = verified && coin.spec().await?.is_some();
            match coin.history().await {
                Ok(history) => {
                    let mut items = Vec::with_capacity(history.transactions.len());
                    for item in history.transactions {
                        items.push(item.into());
                    }
                    present.transactions = Some(Transactions { items, told, verifies });
                }
                Err(error) => lacks_it(error)?,
            }
        }
        Ok(present)
    }

    fn handles(&self, coin: &Coin, schema: &'static EventSchema) -> bool {
        self.source.find(coin, Event::new(schema), self.dispatcher.routes()).is_some()
    }

    /// The event that nothing brought.
    async fn event(&self, coin: &Coin, change: &Change, details: &mut usize) -> Result<Told> {
        let event = |request: &Request| {
            let contract = coin.wallet().and_then(|wallet| present::contract(coin.currency(), wallet));
            request.event(coin.currency(), contract)
        };
        Ok(match &change.is {
            What::Transaction(hash) => Told::Now(present::new_transaction(hash)),
            What::Verified(hash, height) => Told::Now(present::verified_tx(hash, *height)),
            What::Payment(request) if request.is_whole() => Told::Now(event(request)),
            What::Payment(_) if *details == 0 => Told::Later,
            What::Payment(request) => {
                *details -= 1;
                match coin.get_request(&request.id).await.map(Request::from) {
                    Ok(whole) if whole.standing().differs(&request.standing()) => Told::Never,
                    Ok(whole) => Told::Now(event(&whole)),
                    // It was deleted a moment ago.
                    Err(error) if error.daemon().is_some() => Told::Never,
                    Err(error) => return Err(error),
                }
            }
        })
    }
}

/// When a difference is told.
enum Told {
    Now(String),
    /// In the next round: enough was asked in this one.
    Later,
    /// Something changes at this moment. If it is still different then, the clock finds it.
    Never,
}

/// What the daemon does not have is nothing (captures `eth_rpc`: history-notimpl, nosuchmethod).
fn lacks_it(error: Error) -> Result<()> {
    match error.daemon() {
        Some(said) if said.is_unknown_method() || said.message.contains("NotImplementedError") => Ok(()),
        _ => Err(error),
    }
}
