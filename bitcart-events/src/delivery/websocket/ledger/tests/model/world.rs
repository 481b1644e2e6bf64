//! A daemon, a process of ours, and the socket between them.

use std::collections::VecDeque;
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use super::daemon::{self, Daemon, Told, WALLETS};
use super::process::{Call, Ending, Process, note};
use super::shelf::Shelf;
use super::steps::{Kind, Step};
use crate::delivery::websocket::ledger::Ledger;
use crate::delivery::websocket::ledger::fetch::Fetched;
use crate::{ApiManager, Currency, Daemon as Address, Update};

enum Frame {
    Told(Vec<Told>),
    Pong(u64),
}

pub(super) struct World {
    manager: ApiManager,
    room: usize,
    pub(super) handled: Arc<Mutex<Vec<Told>>>,
    pub(super) shelf: Option<Shelf>,
    pub(super) daemon: Daemon,
    process: Process,
    ledger: Option<Ledger>,
    calls: Vec<Call>,
    endings: Vec<Ending>,
    /// What is on its way to the socket, if that is open.
    wire: Option<VecDeque<Frame>>,
    pings: u64,
    /// A ledger has ended with something held and no inbox that keeps it: that would be lost with the process, so it is
    /// handled at once, and may be before what stands in the queue.
    pub(super) is_hasty: bool,
}

impl World {
    pub(super) async fn new(Kind { is_durable, room, .. }: Kind) -> Self {
        let manager = ApiManager::builder().daemon("BTC", Address::new("http://127.0.0.1:1").unwrap());
        let manager = manager.wallets("BTC", WALLETS).build().unwrap();
        let handled: Arc<Mutex<Vec<Told>>> = Arc::default();
        let told = Arc::clone(&handled);
        let handler = move |update: Update| {
            told.lock().unwrap_or_else(PoisonError::into_inner).push(Told::read(update.raw()));
            ready(Ok(()))
        };
        manager.add_event_handler(["new_payment", "new_block"], handler).unwrap();
        let shelf = is_durable.then(Shelf::default);
        let process = Process::new(&manager, shelf.as_ref(), room).await;
        let ledger = process.ledger().await;
        let (daemon, wire) = (Daemon::default(), None);
        let (calls, endings) = (Vec::new(), Vec::new());
        Self {
            manager,
            room,
            handled,
            shelf,
            daemon,
            process,
            ledger,
            calls,
            endings,
            wire,
            pings: 0,
            is_hasty: false,
        }
    }

    pub(super) async fn step(&mut self, step: Step) {
        match step {
            Step::Payment(wallet) => {
                let told = self.daemon.payment(wallet);
                self.send(Frame::Told(vec![told]));
            }
            Step::Together(wallet) => {
                let told = [(); 2].map(|()| self.daemon.payment(wallet));
                self.send(Frame::Told(told.into()));
            }
            Step::Block => {
                let told = self.daemon.block();
                self.send(Frame::Told(vec![told]));
            }
            Step::Read(count) => self.read(count),
            Step::Call(wallet) => self.call(wallet).await,
            Step::Fail(wallet) => {
                let failed = |call: &Call| (call.wallet == wallet).then(|| call.fail()).flatten();
                self.end_call(
                    self.calls.iter().enumerate().find_map(|(place, call)| Some((place, failed(call)?))),
                );
            }
            Step::EndingCall => self.ending_call(false).await,
            Step::EndingFails => self.ending_call(true).await,
            Step::Remove(wallet) => drop(self.manager.remove_wallet("BTC", WALLETS[wallet]).unwrap()),
            Step::Add(wallet) => drop(self.manager.add_wallet("BTC", WALLETS[wallet]).unwrap()),
            Step::Look => self.look(),
            Step::Tick => self.tick(),
            Step::Connect => self.connect().await,
            Step::Lose => self.lose(),
            Step::Stop => self.stop(),
            Step::Start => self.start().await,
            Step::Lag => self.shelf.iter().for_each(Shelf::lag),
            Step::Refuse => self.shelf.iter().for_each(|shelf| shelf.refuse(true)),
            Step::Mend => self.shelf.iter().for_each(|shelf| shelf.refuse(false)),
            Step::Kill => self.kill().await,
        }
        self.settle().await;
    }

    /// All that can be done without another step is done.
    async fn settle(&mut self) {
        for _ in 0..12 {
            self.endings.retain_mut(|ending| !ending.has_ended());
            tokio::task::yield_now().await;
        }
        if let Some(ledger) = &mut self.ledger {
            note(ledger, &mut self.calls);
        }
    }

    fn send(&mut self, frame: Frame) {
        if let Some(wire) = &mut self.wire {
            wire.push_back(frame);
        }
    }

    fn read(&mut self, count: usize) {
        let (Some(wire), Some(ledger)) = (&mut self.wire, &mut self.ledger) else { return };
        for frame in wire.drain(..count.min(wire.len())) {
            match frame {
                Frame::Told(told) => ledger.frame(&daemon::frame(&told)),
                Frame::Pong(ping) => {
                    if !ledger.is_established {
                        ledger.established();
                    }
                    ledger.ponged(ping);
                }
            }
            note(ledger, &mut self.calls);
        }
        ledger.flush();
    }

    async fn call(&mut self, wallet: usize) {
        self.catch_up();
        let Some(place) = self.calls.iter().position(|call| call.wallet == wallet) else { return };
        let ended = self.process.go(&mut self.calls[place], &mut self.daemon).await;
        self.end_call(ended.map(|fetched| (place, fetched)));
    }

    fn end_call(&mut self, ended: Option<(usize, Fetched)>) {
        let (Some((place, fetched)), Some(ledger)) = (ended, &mut self.ledger) else { return };
        self.calls.remove(place);
        if self.wire.is_none() {
            ledger.answered_at_once(fetched);
        } else if ledger.answered(fetched, self.pings + 1) {
            self.pings += 1;
            self.send(Frame::Pong(self.pings));
        }
    }

    async fn ending_call(&mut self, fails: bool) {
        self.catch_up();
        for ending in &mut self.endings {
            let Some(call) = ending.calls.first_mut() else { continue };
            let ended = if fails { call.fail() } else { self.process.go(call, &mut self.daemon).await };
            if let Some(fetched) = ended {
                ending.calls.remove(0);
                ending.answered(fetched);
            }
        }
    }

    fn catch_up(&self) {
        self.shelf.iter().for_each(Shelf::catch_up);
    }

    fn look(&mut self) {
        let Some(ledger) = self.ledger.as_mut().filter(|_| self.wire.is_some()) else { return };
        if ledger.is_in_doubt() {
            self.lose();
        } else {
            ledger.read_wallets();
        }
    }

    /// What is due by the clock, which stands still.
    fn tick(&mut self) {
        let (Some(ledger), now) = (&mut self.ledger, Instant::now()) else { return };
        if self.wire.is_some() {
            let retries = ledger.wallets.values_mut().filter_map(|wallet| wallet.retry.as_mut());
            retries.for_each(|due| *due = now);
            ledger.tick(now);
        } else {
            ledger.fetch_at = now;
            ledger.tick_away(now);
        }
    }

    async fn connect(&mut self) {
        let Some(ledger) = self.ledger.as_mut().filter(|_| self.wire.is_none()) else { return };
        if ledger.is_in_doubt() {
            self.catch_up();
            if self.process.writable().is_none() {
                return;
            }
            self.ledger.as_mut().unwrap().load().await.unwrap();
        }
        let ledger = self.ledger.as_mut().unwrap();
        ledger.connected();
        (self.wire, self.pings) = (Some(VecDeque::from([Frame::Pong(0)])), 0);
    }

    fn lose(&mut self) {
        if let (Some(ledger), Some(_)) = (&mut self.ledger, self.wire.take()) {
            ledger.disconnected();
        }
    }

    fn stop(&mut self) {
        self.wire = None;
        if let Some(ledger) = self.ledger.take() {
            let mut listened = ledger.wallets.values().filter(|wallet| {
                wallet.coin.wallet().is_some_and(|key| self.manager.coin(Currency::Btc, key).is_some())
            });
            self.is_hasty |= self.shelf.is_none() && listened.any(|wallet| wallet.held > 0);
            self.endings.push(Ending::new(ledger, std::mem::take(&mut self.calls)));
        }
    }

    async fn start(&mut self) {
        self.catch_up();
        // A station waits for the one before it, unless that waits too long for an answer.
        if self.ledger.is_none() && self.endings.is_empty() {
            self.ledger = self.process.ledger().await;
        }
    }

    pub(super) async fn kill(&mut self) {
        (self.ledger, self.wire) = (None, None);
        let ending = self.endings.drain(..).flat_map(|ending| ending.calls);
        for call in self.calls.drain(..).chain(ending) {
            call.vanish(&mut self.daemon);
        }
        if let Some(shelf) = &mut self.shelf {
            shelf.abandon();
            shelf.refuse(false);
        }
        self.process = Process::new(&self.manager, self.shelf.as_ref(), self.room).await;
        self.ledger = self.process.ledger().await;
    }

    /// Everything is in order again, for so long that all has come.
    pub(super) async fn finish(&mut self) {
        let all = [0, 1];
        let last = all.map(Step::Add).into_iter().chain([Step::Mend]);
        for step in last {
            self.step(step).await;
        }
        for round in 0.. {
            assert!(round < 50, "it does not end: {:?}, {}", self.daemon.queues, self.calls.len());
            if round == 4 {
                // What was delivered is known when all of it is fetched.
                self.step(Step::Lose).await;
            }
            for step in [Step::Start, Step::Look, Step::Connect, Step::Tick] {
                self.step(step).await;
            }
            for _ in 0..4 {
                for step in [Step::EndingCall, Step::Call(0), Step::Call(1)] {
                    self.step(step).await;
                }
            }
            self.step(Step::Read(usize::MAX)).await;
            let is_read = self.wire.as_ref().is_some_and(VecDeque::is_empty) && self.calls.is_empty();
            let has_all = self.ledger.as_ref().is_some_and(|ledger| !ledger.is_in_doubt());
            let is_empty = self.daemon.queues.iter().all(VecDeque::is_empty);
            if round > 6 && is_read && has_all && is_empty {
                break;
            }
        }
    }
}
