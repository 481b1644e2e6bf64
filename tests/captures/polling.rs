//! By polling: every answer of `get_updates` with events in it, through a real socket.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use bitcart_events::Daemon;
use tokio::sync::oneshot;

use crate::captured::{Batch, batches};
use crate::seen::{Counts, Known, Seen, count, listener, wallets};
use crate::support::replayed::Replayed;

/// For each file, how many answers with events it has, and the counts of what they hold.
#[rustfmt::skip]
const ANSWERS: [(&str, usize, Counts); 5] = [
    //              answers  new_block  new_transaction  new_payment  verified_tx  handled  repeated
    ("bnb",         1,      [1,         1,               1,           0,           3,       0]),
    ("btc_rpc",     8,      [24,        5,               12,          6,           47,      0]),
    ("eth_rpc",     11,     [179,       7,               4,           0,           188,     2]),
    ("trx",         1,      [2,         2,               2,           0,           6,       0]),
    ("webhook_rpc", 7,      [7,         0,               1,           0,           8,       0]),
];

#[tokio::test]
async fn every_answer_reaches_its_handlers() -> Result<()> {
    for (file, answers, expected) in ANSWERS {
        let all = batches(file)?;
        let wallets = wallets(&all);
        let mut recorders: BTreeMap<String, Vec<Batch>> = BTreeMap::new();
        for batch in all.into_iter().filter(|batch| batch.body.starts_with('[') && !batch.updates.is_empty())
        {
            recorders.entry(batch.recorder.clone()).or_default().push(batch);
        }
        let (mut counts, mut sent) = (Counts::default(), 0);
        for batches in recorders.values() {
            let first = batches.first().context("no answers")?;
            let wallet = first.wallet.clone().context("no wallet")?;
            sent += batches.len();
            // Seconds passed between them: a poller would have found the queue empty meanwhile.
            let bodies: VecDeque<String> =
                batches.iter().flat_map(|batch| [batch.body.clone(), "[]".to_owned()]).collect();
            let answers = Mutex::new([(wallet, bodies)].into());
            let addr = Replayed { answers, ..Replayed::default() }.start().await;
            let daemon = Daemon::new(format!("http://{addr}"))?;
            let seen = Arc::new(Seen::default());
            let (stop, stopped) = oneshot::channel::<()>();
            let listener = listener(first, &wallets, &daemon, &seen, false)?
                .shutdown_on(async { drop(stopped.await) })
                .build()?;
            let listening = tokio::spawn(async move { listener.polling(Duration::from_millis(1)).await });
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
        println!("{file}: {sent} answers, {counts:?}");
        assert_eq!((sent, counts), (answers, expected), "{file}");
    }
    Ok(())
}
