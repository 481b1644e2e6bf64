//! A subscriber that panics at each line.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::{Folder, SqliteInbox, kill, wait, with};
use crate::inbox::promises::{accept, append, batch, event};
use crate::inbox::{Effects, Inbox, Verdict};

struct Broken(Arc<AtomicUsize>);

impl Subscriber for Broken {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
        panic!("failed printing to stderr: Broken pipe");
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// What panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a bomb");
    }
}

#[test]
fn a_line_that_cannot_be_logged_does_not_end_the_writer() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let lines = Arc::new(AtomicUsize::new(0));
    let broken = Broken(lines.clone());
    // For the writer's thread alone; it keeps it until that ends.
    with(&inbox, move |_| {
        std::mem::forget(tracing::subscriber::set_default(broken));
        Ok(())
    });
    let events = accept(&inbox, (0..4).map(event).collect());

    wait(inbox.run_sql("PRAGMA query_only = ON")).unwrap();
    assert!(append(&inbox, batch([event(1)])).is_err());
    let held = Bomb;
    let bomb = Effects {
        writes: vec![Box::new(move |_| {
            let _held = &held;
            Ok(())
        })],
    };
    assert!(wait(inbox.settle_with(&events[0], bomb)).is_err());
    inbox.settle(&events[1], Verdict::Handled);
    wait(inbox.run_sql("PRAGMA query_only = OFF")).unwrap();
    assert!(append(&inbox, batch([event(1)])).is_ok());
    inbox.settle(&events[1], Verdict::Handled);
    // One who panics when told, and that cannot be logged.
    inbox.append(batch([event(1)]), Box::new(|_| panic!("a bug")));
    assert_eq!(wait(inbox.stats()).unwrap().pending, 5);
    with(&inbox, |store| {
        store.conn.execute_batch("INSERT OR REPLACE INTO bitcart_meta VALUES ('clock', 9000000000000000)")?;
        store.conn.execute_batch("UPDATE bitcart_event SET due = 9000000000000000, claimed = 0 WHERE id = 1")
    });
    wait(inbox.claim(9, false)).unwrap();
    assert!(append(&inbox, batch([event(1)])).is_ok());
    wait(inbox.close()).unwrap();
    // Not each of the four: what a callsite knows of subscribers is shared with the tests beside this one.
    assert!(lines.load(Ordering::Relaxed) > 0, "nothing was logged");
    drop(inbox);
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    assert!(kill(inbox, "second.db").exists());
}
