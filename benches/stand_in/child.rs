//! The process itself.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::{SinkExt, StreamExt};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};

use super::{Outcome, now, wallet};

/// After so many frames they are really sent.
const TOGETHER: usize = 64;

/// How many frames, of how many wallets. Without any they are blocks.
struct Order {
    frames: usize,
    wallets: usize,
}

type Orders = Arc<Mutex<mpsc::Receiver<Order>>>;

/// Says its port, then what it is asked; takes orders from standard input, and ends with it.
pub(crate) async fn serve() -> Outcome<()> {
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", socket.local_addr()?.port());
    let (order, orders) = mpsc::channel(1_024);
    let app = Router::new()
        .route("/", post(answer))
        .route("/spec", get(async || r#"{"version": "0.0.1", "electrum_map": {}, "exceptions": {}}"#))
        .route("/ws", get(open))
        .with_state(Arc::new(Mutex::new(orders)));
    tokio::spawn(async move { axum::serve(socket, app).await });
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let (frames, wallets) = line.split_once(' ').ok_or("FRAMES WALLETS")?;
        order.send(Order { frames: frames.parse()?, wallets: wallets.parse()? }).await?;
    }
    Ok(())
}

async fn answer(body: String) -> Json<Value> {
    let call: Value = serde_json::from_str(&body).unwrap_or_default();
    let id = call.get("id").cloned().unwrap_or_default();
    let result = match call.get("method").and_then(Value::as_str) {
        Some("get_updates") => {
            println!("asked");
            json!([])
        }
        Some("list_requests") => json!([]),
        Some("getinfo") => json!({ "blockheight": 1, "synchronized": true }),
        _ => {
            let error = json!({ "code": -32601, "message": "Procedure not found" });
            return Json(json!({ "jsonrpc": "2.0", "error": error, "id": id }));
        }
    };
    Json(json!({ "jsonrpc": "2.0", "result": result, "id": id }))
}

async fn open(State(orders): State<Orders>, mut request: Request) -> Response<Body> {
    let key = request.headers().get(header::SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes);
    let accept = derive_accept_key(key.unwrap_or_default());
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
            // It ends when the other side goes.
            let _ = talk(socket, orders).await;
        }
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::from_str(&accept) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    response
}

async fn talk<S>(mut socket: WebSocketStream<S>, orders: Orders) -> Result<Infallible, SocketError>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let closed = || SocketError::ConnectionClosed;
    socket.next().await.ok_or_else(closed)??;
    println!("open");
    let mut orders = orders.lock().await;
    let mut number = 0;
    loop {
        // Pings are answered between two orders.
        let order = tokio::select! {
            order = orders.recv() => order.ok_or_else(closed)?,
            message = socket.next() => {
                message.ok_or_else(closed)??;
                socket.flush().await?;
                continue;
            }
        };
        // Written first, so that sending takes as little as it can.
        let frames: Vec<Message> =
            (1..=order.frames).map(|more| Message::text(frame(number + more, order.wallets))).collect();
        number += frames.len();
        let mut frames = frames.into_iter();
        while frames.len() > 0 {
            for frame in frames.by_ref().take(TOGETHER) {
                socket.feed(frame).await?;
            }
            socket.flush().await?;
        }
    }
}

fn frame(number: usize, wallets: usize) -> String {
    if wallets == 0 {
        return format!(
            r#"{{"updates": [{{"event": "new_block", "height": {number}}}], "wallet": null, "currency": "BTC"}}"#
        );
    }
    let name = format!("{:016x}{number:016x}", now());
    let update = if number.is_multiple_of(2) {
        format!(r#"{{"event": "new_transaction", "tx": "{name}{:032}"}}"#, 0)
    } else {
        format!(r#"{{"event": "new_payment", "address": "{name}", "status": 3, "status_str": "Paid"}}"#)
    };
    // Each wallet gets both.
    let wallet = wallet(number / 2 % wallets);
    format!(r#"{{"updates": [{update}], "wallet": "{wallet}", "currency": "BTC"}}"#)
}
