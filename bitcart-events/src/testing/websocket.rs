//! `/ws`: the handshake, and what goes on after it.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{
    CONNECTION, CONTENT_TYPE, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION,
    UPGRADE,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use sha1::{Digest, Sha1};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, watch};

use super::daemon::Daemon;
use super::frames::{Ear, Said};
use super::sockets::{Outgoing, Seat};
use super::{DaemonVersion, base64, response};

/// What every server appends to a client's key (RFC 6455).
const MAGIC: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Answers a handshake, and goes on with the websocket when it is through. It counts as open from here on, so
/// that it misses nothing. No subprotocol is chosen (measured, Bitcart `065c8421`, capture `eth_wsproto`:
/// handshake offering subprotocol). `None` if the process is dead.
pub(super) fn accept(daemon: &Arc<Daemon>, request: &mut Request) -> Option<Response> {
    let Some(key) = key(request.headers()) else {
        // (measured, Bitcart `065c8421`, capture `eth_wsproto`: GET /ws without upgrade headers)
        let words = "No WebSocket UPGRADE hdr: None\n Can \"Upgrade\" only to \"WebSocket\".";
        return Some(response::text(StatusCode::BAD_REQUEST, words));
    };
    let digest = Sha1::new().chain_update(key.as_bytes()).chain_update(MAGIC).finalize();
    let seat = daemon.change(|state| {
        let memory = state.memory.as_mut()?;
        state.journal.websockets += 1;
        Some(memory.sockets.open(state.journal.websockets, &memory.killed))
    })?;
    let upgrade = hyper::upgrade::on(request);
    let daemon_then = daemon.clone();
    tokio::spawn(async move {
        let number = seat.number;
        let broken = seat.broken.clone();
        let talk = async {
            // Without the upgrade the client has gone in the middle of the handshake.
            if let Ok(upgraded) = upgrade.await {
                talk(&daemon_then, TokioIo::new(upgraded), seat).await;
            }
        };
        let _ = broken.run_until_cancelled(talk).await;
        daemon_then.forget(number);
    });

    let mut response = Response::default();
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers
        .extend(HeaderValue::try_from(base64::encode(&digest)).map(|accept| (SEC_WEBSOCKET_ACCEPT, accept)));
    if daemon.config.version == DaemonVersion::Edda6711 {
        // (measured, Bitcart `edda6711`, capture `webhook_ws`: ws-xpub)
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    }
    Some(response)
}

/// The client's key, if it asks for a websocket as it should.
fn key(headers: &HeaderMap) -> Option<&HeaderValue> {
    let has = |name, word: &str| {
        let value = headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
        value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word))
    };
    let asks = has(UPGRADE, "websocket") && has(CONNECTION, "upgrade") && has(SEC_WEBSOCKET_VERSION, "13");
    headers.get(SEC_WEBSOCKET_KEY).filter(|_| asks)
}

/// Reads and writes side by side until one of them has ended, or the connection is to break off.
async fn talk(daemon: &Daemon, io: impl AsyncRead + AsyncWrite, seat: Seat) {
    let (mut read, mut write) = tokio::io::split(io);
    let Seat { number, answers, mut outbox, .. } = seat;
    let writing = async {
        while let Some(outgoing) = outbox.recv().await {
            if write.write_all(&outgoing.bytes).await.is_err() || write.flush().await.is_err() {
                return;
            }
            outgoing.written.map(|written| written.send(()));
        }
    };
    let ended = tokio::select! {
        ended = hear(daemon, number, &mut read, &answers) => ended,
        () = writing => return,
    };
    daemon.forget(number);
    if let Ended::With(goodbye) = ended {
        let said = async {
            write.write_all(&goodbye).await?;
            write.shutdown().await?;
            // What still comes is read, because closing a socket over unread bytes would take back the
            // goodbye.
            tokio::io::copy(&mut read, &mut tokio::io::sink()).await
        };
        // Whoever has gone already needs no goodbye.
        let _ = said.await;
    }
}

enum Ended {
    /// With this frame.
    With(Vec<u8>),
    /// The connection is gone, or is to be dropped without a word.
    Without,
}

async fn hear(
    daemon: &Daemon,
    number: u64,
    read: &mut (impl AsyncRead + Unpin),
    answers: &mpsc::UnboundedSender<Outgoing>,
) -> Ended {
    let mut ear = Ear::default();
    let mut deaf = daemon.deafness();
    loop {
        while let Some(said) = ear.next() {
            match said {
                Said::Text(text) => match serde_json::from_str(&text) {
                    // (measured, Bitcart `065c8421`, capture `eth_ws`: ws-garbage-first)
                    Err(_) => {}
                    Ok(Value::Object(mut message)) => {
                        let filter = message.remove("xpub").unwrap_or_default();
                        daemon.set_filter(number, filter);
                    }
                    // The handler breaks on it (measured, Bitcart `065c8421`, captures `eth_ws`:
                    // ws-json-list, `eth_wsproto`: reply to json string, reply to json number, reply to json
                    // null).
                    Ok(_) => return Ended::Without,
                },
                Said::Answer(bytes) => {
                    // It fails only when writing has ended, and then this ends too.
                    let _ = answers.send(Outgoing { bytes, written: None });
                }
                Said::Goodbye(_) if daemon.look(|state| state.is_closing()) => return Ended::Without,
                Said::Goodbye(bytes) => return Ended::With(bytes),
            }
        }
        if !more(read, &mut ear, &mut deaf).await {
            return Ended::Without;
        }
    }
}

/// Reads some more, unless and as long as the daemon does not read; false at the end.
async fn more(read: &mut (impl AsyncRead + Unpin), ear: &mut Ear, deaf: &mut watch::Receiver<bool>) -> bool {
    loop {
        // The daemon holds the sender, so neither wait can fail while it lives.
        if deaf.wait_for(|deaf| !deaf).await.is_err() {
            return false;
        }
        tokio::select! {
            biased;
            _ = deaf.wait_for(|deaf| *deaf) => {}
            read = read.read_buf(&mut ear.bytes) => return read.is_ok_and(|count| count > 0),
        }
    }
}
