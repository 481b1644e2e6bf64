//! What goes wrong around a listener whose inbox is a file, over real sockets: what was lost, and what the user is told.

mod daemon;
mod disk;
mod file;
mod load;

use bitcart_events::inbox::{DeadLetters, Inbox, InboxStats, SqliteInbox};

use super::Place;
use super::support::log::Log;

/// What a file is named by in the log.
fn name(place: &Place) -> String {
    place.path().display().to_string()
}

/// What is in the file when nobody has it any more.
async fn left(place: &Place) -> InboxStats {
    SqliteInbox::attach(place.path()).unwrap().stats().await.unwrap()
}

/// Nothing is left of what was accepted, and nothing became a dead letter.
async fn all_is_handled(place: &Place) {
    let tool = SqliteInbox::attach(place.path()).unwrap();
    let InboxStats { pending, received, .. } = tool.stats().await.unwrap();
    let dead = tool.dead_letters(DeadLetters::all(), 9).await.unwrap();
    assert_eq!((pending, received, dead.len()), (0, 0, 0), "{dead:?}");
}

/// Nothing can be added to the file, as if its disk had no more room; or it can again.
async fn fill(inbox: &SqliteInbox, is_full: bool) {
    // Less than there are is as many as there are.
    let most = if is_full { "PRAGMA max_page_count = 1" } else { "PRAGMA max_page_count = 4294967294" };
    inbox.run_sql(most).await.unwrap();
}

/// Text for which there is no room in the pages that a file has already.
fn padding() -> String {
    "x".repeat(20_000)
}

/// A payment that needs pages of its own.
fn large(address: &str) -> String {
    format!(
        r#"{{"event": "new_payment", "address": "{address}", "status": 3, "status_str": "{}", "tx_hashes": [], "sent_amount": "0.5"}}"#,
        padding()
    )
}

fn asked(daemon: &bitcart_events::testing::TestDaemon) -> usize {
    daemon.rpc_calls().iter().filter(|call| call.method == "get_updates").count()
}
