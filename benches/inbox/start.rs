//! A start with much that was not handled, to the first call of a handler.

use std::path::Path;
use std::time::Instant;

use bitcart_events::inbox::{DeadLetters, EventId, Inbox, SqliteInbox};
use tokio::sync::mpsc;

use crate::{Outcome, append, listener, record, wait};

const PENDING: usize = 100_000;

pub(crate) fn print(folder: &Path) -> Outcome {
    let file = folder.join("start.db");
    let inbox = SqliteInbox::open(&file)?;
    for _ in 0..PENDING / 1_000 {
        append(&inbox, &record(), 1_000, true)?;
    }
    wait(inbox.close())?;

    let begun = Instant::now();
    let inbox = SqliteInbox::open(&file)?;
    let opened = begun.elapsed();
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let (tell, mut told) = mpsc::unbounded_channel();
        let listener = listener(inbox, move || {
            let _ = tell.send(());
        })?;
        // There is none of that number: it has the listener look into its inbox.
        listener.replay(DeadLetters::one(EventId(0))).await?;
        told.recv().await;
        println!("\nstart with {PENDING} events: open {opened:.0?}, first handler {:.0?}", begun.elapsed());
        for _ in 1..PENDING {
            told.recv().await;
        }
        println!("all of them handled after {:.1?}", begun.elapsed());
        listener.shut_down().await?;
        Ok(())
    })
}
