//! By hand, each answer and each frame.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use bitcart_events::Daemon;

use crate::captured::{Batch, batches};
use crate::expected;
use crate::seen::{Counts, Known, Seen, count, listener, wallets};
use crate::support::connection::closed_port;

#[tokio::test]
async fn events_of_the_other_captures() -> Result<()> {
    let (_port, addr) = closed_port()?;
    let daemon = Daemon::new(format!("http://{addr}"))?;
    let mut amounts = 0;
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/data/captures"))? {
        let name = entry?.file_name();
        let file = name.to_str().and_then(|name| name.strip_suffix(".jsonl")).context("a file's name")?;
        if file == "webhook_http" {
            continue;
        }
        for by_hand in [false, true] {
            let mut recorders: BTreeMap<String, Vec<Batch>> = BTreeMap::new();
            let all = batches(file)?;
            let wallets = wallets(&all);
            for batch in all {
                recorders.entry(batch.recorder.clone()).or_default().push(batch);
            }
            let mut counts = Counts::default();
            for batches in recorders.values() {
                let first = batches.first().context("no batches")?;
                let (seen, mut known) = (Arc::new(Seen::default()), Known::default());
                let listener = listener(first, &wallets, &daemon, &seen, by_hand)?.build()?;
                for batch in batches {
                    let report = listener.process_updates(&batch.body).await?;
                    ensure!(report.total() == batch.updates.len(), "{file}: {report:?}");
                    ensure!(report.failed.is_empty() && report.rejected.is_empty(), "{file}: {report:?}");
                    ensure!(report.ignored.is_empty(), "{file}: {report:?}");
                    let got = seen.take();
                    amounts += got.iter().filter(|(_, update)| update.contains("amount\":")).count();
                    assert_eq!(got, known.news(batch, by_hand)?, "{file}, by hand: {by_hand}");
                    count(&mut counts, batch, report.handled)?;
                }
            }
            assert_eq!(Some(counts), expected(file), "{file}");
        }
    }
    // Those of 101 updates, once typed and once by hand.
    assert_eq!(amounts, 202);
    Ok(())
}
