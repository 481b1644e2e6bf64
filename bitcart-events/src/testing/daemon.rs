//! The daemon behind its handles: its state, and the way of an event from the chain to a receiver or a ring.

use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::amount::Satoshis;
use super::disk::{DEFAULT_EXPIRATION, Disk, Request};
use super::event::{Emission, Event, Fate};
use super::journal::{Journal, RpcCall};
use super::json::python;
use super::memory::Memory;
use super::methods;
use super::rpc::{Call, RpcError};
use super::webhook;
use super::{Config, ScriptError};

#[derive(Debug)]
pub(super) struct Daemon {
    pub(super) config: Config,
    client: reqwest::Client,
    state: Mutex<State>,
    /// Told after every change of the state, for those who wait for one.
    changed: watch::Sender<()>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) disk: Disk,
    /// `None` while no process runs.
    pub(super) memory: Option<Memory>,
    pub(super) journal: Journal,
}

impl Daemon {
    pub(super) fn new(config: Config) -> reqwest::Result<Self> {
        let state = State { disk: Disk::new(config.height), memory: None, journal: Journal::default() };
        Ok(Self {
            config,
            client: webhook::client()?,
            state: Mutex::new(state),
            changed: watch::Sender::new(()),
        })
    }

    pub(super) fn look<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        look(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let result = change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.send_replace(());
        result
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

    pub(super) fn boot(&self, killed: CancellationToken) {
        self.change(|state| state.memory = Some(Memory::new(killed)));
    }

    pub(super) fn kill(&self) {
        self.change(|state| {
            if let Some(memory) = state.memory.take() {
                memory.killed.cancel();
            }
            state.journal.lose_what_is_under_way();
        });
    }

    /// Executes a call; `None` if the process died before it could.
    pub(super) fn call(&self, call: Call) -> Option<Result<String, RpcError>> {
        self.change(|state| {
            let State { disk, memory, journal } = state;
            let memory = memory.as_mut()?;
            journal.calls.push(RpcCall { method: call.method.clone(), wallet: call.wallet.clone() });
            Some(methods::execute(&self.config, disk, memory, journal, call))
        })
    }

    pub(super) async fn mine(&self, blocks: u64) {
        for _ in 0..blocks {
            let height = self.change(|state| state.disk.mine());
            self.announce(&Event::Block { height }, None).await;
        }
    }

    /// Tells every wallet concerned, one after another (read in code at `edda6711`): a receiver that does not
    /// answer keeps those behind it waiting. Ends early when the process does.
    pub(super) async fn announce(&self, event: &Event, concerned: Option<&str>) {
        let audience = self.look(|state| {
            let memory = state.memory.as_ref()?;
            Some((memory.killed.clone(), memory.audience(event, concerned, self.config.version)))
        });
        let Some((killed, wallets)) = audience else { return };
        killed
            .run_until_cancelled(async {
                for wallet in wallets {
                    self.tell(&wallet, event, &killed).await;
                }
            })
            .await;
    }

    async fn tell(&self, wallet: &str, event: &Event, killed: &CancellationToken) {
        let json = event.json();
        let Some((emission, url)) = self.change(|state| {
            // Only the process that saw the event may tell it, not the one after it.
            let memory = state.memory.as_ref().filter(|_| !killed.is_cancelled())?;
            let url = memory.find(wallet)?.url.clone();
            let emission = state.journal.emitted(Emission {
                wallet: wallet.to_owned(),
                event: event.name().to_owned(),
                json: json.clone(),
                fate: Fate::Sending,
            });
            Some((emission, url))
        }) else {
            return;
        };
        let outcome = match url {
            Some(url) => webhook::deliver(&self.client, &url, body(&json, wallet)).await,
            None => Err("no notification URL".to_owned()),
        };
        self.settle(emission, outcome);
    }

    /// Without an answer the event is queued for its wallet; the URL stays (measured, Bitcart `edda6711`,
    /// capture `webhook_rpc`: get_updates-hook-refused).
    fn settle(&self, emission: usize, outcome: Result<u16, String>) {
        self.change(|state| {
            let Some(emission) = state.journal.emissions.get_mut(emission) else { return };
            // The process died meanwhile; its ring is gone, and the event with it.
            if emission.fate != Fate::Sending {
                return;
            }
            emission.fate = match outcome {
                Ok(status) => Fate::Delivered { status },
                Err(reason) => {
                    if let Some(wallet) =
                        state.memory.as_mut().and_then(|memory| memory.find_mut(&emission.wallet))
                    {
                        wallet.queue(emission.json.clone(), self.config.polling_cap);
                    }
                    Fate::Queued { reason }
                }
            };
        });
    }

    /// Makes a request as the RPC would, loading the wallet for it.
    pub(super) fn request(&self, wallet: &str, amount: Satoshis) -> Result<Request, ScriptError> {
        self.change(|state| {
            let memory = state.memory.as_mut().ok_or(ScriptError::Stopped)?;
            memory.load(&mut state.disk, wallet);
            let file = state.disk.wallet(wallet).ok_or_else(|| ScriptError::BadWallet(wallet.to_owned()))?;
            Ok(file.add_request(wallet, amount, String::new(), DEFAULT_EXPIRATION))
        })
    }
}

/// The body of a webhook: always one update (measured, Bitcart `edda6711`, capture `webhook_http`: hook-200).
fn body(event: &str, wallet: &str) -> String {
    format!(r#"{{"updates": [{event}], "wallet": {}, "currency": "BTC"}}"#, python(wallet))
}
