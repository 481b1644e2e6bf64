//! A consumer that is killed: the operating system lets the next one in, which finds everything.

// What is below is all test, though only functions marked as such are taken for it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout
)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};

use bitcart_events::Currency;
use bitcart_events::inbox::{Batch, Inbox, NewEvent, SqliteInbox};

const PATH: &str = "BITCART_TEST_INBOX";
const EVENTS: usize = 50;

/// The process that is killed: this test does nothing by itself.
#[test]
fn consumer() {
    let Ok(path) = std::env::var(PATH) else { return };
    let inbox = SqliteInbox::open(path).unwrap();
    for number in 0..EVENTS {
        let mut batch = Batch::default();
        let text = format!(r#"{{"event": "new_block", "height": {number}}}"#);
        batch.events.push(NewEvent::new(Currency::Btc, Arc::<str>::from(text)));
        batch.claim = true;
        let (tell, told) = mpsc::channel();
        inbox.append(batch, Box::new(move |result| tell.send(result).unwrap()));
        told.recv().unwrap().unwrap();
    }
    #[allow(clippy::print_stdout, reason = "who kills it waits for this")]
    {
        println!("\naccepted");
    }
    // Until it is killed.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[tokio::test]
async fn a_killed_consumer_makes_place_and_leaves_its_events() {
    let folder = std::env::temp_dir().join(format!("bitcart-inbox-kill-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("events.db");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["consumer", "--exact", "--nocapture"])
        .env(PATH, &path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "accepted"));

    let error = SqliteInbox::open(&path).unwrap_err().to_string();
    assert!(error.contains("is in use by another consumer"), "{error}");
    if cfg!(unix) {
        assert!(error.contains(&format!("(process {})", child.id())), "{error}");
    }
    assert_eq!(SqliteInbox::attach(&path).unwrap().stats().await.unwrap().pending, EVENTS as u64);
    child.kill().unwrap();
    child.wait().unwrap();

    let inbox = SqliteInbox::open(&path).unwrap();
    let claims = inbox.claim(2 * EVENTS, false).await.unwrap();
    assert_eq!(claims.events.len(), EVENTS);
    assert!(claims.events.iter().all(|event| event.attempt == 2));
    assert!(claims.events.is_sorted_by_key(|event| event.id));
    drop(inbox);
    std::fs::remove_dir_all(folder).unwrap();
}
