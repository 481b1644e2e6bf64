//! A start with much that was not handled.

use std::path::Path;
use std::time::Instant;

use bitcart_events::inbox::{Inbox, SqliteInbox};

use crate::{Outcome, append, record, wait};

const PENDING: usize = 100_000;
const CLAIM: usize = 1_000;

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
    let claims = wait(inbox.claim(CLAIM, false))?;
    let claimed = begun.elapsed();
    println!(
        "\nstart with {PENDING} events: open {opened:.0?}, first {} claimed {claimed:.0?}",
        claims.events.len()
    );
    let begun = Instant::now();
    let claims = wait(inbox.claim(CLAIM, false))?;
    println!("another {} of them: {:.1?}", claims.events.len(), begun.elapsed());
    let begun = Instant::now();
    let stats = wait(inbox.stats())?;
    println!("stats of {}: {:.1?}", stats.pending, begun.elapsed());
    Ok(())
}
