//! Two states laid side by side, by hand.

use std::collections::BTreeMap;

use super::compare::{Difference, What, compare};
use super::known::Known;
use super::present::{Present, Request, Transaction, Transactions};
use crate::Currency;
use crate::inbox::Remember;

const PREFIX: &str = "state/BTC/w/";

/// What is remembered, as an inbox would have it.
#[derive(Default)]
struct Memory(BTreeMap<String, Vec<u8>>);

impl Memory {
    fn of(known: &[(&str, &str)]) -> Self {
        Self(known.iter().map(|(key, value)| (format!("{PREFIX}{key}"), value.as_bytes().to_vec())).collect())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|key| key.strip_prefix(PREFIX).unwrap()).collect()
    }

    fn known(&self) -> Known {
        Known::read(PREFIX, self.0.clone().into_iter().collect())
    }

    fn remember(&mut self, remember: Remember) {
        match remember {
            Remember::Put(key, value) => drop(self.0.insert(key, value)),
            Remember::Forget(prefix) => self.0.retain(|known, _| !known.starts_with(&prefix)),
            Remember::Remove(key) => drop(self.0.remove(&key)),
        }
    }

    /// Remembers what is recorded; what is left to be told, and which heights.
    fn look(&mut self, currency: Currency, present: Present, since: Option<u64>) -> (Vec<u64>, Vec<String>) {
        let known = self.known();
        let mut held = known.as_held();
        let found = compare(currency, PREFIX, &held, present.clone(), since);
        let Difference { blocks, changes, remember, kept } =
            compare(currency, PREFIX, &known, present, since);
        assert_eq!((&found.blocks, &found.changes), (&blocks, &changes), "the same where no inbox keeps it");
        for remember in remember {
            held.record(PREFIX, remember.clone());
            self.remember(remember);
        }
        if let Some(kept) = kept {
            held.keep(|key| kept.contains(key));
        }
        let known = self.known();
        assert!(held == known, "{held:?} {known:?}");
        let shown = |what: &What| match what {
            What::Payment(request) => format!("request {}", request.id),
            What::Transaction(hash) => format!("tx {hash}"),
            What::Verified(hash, height) => format!("verified {hash} {height}"),
        };
        (blocks, changes.iter().map(|change| shown(&change.is)).collect())
    }

    fn changes(&mut self, present: Present) -> Vec<String> {
        self.look(Currency::Btc, present, None).1
    }
}

fn requests(requests: Vec<Request>) -> Present {
    Present { requests: Some(requests), ..Present::default() }
}

/// Of a chain that is so high: hashes and heights.
fn history(tip: u64, items: &[(&str, u64)]) -> Present {
    let item = |&(hash, height): &(&str, u64)| Transaction {
        hash: hash.to_owned(),
        height: (height > 0).then_some(height),
        timestamp: (height > 0).then_some(1_000 * height),
        confirmations: if height > 0 { tip + 1 - height } else { 0 },
    };
    let items = items.iter().map(item).collect();
    let transactions = Some(Transactions { items, told: true, verifies: true });
    Present { transactions, ..Present::default() }
}

fn height(height: u64) -> Present {
    Present { height: Some(height), ..Present::default() }
}

#[test]
fn a_first_look_records_what_is_paid_and_nothing_else() {
    let mut memory = Memory::default();
    let all = || {
        requests(vec![
            Request::of("open", 0, Some("0.00000000"), &[]),
            Request::of("expired", 1, Some("0"), &[]),
            Request::of("part", 0, None, &["a"]),
            Request::of("paid", 3, None, &["b"]),
            Request::of("odd", 2, None, &[]),
        ])
    };
    assert!(memory.changes(all()).is_empty());
    assert_eq!(memory.keys(), ["looked/requests", "request/paid", "request/part"]);
    assert!(memory.changes(all()).is_empty(), "and nothing has changed since");
}

#[test]
fn what_no_event_has_said_is_told_in_the_order_of_the_requests() {
    let mut memory = Memory::of(&[("looked/requests", ""), ("request/known", "7 0.5 -")]);
    let [mut late, mut early] = ["late", "early"].map(|id| Request::of(id, 3, Some("1"), &["t"]));
    (late.created, early.created) = (Some(20), Some(10));
    let known = Request::of("known", 7, Some("0.50000000"), &["a"]);
    let gone = Request::of("gone", 1, Some("0.0"), &[]);
    let present = vec![late, known, early, gone];
    assert_eq!(memory.changes(requests(present.clone())), ["request early", "request late"]);
    let confirmed = Request::of("known", 3, Some("0.50000000"), &["a"]);
    assert_eq!(memory.changes(requests(vec![confirmed])), ["request known"]);
    assert!(memory.changes(requests(Vec::new())).is_empty(), "what is deleted says nothing");
}

/// Nothing is kept of it, so it would be told at each look.
#[test]
fn what_is_too_long_to_be_an_id_is_not_told() {
    let mut memory = Memory::of(&[("looked/requests", ""), ("looked/history", "100")]);
    let id = "a".repeat(300);
    let Present { transactions, .. } = history(200, &[(&id, 150)]);
    let requests = Some(vec![Request::of(&id, 3, Some("1"), &["t"])]);
    assert!(memory.changes(Present { requests, transactions, height: None }).is_empty());
}

#[test]
fn an_event_before_the_first_look_is_an_earlier_state() {
    let mut memory = Memory::of(&[("request/a", "7 0.5 -"), ("tx/t", "")]);
    let paid = Request::of("a", 3, Some("0.5"), &["t"]);
    let Present { transactions, .. } = history(200, &[("t", 150), ("other", 150)]);
    let present = Present { requests: Some(vec![paid]), transactions, height: None };
    assert_eq!(memory.changes(present), ["request a", "verified t 150"]);
}

/// What the daemons of 2020 knew by its address.
#[test]
fn a_daemon_that_was_brought_up_to_date_has_no_new_payments() {
    let mut memory = Memory::of(&[("looked/requests", ""), ("request/address of a", "3 - -")]);
    assert!(memory.changes(requests(vec![Request::of("a", 3, None, &["t"])])).is_empty());
}

#[test]
fn what_is_of_the_time_that_is_asked_for_is_told_on_the_first_look() {
    let of = |id: &str, created: u64, hash: &str| {
        let mut request = Request::of(id, 3, None, &[hash]);
        request.created = Some(created);
        request
    };
    let Present { transactions, .. } = history(20, &[("old", 3), ("new", 7), ("waits", 0)]);
    let present =
        vec![of("old", 2_000, "old"), of("paid since", 2_000, "new"), of("new", 6_000, "elsewhere")];
    let present = Present { requests: Some(present), transactions, height: Some(20) };
    let mut memory = Memory::default();
    let (blocks, changes) = memory.look(Currency::Btc, present, Some(5_000));
    assert!(blocks.is_empty());
    assert_eq!(changes, ["request paid since", "request new", "tx new", "verified new 7", "tx waits"]);
    assert_eq!(
        memory.keys(),
        ["height", "looked/history", "looked/requests", "request/old", "tx/old", "verified/old"]
    );
}

#[test]
fn transactions_are_kept_one_by_one_until_they_are_deep() {
    let mut memory = Memory::default();
    assert!(memory.changes(history(500, &[("deep", 300), ("a", 450), ("waits", 0)])).is_empty());
    assert_eq!(memory.keys(), ["looked/history", "tx/a", "tx/waits", "verified/a"]);
    let next = || history(510, &[("deep", 300), ("a", 450), ("waits", 505), ("b", 510)]);
    assert_eq!(memory.changes(next()), ["verified waits 505", "tx b", "verified b 510"]);
    // By events that came, or by what was found.
    memory.0.extend(
        Memory::of(&[("verified/waits", "505"), ("tx/b", ""), ("verified/b", "510"), ("tx/lost", "")]).0,
    );
    assert!(memory.changes(next()).is_empty());
    assert!(!memory.keys().contains(&"tx/lost"), "what was replaced is not kept");
    // In another block after a reorganisation.
    let again = history(700, &[("deep", 300), ("a", 450), ("waits", 505), ("b", 511)]);
    assert_eq!(memory.changes(again), ["verified b 511"]);
    assert_eq!(memory.keys(), ["looked/history", "tx/b", "verified/b"], "it waits to be told");
    memory.0.extend(Memory::of(&[("verified/b", "511")]).0);
    let done = || history(700, &[("deep", 300), ("a", 450), ("waits", 505), ("b", 511)]);
    assert!(memory.changes(done()).is_empty());
    assert_eq!(memory.keys(), ["looked/history"]);
    assert!(memory.changes(done()).is_empty());
}

/// The hash of one may be what another begins with: `""`, from whoever may pass events.
#[test]
fn what_is_forgotten_takes_nothing_with_it() {
    let known = [
        ("looked/history", "100"),
        ("tx/", ""),
        ("tx/aaaa", ""),
        ("verified/", "1"),
        ("verified/aaaa", "150"),
    ];
    let mut memory = Memory::of(&known);
    assert!(memory.changes(history(160, &[("aaaa", 150)])).is_empty());
    assert_eq!(memory.keys(), ["looked/history", "tx/aaaa", "verified/aaaa"]);
}

#[test]
fn what_is_forgotten_takes_nothing_with_it_that_came_meanwhile() {
    let mut memory = Memory::of(&[("looked/history", "100"), ("tx/aaaa", ""), ("verified/aaaa", "150")]);
    let known = memory.known();
    memory.remember(Remember::Put(format!("{PREFIX}tx/aaaabb"), Vec::new()));
    let present = history(400, &[("aaaa", 150)]);
    let found = compare(Currency::Btc, PREFIX, &known, present, None);
    found.remember.into_iter().for_each(|remember| memory.remember(remember));
    assert_eq!(memory.keys(), ["looked/history", "tx/aaaabb"]);
}

#[test]
fn what_nobody_wants_is_not_told() {
    let mut memory = Memory::of(&[("looked/history", "100")]);
    let mut present = history(200, &[("a", 150)]);
    if let Some(transactions) = &mut present.transactions {
        (transactions.told, transactions.verifies) = (false, false);
    }
    assert!(memory.changes(present).is_empty());
}

#[test]
fn of_blocks_each_family_tells_its_own() {
    let heights = |currency, known: Option<&str>, present| {
        let mut memory = Memory::of(&known.map(|known| ("height", known)).into_iter().collect::<Vec<_>>());
        let (blocks, changes) = memory.look(currency, height(present), None);
        assert!(changes.is_empty());
        (blocks, String::from_utf8(memory.0[&format!("{PREFIX}height")].clone()).unwrap())
    };
    assert_eq!(heights(Currency::Eth, None, 7), (vec![], "7".to_owned()));
    assert_eq!(heights(Currency::Eth, Some("7"), 7), (vec![], "7".to_owned()));
    assert_eq!(heights(Currency::Eth, Some("7"), 10), (vec![8, 9, 10], "10".to_owned()));
    assert_eq!(heights(Currency::Btc, Some("7"), 10), (vec![10], "10".to_owned()));
    assert_eq!(heights(Currency::Eth, Some("7"), 1_000).0, (901..=1_000).collect::<Vec<_>>());
    assert_eq!(heights(Currency::Eth, Some("7"), 3).0, [0; 0], "another chain");
}
