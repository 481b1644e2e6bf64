//! The dispatcher, with an inbox that commits late, refuses and is taken over, handlers that are slow and fail, and little room,
//! in any order: nothing is lost, doubled or too early, memory has its bound, and every report comes.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::super::room::RESERVE;
use super::gated::Gated;
use crate::dispatch::{Delivered, Few, Incoming};
use crate::inbox::{Life, Origin};
use crate::intake::Together;
use crate::{ApiManager, ErrorKind, Listener, Report, Result, Update};

const WALLETS: [&str; 3] = ["a", "b", "c"];
/// Longer than everything waits.
const LONG: Duration = Duration::from_secs(100);

#[derive(Debug, Clone)]
enum Step {
    /// By hand, and as what was fetched from a daemon.
    Pass(usize, usize),
    Fetched(usize, usize),
    Lag,
    Commit(usize),
    CatchUp,
    Refuse(bool),
    Gate(usize, bool),
    Time,
    Restart {
        killed: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let (wallet, size) =
        (0..WALLETS.len(), prop_oneof![4 => 1..4_usize, 1 => 4..12_usize, 1 => 60..90_usize]);
    prop_oneof![
        10 => (wallet.clone(), size.clone()).prop_map(|(wallet, size)| Step::Pass(wallet, size)),
        5 => (wallet.clone(), size).prop_map(|(wallet, size)| Step::Fetched(wallet, size)),
        3 => Just(Step::Lag),
        8 => (1..4_usize).prop_map(Step::Commit),
        3 => Just(Step::CatchUp),
        1 => any::<bool>().prop_map(Step::Refuse),
        4 => (wallet, any::<bool>()).prop_map(|(wallet, open)| Step::Gate(wallet, open)),
        2 => Just(Step::Time),
        1 => any::<bool>().prop_map(|killed| Step::Restart { killed }),
    ]
}

#[derive(Debug, Clone, Copy)]
struct Kind {
    capacity: usize,
    at_once: usize,
    strict: bool,
    shared: bool,
}

fn kind() -> impl Strategy<Value = Kind> {
    (1..9_usize, 1..4_usize, any::<bool>(), any::<bool>())
        .prop_map(|(capacity, at_once, strict, shared)| Kind { capacity, at_once, strict, shared })
}

/// What a handler has seen: which event, in which process; and whether it has ended, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen(usize, String, Option<bool>);

struct World {
    kind: Kind,
    inbox: Gated,
    process: usize,
    listener: Listener,
    gates: Vec<watch::Sender<bool>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    failed: Arc<Mutex<HashMap<String, u32>>>,
    next: usize,
    calls: Vec<(usize, usize, JoinHandle<Result<Report>>)>,
    endings: Vec<JoinHandle<()>>,
    /// Only a process that was killed may have handled something without having said so.
    killed: HashSet<usize>,
}

fn number(text: &str) -> usize {
    text.split('"').nth(7).and_then(|address| address.split('-').nth(1)).unwrap().parse().unwrap()
}

/// How often the handler of this one fails.
fn fails(text: &str) -> u32 {
    match number(text) % 16 {
        5 => 1,
        9 => 2,
        13 => 99,
        _ => 0,
    }
}

impl World {
    fn new(kind: Kind) -> Self {
        let gates: Vec<_> = WALLETS.iter().map(|_| watch::Sender::new(true)).collect();
        let (seen, failed, inbox) = (Arc::default(), Arc::default(), Gated::new(kind.shared));
        let listener = listen(kind, &inbox, 0, &gates, &seen, &failed);
        let (next, calls, endings, killed) = (0, Vec::new(), Vec::new(), HashSet::new());
        Self { kind, inbox, process: 0, listener, gates, seen, failed, next, calls, endings, killed }
    }

    fn events(&mut self, wallet: usize, size: usize) -> Vec<String> {
        let numbers = self.next..self.next + size;
        self.next += size;
        let text = |number: usize| {
            format!(
                r#"{{"event": "new_payment", "address": "{wallet}-{number}", "status": 3, "status_str": "so"}}"#
            )
        };
        numbers.map(text).collect()
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Pass(wallet, size) => {
                let events = self.events(wallet, size).join(", ");
                let body = format!(
                    r#"{{"updates": [{events}], "wallet": "{}", "currency": "BTC"}}"#,
                    WALLETS[wallet]
                );
                let listener = self.listener.clone();
                let call = tokio::spawn(async move { listener.process_updates(body).await });
                self.calls.push((self.process, size, call));
            }
            Step::Fetched(wallet, size) => {
                let life = Life::new();
                let Listener { source, parts, .. } = &self.listener;
                let coins = source.coins();
                let coin = coins.iter().find(|coin| coin.wallet() == Some(WALLETS[wallet])).unwrap().clone();
                let dispatcher = Arc::clone(&parts.dispatcher);
                let Ok(place) = dispatcher.reserve_nothing() else { return };
                let events = self.events(wallet, size);
                let incoming = |text: String| {
                    let body: Arc<str> = text.into();
                    Incoming::new(Together::read(&coin, &body, 0..body.len()), Origin::Drained, life)
                };
                let mut updates = Few::default();
                updates.extend(events.into_iter().map(incoming));
                let delivered = Delivered::new(&self.listener.source, &coin, updates);
                drop(dispatcher.put(delivered, place));
            }
            Step::Lag => self.inbox.lag(),
            Step::Commit(most) => self.inbox.go_on(most),
            Step::CatchUp => self.inbox.catch_up(),
            Step::Refuse(refuses) => self.inbox.refuse(refuses),
            Step::Gate(wallet, open) => {
                self.gates[wallet].send_replace(open);
            }
            Step::Time => {
                self.inbox.is_due();
                tokio::time::sleep(LONG).await;
            }
            Step::Restart { killed } => self.restart(killed).await,
        }
        self.rest().await;
        // A batch gives its places back a little early, where a lane waits for another attempt.
        let most = self.kind.capacity + RESERVE + WALLETS.len();
        let held = self.inbox.held();
        assert!(held <= most, "{held} events are in memory");
    }

    async fn restart(&mut self, killed: bool) {
        let listener = self.listener.clone();
        if killed {
            self.killed.insert(self.process);
            self.inbox = self.inbox.taken_over();
            let ending = async move { drop(listener.shut_down().await) };
            self.endings.push(tokio::spawn(ending));
        } else {
            let ending = tokio::spawn(async move { drop(listener.shut_down().await) });
            self.rest().await;
            self.inbox.catch_up();
            ending.await.unwrap();
            self.inbox = self.inbox.taken_over();
        }
        self.process += 1;
        let Self { kind, inbox, process, gates, seen, failed, .. } = self;
        self.listener = listen(*kind, inbox, *process, gates, seen, failed);
    }

    /// Until all that can be done without time was done.
    async fn rest(&self) {
        for _ in 0..300 {
            tokio::task::yield_now().await;
        }
    }

    async fn end(mut self) {
        self.inbox.refuse(false);
        self.inbox.catch_up();
        self.gates.iter().for_each(|gate| {
            gate.send_replace(true);
        });
        self.listener.parts.dispatcher.look(&self.listener.source).unwrap();
        for _ in 0..40 {
            self.rest().await;
            if self.inbox.left() == 0 {
                break;
            }
            self.step(Step::Time).await;
        }
        assert_eq!(self.inbox.left(), 0, "something is left");
        for (process, size, call) in std::mem::take(&mut self.calls) {
            let report =
                tokio::time::timeout(LONG, call).await.expect("a report that does not come").unwrap();
            match report {
                Ok(report) => assert_eq!(report.total(), size, "{report:?}"),
                Err(error) if error.kind() == ErrorKind::Inbox => {}
                Err(_) => assert!(process < self.process, "it ended"),
            }
        }
        for ending in std::mem::take(&mut self.endings) {
            tokio::time::timeout(LONG, ending).await.expect("a shutdown that does not end").unwrap();
        }
        let waits = self.listener.parts.dispatcher.awaited.lock().unwrap().len();
        assert_eq!(waits, 0, "reports that are still waited for");
        tokio::time::timeout(LONG, self.listener.shut_down()).await.expect("no end").unwrap();
        self.check();
    }

    fn check(&self) {
        let (order, dead) = self.inbox.all();
        let seen = self.seen.lock().unwrap();
        let position: HashMap<&String, usize> =
            order.iter().enumerate().map(|(place, text)| (text, place)).collect();
        let mut first: HashSet<&String> = HashSet::new();
        let mut done: HashMap<&String, usize> = HashMap::new();
        let mut last = HashMap::new();
        for Seen(process, text, ended) in &*seen {
            let wallet = text.split('"').nth(7).unwrap().split('-').next().unwrap();
            let Some(place) = position.get(text) else { panic!("{text} was never committed") };
            match ended {
                None => {
                    if first.insert(text) {
                        let before = last.insert(wallet, *place);
                        assert!(before.is_none_or(|before| before < *place), "{text} is late");
                        if self.kind.strict {
                            let open = order[..*place].iter().find(|other| {
                                let of = other.split('"').nth(7).unwrap().split('-').next().unwrap();
                                of == wallet && !done.contains_key(other) && !dead.contains(other)
                            });
                            assert_eq!(open, None, "{text} is too early");
                        }
                    }
                    if let Some(before) = done.get(text) {
                        assert!(self.killed.contains(before), "{text} comes twice");
                    }
                }
                Some(true) => drop(done.insert(text, *process)),
                Some(false) => {}
            }
        }
        for text in &order {
            assert!(done.contains_key(text) != dead.contains(text), "{text} is lost");
            assert_eq!(dead.contains(text), fails(text) > 2, "{text}");
        }
    }
}

fn listen(
    kind: Kind,
    inbox: &Gated,
    process: usize,
    gates: &[watch::Sender<bool>],
    seen: &Arc<Mutex<Vec<Seen>>>,
    failed: &Arc<Mutex<HashMap<String, u32>>>,
) -> Listener {
    let manager = ApiManager::builder().wallets("BTC", WALLETS).build().unwrap();
    let gates: Vec<_> = gates.iter().map(watch::Sender::subscribe).collect();
    let (seen, failed, current) = (Arc::clone(seen), Arc::clone(failed), inbox.clone());
    let handler = move |update: Update| {
        let text = update.raw().to_owned();
        let wallet = WALLETS.iter().position(|wallet| update.coin().wallet() == Some(wallet)).unwrap();
        let (mut gate, seen, failed, current) =
            (gates[wallet].clone(), Arc::clone(&seen), Arc::clone(&failed), current.clone());
        async move {
            if current.is_gone() {
                return Err("killed".into());
            }
            let see = |ended| seen.lock().unwrap().push(Seen(process, text.clone(), ended));
            see(None);
            gate.wait_for(|open| *open).await.unwrap();
            if current.is_gone() {
                return Err("killed".into());
            }
            let mut failed = failed.lock().unwrap();
            let failures = failed.entry(text.clone()).or_default();
            let fails = *failures < fails(&text);
            *failures += u32::from(fails);
            see(Some(!fails));
            if fails { Err("it fails".into()) } else { Ok(()) }
        }
    };
    manager.add_event_handler("new_payment", handler).unwrap();
    let builder = manager.listener().without_registry().inbox(inbox.clone());
    let builder = builder.capacity(kind.capacity).concurrency(kind.at_once).retries(2);
    let builder = builder.shutdown_deadline(Duration::from_secs(5));
    let builder = builder.retry_waits(Duration::from_secs(1), Duration::from_secs(2));
    if kind.strict { builder.strict() } else { builder }.build().unwrap()
}

#[test]
fn in_whatever_order() {
    let cases = std::env::var("MODEL").map_or(100, |cases| cases.parse().unwrap());
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let steps = (kind(), prop::collection::vec(step(), 1..60));
    let result = TestRunner::new_with_rng(config, rng).run(&steps, |(kind, steps)| {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let mut world = World::new(kind);
            for step in steps {
                world.step(step).await;
            }
            world.end().await;
        });
        Ok(())
    });
    result.unwrap();
}
