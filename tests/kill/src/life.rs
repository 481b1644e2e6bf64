//! A victim from its start to its end.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::watch;

use crate::progress::Progress;
use crate::victim::Orders;

/// When a victim is killed: so long after that.
#[derive(Clone, Debug)]
pub struct Kill {
    pub moment: Moment,
    pub delay: Duration,
}

#[derive(Clone, Debug)]
pub enum Moment {
    /// It was started.
    Started,
    /// It has told something that begins so, for that time.
    Told(&'static str, usize),
    /// The daemon has emitted so many events since.
    Emitted(usize),
}

impl Kill {
    pub fn by_chance(chance: &mut Rng) -> Self {
        let moment = match chance.u32(..20) {
            0..2 => Moment::Started,
            2 => Moment::Told("up", 1),
            // Between what is asked of the inbox and its commit.
            3..7 => Moment::Told("append", chance.usize(1..60)),
            // Between the commit and the answer.
            7..11 => Moment::Told("appended", chance.usize(1..30)),
            11..14 => Moment::Told("start ", chance.usize(1..25)),
            // Between the handler and its acknowledgement.
            14..16 => Moment::Told("end ", chance.usize(1..25)),
            16 => Moment::Told("settle", chance.usize(1..30)),
            _ => Moment::Emitted(chance.usize(1..25)),
        };
        let longest = match moment {
            Moment::Started => 60_000,
            Moment::Told("up", _) => 20_000,
            // About as long as a commit, or a handler.
            _ => 12_000,
        };
        // Often at once, because much of what can go wrong lies close together.
        let delay = if chance.u32(..3) == 0 { 0 } else { chance.u64(..longest) };
        Self { moment, delay: Duration::from_micros(delay) }
    }
}

/// A victim that runs.
pub struct Victim {
    child: Child,
    told: Lines<BufReader<ChildStdout>>,
    stderr: PathBuf,
}

impl Victim {
    pub fn start(program: &Path, orders: &Orders) -> Result<Self> {
        let stderr = orders.lines.with_extension("stderr");
        let errors = OpenOptions::new().create(true).append(true).open(&stderr)?;
        let mut child = Command::new(program)
            .args(orders.arguments())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let told = BufReader::new(child.stdout.take().context("no output")?).lines();
        Ok(Self { child, told, stderr })
    }

    /// Kills it when it is time to. An error means that it ended before.
    pub async fn until_killed(
        mut self,
        kill: &Kill,
        progress: &Progress,
        mut emitted: watch::Receiver<usize>,
    ) -> Result<()> {
        let before = *emitted.borrow_and_update();
        let mut times = 0;
        loop {
            let is_time = match &kill.moment {
                Moment::Started => true,
                Moment::Told(_, nth) => times >= *nth,
                Moment::Emitted(events) => *emitted.borrow() >= before + events,
            };
            if is_time {
                break;
            }
            tokio::select! {
                line = self.told.next_line() => {
                    let Some(line) = line? else { return Err(self.ended().await?) };
                    progress.told(&line);
                    if let Moment::Told(what, _) = kill.moment {
                        times += usize::from(line.starts_with(what));
                    }
                }
                Ok(()) = emitted.changed() => {}
            }
        }
        if !kill.delay.is_zero() {
            let delay = kill.delay;
            // The runtime's clock knows milliseconds only.
            tokio::task::spawn_blocking(move || std::thread::sleep(delay)).await?;
        }
        self.child.start_kill()?;
        while let Some(line) = self.told.next_line().await? {
            progress.told(&line);
        }
        let status = self.child.wait().await?;
        // Nothing else may have ended it.
        ensure!(status.code().is_none(), "{}", self.complaint(&status.to_string()));
        Ok(())
    }

    /// Lets it come to the end of its work, when `done` is; and waits for it.
    pub async fn until_done(
        mut self,
        progress: &Progress,
        done: impl Future<Output = Result<()>>,
    ) -> Result<()> {
        let mut done = std::pin::pin!(done);
        loop {
            tokio::select! {
                line = self.told.next_line() => {
                    let Some(line) = line? else { return Err(self.ended().await?) };
                    progress.told(&line);
                }
                done = done.as_mut() => break done?,
            }
        }
        let mut stdin = self.child.stdin.take().context("no input")?;
        stdin.write_all(b"finish\n").await?;
        while let Some(line) = self.told.next_line().await? {
            progress.told(&line);
        }
        let status = self.child.wait().await?;
        ensure!(status.success(), "{}", self.complaint(&status.to_string()));
        Ok(())
    }

    async fn ended(&mut self) -> Result<anyhow::Error> {
        let status = self.child.wait().await?;
        Ok(anyhow::anyhow!("{}", self.complaint(&status.to_string())))
    }

    fn complaint(&self, status: &str) -> String {
        let said = std::fs::read_to_string(&self.stderr).unwrap_or_default();
        format!("a victim ended by itself with {status}:\n{said}")
    }
}
