//! A daemon's websocket in a process of its own, so that the figures are of the listener alone.
//!
//! It sends as many frames as it is told to, as fast as they are taken, with the time in each. Its queues are empty.

mod child;

use std::error::Error;
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

pub(crate) use child::serve;

/// The argument with which the program is the stand-in.
pub(crate) const ARGUMENT: &str = "stand-in";
/// How long everything may take that is not measured.
const PATIENCE: Duration = Duration::from_secs(120);

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What the frames are of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    /// Payments and transactions in turn, of one wallet after another.
    Events,
    /// Blocks, which are of no wallet.
    #[allow(dead_code, reason = "not every program that has this module sends them")]
    Blocks,
}

/// The process, seen from the one that measures.
#[derive(Debug)]
pub(crate) struct StandIn {
    _process: Child,
    commands: ChildStdin,
    told: Lines<BufReader<ChildStdout>>,
    pub(crate) port: u16,
}

impl StandIn {
    /// Starts this program once more, as the stand-in.
    pub(crate) async fn start() -> Outcome<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let commands = process.stdin.take().ok_or("the stand-in cannot be told anything")?;
        let told = BufReader::new(process.stdout.take().ok_or("the stand-in says nothing")?).lines();
        let mut this = Self { _process: process, commands, told, port: 0 };
        this.port = this.told().await?.parse()?;
        Ok(this)
    }

    /// Waits until the websocket is open and this many calls of `get_updates` were answered.
    pub(crate) async fn ready(&mut self, asked: usize) -> Outcome<()> {
        let (mut open, mut answered) = (false, 0);
        while !open || answered < asked {
            match &*self.told().await? {
                "open" => open = true,
                _ => answered += 1,
            }
        }
        Ok(())
    }

    /// Has so many frames sent.
    pub(crate) async fn send(&mut self, what: What, frames: usize, wallets: usize) -> Outcome<()> {
        let wallets = match what {
            What::Events => wallets,
            What::Blocks => 0,
        };
        Ok(self.commands.write_all(format!("{frames} {wallets}\n").as_bytes()).await?)
    }

    async fn told(&mut self) -> Outcome<String> {
        let line = tokio::time::timeout(PATIENCE, self.told.next_line()).await??;
        Ok(line.ok_or("the stand-in has ended")?)
    }
}

/// The key of a wallet.
pub(crate) fn wallet(number: usize) -> String {
    format!("wallet-{number:06}")
}

/// The time that a frame's hash or address begins with: nanoseconds, in 16 digits.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
