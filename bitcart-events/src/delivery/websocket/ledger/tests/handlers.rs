//! Whose handlers are called when a wallet was removed, or has come back.

use std::future::ready;

use tokio::sync::mpsc;

use super::{Alone, expect, frame, manager, remove};
use crate::{ApiManager, Coin, Update};

/// What a coin's own handler of this event gets.
fn own(coin: &Coin, event: &str) -> mpsc::UnboundedReceiver<String> {
    let (told, handled) = mpsc::unbounded_channel();
    let handler = move |update: Update| ready(told.send(update.raw().to_owned()).map_err(Into::into));
    coin.add_event_handler(event, handler).unwrap();
    handled
}

/// The wallet is removed and added at once. What its own handler of this event gets from then on.
fn back_at_once(manager: &ApiManager, event: &str) -> mpsc::UnboundedReceiver<String> {
    remove(manager);
    own(&manager.add_wallet("BTC", "vpub").unwrap(), event)
}

/// Between two looks at the wallets it was removed and added: it is another coin, with handlers of its own.
#[tokio::test]
async fn a_wallet_that_comes_back_at_once_has_its_new_handlers() {
    let manager = manager();
    let mut alone = Alone::new(&manager.coins().remove(0), manager.listener()).await;
    let mut handled = back_at_once(&manager, "new_block");
    alone.ledger.read_wallets();
    alone.answered(&[]);
    let block = r#"{"event": "new_block", "height": 7}"#;
    alone.ledger.frame(&format!(r#"{{"updates": [{block}], "currency": "BTC"}}"#));
    alone.ledger.flush();
    assert_eq!(handled.recv().await.unwrap(), block);
}

/// The same with what waits for an answer meanwhile.
#[tokio::test]
async fn what_is_held_for_a_wallet_that_comes_back_at_once_has_its_new_handlers() {
    let manager = manager();
    let coin = manager.coins().remove(0);
    let mut before = own(&coin, "new_payment");
    let mut alone = Alone::new(&coin, manager.listener()).await;
    alone.ledger.connected();
    alone.ledger.frame(&frame("held"));
    let mut after = back_at_once(&manager, "new_payment");
    alone.ledger.read_wallets();
    alone.answered(&["held"]);
    expect(&mut after, &["held"]).await;
    expect(&mut before, &[]).await;
}

/// Frames that arrived with it have places for more: what comes back is held all the same, until it is known what came before it.
#[tokio::test]
async fn what_comes_back_among_frames_waits_for_its_answer() {
    let manager = manager();
    let coin = manager.coins().remove(0);
    let mut before = own(&coin, "new_payment");
    let mut alone = Alone::new(&coin, manager.listener()).await;
    for address in ["1", "2", "3"] {
        alone.ledger.frame(&frame(address));
    }
    let mut after = back_at_once(&manager, "new_payment");
    alone.ledger.frame(&frame("5"));
    alone.ledger.flush();
    expect(&mut before, &["1", "2", "3"]).await;
    alone.answered(&["4", "5"]);
    expect(&mut after, &["4", "5"]).await;
}

/// Where who reads calls the handlers, one of them may change what is read for.
#[tokio::test]
async fn a_handler_that_removes_its_wallet_is_called_for_nothing_that_comes_later() {
    let manager = manager();
    let coin = manager.coins().remove(0);
    let mut alone = Alone::new(&coin, manager.listener()).await;
    let (told, mut before) = mpsc::unbounded_channel();
    let removes = manager.clone();
    let handler = move |update: Update| {
        drop(removes.remove_wallet("BTC", "vpub").unwrap());
        ready(told.send(update.raw().to_owned()).map_err(Into::into))
    };
    coin.add_event_handler("new_payment", handler).unwrap();
    for address in ["1", "2", "3"] {
        alone.ledger.frame(&frame(address));
    }
    alone.ledger.flush();
    for address in ["4", "5", "6"] {
        alone.ledger.frame(&frame(address));
    }
    alone.ledger.flush();
    expect(&mut before, &["1", "2", "3"]).await;
    let mut after = own(&manager.add_wallet("BTC", "vpub").unwrap(), "new_payment");
    alone.ledger.read_wallets();
    alone.answered(&["1", "2", "3", "4", "5", "6", "7"]);
    expect(&mut after, &["4", "5", "6", "7"]).await;
    expect(&mut before, &[]).await;
}

/// What panics outside of the handlers, which is where an error of theirs goes. It ends the worker of its lane, and nobody who reads.
#[tokio::test]
async fn an_error_that_panics_when_it_is_dropped_keeps_nothing_from_the_next_frames() {
    #[derive(Debug)]
    struct Panics;

    impl std::fmt::Display for Panics {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("no")
        }
    }

    impl std::error::Error for Panics {}

    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    let manager = manager();
    let coin = manager.coins().remove(0);
    let mut alone = Alone::new(&coin, manager.listener()).await;
    let (told, mut handled) = mpsc::unbounded_channel();
    let handler = move |update: Update| {
        let raw = update.raw();
        ready(if raw.contains("first") {
            Err(Panics.into())
        } else {
            told.send(raw.to_owned()).map_err(Into::into)
        })
    };
    coin.add_event_handler("new_payment", handler).unwrap();
    for address in ["first", "second"] {
        alone.ledger.frame(&frame(address));
        alone.ledger.flush();
    }
    expect(&mut handled, &["second"]).await;
}
