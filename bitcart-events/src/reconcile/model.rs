//! A chain, a daemon that loses events, and a program that is killed now and then: what reaches the handlers is compared with
//! what really happened.

mod checked;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::compare::{Change, What, compare};
use super::key::Key;
use super::known::Known;
use super::observe::{observed, prefix};
use super::present::{Present, Request};
use super::settings::Timing;
use super::wallet::{Round, Verdict, Wallet};
use crate::inbox::{Origin, Remember};
use crate::{Coin, Currency, Update};

#[derive(Debug, Clone, Copy)]
enum Op {
    Make,
    Part(usize),
    Pay(usize),
    Confirm(usize),
    Reorganise(usize),
    Expire(usize),
    /// What happened is announced.
    Announce,
    /// What was announced is gone, so many from the oldest.
    Lose(usize),
    /// What was announced arrives.
    Arrive(usize),
    /// The queue is fetched, and a look begins if it is time.
    Begin,
    /// The look's answer is dealt with.
    End,
    Pass,
    /// Time passes, and an announcement takes longer than anybody waits for it.
    Sleep,
    /// Something may have been missed: it is looked at once.
    Gap,
    Kill,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    status: i64,
    sent: u32,
    version: usize,
}

struct World {
    coin: Coin,
    prefix: String,
    requests: Vec<Standing>,
    /// What happened and was not announced yet, and what was and is on its way.
    quiet: VecDeque<(usize, Standing)>,
    pipe: VecDeque<(usize, Standing)>,
    now: Instant,
    timing: Timing,
    /// What is remembered, as an inbox would keep it; and as it is held where none does.
    memory: BTreeMap<String, Vec<u8>>,
    held: Known,
    wallet: Wallet,
    look: Option<(Round, Vec<Standing>)>,
    /// What a look found different, as it was when it was first found so. It may be so again later: 7, then 3, then 7. What is
    /// delivered then is the first of them.
    found: HashMap<usize, Standing>,
    baseline: Option<Vec<Standing>>,
    delivered: Vec<(Origin, usize, Standing)>,
}

impl World {
    fn new(currency: Currency) -> Self {
        let (coin, now) = (Coin::new(currency, "w"), Instant::now());
        Self {
            prefix: prefix(&coin).unwrap(),
            coin,
            requests: Vec::new(),
            quiet: VecDeque::new(),
            pipe: VecDeque::new(),
            now,
            timing: Timing::default(),
            memory: BTreeMap::new(),
            held: Known::default(),
            wallet: Wallet::new(now),
            look: None,
            found: HashMap::new(),
            baseline: None,
            delivered: Vec::new(),
        }
    }

    fn happens(&mut self, which: usize, change: impl FnOnce(&mut Standing) -> bool, is_told: bool) {
        let count = self.requests.len();
        let Some(request) = (count > 0).then(|| which % count) else { return };
        if change(&mut self.requests[request]) {
            self.requests[request].version += 1;
            if is_told {
                self.quiet.push_back((request, self.requests[request]));
            }
        }
    }

    fn shown(&self, id: usize, Standing { status, sent, version }: Standing, listed: bool) -> Request {
        let sent_text = format!("{sent}.00000000");
        let is_said = !listed || self.coin.currency() == Currency::Eth;
        let hashes: Vec<String> = (0..sent).map(|nth| format!("t{nth}")).collect();
        let hashes: Vec<&str> = hashes.iter().map(String::as_str).collect();
        let _ = version;
        Request::of(&id.to_string(), status, is_said.then_some(&*sent_text), &hashes)
    }

    fn accept(&mut self, id: usize, standing: Standing, origin: Origin) {
        let text = self.shown(id, standing, false).event(self.coin.currency(), None);
        assert!(!text.contains(r#""status":1,"#), "that something expired is told by nobody: {text}");
        let body: Arc<str> = text.into();
        let update = Update::parse(&body, 0..body.len(), &self.coin).unwrap();
        let (of, state) = observed(update.said(), update.currency()).unwrap();
        if self.wallet.accept(state.key(of), &state, origin, &mut None) == Verdict::New {
            self.memory.insert([&*self.prefix, &state.name(of)].concat(), state.value());
            self.held.note(state.key(of), state);
            self.delivered.push((origin, id, standing));
        }
    }

    fn remember(&mut self, remember: Remember) {
        self.held.record(&self.prefix, remember.clone());
        match remember {
            Remember::Put(key, value) => drop(self.memory.insert(key, value)),
            Remember::Forget(key) => self.memory.retain(|known, _| !known.starts_with(&key)),
            Remember::Remove(key) => drop(self.memory.remove(&key)),
        }
    }

    fn arrive(&mut self, count: usize) {
        for (id, standing) in self.pipe.drain(..count.min(self.pipe.len())).collect::<Vec<_>>() {
            self.accept(id, standing, Origin::Live);
        }
    }

    fn end(&mut self) {
        let Some((round, answer)) = self.look.take() else { return };
        let requests =
            answer.iter().enumerate().map(|(id, request)| self.shown(id, *request, true)).collect();
        let recalled = self.memory.clone().into_iter().collect();
        let known = Known::read(&self.prefix, recalled);
        assert!(self.held == known, "{:?} {known:?}", self.held);
        if !known.looked_at_requests {
            self.baseline = Some(answer.clone());
        }
        let present = Present { requests: Some(requests), ..Present::default() };
        let found = compare(self.coin.currency(), &self.prefix, &known, present, None);
        let mut left = found.changes;
        let believed = self.wallet.believed(&mut left, round, &self.timing);
        let id = |change: &Change| match &change.is {
            What::Payment(request) => request.id.parse::<usize>().unwrap(),
            other => panic!("{other:?}"),
        };
        for id in believed.iter().map(id) {
            self.accept(id, self.found[&id], Origin::Reconciled);
        }
        for remember in found.remember {
            if self.wallet.may_record(&self.prefix, &remember) {
                self.remember(remember);
            }
        }
        let same = |one: &Standing, other: &Standing| (one.status, one.sent) == (other.status, other.sent);
        let before = std::mem::take(&mut self.found);
        for id in left.iter().map(id) {
            let known = before.get(&id).filter(|known| same(known, &answer[id]));
            self.found.insert(id, *known.unwrap_or(&answer[id]));
        }
        self.wallet.end(round, self.now, &left, &self.timing);
        let wallet = &self.wallet;
        self.found.retain(|id, _| wallet.suspects(Key::request(&id.to_string())));
    }

    fn run(&mut self, op: Op) {
        match op {
            Op::Make => self.requests.push(Standing { status: 0, sent: 0, version: 0 }),
            Op::Part(which) => self.happens(
                which,
                |one| {
                    one.status == 0 && {
                        one.sent += 1;
                        true
                    }
                },
                true,
            ),
            Op::Pay(which) => self.happens(
                which,
                |one| {
                    one.status <= 1 && {
                        (one.status, one.sent) = (7, one.sent + 5);
                        true
                    }
                },
                true,
            ),
            Op::Confirm(which) => self.happens(
                which,
                |one| {
                    one.status == 7 && {
                        one.status = 3;
                        true
                    }
                },
                true,
            ),
            Op::Reorganise(which) => self.happens(
                which,
                |one| {
                    one.status == 3 && {
                        one.status = 7;
                        true
                    }
                },
                true,
            ),
            Op::Expire(which) => self.happens(
                which,
                |one| {
                    one.status == 0 && {
                        one.status = 1;
                        true
                    }
                },
                false,
            ),
            Op::Announce => {
                let quiet = std::mem::take(&mut self.quiet);
                self.pipe.extend(quiet);
            }
            Op::Lose(count) => drop(self.pipe.drain(..count.min(self.pipe.len()))),
            Op::Arrive(count) => self.arrive(count),
            Op::Begin => {
                self.arrive(usize::MAX);
                if let Some(round) = self.wallet.begin(self.now) {
                    self.look = Some((round, self.requests.clone()));
                }
            }
            Op::End => self.end(),
            Op::Pass => {
                // No announcement takes as long.
                self.run(Op::Announce);
                self.now += Duration::from_secs(10);
            }
            Op::Sleep => self.now += Duration::from_secs(10),
            Op::Gap => self.wallet.gap(self.now),
            Op::Kill => {
                (self.wallet, self.look, self.found) = (Wallet::new(self.now), None, HashMap::new());
            }
        }
    }

    fn check(&mut self) {
        self.come_to_rest();
        let mut last: HashMap<usize, Standing> = HashMap::new();
        for (origin, id, standing) in &self.delivered {
            if let Some(before) = last.insert(*id, *standing) {
                assert!(
                    before.version < standing.version,
                    "{id} goes back, or comes twice: {before:?} {standing:?} {origin:?}"
                );
            }
        }
    }

    /// Whatever happened, in the end it is known how things are.
    fn come_to_rest(&mut self) {
        // Until all is quiet: a difference is found, lasts, and is told.
        self.run(Op::End);
        self.now += Duration::from_secs(3_600);
        for _ in 0..4 {
            for op in [Op::Pass, Op::Begin, Op::End] {
                self.run(op);
            }
        }
        let baseline = self.baseline.clone().unwrap();
        let last: HashMap<usize, Standing> =
            self.delivered.iter().map(|(_, id, standing)| (*id, *standing)).collect();
        for (id, request) in self.requests.iter().enumerate() {
            let told = last.get(&id).copied().or_else(|| baseline.get(id).copied());
            let told = told.unwrap_or(Standing { status: 0, sent: 0, version: 0 });
            let plain = |one: Standing| (if one.status == 1 { 0 } else { one.status }, one.sent);
            assert_eq!(plain(told), plain(*request), "{id}: what is known at the end is not how it is");
        }
    }
}
