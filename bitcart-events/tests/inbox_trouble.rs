//! What the log says of an inbox that cannot be written. A program of its own: it has its own log.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

use std::fmt::Write;
use std::sync::{Arc, Mutex, mpsc};

use bitcart_events::inbox::{Batch, Claimed, Inbox, NewEvent, SqliteInbox, Verdict};
use bitcart_events::{Currency, ErrorKind, Result};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata};

/// Each message, with its level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<(Level, String)>>>);

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            write!(self.0, "{value:?}").unwrap();
        }
    }
}

impl tracing::Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        self.0.lock().unwrap().push((*event.metadata().level(), message.0));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn append(inbox: &SqliteInbox) -> Result<Claimed> {
    let mut batch = Batch::default();
    batch.claim = true;
    let event = NewEvent::new(Currency::Btc, Arc::<str>::from(r#"{"event": "new_block", "height": 1}"#));
    batch.events.push(event.clone());
    let (tell, told) = mpsc::channel();
    inbox.append(batch, Box::new(move |result| tell.send(result).unwrap()));
    told.recv().unwrap().map(|ids| Claimed::appended(ids[0].unwrap(), event))
}

#[test]
fn a_trouble_is_said_once_and_its_end_too() {
    let log = Log::default();
    tracing::subscriber::set_global_default(log.clone()).unwrap();
    let folder = std::env::temp_dir().join(format!("bitcart-inbox-trouble-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("events.db");
    let said = |what: &str| {
        let log = log.0.lock().unwrap();
        log.iter().filter(|(_, line)| line.contains(what)).map(|(level, _)| *level).collect::<Vec<_>>()
    };

    let inbox = SqliteInbox::open(&path).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    for _ in 0..2 {
        log.0.lock().unwrap().clear();
        let accepted = append(&inbox).unwrap();
        other
            .execute_batch(
                "CREATE TRIGGER fails BEFORE INSERT ON bitcart_event BEGIN SELECT RAISE(ABORT, 'no more'); END",
            )
            .unwrap();
        for _ in 0..3 {
            let error = append(&inbox).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Inbox);
            assert!(error.to_string().contains("cannot be written: no more"), "{error}");
        }
        // What is settled can be written all the same: that is not the end of it.
        let before = inbox.commits();
        inbox.settle(&accepted, Verdict::Handled);
        while inbox.commits() == before {
            std::thread::yield_now();
        }
        assert!(append(&inbox).is_err());
        other.execute_batch("DROP TRIGGER fails").unwrap();
        assert_eq!(said("cannot be written: no more"), [Level::ERROR]);
        assert!(said("can be written again").is_empty());
        assert!(append(&inbox).is_ok() && append(&inbox).is_ok());
        assert_eq!(said("can be written again"), [Level::INFO]);
    }
    drop(inbox);

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let of_others = || said("can be read by other users");
        assert!(of_others().is_empty());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        drop(SqliteInbox::open(&path).unwrap());
        assert_eq!(of_others(), [Level::WARN]);
    }
    std::fs::remove_dir_all(folder).unwrap();
}
