//! Whose file it is, and where.

use bitcart_events::rusqlite::Connection;
use bitcart_events::{Coin, ErrorKind, Settings};

use super::super::support::connection::post;
use super::super::support::listening::{payment, record};
use super::super::support::server::{serve, settings};
use super::{Inbox, Log, Place, SqliteInbox, left, name};

fn envelope(update: &str) -> String {
    format!(r#"{{"updates": [{update}], "wallet": "vpub-a", "currency": "BTC"}}"#)
}

/// As `run_webhook` and its siblings start.
fn start(place: &Place) -> String {
    let file = name(place);
    let settings = Settings::from_vars([("BTC_WALLETS", "xpub"), ("BITCART_INBOX", &file)]).unwrap();
    let error = settings.listener().map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Inbox);
    error.to_string()
}

#[test]
fn a_second_process_does_not_start() {
    let place = Place::file();
    let inbox = place.open();
    let error = start(&place);
    assert!(
        error.contains(&format!("in use by another consumer (process {})", std::process::id())),
        "{error}"
    );
    assert!(error.contains("stop it, or give this program a file of its own"), "{error}");
    drop(inbox);
    place.open();
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let place = Place::file();
    drop(place.open());
    let file = Connection::open(place.path()).unwrap();
    file.execute_batch("UPDATE bitcart_meta SET value = value + 1 WHERE key = 'version'").unwrap();
    drop(file);
    let before = std::fs::read(place.path()).unwrap();
    let error = start(&place);
    assert!(error.contains("written by a newer version of bitcart-events"), "{error}");
    assert!(error.contains("run the newer program, or name another file"), "{error}");
    assert_eq!(std::fs::read(place.path()).unwrap(), before);
}

/// Lost: nothing, because a daemon that gets no answer keeps the event. Told: that the file is gone. Without that, what is
/// answered with 200 would be in a file that nobody can open again.
#[cfg(unix)]
#[tokio::test]
async fn nothing_is_accepted_into_a_file_that_was_moved_away() {
    let (log, place) = (Log::of_all(), Place::file());
    let btc = Coin::btc("vpub-a");
    let mut seen = record(&btc);
    let server = serve(place.inbox(btc.listener().without_registry()), settings()).await;
    assert_eq!(post(server.addr, &server.path, &envelope(&payment("a", 3))).await, Some(200));
    seen.expect(["paid 3 a 0.5"]).await;
    let away = place.path().with_file_name("away.db");
    std::fs::rename(place.path(), &away).unwrap();
    for _ in 0..2 {
        assert_eq!(post(server.addr, &server.path, &envelope(&payment("b", 3))).await, None);
    }
    let lines = log.lines(&[&name(&place), "the file was moved or deleted"]);
    assert!(
        lines.iter().any(|line| line.contains("ERROR") && line.contains("nothing more is accepted")),
        "{lines:?}"
    );
    // Another file in its place is not it.
    std::fs::write(place.path(), "").unwrap();
    assert_eq!(post(server.addr, &server.path, &envelope(&payment("b", 3))).await, None);

    std::fs::rename(&away, place.path()).unwrap();
    assert_eq!(post(server.addr, &server.path, &envelope(&payment("c", 3))).await, Some(200));
    seen.expect(["paid 3 c 0.5"]).await;
    log.wait_for(&[&name(&place), "it can be written again"]).await;

    // What it has when it is deleted is handled as long as the process lives.
    server.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
    assert_eq!(left(&place).await.pending, 0);
}

/// Lost: nothing. Told: whose right is missing.
#[tokio::test]
async fn a_file_that_becomes_read_only_refuses_what_comes_and_settles_what_it_had_later() {
    let (log, place) = (Log::of_all(), Place::file());
    let btc = Coin::btc("vpub-a");
    let mut seen = record(&btc);
    let inbox = place.open();
    let builder = btc.listener().without_registry().inbox(inbox.clone());
    let server = serve(builder, settings()).await;
    inbox.run_sql("PRAGMA query_only = 1").await.unwrap();
    for _ in 0..2 {
        assert_eq!(post(server.addr, &server.path, &envelope(&payment("a", 3))).await, None);
    }
    let line = log.wait_for(&[&name(&place), "ERROR", "cannot be written"]).await;
    assert!(line.contains("readonly database; let this user write the file"), "{line}");
    inbox.run_sql("PRAGMA query_only = 0").await.unwrap();
    assert_eq!(post(server.addr, &server.path, &envelope(&payment("a", 3))).await, Some(200));
    seen.expect(["paid 3 a 0.5"]).await;
    drop(inbox);
    server.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
    assert_eq!(SqliteInbox::attach(place.path()).unwrap().stats().await.unwrap().pending, 0);
}
