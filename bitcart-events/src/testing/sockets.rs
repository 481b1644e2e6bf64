//! The open websockets of one process: who listens, to what, and what is on its way to whom.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// A frame on its way; who sent it hears when it is written.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) bytes: Vec<u8>,
    pub(super) written: Option<oneshot::Sender<()>>,
}

#[derive(Debug, Default)]
pub(super) struct Sockets {
    /// In the order they were opened.
    open: BTreeMap<u64, Socket>,
}

#[derive(Debug)]
struct Socket {
    /// The wallet it wants to hear of; all of them until it says so.
    filter: Option<Value>,
    outbox: mpsc::UnboundedSender<Outgoing>,
    /// Cancelled to break the connection off.
    broken: CancellationToken,
}

/// A websocket's own end of what [`Sockets`] has of it.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) number: u64,
    /// Where its own answers go, behind what is on its way already.
    pub(super) answers: mpsc::UnboundedSender<Outgoing>,
    pub(super) outbox: mpsc::UnboundedReceiver<Outgoing>,
    pub(super) broken: CancellationToken,
}

impl Sockets {
    /// No number may ever come twice, not even in another process.
    pub(super) fn open(&mut self, number: u64, killed: &CancellationToken) -> Seat {
        let (sender, outbox) = mpsc::unbounded_channel();
        let broken = killed.child_token();
        let answers = sender.clone();
        let socket = Socket { filter: None, outbox: sender, broken: broken.clone() };
        self.open.insert(number, socket);
        Seat { number, answers, outbox, broken }
    }

    pub(super) fn close(&mut self, number: u64) {
        self.open.remove(&number);
    }

    pub(super) fn count(&self) -> usize {
        self.open.len()
    }

    pub(super) fn has(&self, number: u64) -> bool {
        self.open.contains_key(&number)
    }

    pub(super) fn numbers(&self) -> Vec<u64> {
        self.open.keys().copied().collect()
    }

    /// How many want to hear of this wallet alone.
    pub(super) fn filtered(&self, wallet: &str) -> usize {
        self.open
            .values()
            .filter(|socket| socket.filter.as_ref().is_some_and(|filter| filter == wallet))
            .count()
    }

    /// A later filter takes the place of an earlier one, and what Python takes for nothing is none (read in
    /// code at `065c8421`; measured for null, capture `eth_ws`: ws-garbage-first).
    pub(super) fn set_filter(&mut self, number: u64, filter: Value) {
        if let Some(socket) = self.open.get_mut(&number).filter(|_| !is_falsy(&filter)) {
            socket.filter = Some(filter);
        }
    }

    /// Sends a frame to whoever wants to hear of the wallet, or to all if it is about none. The filter is
    /// compared as it is: only a text that is the very key fits (measured, Bitcart `065c8421`, capture
    /// `eth_ws`: ws-xpub-lowercase, t-dict-xpub, t-plain-xpub, t-walletkey).
    pub(super) fn send(&self, wallet: Option<&str>, bytes: &[u8]) -> Vec<oneshot::Receiver<()>> {
        let fits = |socket: &&Socket| match (wallet, &socket.filter) {
            (Some(wallet), Some(filter)) => filter == wallet,
            _ => true,
        };
        self.open.values().filter(fits).filter_map(|socket| socket.send(bytes)).collect()
    }

    pub(super) fn break_all(&self) {
        self.open.values().for_each(|socket| socket.broken.cancel());
    }
}

impl Socket {
    fn send(&self, bytes: &[u8]) -> Option<oneshot::Receiver<()>> {
        let (written, receiver) = oneshot::channel();
        let outgoing = Outgoing { bytes: bytes.to_vec(), written: Some(written) };
        self.outbox.send(outgoing).ok().map(|()| receiver)
    }
}

fn is_falsy(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}
