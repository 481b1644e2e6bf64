//! The way of an event: to webhooks or rings in 2020, to websockets and rings today.

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use super::DaemonVersion;
use super::daemon::Daemon;
use super::event::{Emission, Event, Fate, Told};
use super::frames::{self, TEXT};
use super::json::python;
use super::memory::Queued;
use super::webhook;

impl Daemon {
    /// Tells one event after another. What is left when the process dies is not told.
    pub(super) async fn tell(&self, told: Vec<Told>) {
        let Some(killed) = self.killed() else { return };
        for Told { wallet, event } in told {
            let telling = async {
                match self.config.version {
                    DaemonVersion::Current => {
                        let (name, json) = (event.name(), event.json());
                        self.send(wallet.as_deref(), name, json, Queued::Live(event), &killed).await;
                    }
                    DaemonVersion::F39a98fe | DaemonVersion::Edda6711 => {
                        self.push(&event, wallet.as_deref(), &killed).await;
                    }
                }
            };
            if killed.run_until_cancelled(telling).await.is_none() {
                return;
            }
        }
    }

    /// Sends an event to the websockets, then queues it; one for a wallet that is not loaded never was
    /// (measured, Bitcart `065c8421`, capture `btc_rpc`: get_updates; the order read in code). A websocket
    /// that does not take it keeps everybody waiting, and the event from the rings (measured, Bitcart
    /// `065c8421`, not captured).
    pub(super) async fn send(
        &self,
        wallet: Option<&str>,
        name: &str,
        json: String,
        queued: Queued,
        killed: &CancellationToken,
    ) {
        let frame = frames::frame(TEXT, self.envelope(&json, wallet).as_bytes());
        let Some((emission, written)) = self.change(|state| {
            // Only the process that saw the event may tell it, not the one after it.
            let memory = state.memory.as_ref().filter(|_| !killed.is_cancelled())?;
            if let Some(key) = wallet {
                memory.find(key)?;
            }
            let emission = state.journal.emitted(Emission {
                wallet: wallet.unwrap_or_default().to_owned(),
                event: name.to_owned(),
                json: json.clone(),
                fate: Fate::Sending,
            });
            Some((emission, memory.sockets.send(wallet, &frame)))
        }) else {
            return;
        };
        let websockets = join_all(written).await.iter().filter(|written| written.is_ok()).count();
        self.change(|state| {
            let memory = state.memory.as_mut().filter(|_| !killed.is_cancelled())?;
            let rings = memory.queue(wallet, &queued, self.config.polling_cap);
            state.journal.emissions.get_mut(emission)?.fate = Fate::Sent { websockets, rings };
            Some(())
        });
    }

    /// Tells every wallet concerned, one after another (read in code at `edda6711`): a receiver that does not
    /// answer keeps those behind it waiting.
    async fn push(&self, event: &Event, concerned: Option<&str>, killed: &CancellationToken) {
        let json = event.json();
        let version = self.config.version;
        let Some((audience, all)) = self.look(|state| {
            let memory = state.memory.as_ref()?;
            let all: Vec<String> = memory.keys().map(str::to_owned).collect();
            Some((memory.audience(event, concerned, version), all))
        }) else {
            return;
        };
        for wallet in all {
            if version == DaemonVersion::Edda6711 {
                // Whatever wallet it is about, it goes out once for each that is loaded, in its name
                // (measured, Bitcart `edda6711`, capture `webhook_ws`: two-wallets-unfiltered,
                // two-wallets-sub-w2).
                let frame = frames::frame(TEXT, self.envelope(&json, Some(&wallet)).as_bytes());
                self.push_to(Some(&wallet), &frame).await;
            }
            if audience.contains(&wallet) {
                self.post(&wallet, event.name(), &json, killed).await;
            }
        }
    }

    async fn post(&self, wallet: &str, name: &str, json: &str, killed: &CancellationToken) {
        let Some((emission, url)) = self.change(|state| {
            // Only the process that saw the event may tell it, not the one after it.
            let memory = state.memory.as_ref().filter(|_| !killed.is_cancelled())?;
            let url = memory.find(wallet)?.url.clone();
            let emission = state.journal.emitted(Emission {
                wallet: wallet.to_owned(),
                event: name.to_owned(),
                json: json.to_owned(),
                fate: Fate::Sending,
            });
            Some((emission, url))
        }) else {
            return;
        };
        let outcome = match url {
            Some(url) => webhook::deliver(&self.client, &url, self.envelope(json, Some(wallet))).await,
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
                    if let Some(memory) = state.memory.as_mut() {
                        let queued = Queued::Text(emission.json.clone());
                        memory.queue(Some(&emission.wallet), &queued, self.config.polling_cap);
                    }
                    Fate::Queued { reason }
                }
            };
        });
    }

    /// Sends a frame to whoever wants to hear of the wallet, or to all.
    pub(super) async fn push_to(&self, wallet: Option<&str>, frame: &[u8]) {
        let written = self.look(|state| {
            state.memory.as_ref().map(|memory| memory.sockets.send(wallet, frame)).unwrap_or_default()
        });
        join_all(written).await;
    }

    /// Queues an event for the wallet, or for all, as if it had been sent to nobody.
    pub(super) fn queue(&self, wallet: Option<&str>, name: &str, json: &str) {
        self.change(|state| {
            let memory = state.memory.as_mut()?;
            if let Some(key) = wallet {
                memory.find(key)?;
            }
            let rings = memory.queue(wallet, &Queued::Text(json.to_owned()), self.config.polling_cap);
            let fate = Fate::Sent { websockets: 0, rings };
            let wallet = wallet.unwrap_or_default().to_owned();
            state.journal.emitted(Emission { wallet, event: name.to_owned(), json: json.to_owned(), fate });
            Some(())
        });
    }

    /// What goes over the wire: always one update (measured, Bitcart `edda6711`, capture `webhook_http`:
    /// hook-200; Bitcart `065c8421`, capture `btc_ws`: ws2-unfiltered).
    pub(super) fn envelope(&self, event: &str, wallet: Option<&str>) -> String {
        let (wallet, currency) = (python(&wallet), self.config.currency);
        format!(r#"{{"updates": [{event}], "wallet": {wallet}, "currency": "{currency}"}}"#)
    }
}
