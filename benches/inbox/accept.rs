//! Accepting and settling, against the least that a disk can do.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use bitcart_events::inbox::{Inbox, SqliteInbox, Verdict};

use crate::{Outcome, RECORD, append, claimed, record};

const BATCHES: [usize; 4] = [1, 4, 16, 64];
/// Rounds of both in turn, so that a disk that is slow for a while is slow for both.
const ROUNDS: usize = 12;
const COMMITS: usize = 150;

pub(crate) fn print(folder: &Path) -> Outcome {
    println!("{RECORD}-byte records, accepted and settled; {ROUNDS} rounds of {COMMITS} batches of each");
    println!(
        "| a batch | raw, batches/s | inbox, batches/s | ratio | median of the rounds' ratios | commits a batch |"
    );
    println!("|---|---|---|---|---|---|");
    for size in BATCHES {
        let mut raw = Raw(OpenOptions::new().create(true).append(true).open(folder.join("raw"))?);
        let inbox = SqliteInbox::open(folder.join(format!("inbox-{size}.db")))?;
        // The first ones make the files as long as they are later.
        raw.round(size)?;
        round(&inbox, size)?;
        let (mut raw_took, mut inbox_took) = (Duration::ZERO, Duration::ZERO);
        let mut ratios = Vec::new();
        let before = inbox.commits();
        for _ in 0..ROUNDS {
            let (first, second) = (raw.round(size)?, round(&inbox, size)?);
            raw_took += first;
            inbox_took += second;
            ratios.push(first.as_secs_f64() / second.as_secs_f64());
        }
        let batches = (ROUNDS * COMMITS) as f64;
        let commits = (inbox.commits() - before) as f64 / batches;
        ratios.sort_by(f64::total_cmp);
        let median = ratios.get(ROUNDS / 2).copied().unwrap_or_default();
        let (raw, inbox) = (batches / raw_took.as_secs_f64(), batches / inbox_took.as_secs_f64());
        println!("| {size} | {raw:.0} | {inbox:.0} | {:.2} | {median:.2} | {commits:.2} |", inbox / raw);
    }
    Ok(())
}

struct Raw(File);

impl Raw {
    fn round(&mut self, size: usize) -> Outcome<Duration> {
        let records = vec![b'x'; RECORD * size];
        let begun = Instant::now();
        for _ in 0..COMMITS {
            self.0.write_all(&records)?;
            self.0.sync_data()?;
        }
        Ok(begun.elapsed())
    }
}

fn round(inbox: &SqliteInbox, size: usize) -> Outcome<Duration> {
    let text = record();
    let begun = Instant::now();
    for _ in 0..COMMITS {
        for id in append(inbox, &text, size, true)? {
            inbox.settle(&claimed(id, &text), Verdict::Handled);
        }
    }
    Ok(begun.elapsed())
}
