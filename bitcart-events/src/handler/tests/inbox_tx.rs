//! The parameter `InboxTx`.

use rusqlite::Connection;

use super::{PAYMENT, attempt, handlers, run};
use crate::{BoxError, Event, InboxTx, on};

#[on("new_payment", register = false, crate = crate)]
async fn booked(_event: Event, address: &str, book: InboxTx) -> Result<(), BoxError> {
    for number in [1, 2] {
        let row = format!("{address}{number}");
        book.write(move |tx| {
            tx.execute("INSERT INTO booked VALUES (?1)", [row])?;
            Ok(())
        });
        std::future::ready(()).await;
    }
    // Borrowed until here, whatever the closures took with them.
    assert_eq!(address, "a");
    Ok(())
}

#[on("new_payment", register = false, blocking, crate = crate)]
fn refused(_event: Event, address: &str, tx: crate::InboxTx) -> Result<(), BoxError> {
    let row = address.to_owned();
    tx.write(|tx| Ok(tx.execute("INSERT INTO booked VALUES (?1)", [row]).map(drop)?));
    tx.write(|_| Err("refused".into()));
    tx.write(|_| panic!("not reached"));
    Ok(())
}

#[on(["new_payment", "new_block"], register = false, crate = crate)]
fn nothing(_event: Event, inbox: InboxTx) {
    let _ = inbox;
}

fn file() -> Connection {
    let file = Connection::open_in_memory().unwrap();
    file.execute_batch("CREATE TABLE booked (address TEXT)").unwrap();
    file
}

fn rows(file: &Connection) -> Vec<String> {
    let mut rows = file.prepare("SELECT address FROM booked ORDER BY rowid").unwrap();
    rows.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn what_is_written_waits_in_the_attempt() {
    let (attempt, mut file) = (attempt(), file());
    run::<booked>(&attempt, PAYMENT).unwrap();
    assert_eq!(rows(&file), [""; 0]);
    let effects = attempt.take_effects();
    assert!(!effects.is_empty() && attempt.take_effects().is_empty());
    let tx = file.transaction().unwrap();
    effects.writes.into_iter().try_for_each(|write| write(&tx)).unwrap();
    tx.commit().unwrap();
    assert_eq!(rows(&file), ["a1", "a2"]);
}

#[test]
fn a_handler_that_writes_nothing_leaves_nothing() {
    let attempt = attempt();
    run::<nothing>(&attempt, PAYMENT).unwrap();
    assert!(attempt.take_effects().is_empty());
}

/// By hand, as a test of a handler does.
#[test]
fn writes_run_in_their_order_up_to_the_first_error() {
    let (inbox, mut file) = (InboxTx::default(), file());
    let event = Event::find("new_payment").unwrap();
    refused(event, "b", inbox.clone()).unwrap();
    assert_eq!(format!("{inbox:?}"), "InboxTx of 3 writes");
    let tx = file.transaction().unwrap();
    assert_eq!(inbox.run(&tx).unwrap_err().to_string(), "refused");
    assert_eq!(rows(&tx), ["b"]);
    drop(tx);
    assert_eq!(rows(&file), [""; 0]);
    // Each runs once.
    inbox.run(&file.transaction().unwrap()).unwrap();
    fn is_free<T: Send + Sync + Clone + 'static>() {}
    is_free::<InboxTx>();
}

#[test]
fn it_is_known_before_listening() {
    let needs = |of: &[super::Handler]| of.iter().map(super::Handler::needs_inbox_tx).collect::<Vec<_>>();
    assert_eq!(needs(&handlers::<booked>()), [true]);
    assert_eq!(needs(&handlers::<nothing>()), [true, true]);
}
