//! One connection: frames, pings, and the answers to what was fetched meanwhile.

use std::time::Duration;

use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_util::sync::CancellationToken;

use super::ledger::{Ledger, TICK};
use crate::client::Socket;

/// A daemon sends no pings and has no time limits (`065c8421`, measured), so a connection that is half open looks like one
/// on which nothing happens. Two pings without an answer and it is dead: noticed within a minute.
const PING: Duration = Duration::from_secs(20);
const DEAD: Duration = Duration::from_secs(50);
/// How long the first pong is waited for.
const FIRST_PONG: Duration = Duration::from_secs(5);
/// A few bytes that cannot be sent for so long mean that nobody reads them.
const SEND: Duration = Duration::from_secs(10);
/// How many frames go into the inbox together, and are handled before more are read. In a turn there are less than two times as
/// many, which is what a lane handles in its.
const BURST: usize = 128;
/// After how many everything else has its turn, even if they are handled.
const TURN: usize = 4 * BURST;
const FAREWELL: Duration = Duration::from_secs(1);
/// What a daemon says when it is shut down in good order, with code 1001 (`065c8421`, capture `eth_ws`: ws-shutdown).
const SHUT_DOWN: &str = "Server shutdown";

/// Why a connection ended.
pub(super) enum End {
    /// We were told to stop.
    Stopped,
    DaemonShutDown,
    Lost(String),
}

pub(super) struct Session<'a, F> {
    socket: Socket,
    ledger: &'a mut Ledger,
    stop: &'a CancellationToken,
    /// Called when the daemon is known to send to the socket.
    on_established: Option<F>,
    /// The number of the last ping.
    pings: u64,
    pinged: Instant,
    opened: Instant,
    /// When anything came last.
    heard: Instant,
}

impl<'a, F: FnOnce()> Session<'a, F> {
    pub(super) fn new(
        socket: Socket,
        ledger: &'a mut Ledger,
        stop: &'a CancellationToken,
        on_established: F,
    ) -> Self {
        let now = Instant::now();
        let on_established = Some(on_established);
        Self { socket, ledger, stop, on_established, pings: 0, pinged: now, opened: now, heard: now }
    }

    pub(super) async fn run(mut self) -> End {
        self.ledger.connected();
        match self.listen().await {
            Err(end) => end,
            Ok(()) => {
                // What is still on its way stays in the daemon's queue.
                let _ = tokio::time::timeout(FAREWELL, self.socket.close(None)).await;
                End::Stopped
            }
        }
    }

    async fn listen(&mut self) -> Result<(), End> {
        // One wallet can be asked for, all of them, but not some (`065c8421`, capture `eth_ws`: ws-xpub-A, ws-unfiltered).
        if let Some(filter) = self.ledger.filter() {
            self.send(Message::text(filter)).await?;
        }
        self.ping().await?;
        let (mut changes, mut trouble) = (self.ledger.changes(), self.ledger.trouble());
        let (mut tick, mut read) = (tokio::time::interval(TICK), 0);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                message = self.socket.next() => {
                    read += self.read_all(message)?;
                    // What was read is handled while it is at hand, before more of it is read.
                    if read >= BURST && (read >= TURN || !self.ledger.is_at_rest()) {
                        read = 0;
                        tokio::task::yield_now().await;
                    }
                }
                fetched = self.ledger.fetched() => {
                    if self.ledger.answered(fetched, self.pings + 1) {
                        self.ping().await?;
                    }
                }
                Ok(()) = changes.changed() => self.ledger.read_wallets(),
                // What is not stored is not accepted: it is left to the daemon's queue.
                Ok(()) = trouble.changed() => return Err(End::Lost("the inbox could not be written".to_owned())),
                now = tick.tick() => self.tick(now).await?,
            }
        }
    }

    /// Reads a frame and those that have arrived behind it: what they bring goes into the inbox together. How many they are.
    fn read_all(&mut self, first: Option<Result<Message, SocketError>>) -> Result<usize, End> {
        self.heard = Instant::now();
        let (mut read, mut count) = (self.read(first), 1);
        while count < BURST
            && let Some(next) = read.as_ref().ok().and_then(|()| self.socket.next().now_or_never())
        {
            (read, count) = (self.read(next), count + 1);
        }
        self.ledger.flush();
        read.map(|()| count)
    }

    fn read(&mut self, message: Option<Result<Message, SocketError>>) -> Result<(), End> {
        match message {
            Some(Ok(Message::Text(text))) => self.ledger.frame(text.as_str()),
            Some(Ok(Message::Pong(payload))) => {
                if let Ok(number) = <[u8; 8]>::try_from(&*payload) {
                    self.ponged(u64::from_be_bytes(number));
                }
            }
            Some(Ok(Message::Close(frame))) => return Err(closed(frame)),
            Some(Ok(Message::Binary(bytes))) => self.ledger.strange(bytes.len()),
            // The library answers a ping by itself.
            Some(Ok(Message::Ping(_) | Message::Frame(_))) => {}
            Some(Err(error)) => return Err(End::Lost(error.to_string())),
            None => return Err(End::Lost("the connection ended".to_owned())),
        }
        Ok(())
    }

    fn ponged(&mut self, number: u64) {
        // The daemon reads this socket, so it sends to it too: what comes from now on is not missed.
        self.establish();
        self.ledger.ponged(number);
    }

    fn establish(&mut self) {
        if let Some(tell) = self.on_established.take() {
            tell();
            self.ledger.established();
        }
    }

    async fn tick(&mut self, now: Instant) -> Result<(), End> {
        self.ledger.tick(now);
        if now.duration_since(self.opened) >= FIRST_PONG {
            // It may not read what we send; what it sends is worth listening to all the same.
            self.establish();
        }
        if now.duration_since(self.heard) >= DEAD {
            return Err(End::Lost(format!("nothing came for {DEAD:?}, and no answer to the pings")));
        }
        if now.duration_since(self.pinged) >= PING { self.ping().await } else { Ok(()) }
    }

    async fn ping(&mut self) -> Result<(), End> {
        self.pings += 1;
        self.pinged = Instant::now();
        self.send(Message::Ping(self.pings.to_be_bytes().to_vec().into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match tokio::time::timeout(SEND, self.socket.send(message)).await {
            Ok(sent) => sent.map_err(|error| End::Lost(error.to_string())),
            Err(_) => Err(End::Lost(format!("it could not be written to for {SEND:?}"))),
        }
    }
}

fn closed(frame: Option<CloseFrame>) -> End {
    match frame {
        Some(CloseFrame { code: CloseCode::Away, reason }) if reason.as_str() == SHUT_DOWN => {
            End::DaemonShutDown
        }
        Some(CloseFrame { code, reason }) => End::Lost(format!("it was closed with code {code} {reason}")),
        None => End::Lost("it was closed".to_owned()),
    }
}
