//! The program that is killed.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use bitcart_events::inbox::{Inbox, SqliteInbox};
use bitcart_events::{ApiManager, Daemon, WebhookSettings, handlers, rusqlite};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::WALLETS;
use crate::handlers::{block, payment, transaction};
use crate::history::Delivery;
use crate::teller::{Teller, say};
use crate::watched::{Watched, Wrong};

/// How often a daemon is asked for what waits.
const OFTEN: Duration = Duration::from_millis(20);
/// How often a daemon is told where to post.
const AGAIN: Duration = Duration::from_millis(100);
/// How often the inbox is asked whether it is empty.
const LOOK: Duration = Duration::from_millis(10);

/// What it is to do.
#[derive(Clone, Debug)]
pub struct Orders {
    pub delivery: Delivery,
    pub strict: bool,
    pub wrong: Option<Wrong>,
    /// How many events have room in memory; the others wait in the file.
    pub capacity: usize,
    pub daemon: String,
    pub inbox: PathBuf,
    pub lines: PathBuf,
    pub seed: u64,
}

/// Its first argument, by which a program knows that it is to be one.
pub const NAME: &str = "victim";

impl Orders {
    /// As a command line.
    pub fn arguments(&self) -> [String; 9] {
        let path = |path: &PathBuf| path.to_string_lossy().into_owned();
        [
            NAME.to_owned(),
            self.delivery.name().to_owned(),
            self.strict.to_string(),
            self.wrong.map_or("right", Wrong::name).to_owned(),
            self.capacity.to_string(),
            self.daemon.clone(),
            path(&self.inbox),
            path(&self.lines),
            self.seed.to_string(),
        ]
    }

    pub fn read(arguments: &[String]) -> Result<Self> {
        let [_, delivery, strict, wrong, capacity, daemon, inbox, lines, seed] = arguments else {
            anyhow::bail!("a victim needs eight arguments");
        };
        Ok(Self {
            delivery: Delivery::from_name(delivery).context("which delivery?")?,
            strict: strict.parse()?,
            wrong: Wrong::from_name(wrong),
            capacity: capacity.parse()?,
            daemon: daemon.clone(),
            inbox: inbox.into(),
            lines: lines.into(),
            seed: seed.parse()?,
        })
    }
}

pub async fn run(orders: Orders) -> Result<()> {
    if std::env::var_os("RUST_LOG").is_some() {
        let filter = tracing_subscriber::EnvFilter::from_default_env();
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    }
    let inbox = SqliteInbox::open(&orders.inbox)?;
    let own = rusqlite::Connection::open(&orders.inbox)?;
    own.busy_timeout(Duration::from_secs(5))?;
    own.execute_batch("CREATE TABLE IF NOT EXISTS effects (id INTEGER, what TEXT)")?;
    drop(own);
    let manager =
        ApiManager::builder().daemon("BTC", Daemon::new(&*orders.daemon)?).wallets("BTC", WALLETS).build()?;
    let webhook = WebhookSettings::default().addr(([127, 0, 0, 1], 0)).register_every(AGAIN);
    // One that settles too early knows of no other attempt.
    let fails = orders.wrong.is_none();
    let mut builder = manager
        .listener()
        .without_registry()
        .handlers(handlers![payment, transaction, block])
        .state(Teller::open(&orders.lines, orders.seed, fails)?)
        .inbox(Watched::new(inbox, orders.wrong))
        .capacity(orders.capacity)
        .retry_waits(Duration::from_millis(1), Duration::from_millis(8))
        .webhook_settings(webhook);
    if orders.strict {
        builder = builder.strict();
    }
    let listener = builder.build()?;
    let inbox = Arc::clone(listener.inbox());
    let stopping = listener.clone();
    tokio::spawn(async move {
        wait_for_the_end(&*inbox).await;
        if let Err(error) = stopping.shut_down().await {
            say(&format!("trouble {error}"));
        }
    });
    say("up");
    match orders.delivery {
        Delivery::Webhook => {
            let server = listener.bind_webhook().await?;
            say(&format!("listening {}", server.local_addr()));
            server.run().await?;
        }
        Delivery::Websocket => listener.websocket().await?,
        Delivery::Polling => listener.polling(OFTEN).await?,
    }
    Ok(())
}

/// Until the parent wants it, and everything that was accepted is handled.
async fn wait_for_the_end(inbox: &dyn Inbox) {
    let mut line = String::new();
    let read = BufReader::new(tokio::io::stdin()).read_line(&mut line).await;
    if read.is_ok_and(|bytes| bytes > 0) {
        while inbox.stats().await.is_ok_and(|stats| stats.pending + stats.received > 0) {
            tokio::time::sleep(LOOK).await;
        }
    } else {
        // The parent is gone.
        std::process::exit(3);
    }
}
