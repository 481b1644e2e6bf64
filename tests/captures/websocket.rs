//! By websocket: every frame of each recorder, through a real socket.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use bitcart_events::Daemon;
use tokio::sync::oneshot;

use crate::captured::{Batch, batches};
use crate::seen::{Counts, Known, Seen, count, listener, wallets};
use crate::support::replayed::Replayed;

/// For each file, how many frames with events it has, and the counts of what they hold.
#[rustfmt::skip]
const FRAMES: [(&str, usize, Counts); 5] = [
    //             frames  new_block  new_transaction  new_payment  verified_tx  handled  repeated
    ("bnb",        3,     [1,         1,               1,           0,           3,       0]),
    ("btc_ws",     118,   [42,        16,              40,          20,          118,     0]),
    ("eth_ws",     937,   [910,       16,              11,          0,           937,     0]),
    ("trx",        6,     [2,         2,               2,           0,           6,       0]),
    ("webhook_ws", 37,    [21,        8,               8,           0,           36,      1]),
];

#[tokio::test]
async fn every_frame_reaches_its_handler() -> Result<()> {
    for (file, frames, expected) in FRAMES {
        let all = batches(file)?;
        let wallets = wallets(&all);
        let mut recorders: BTreeMap<String, Vec<Batch>> = BTreeMap::new();
        for batch in all.into_iter().filter(|batch| batch.body.starts_with('{')) {
            recorders.entry(batch.recorder.clone()).or_default().push(batch);
        }
        let (mut counts, mut sent) = (Counts::default(), 0);
        for batches in recorders.values() {
            let bodies: Vec<String> = batches.iter().map(|batch| batch.body.clone()).collect();
            sent += bodies.len();
            let addr = Replayed { frames: bodies, ..Replayed::default() }.start().await;
            let daemon = Daemon::new(format!("http://{addr}"))?;
            let seen = Arc::new(Seen::default());
            let (stop, stopped) = oneshot::channel::<()>();
            let listener = listener(batches.first().context("no frames")?, &wallets, &daemon, &seen, false)?
                .concurrency(1)
                .shutdown_on(async { drop(stopped.await) })
                .build()?;
            let listening = tokio::spawn(async move { listener.websocket().await });
            let mut known = Known::default();
            for batch in batches {
                let news = known.news(batch, false)?;
                count(&mut counts, batch, news.len())?;
                for update in &news {
                    seen.wait_for(update).await?;
                }
            }
            drop(stop);
            listening.await??;
            assert_eq!(seen.take(), [], "{file}");
        }
        println!("{file}: {sent} frames, {counts:?}");
        assert_eq!((sent, counts), (frames, expected), "{file}");
    }
    Ok(())
}
