//! A listener at work, and what it costs this process.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bitcart_events::{ApiManager, Daemon};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::Outcome;
use crate::handlers::Load;
use crate::stand_in::{StandIn, What, wallet};

/// So many are under way at most, which is within the room of a listener.
const WINDOW: usize = 8_192;
/// So many are sent together.
const CHUNK: usize = 2_048;
/// No event may take longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A listener for so many wallets, and the stand-in that sends to it.
pub(crate) struct Listening {
    pub(crate) load: Arc<Load>,
    pub(crate) server: StandIn,
    wallets: usize,
}

impl Listening {
    /// When all wallets' queues were fetched.
    pub(crate) async fn start(wallets: usize, takes: Duration) -> Outcome<Self> {
        let mut server = StandIn::start().await?;
        let load = Arc::new(Load::new(takes)?);
        let daemon = Daemon::new(format!("http://127.0.0.1:{}", server.port))?;
        let manager =
            ApiManager::builder().daemon("BTC", daemon).wallets("BTC", (0..wallets).map(wallet)).build()?;
        let listener = manager.listener().shared_state(Arc::clone(&load)).build()?;
        tokio::spawn(async move {
            if let Err(error) = listener.websocket().await {
                eprintln!("{error}");
            }
        });
        server.ready(wallets).await?;
        Ok(Self { load, server, wallets })
    }

    pub(crate) fn handled(&self) -> usize {
        self.load.handled.load(Ordering::Relaxed)
    }

    /// Has so many events sent, no more than the window at once, and waits until they are handled.
    pub(crate) async fn pass(&mut self, what: What, events: usize) -> Outcome {
        let (before, mut sent) = (self.handled(), 0);
        let (mut last, mut since) = (before, Instant::now());
        while self.handled() - before < events {
            while sent < events && sent + before < self.handled() + WINDOW {
                let chunk = CHUNK.min(events - sent);
                self.server.send(what, chunk, self.wallets).await?;
                sent += chunk;
            }
            if self.handled() != last {
                (last, since) = (self.handled(), Instant::now());
            } else if since.elapsed() > PATIENCE {
                return Err(format!("{} of {events} events came to a handler", last - before).into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }
}

/// Microseconds of CPU that this process has taken.
pub(crate) fn cpu() -> Outcome<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    Ok((usage.user_time() + usage.system_time()).num_microseconds() as f64)
}

/// In MiB.
pub(crate) fn resident() -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("not known here")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1_024.0)
}
