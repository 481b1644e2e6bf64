//! One victim's story: so many kills, and then it is let to finish.

use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bitcart_events::testing::TestDaemon;
use fastrand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::history::{Delivery, History, Life, Line};
use crate::life::{Kill, Victim};
use crate::progress::Progress;
use crate::script::{self, Script};
use crate::snapshot;
use crate::victim::Orders;
use crate::watched::Wrong;
use crate::what;

/// What is waited for so long does not come. That is no measure of anything.
const PATIENCE: Duration = Duration::from_secs(120);
/// So often it is started to finish: what it was answered last may be left to the next start.
const FINISHES: usize = 5;
/// How much room a victim has for events: sometimes so little that most of them wait in the file.
const CAPACITIES: [usize; 3] = [3, 16, 1_024];
/// The same by websocket, where it is also how many frames are held until it is known what belongs before them: what is
/// beyond that is left to the daemon's queue, and can be lost with its answer after later ones were accepted.
const HOLDING: [usize; 3] = [128, 256, 1_024];

/// Set, it leaves the victims' folders where they are: the file, what the handlers wrote, and with `RUST_LOG` what the
/// victims logged.
const KEEP: &str = "KILL_KEEP";

#[derive(Clone, Debug)]
pub struct Plan {
    pub delivery: Delivery,
    pub strict: bool,
    pub wrong: Option<Wrong>,
    pub kills: usize,
    pub seed: u64,
}

impl Plan {
    pub fn new(delivery: Delivery, kills: usize, seed: u64) -> Self {
        Self { delivery, strict: false, wrong: None, kills, seed }
    }

    pub fn strict(self) -> Self {
        Self { strict: true, ..self }
    }

    pub fn wrong(self, wrong: Wrong) -> Self {
        Self { wrong: Some(wrong), ..self }
    }

    /// How to do the same again.
    pub fn command(&self) -> String {
        let Self { delivery, strict, wrong, kills, seed } = self;
        let strict = if *strict { " strict" } else { "" };
        let wrong = wrong.map(|wrong| format!(" {}", wrong.name())).unwrap_or_default();
        let delivery = delivery.name();
        format!(
            "cargo run -p bitcart-events-kill --release -- round {delivery} {kills} {seed}{strict}{wrong}"
        )
    }
}

/// A folder that goes when it was not needed.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("bitcart-events-kill-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !keeps() {
            // It is in the system's folder for such.
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

/// Whether somebody wants to look at it closely.
pub fn keeps() -> bool {
    std::env::var_os(KEEP).is_some()
}

/// Does it, with `program` as the victim.
pub async fn run(plan: &Plan, program: &Path) -> Result<History> {
    let done = tokio::time::timeout(PATIENCE, rounds(plan, program)).await;
    let done = done.unwrap_or_else(|_| Err(anyhow::anyhow!("nothing goes on any more")));
    done.with_context(|| format!("{plan:?}\nrepeat with: {}", plan.command()))
}

async fn rounds(plan: &Plan, program: &Path) -> Result<History> {
    let folder = Folder::new()?;
    let daemon = script::daemon(plan.delivery).await?;
    let mut chance = Rng::with_seed(plan.seed);
    let progress = Arc::new(Progress::default());
    let mut orders = Orders {
        delivery: plan.delivery,
        strict: plan.strict,
        wrong: plan.wrong,
        capacity: 0,
        daemon: daemon.url(),
        inbox: folder.0.join("events.db"),
        lines: folder.0.join("lines"),
        seed: 0,
    };
    let mut records = Records { daemon: daemon.clone(), lines: 0, drains: 0 };
    let mut script = Script::new(daemon, plan.delivery, chance.u64(..), Arc::clone(&progress));
    let (emitted, stop) = (script.emitted(), CancellationToken::new());
    let scripted = tokio::spawn({
        let stop = stop.clone();
        async move {
            script.run(&stop).await?;
            anyhow::Ok(script)
        }
    });
    let capacities = if plan.delivery == Delivery::Websocket { HOLDING } else { CAPACITIES };
    let mut lives = Vec::new();
    for _ in 0..plan.kills {
        (orders.seed, orders.capacity) = (chance.u64(..), capacities[chance.usize(..capacities.len())]);
        let kill = Kill::by_chance(&mut chance);
        let victim = Victim::start(program, &orders)?;
        let killed = victim.until_killed(&kill, &progress, emitted.clone()).await;
        killed.with_context(|| format!("life {}, to be killed at {kill:?}", lives.len() + 1))?;
        lives.push(records.of_life(&orders, true).await?);
    }
    stop.cancel();
    let mut script = scripted.await??;
    for _ in 0..FINISHES {
        orders.seed = chance.u64(..);
        let victim = Victim::start(program, &orders)?;
        victim.until_done(&progress, script.farewell()).await.context("the last life")?;
        let life = records.of_life(&orders, false).await?;
        let is_empty = life.after.events.is_empty() && life.after.received.is_empty();
        lives.push(life);
        if is_empty {
            break;
        }
    }
    Ok(History { delivery: plan.delivery, strict: plan.strict, emissions: script.emissions(), lives })
}

/// What there is to read of, and how far it was read.
struct Records {
    daemon: TestDaemon,
    /// In bytes.
    lines: u64,
    drains: usize,
}

impl Records {
    /// What the life that ended just now has left.
    async fn of_life(&mut self, orders: &Orders, killed: bool) -> Result<Life> {
        // What the victim had asked before it ended may be answered still. Who connects now is served after it.
        let mut last = TcpStream::connect(self.daemon.addr()).await?;
        last.write_all(b"GET / HTTP/1.1\r\nhost: daemon\r\nconnection: close\r\n\r\n").await?;
        last.read_to_end(&mut Vec::new()).await?;
        drop(last);
        self.daemon.wait_disconnected().await;
        let drains = self.daemon.drains();
        let new = drains.iter().skip(self.drains);
        let drained = new.map(|drained| (drained.wallet.clone(), what::of_each(&drained.updates))).collect();
        self.drains = drains.len();
        Ok(Life {
            lines: lines(&orders.lines, &mut self.lines)?,
            after: snapshot::take(&orders.inbox)?,
            killed,
            drained,
        })
    }
}

/// What was added to the side file.
fn lines(path: &Path, read: &mut u64) -> Result<Vec<Line>> {
    let Ok(mut file) = fs::OpenOptions::new().read(true).append(true).open(path) else {
        return Ok(Vec::new());
    };
    file.seek(SeekFrom::Start(*read))?;
    let mut text = String::new();
    *read += file.read_to_string(&mut text)? as u64;
    let is_cut = !text.is_empty() && !text.ends_with('\n');
    if is_cut {
        // The next victim begins a line of its own.
        file.write_all(b"\n")?;
        *read += 1;
    }
    let count = text.lines().count();
    let lines = text.lines().take(count - usize::from(is_cut)).map(Line::read);
    let lines: Option<Vec<Line>> = lines.collect();
    ensure!(lines.is_some(), "the side file has lines that nobody writes:\n{text}");
    Ok(lines.unwrap_or_default())
}
