//! What goes wrong, as the test writes it: with the network, with the daemon, and with what it says.

use serde_json::{Map, Value};

use super::frames::{self, BINARY, TEXT};
use super::memory::Queued;
use super::script::to_the_end;
use super::{ScriptError, TestDaemon};

/// What goes wrong on the network and in the daemon. All of it outlives the process, but for what happens to
/// connections.
impl TestDaemon {
    /// Breaks off every websocket without a goodbye; the process lives on. Returns when they are gone.
    pub async fn drop_websockets(&self) {
        let open = self.daemon.look(|state| {
            let sockets = &state.memory.as_ref()?.sockets;
            sockets.break_all();
            Some(sockets.numbers())
        });
        for number in open.unwrap_or_default() {
            self.daemon.until(|state| (!state.has_websocket(number)).then_some(())).await;
        }
    }

    /// Makes every connection there is now half-open: the daemon neither reads nor writes on it nor closes
    /// it, and does not notice itself. New connections are as usual.
    pub async fn go_silent(&self) {
        self.server.silence().await;
    }

    /// The daemon does not read its websockets any more, so that a ping has no answer; what it sends goes on.
    pub fn stop_reading(&self) {
        self.daemon.set_deaf(true);
    }

    /// The end of [`stop_reading`](Self::stop_reading): what came meanwhile is read now.
    pub fn read_again(&self) {
        self.daemon.set_deaf(false);
    }

    /// Calls of this method wait from now on, and are executed when it is [released](Self::release). `"/ws"`
    /// makes the websocket's handshake wait.
    pub fn hang(&self, method: &str) {
        self.daemon.change(|state| state.faults.hung.insert(method.to_owned()));
    }

    /// The end of [`hang`](Self::hang).
    pub fn release(&self, method: &str) {
        self.daemon.change(|state| state.faults.hung.remove(method));
    }

    /// Calls of this method are executed, but instead of an answer the connection breaks off: what
    /// `get_updates` took out of the ring is lost.
    pub fn lose_answers(&self, method: &str) {
        self.daemon.change(|state| state.faults.lost.insert(method.to_owned()));
    }

    /// The end of [`lose_answers`](Self::lose_answers).
    pub fn keep_answers(&self, method: &str) {
        self.daemon.change(|state| state.faults.lost.remove(method));
    }

    /// Calls of this method are executed, and in the middle of the answer the connection breaks off, as if the daemon was
    /// killed while it wrote: what `get_updates` took out of the ring is lost.
    pub fn cut_answers(&self, method: &str) {
        self.daemon.change(|state| state.faults.cut.insert(method.to_owned()));
    }

    /// The end of [`cut_answers`](Self::cut_answers).
    pub fn finish_answers(&self, method: &str) {
        self.daemon.change(|state| state.faults.cut.remove(method));
    }

    /// Whether every login is refused, as if the operator had changed it. Connections that are there stay.
    pub fn refuse_logins(&self, refuse: bool) {
        self.daemon.change(|state| state.faults.refuses_logins = refuse);
    }

    /// Whether every request is answered with a web page and 200, as by a server that is no daemon at all.
    pub fn answer_html(&self, html: bool) {
        self.daemon.change(|state| state.faults.answers_html = html);
    }
}

/// What the daemon says that no chain made it say.
impl TestDaemon {
    /// Sends a text frame to every websocket as it is; nothing is recorded.
    pub async fn push(&self, frame: &str) {
        self.push_frame(frames::frame(TEXT, frame.as_bytes())).await;
    }

    /// Sends a binary frame to every websocket; a daemon never does.
    pub async fn push_binary(&self, frame: &[u8]) {
        self.push_frame(frames::frame(BINARY, frame)).await;
    }

    async fn push_frame(&self, frame: Vec<u8>) {
        let daemon = self.daemon.clone();
        to_the_end(async move { daemon.push_to(None, &frame).await }).await;
    }

    /// Sends and queues an event as it is, in the way today's daemons do, whatever this daemon's generation;
    /// without a wallet it is for all, and for a wallet that is not loaded it goes nowhere. It is sent as the
    /// text that it is.
    ///
    /// # Errors
    ///
    /// If it is no JSON object with a text as its `event`.
    pub async fn emit(&self, wallet: Option<&str>, event: &str) -> Result<(), ScriptError> {
        let name = name(event)?;
        let (daemon, wallet, json) = (self.daemon.clone(), wallet.map(str::to_owned), event.to_owned());
        to_the_end(async move {
            if let Some(killed) = daemon.killed() {
                let queued = Queued::Text(json.clone());
                let send = daemon.send(wallet.as_deref(), &name, json, queued, &killed);
                killed.run_until_cancelled(send).await;
            }
        })
        .await;
        Ok(())
    }

    /// Queues an event without sending it, as if it had come while no websocket was open.
    ///
    /// # Errors
    ///
    /// If it is no JSON object with a text as its `event`.
    pub async fn emit_unsent(&self, wallet: Option<&str>, event: &str) -> Result<(), ScriptError> {
        let name = name(event)?;
        self.daemon.queue(wallet, &name, event);
        Ok(())
    }

    /// Sends an event without queueing it, as if the ring had lost it since; nothing is recorded, and whether
    /// the wallet is loaded does not matter.
    ///
    /// # Errors
    ///
    /// If it is no JSON object with a text as its `event`.
    pub async fn emit_unqueued(&self, wallet: Option<&str>, event: &str) -> Result<(), ScriptError> {
        name(event)?;
        let frame = frames::frame(TEXT, self.daemon.envelope(event, wallet).as_bytes());
        let (daemon, wallet) = (self.daemon.clone(), wallet.map(str::to_owned));
        to_the_end(async move { daemon.push_to(wallet.as_deref(), &frame).await }).await;
        Ok(())
    }
}

fn name(event: &str) -> Result<String, ScriptError> {
    let members: Option<Map<String, Value>> = serde_json::from_str(event).ok();
    let name = members.and_then(|members| Some(members.get("event")?.as_str()?.to_owned()));
    name.ok_or_else(|| ScriptError::NotJson(event.to_owned()))
}
