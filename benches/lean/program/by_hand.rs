use std::io;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use serde::Deserialize;
use tokio::net::TcpListener;

#[derive(Deserialize)]
struct Body {
    updates: Vec<Update>,
}

#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Update {
    NewTransaction { tx: String },
    #[serde(other)]
    Other,
}

async fn seen(tx: String) {
    println!("new_transaction: {tx}");
}

async fn hook(body: String) -> (StatusCode, &'static str) {
    let Ok(body) = serde_json::from_str::<Body>(&body) else { return (StatusCode::BAD_REQUEST, "{}") };
    for update in body.updates {
        if let Update::NewTransaction { tx } = update {
            seen(tx).await;
        }
    }
    (StatusCode::OK, "{}")
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let address = std::env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:6000".to_owned());
    let socket = TcpListener::bind(address).await?;
    let stop = async { drop(tokio::signal::ctrl_c().await) };
    axum::serve(socket, Router::new().route("/", post(hook))).with_graceful_shutdown(stop).await
}
