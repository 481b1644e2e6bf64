//! The daemon behind its handles: its state, and the calls that it executes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::account::Account;
use super::blocks::{self, Replay};
use super::call::{Call, RpcError};
use super::config::Config;
use super::disk::Disk;
use super::faults::Faults;
use super::journal::{Journal, RpcCall};
use super::memory::Memory;
use super::methods::{self, Done};
use super::state::State;
use super::webhook;

#[derive(Debug)]
pub(super) struct Daemon {
    pub(super) config: Config,
    pub(super) client: reqwest::Client,
    state: Mutex<State>,
    /// Told after every change of the state, for those who wait for one.
    changed: watch::Sender<()>,
    /// Whether websockets are left unread.
    deaf: watch::Sender<bool>,
}

/// What becomes of a call.
pub(super) enum Outcome {
    Answer(Result<String, RpcError>),
    /// The connection breaks off in the middle of it.
    Half(Result<String, RpcError>),
    /// The connection breaks off.
    Silence,
}

impl Daemon {
    pub(super) fn new(config: Config) -> reqwest::Result<Self> {
        let state = State {
            disk: Disk::new(config.height),
            memory: None,
            journal: Journal::default(),
            faults: Faults::default(),
        };
        Ok(Self {
            config,
            client: webhook::client()?,
            state: Mutex::new(state),
            changed: watch::Sender::new(()),
            deaf: watch::Sender::new(false),
        })
    }

    pub(super) fn look<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        look(&self.state())
    }

    pub(super) fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let result = change(&mut self.state());
        self.changed.send_replace(());
        result
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.disk.chain.look_at_clock();
        state
    }

    /// Waits until `look` finds something.
    pub(super) async fn until<R>(&self, look: impl Fn(&State) -> Option<R>) -> R {
        // Subscribed before the first look, so that no change falls between the two.
        let mut changes = self.changed.subscribe();
        loop {
            if let Some(found) = self.look(&look) {
                return found;
            }
            // The sender is ours, so there is always another change to wait for.
            let _ = changes.changed().await;
        }
    }

    pub(super) fn set_deaf(&self, deaf: bool) {
        self.deaf.send_replace(deaf);
    }

    pub(super) fn deafness(&self) -> watch::Receiver<bool> {
        self.deaf.subscribe()
    }

    pub(super) fn boot(&self, killed: CancellationToken) {
        self.change(|state| {
            let kept_from = blocks::caught_up(&mut state.disk, &self.config);
            state.memory = Some(Memory::new(killed, kept_from));
        });
    }

    pub(super) fn kill(&self) {
        self.change(|state| {
            if let Some(memory) = state.memory.take() {
                memory.killed.cancel();
            }
            state.journal.lose_what_is_under_way();
        });
    }

    /// Cancelled when the process of now is killed; `None` if there is none.
    pub(super) fn killed(&self) -> Option<CancellationToken> {
        self.look(|state| state.memory.as_ref().map(|memory| memory.killed.clone()))
    }

    /// A websocket is gone.
    pub(super) fn forget(&self, number: u64) {
        self.change(|state| state.memory.iter_mut().for_each(|memory| memory.sockets.close(number)));
    }

    /// A websocket has said what it wants to hear of.
    pub(super) fn set_filter(&self, number: u64, filter: Value) {
        self.change(|state| {
            if let Some(memory) = &mut state.memory {
                memory.sockets.set_filter(number, filter);
            }
        });
    }

    /// Waits as long as the test has this hanging.
    pub(super) async fn while_hung(&self, name: &str) {
        self.until(|state| (!state.faults.hung.contains(name)).then_some(())).await;
    }

    /// Executes a call, when it is not hanging any more; `None` if the process died before it could.
    pub(super) async fn call(&self, call: Call) -> Option<Outcome> {
        let killed = self.killed()?;
        let method = call.method.clone();
        let noted = RpcCall { method: method.clone(), wallet: call.account.as_ref().map(Account::key) };
        let hangs = self.change(|state| {
            let hangs = state.faults.hung.contains(&method);
            hangs.then(|| state.journal.calls.push(noted.clone())).is_some()
        });
        if hangs {
            killed.run_until_cancelled(self.while_hung(&method)).await?;
        }
        let step = self.change(|state| {
            state.memory.as_ref().filter(|_| !killed.is_cancelled())?;
            if !hangs {
                state.journal.calls.push(noted);
            }
            Some(match methods::load(state, &self.config, &call) {
                Err(error) => Step::Done(Done { answer: Err(error), told: Vec::new() }),
                // In one step, so that nothing comes between.
                Ok(replay) if replay.now.is_empty() => Step::Done(self.execute(state, call)?),
                Ok(replay) => Step::Replay(call, replay),
            })
        })?;
        let done = match step {
            Step::Done(done) => done,
            Step::Replay(call, Replay { now, later }) => {
                self.tell(now).await;
                let mut done = self
                    .change(|state| if killed.is_cancelled() { None } else { self.execute(state, call) })?;
                done.told.extend(later);
                done
            }
        };
        if !done.told.is_empty() {
            self.tell(done.told).await;
        }
        Some(self.look(|State { faults, .. }| match done.answer {
            _ if faults.lost.contains(&method) => Outcome::Silence,
            answer if faults.cut.contains(&method) => Outcome::Half(answer),
            answer => Outcome::Answer(answer),
        }))
    }

    fn execute(&self, state: &mut State, call: Call) -> Option<Done> {
        let State { disk, memory, journal, .. } = state;
        Some(methods::execute(&self.config, disk, memory.as_mut()?, journal, call))
    }
}

/// How far a call has come.
enum Step {
    Done(Done),
    /// Loading the wallet makes the daemon tell something first.
    Replay(Call, Replay),
}
