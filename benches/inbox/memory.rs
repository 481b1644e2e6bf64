//! Memory while events pass: accepted, stored, handled, settled.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use bitcart_events::inbox::SqliteInbox;

use crate::{Outcome, listener, record};

const EVENTS: usize = 1_000_000;
const BATCH: usize = 200;
const PARTS: usize = 10;

pub(crate) fn print(folder: &Path) -> Outcome {
    let file = folder.join("memory.db");
    let handled = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&handled);
    let updates = vec![&*record(); BATCH].join(",");
    let body = format!(r#"{{"updates": [{updates}], "wallet": null, "currency": "BTC"}}"#);
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let listener = listener(SqliteInbox::open(&file)?, move || {
            counted.fetch_add(1, Ordering::Relaxed);
        })?;
        let begun = Instant::now();
        println!("\nresident memory while {EVENTS} events pass, {BATCH} a batch:");
        for part in 0..=PARTS {
            if part > 0 {
                for _ in 0..EVENTS / BATCH / PARTS {
                    listener.process_updates(&*body).await?;
                }
            }
            println!(
                "{:>9}: {}",
                handled.load(Ordering::Relaxed),
                resident().as_deref().unwrap_or("not known here")
            );
        }
        let took = begun.elapsed().as_secs_f64();
        listener.shut_down().await?;
        let size = std::fs::metadata(&file)?.len();
        println!("{:.0} events/s; the file has {} KiB", EVENTS as f64 / took, size / 1_024);
        Ok(())
    })
}

fn resident() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().to_owned())
}
