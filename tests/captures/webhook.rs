//! By webhook, with the bytes of the daemons of 2020.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use bitcart_events::{Daemon, WebhookSettings};
use tokio::sync::oneshot;

use crate::captured::batches;
use crate::expected;
use crate::seen::{Counts, Known, Seen, count, listener, wallets};
use crate::support::connection::{Connection, closed_port};

/// Each request goes through a socket with the bytes that the daemon of 2020 sent, but for the path.
#[tokio::test]
async fn webhooks_as_they_were_posted() -> Result<()> {
    let (_port, addr) = closed_port()?;
    let daemon = Daemon::new(format!("http://{addr}"))?;
    for by_hand in [false, true] {
        let batches = batches("webhook_http")?;
        let seen = Arc::new(Seen::default());
        let (stop, stopped) = oneshot::channel::<()>();
        let server =
            listener(batches.first().context("no batches")?, &wallets(&batches), &daemon, &seen, by_hand)?
                .webhook_settings(WebhookSettings::default().addr(([127, 0, 0, 1], 0)))
                .shutdown_on(async { drop(stopped.await) })
                .build()?
                .bind_webhook()
                .await?;
        let addr = server.local_addr();
        let path = server.secret_url().trim_start_matches(&format!("http://{addr}")).to_owned();
        let running = tokio::spawn(server.run());

        let (mut connections, mut known, mut counts) = (HashMap::new(), Known::default(), Counts::default());
        for batch in &batches {
            let (connection, request) = batch.request.as_ref().context("no request")?;
            let (_, rest) = request.split_once(" HTTP/1.1\r\n").context("no request line")?;
            let request = format!("POST {path} HTTP/1.1\r\n{rest}");
            if !connections.contains_key(connection) {
                connections.insert(connection, Connection::open(addr).await?);
            }
            let connection = connections.get_mut(connection).context("no connection")?;
            let answer = connection.send(request.as_bytes()).await?.context("no answer")?;
            assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
            assert_eq!(answer.header("content-type"), Some("application/json"));
            // The answer comes after the handlers.
            let got = seen.take();
            assert_eq!(got, known.news(batch, by_hand)?, "by hand: {by_hand}");
            count(&mut counts, batch, got.len())?;
        }
        assert_eq!(Some(counts), expected("webhook_http"));
        drop(stop);
        running.await??;
    }
    Ok(())
}
