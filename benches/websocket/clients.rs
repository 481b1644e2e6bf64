//! The two clients, each in a process of its own.

use std::hint::black_box;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bitcart_events::{Coin, Currency, Daemon, Update};
use futures_util::{SinkExt, StreamExt};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

use crate::calls::{CALLS, reach};
use crate::{Outcome, stand_in};

/// So many frames may wait: more than are ever behind, so that none is left to the daemon's queue.
const CAPACITY: usize = 1 << 18;

/// A listener for one wallet, as it is by default but for its room.
pub(crate) async fn ours(port: u16, frames: usize) -> Outcome {
    let coin = Coin::at(Currency::Btc, Daemon::new(format!("http://127.0.0.1:{port}"))?, stand_in::wallet(0));
    let listener = coin.listener().capacity(CAPACITY).build()?;
    let listening = tokio::spawn(async move { listener.websocket().await });
    reach(1).await?;
    let clock = Clock::start()?;
    reach(frames).await?;
    clock.print(frames)?;
    listening.abort();
    Ok(())
}

#[derive(Deserialize)]
struct Flat<'a> {
    event: &'a str,
    tx: Option<&'a str>,
    address: Option<&'a str>,
    status: Option<i64>,
    status_str: Option<&'a str>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    updates: Vec<Flat<'a>>,
    wallet: Option<&'a str>,
    currency: Option<&'a str>,
}

/// What one would write: a socket, and a `match`.
pub(crate) async fn by_hand(port: u16, frames: usize) -> Outcome {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let (mut socket, _) = client_async(format!("ws://127.0.0.1:{port}/ws"), stream).await?;
    socket.send(Message::text(format!(r#"{{"xpub": "{}"}}"#, stand_in::wallet(0)))).await?;
    let mut clock = None;
    while CALLS.load(Ordering::Relaxed) < frames {
        if let Message::Text(text) = socket.next().await.ok_or("the socket was closed")?? {
            let body: Body<'_> = serde_json::from_str(text.as_str())?;
            black_box((body.wallet, body.currency));
            for update in &body.updates {
                match (update.event, update) {
                    ("new_transaction", Flat { tx: Some(tx), .. }) => on_transaction(tx).await,
                    (
                        "new_payment",
                        Flat { address: Some(address), status: Some(status), status_str: Some(text), .. },
                    ) => on_payment(address, *status, text).await,
                    _ => {}
                }
            }
        }
        if clock.is_none() {
            clock = Some(Clock::start()?);
        }
    }
    clock.ok_or("there were no frames")?.print(frames)
}

#[inline(never)]
async fn on_transaction(tx: &str) {
    black_box(tx);
    CALLS.fetch_add(1, Ordering::Relaxed);
}

#[inline(never)]
async fn on_payment(address: &str, status: i64, status_str: &str) {
    black_box((address, status, status_str));
    CALLS.fetch_add(1, Ordering::Relaxed);
}

/// Handlers that take 3 s each, by default settings: how much memory what comes meanwhile takes.
pub(crate) async fn slow(port: u16, frames: usize) -> Outcome {
    let coin = Coin::at(Currency::Btc, Daemon::new(format!("http://127.0.0.1:{port}"))?, stand_in::wallet(0));
    let listener = coin.listener().without_registry();
    coin.add_event_handler(["new_transaction", "new_payment"], |update: Update| async move {
        tokio::time::sleep(Duration::from_secs(3)).await;
        black_box(update);
        Ok(())
    })?;
    let listener = listener.build()?;
    let listening = tokio::spawn(async move { listener.websocket().await });
    // Until all that is sent has come, and nothing more happens to it.
    let mut before = 0;
    tokio::time::sleep(Duration::from_secs(2) + Duration::from_micros(40) * u32::try_from(frames)?).await;
    while resident()? != before {
        before = resident()?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    println!("{before}");
    listening.abort();
    Ok(())
}

fn resident() -> Outcome<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("not known here")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// Since the first frame.
struct Clock {
    begun: Instant,
    cpu: i64,
}

impl Clock {
    fn start() -> Outcome<Self> {
        Ok(Self { begun: Instant::now(), cpu: cpu()? })
    }

    fn print(&self, frames: usize) -> Outcome {
        let took = self.begun.elapsed().as_secs_f64();
        println!("{} {}", frames as f64 / took, (cpu()? - self.cpu) as f64 / frames as f64);
        Ok(())
    }
}

/// Microseconds.
fn cpu() -> Outcome<i64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    Ok((usage.user_time() + usage.system_time()).num_microseconds())
}
