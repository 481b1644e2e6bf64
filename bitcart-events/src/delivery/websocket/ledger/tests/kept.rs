//! What an inbox in a file keeps of it.

use std::path::PathBuf;
use std::sync::Arc;

use super::{
    Alone, MANY, add, arrive_among_many, coin, expect, frame, listening_with, manager, payment, remove,
};
use crate::Currency;
use crate::delivery::websocket::ledger::Ledger;
use crate::inbox::{Received, SqliteInbox};

/// A folder of one test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("bitcart-ledger-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn inbox(&self) -> SqliteInbox {
        SqliteInbox::open(self.0.join("events.db")).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// More frames arrive together than there is room for in memory: the file has room for all.
#[tokio::test]
async fn what_is_gathered_has_room_in_a_file() {
    let folder = Folder::new("room");
    let coin = coin();
    coin.add_event_handler("new_payment", |_| std::future::pending()).unwrap();
    let mut alone = Alone::new(&coin, coin.listener().inbox(folder.inbox()).capacity(8)).await;
    (0..64).for_each(|number| alone.ledger.frame(&frame(&number.to_string())));
    alone.ledger.flush();
    for wallet in alone.ledger.wallets.values() {
        assert_eq!((wallet.dropped, wallet.holds), (0, None));
    }
}

/// What came while the file could not be written was accepted by nobody, whatever became of its wallet and of the ledger.
#[tokio::test]
async fn what_was_not_stored_is_fetched_when_the_wallet_comes_back() {
    for is_another in [false, true] {
        let folder = Folder::new("refused");
        let (manager, inbox) = (manager(), folder.inbox());
        let (mut alone, mut handled) =
            listening_with(&manager, manager.listener().inbox(inbox.clone())).await;
        alone.ledger.load().await.unwrap();
        alone.answered(&[]);
        alone.ledger.frame(&frame("stored"));
        alone.ledger.flush();
        expect(&mut handled, &["stored"]).await;
        inbox.run_sql("PRAGMA query_only = 1").await.unwrap();
        alone.ledger.frame(&frame("refused"));
        alone.ledger.flush();
        if is_another {
            let (memory, orders) = (Arc::clone(&alone.ledger.memory), alone.ledger.orders.clone());
            let next = Ledger::new(Arc::clone(&alone.desk), memory, Currency::Btc, orders);
            std::mem::replace(&mut alone.ledger, next).finish().await;
            inbox.run_sql("PRAGMA query_only = 0").await.unwrap();
            alone.ledger.load().await.unwrap();
        } else {
            remove(&manager);
            alone.ledger.read_wallets();
            alone.ledger.trouble().changed().await.unwrap();
            inbox.run_sql("PRAGMA query_only = 0").await.unwrap();
            alone.ledger.load().await.unwrap();
            add(&manager);
            alone.ledger.read_wallets();
        }
        alone.answered(&["stored", "refused"]);
        expect(&mut handled, &["refused"]).await;
    }
}

/// What goes on from the frames before it has rows of its own.
#[tokio::test]
async fn what_came_among_many_is_known_after_a_restart() {
    let folder = Folder::new("many");
    let manager = manager();
    let (mut alone, mut handled) = listening_with(&manager, manager.listener().inbox(folder.inbox())).await;
    alone.ledger.load().await.unwrap();
    alone.answered(&[]);
    arrive_among_many(&mut alone);
    expect(&mut handled, &MANY).await;
    // The process ends.
    let orders = alone.ledger.orders.clone();
    alone.ledger = Ledger::new(Arc::clone(&alone.desk), Arc::default(), Currency::Btc, orders);
    alone.ledger.load().await.unwrap();
    alone.answered(&[&MANY[5..], &["new"]].concat());
    expect(&mut handled, &["new"]).await;
}

/// The file can be written again, and not read, when everything ends.
#[tokio::test]
async fn what_could_not_be_loaded_anew_is_not_believed() {
    let folder = Folder::new("unread");
    let (manager, inbox) = (manager(), folder.inbox());
    let (mut alone, mut handled) = listening_with(&manager, manager.listener().inbox(inbox.clone())).await;
    alone.ledger.load().await.unwrap();
    alone.answered(&[]);
    alone.ledger.frame(&frame("stored"));
    alone.ledger.flush();
    expect(&mut handled, &["stored"]).await;
    inbox.run_sql("PRAGMA query_only = 1").await.unwrap();
    alone.ledger.frame(&frame("refused"));
    alone.ledger.flush();
    alone.ledger.trouble().changed().await.unwrap();
    inbox.run_sql("PRAGMA query_only = 0; ALTER TABLE bitcart_received RENAME TO hidden").await.unwrap();
    alone.ledger.load().await.unwrap_err();
    inbox.run_sql("ALTER TABLE hidden RENAME TO bitcart_received").await.unwrap();
    let (memory, orders) = (Arc::clone(&alone.ledger.memory), alone.ledger.orders.clone());
    let next = Ledger::new(Arc::clone(&alone.desk), memory, Currency::Btc, orders);
    std::mem::replace(&mut alone.ledger, next).finish().await;
    alone.ledger.load().await.unwrap();
    alone.answered(&["stored", "refused"]);
    expect(&mut handled, &["refused"]).await;
}

/// An answer that was under way when the wallet came back was asked for before it did: after a restart too.
#[tokio::test]
async fn what_was_asked_before_a_return_is_known_as_that_after_a_restart() {
    let folder = Folder::new("outlived");
    let (manager, inbox) = (manager(), folder.inbox());
    let (mut alone, mut handled) = listening_with(&manager, manager.listener().inbox(inbox)).await;
    alone.ledger.load().await.unwrap();
    alone.ledger.connected();
    alone.ledger.ask_all();
    remove(&manager);
    alone.ledger.read_wallets();
    add(&manager);
    alone.ledger.read_wallets();
    alone.ledger.frame(&frame("after"));
    // It is kept as it came, and the process ends.
    let answer = format!("[{}]", payment("fetched"));
    let received =
        Received { wallet: alone.coin.id(), ..Received::new(Currency::Btc, Arc::<str>::from(answer)) };
    let dispatcher = Arc::clone(&alone.desk.dispatcher);
    dispatcher.keep(dispatcher.number(), received, Vec::new(), None).await.unwrap().unwrap();
    let orders = alone.ledger.orders.clone();
    alone.ledger = Ledger::new(Arc::clone(&alone.desk), Arc::default(), Currency::Btc, orders);
    alone.ledger.load().await.unwrap();
    alone.answered(&["between", "after"]);
    expect(&mut handled, &["fetched", "between", "after"]).await;
}

/// Its wallet is not there when the next process begins.
#[tokio::test]
async fn what_was_held_is_delivered_when_its_wallet_is_added_later() {
    let folder = Folder::new("added");
    let (manager, inbox) = (manager(), folder.inbox());
    let (mut alone, mut handled) = listening_with(&manager, manager.listener().inbox(inbox)).await;
    alone.ledger.load().await.unwrap();
    alone.ledger.connected();
    alone.ledger.frame(&frame("held"));
    remove(&manager);
    let orders = alone.ledger.orders.clone();
    alone.ledger = Ledger::new(Arc::clone(&alone.desk), Arc::default(), Currency::Btc, orders);
    alone.ledger.load().await.unwrap();
    add(&manager);
    alone.ledger.read_wallets();
    alone.answered(&["held"]);
    expect(&mut handled, &["held"]).await;
    assert_eq!(alone.desk.dispatcher.inbox().received().await.unwrap().len(), 0);
}

/// Before it in the daemon's queue is what was missed. It waits for that when the wallet is removed, and when everything ends.
#[tokio::test]
async fn what_is_held_waits_in_the_file_for_what_belongs_before_it() {
    for (is_removed, is_another) in [(true, false), (false, true), (true, true)] {
        let folder = Folder::new("waits");
        let (manager, inbox) = (manager(), folder.inbox());
        let (mut alone, mut handled) = listening_with(&manager, manager.listener().inbox(inbox)).await;
        alone.ledger.load().await.unwrap();
        alone.ledger.connected();
        alone.ledger.frame(&frame("held"));
        if is_removed {
            remove(&manager);
            alone.ledger.read_wallets();
        }
        if is_another {
            let (memory, orders) = (Arc::clone(&alone.ledger.memory), alone.ledger.orders.clone());
            let next = Ledger::new(Arc::clone(&alone.desk), memory, Currency::Btc, orders);
            std::mem::replace(&mut alone.ledger, next).finish().await;
            alone.ledger.load().await.unwrap();
        }
        if is_removed {
            add(&manager);
            alone.ledger.read_wallets();
        }
        alone.answered(&["missed", "held"]);
        expect(&mut handled, &["missed", "held"]).await;
        // What was read of it from the file is not taken up a second time.
        remove(&manager);
        alone.ledger.read_wallets();
        add(&manager);
        alone.ledger.read_wallets();
        alone.answered(&["last"]);
        expect(&mut handled, &["last"]).await;
        assert_eq!(alone.desk.dispatcher.inbox().received().await.unwrap().len(), 0);
    }
}
