use std::sync::Arc;

use super::*;
use crate::Update;
use crate::reconcile::key::Key;
use crate::reconcile::known::LOOKED_AT_HISTORY;

fn seen(watch: &Watch, coin: &Coin, transactions: std::ops::Range<usize>) {
    let mut accepting = watch.accepting();
    let mut watching = accepting.at(coin);
    for number in transactions {
        let body: Arc<str> = format!(r#"{{"event": "new_transaction", "tx": "{number}"}}"#).into();
        let update = Update::parse(&body, 0..body.len(), coin).unwrap();
        assert!(watching.takes(update.said(), coin.currency(), Origin::Live));
    }
    assert!(watching.remember(Vec::new(), None).is_empty(), "no inbox keeps it");
}

/// A look at the history has found these still of interest.
fn looked(watch: &Watch, coin: &Coin, kept: &[&str]) {
    let looked = format!("{}{LOOKED_AT_HISTORY}", prefix(coin).unwrap());
    let kept = Keys::of(kept.iter().map(|hash| Key::transaction(hash)));
    let looked = vec![Remember::Put(looked, b"7".to_vec())];
    assert!(watch.accepting().at(coin).remember(looked, Some(&kept)).is_empty());
}

fn many() -> (Watch, Coin, Coin) {
    let watch = Watch::new(Timing::default(), false, true);
    watch.start();
    (watch, Coin::btc("w"), Coin::ltc("w"))
}

/// A part of it would make the rest look new.
#[test]
fn with_too_much_all_that_is_held_is_forgotten() {
    let (watch, one, other) = many();
    looked(&watch, &other, &[]);
    for _ in 0..3 {
        seen(&watch, &one, 0..MOST / 2);
        seen(&watch, &other, 0..MOST / 2);
    }
    assert_eq!(watch.known(&one).unwrap().len(), MOST / 2, "the same again and again is held once");
    assert!(watch.known(&other).unwrap().has_seen("0"));

    let round = watch.begin(&one).unwrap();
    seen(&watch, &other, MOST / 2..MOST / 2 + 1);
    let known = [&one, &other].map(|coin| watch.known(coin).unwrap().len());
    assert_eq!(known, [0, 0]);
    assert_eq!(watch.known(&other).unwrap().settled, None, "nor that there was a look");
    // What a look finds that had begun before is not laid beside it.
    looked(&watch, &one, &[]);
    watch.end(&one, round, &[]);
    assert_eq!(watch.known(&one).unwrap().settled, None);
}

#[test]
fn what_a_look_is_done_with_is_forgotten_and_what_came_since_is_not() {
    let (watch, one, _) = many();
    seen(&watch, &one, 0..3);
    let round = watch.begin(&one).unwrap();
    seen(&watch, &one, 3..4);
    looked(&watch, &one, &["1"]);
    watch.end(&one, round, &[]);
    let known = watch.known(&one).unwrap();
    let has = ["0", "1", "2", "3"].map(|hash| known.has_seen(hash));
    assert_eq!((has, known.settled), ([false, true, false, true], Some(7)));
    seen(&watch, &one, 4..MOST + 2);
    assert_eq!(watch.known(&one).unwrap().len(), MOST, "it is counted");
}
