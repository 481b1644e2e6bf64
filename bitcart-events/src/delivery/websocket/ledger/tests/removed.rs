//! Wallets that are removed, and come back: with what came in between, and what was under way.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{add, expect, frame, listening, manager, payment, remove};
use crate::delivery::websocket::ledger::fetch::Fetched;
use crate::inbox::{Received, ReceivedId};
use crate::{Currency, Error, ErrorKind};

/// The frames in between were for nobody, and wait in the daemon's queue.
#[tokio::test]
async fn what_comes_between_a_removal_and_a_return_is_fetched_first() {
    let manager = manager();
    let (mut alone, mut handled) = listening(&manager).await;
    alone.ledger.frame(&frame("before"));
    remove(&manager);
    alone.ledger.frame(&frame("between"));
    add(&manager);
    alone.ledger.frame(&frame("after"));
    alone.ledger.flush();
    assert_eq!(alone.ledger.under_way, 1, "it is asked for");
    alone.arrived(&["before", "between", "after"]);
    expect(&mut handled, &["before", "between", "after"]).await;
}

/// A removal that the ledger has seen, a return that it has not: the daemon has forgotten what it answered.
#[tokio::test]
async fn an_answer_finds_the_wallet_that_has_come_back() {
    let manager = manager();
    let (mut alone, mut handled) = listening(&manager).await;
    alone.ledger.ask_all();
    remove(&manager);
    alone.ledger.read_wallets();
    add(&manager);
    alone.arrived(&["fetched"]);
    expect(&mut handled, &["fetched"]).await;
}

/// It comes while nobody listens to the wallet, whether the ledger has seen that or not.
#[tokio::test]
async fn an_answer_waits_for_a_wallet_that_comes_back() {
    for is_seen in [false, true] {
        let manager = manager();
        let (mut alone, mut handled) = listening(&manager).await;
        alone.ledger.ask_all();
        alone.ledger.connected();
        alone.ledger.frame(&frame("held"));
        remove(&manager);
        if is_seen {
            alone.ledger.read_wallets();
        }
        alone.arrived(&["fetched", "held"]);
        add(&manager);
        alone.ledger.frame(&frame("after"));
        alone.arrived(&["between", "after"]);
        expect(&mut handled, &["fetched", "held", "between", "after"]).await;
    }
}

/// What is under way for it belongs before what is asked for next, so one is not asked beside the other.
#[tokio::test]
async fn a_wallet_that_comes_back_waits_for_what_is_under_way() {
    let manager = manager();
    let (mut alone, mut handled) = listening(&manager).await;
    alone.ledger.ask_all();
    alone.ledger.connected();
    alone.ledger.frame(&frame("held"));
    remove(&manager);
    alone.ledger.read_wallets();
    add(&manager);
    alone.ledger.read_wallets();
    assert_eq!(alone.ledger.under_way, 1);
    alone.ledger.frame(&frame("after"));
    for addresses in [["fetched", "held"], ["between", "after"]] {
        alone.arrived(&addresses);
    }
    expect(&mut handled, &["fetched", "held", "between", "after"]).await;
}

/// What came in between two questions is dropped with it, and what was delivered before is still known.
#[tokio::test]
async fn a_wallet_that_comes_back_knows_what_it_had_before_a_question_that_failed() {
    let manager = manager();
    let (mut alone, mut handled) = listening(&manager).await;
    alone.ledger.frame(&frame("before"));
    alone.ledger.connected();
    alone.ledger.ask_all();
    alone.ledger.frame(&frame("held"));
    let failed = Error::new(ErrorKind::Connection, "gone".to_owned());
    alone.ledger.answered_at_once(Fetched { coin: alone.coin.clone(), answer: Err(failed) });
    alone.ledger.tick(Instant::now() + Duration::from_secs(1));
    assert_eq!(alone.ledger.under_way, 1, "it is asked again");
    alone.ledger.frame(&frame("after"));
    remove(&manager);
    alone.ledger.read_wallets();
    add(&manager);
    alone.arrived(&["before", "held", "after"]);
    expect(&mut handled, &["before", "held", "after"]).await;
}

/// It comes before the ledger has seen the removal, which is over when it asks again.
#[tokio::test]
async fn an_answer_that_waits_for_its_wallet_comes_before_the_next_one() {
    let manager = manager();
    let (mut alone, mut handled) = listening(&manager).await;
    alone.ledger.connected();
    alone.ledger.ask_all();
    alone.ledger.frame(&frame("held"));
    remove(&manager);
    alone.ledger.disconnected();
    alone.arrived(&["fetched"]);
    add(&manager);
    alone.ledger.connected();
    alone.ledger.read_wallets();
    alone.answered(&["held", "after"]);
    expect(&mut handled, &["fetched", "held", "after"]).await;
}

/// A block follows on a payment that was for nobody, and is known of the wallet that was removed.
#[tokio::test]
async fn a_block_after_a_removal_does_not_follow_on_what_came_before_it() {
    let manager = manager();
    let (mut alone, mut handled) = listening(&manager).await;
    let block = r#"{"event": "new_block", "height": 7}"#;
    alone.ledger.frame(&frame("before"));
    alone.ledger.flush();
    remove(&manager);
    alone.ledger.frame(&frame("between"));
    alone.ledger.frame(&format!(r#"{{"updates": [{block}], "currency": "BTC"}}"#));
    add(&manager);
    alone.ledger.read_wallets();
    let text: Arc<str> = format!("[{}, {}, {block}]", payment("before"), payment("between")).into();
    let received = Received { currency: Currency::Btc, wallet: alone.coin.id(), text: text.into() };
    let answer = alone.desk.again(&alone.coin, ReceivedId(0), &received).map(Some);
    alone.ledger.answered_at_once(Fetched { coin: alone.coin.clone(), answer });
    expect(&mut handled, &["before", "between"]).await;
}
