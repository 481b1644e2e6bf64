//! A process of ours: one listener, its ledgers, and the calls that are under way for them.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use futures_util::FutureExt;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::daemon::{Daemon, Told, WALLETS, text};
use super::shelf::Shelf;
use crate::delivery::crew::{Crew, Orders};
use crate::delivery::desk::{Answer, Desk};
use crate::delivery::websocket::Memory;
use crate::delivery::websocket::ledger::Ledger;
use crate::delivery::websocket::ledger::arrivals::Arrivals;
use crate::delivery::websocket::ledger::fetch::Fetched;
use crate::delivery::websocket::ledger::wallet::Asking;
use crate::inbox::{Chain, Received, ReceivedId};
use crate::{ApiManager, Coin, Currency, Error, ErrorKind};

pub(super) struct Process {
    pub(super) desk: Arc<Desk>,
    memory: Arc<Memory>,
    /// They say stop, so that no daemon is asked but the one of this test.
    orders: Orders,
    /// Whether the next ledger lends its thread to the handlers: every other one does.
    lends: Cell<bool>,
    _crew: Crew,
}

/// A call of `get_updates`, for one wallet.
pub(super) struct Call {
    pub(super) wallet: usize,
    coin: Coin,
    asked: Arc<OnceLock<Instant>>,
    written: Chain,
    stage: Stage,
}

enum Stage {
    Asked,
    Drained(Vec<Told>),
    /// It is in the inbox, if that keeps it.
    Kept(Vec<Told>, Option<ReceivedId>),
}

/// A ledger that ends, after its last answer.
pub(super) struct Ending {
    pub(super) ledger: Pin<Box<dyn Future<Output = ()>>>,
    pub(super) calls: Vec<Call>,
    arrivals: Arc<Arrivals>,
}

impl Process {
    pub(super) async fn new(manager: &ApiManager, shelf: Option<&Shelf>, room: usize) -> Self {
        let listener = manager.listener().without_registry().capacity(room);
        let listener = match shelf {
            Some(shelf) => listener.inbox(shelf.clone()),
            None => listener,
        };
        let listener = listener.build().unwrap();
        let desk = Arc::new(Desk::new(listener.source.clone(), Arc::clone(&listener.parts.dispatcher)));
        let (give, orders) = oneshot::channel();
        let work = |orders| async move { drop(give.send(orders)) }.boxed();
        let crew = Crew::start(&desk, &listener.parts.shutdown, Box::new(work)).unwrap();
        let orders = orders.await.unwrap().child();
        orders.stop.cancel();
        Self { desk, memory: Arc::default(), orders, lends: Cell::new(false), _crew: crew }
    }

    /// A ledger that has read what the inbox keeps, if that can be written.
    pub(super) async fn ledger(&self) -> Option<Ledger> {
        self.writable()?;
        let (desk, memory) = (Arc::clone(&self.desk), Arc::clone(&self.memory));
        let mut ledger = Ledger::new(desk, memory, Currency::Btc, self.orders.clone());
        ledger.lends = !self.lends.replace(!self.lends.get());
        ledger.load().await.unwrap();
        Some(ledger)
    }

    /// Who has to wait for it waits for another step.
    pub(super) fn writable(&self) -> Option<()> {
        self.desk.dispatcher.writable(&CancellationToken::new()).now_or_never().flatten()
    }

    /// A step of a call, as [`Desk::fetch`] makes it. What it came to, if it has ended.
    pub(super) async fn go(&self, call: &mut Call, daemon: &mut Daemon) -> Option<Fetched> {
        let dispatcher = &self.desk.dispatcher;
        match std::mem::replace(&mut call.stage, Stage::Asked) {
            Stage::Asked => {
                self.writable()?;
                let _ = call.asked.set(Instant::now());
                let written = dispatcher.remember(Vec::new(), Vec::new(), Some(call.written.clone())).await;
                if dispatcher.is_durable() && written.unwrap().is_err() {
                    return Some(Fetched { coin: call.coin.clone(), answer: Ok(None) });
                }
                call.stage = Stage::Drained(daemon.drain(call.wallet));
            }
            Stage::Drained(answer) if dispatcher.is_durable() && !answer.is_empty() => {
                let (id, received) = (dispatcher.number(), call.received(&answer));
                call.stage = match dispatcher.keep(id, received, Vec::new(), None).await.unwrap() {
                    Ok(()) => Stage::Kept(answer, Some(id)),
                    // It is tried again.
                    Err(_) => Stage::Drained(answer),
                };
            }
            Stage::Drained(answer) => call.stage = Stage::Kept(answer, None),
            Stage::Kept(answer, id) => {
                let received = call.received(&answer);
                let again = self.desk.again(&call.coin, ReceivedId(0), &received).unwrap();
                let answer = Ok(Some(Answer { received: id, ..again }));
                return Some(Fetched { coin: call.coin.clone(), answer });
            }
        }
        None
    }
}

impl Call {
    fn received(&self, answer: &[Told]) -> Received {
        let text: Arc<str> = text(answer).into();
        Received { wallet: self.coin.id(), ..Received::new(Currency::Btc, text) }
    }

    /// It fails before the daemon has answered it, if it still can.
    pub(super) fn fail(&self) -> Option<Fetched> {
        let failed = Error::new(ErrorKind::Connection, "gone".to_owned());
        matches!(self.stage, Stage::Asked).then(|| Fetched { coin: self.coin.clone(), answer: Err(failed) })
    }

    /// Its process is gone. What was not kept would be lost, as is said where the promises are: so it was not asked for yet.
    pub(super) fn vanish(self, daemon: &mut Daemon) {
        match self.stage {
            Stage::Asked | Stage::Kept(_, Some(_)) => {}
            Stage::Drained(answer) | Stage::Kept(answer, None) => daemon.put_back(self.wallet, answer),
        }
    }
}

/// Notes the calls that have begun.
pub(super) fn note(ledger: &mut Ledger, calls: &mut Vec<Call>) {
    // What the tasks say, which were told to stop.
    while ledger.arrivals.take().is_some() {}
    for (key, wallet) in ledger.wallets.iter().filter(|(_, wallet)| wallet.asking != Asking::No) {
        let number = WALLETS.iter().position(|name| wallet.coin.wallet() == Some(name)).unwrap();
        let has_come = ledger.answers.iter().any(|waiting| waiting.key == *key);
        if !has_come && calls.iter().all(|call| call.wallet != number) {
            calls.push(Call {
                wallet: number,
                coin: wallet.coin.clone(),
                asked: Arc::clone(&wallet.asked),
                written: ledger.chain.clone(),
                stage: Stage::Asked,
            });
        }
    }
    assert_eq!(ledger.under_way, calls.len(), "a wallet waits for one call, and each is waited for");
}

impl Ending {
    pub(super) fn new(ledger: Ledger, calls: Vec<Call>) -> Self {
        let arrivals = Arc::clone(&ledger.arrivals);
        Self { ledger: Box::pin(ledger.finish()), calls, arrivals }
    }

    pub(super) fn answered(&mut self, fetched: Fetched) {
        self.arrivals.put(fetched);
    }

    pub(super) fn has_ended(&mut self) -> bool {
        self.ledger.as_mut().now_or_never().is_some()
    }
}
