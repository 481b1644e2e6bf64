//! Memory while events pass.

use std::path::Path;
use std::time::Instant;

use bitcart_events::inbox::{Inbox, SqliteInbox, Verdict};

use crate::{Outcome, append, claimed, record};

const EVENTS: usize = 1_000_000;
const BATCH: usize = 200;
const PARTS: usize = 10;

pub(crate) fn print(folder: &Path) -> Outcome {
    let file = folder.join("memory.db");
    let inbox = SqliteInbox::open(&file)?;
    let (text, begun) = (record(), Instant::now());
    println!("\nresident memory while {EVENTS} events pass, {BATCH} a batch:");
    for part in 0..=PARTS {
        if part > 0 {
            for _ in 0..EVENTS / BATCH / PARTS {
                for id in append(&inbox, &text, BATCH, true)? {
                    inbox.settle(&claimed(id, &text), Verdict::Handled);
                }
            }
        }
        println!("{:>9}: {}", part * (EVENTS / PARTS), resident().as_deref().unwrap_or("not known here"));
    }
    let took = begun.elapsed().as_secs_f64();
    let size = std::fs::metadata(&file)?.len();
    println!("{:.0} events/s; the file has {} KiB", EVENTS as f64 / took, size / 1_024);
    Ok(())
}

fn resident() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().to_owned())
}
