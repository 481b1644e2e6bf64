//! A daemon that answers as real ones did: with captured bodies, and nothing else.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use bitcart_events::{Coin, Currency, Daemon};
use serde_json::Value;

/// The bodies of all captured messages with this label, in the order of the file.
pub fn captured(file: &str, label: &str, dir: &str) -> Vec<String> {
    let path = format!("{}/data/captures/{file}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let lines = std::fs::read_to_string(path).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let lines =
        lines.filter(|line| line["label"] == label && line["dir"] == dir && line["transport"] == "http");
    let bodies = lines.map(|line| line["raw"].as_str().unwrap().split_once("\r\n\r\n").unwrap().1.to_owned());
    let bodies: Vec<_> = bodies.collect();
    assert!(!bodies.is_empty(), "no {dir} of {label} in {file}");
    bodies
}

/// The last answer with this label.
pub fn answer(file: &str, label: &str) -> String {
    captured(file, label, "s2c").pop().unwrap()
}

/// The parameters of the last request with this label, as they were sent.
pub fn asked(file: &str, label: &str) -> Value {
    let request = captured(file, label, "c2s").pop().unwrap();
    serde_json::from_str::<Value>(&request).unwrap()["params"].take()
}

/// An answer with this result, as Python writes it.
pub fn result(result: &str) -> String {
    format!(r#"{{"jsonrpc": "2.0", "result": {result}, "id": 0}}"#)
}

#[derive(Default)]
struct Script {
    answers: HashMap<String, VecDeque<String>>,
    asked: Vec<(String, Value)>,
    spec: Option<String>,
}

/// A daemon with a script. A method that is not in it is unknown to it.
#[derive(Clone, Default)]
pub struct Scripted(Arc<Mutex<Script>>);

impl Scripted {
    /// The next time this method is called, it answers this.
    pub fn on(self, method: &str, answer: impl Into<String>) -> Self {
        self.0.lock().unwrap().answers.entry(method.to_owned()).or_default().push_back(answer.into());
        self
    }

    pub fn spec(self, spec: impl Into<String>) -> Self {
        self.0.lock().unwrap().spec = Some(spec.into());
        self
    }

    /// What it was asked: the methods with their parameters, in order.
    pub fn asked(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.0.lock().unwrap().asked)
    }

    /// The address that it listens on from now on.
    pub async fn serve(&self) -> Daemon {
        let app = Router::new().route("/", post(call)).route("/spec", get(spec)).with_state(self.clone());
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let daemon = Daemon::new(format!("http://{}", socket.local_addr().unwrap())).unwrap();
        tokio::spawn(async move { axum::serve(socket, app).await });
        daemon
    }

    pub async fn coin(&self, currency: Currency, wallet: &str) -> Coin {
        Coin::at(currency, self.serve().await, wallet)
    }
}

/// The login that daemons have if nobody changed it: `electrum:electrumz`.
const LOGIN: &str = "Basic ZWxlY3RydW06ZWxlY3RydW16";

async fn call(State(daemon): State<Scripted>, headers: HeaderMap, body: String) -> String {
    if headers.get("authorization").is_none_or(|login| login != LOGIN) {
        return answer("eth_rpc", "no-auth");
    }
    let mut request: Value = serde_json::from_str(&body).unwrap();
    let method = request["method"].as_str().unwrap().to_owned();
    let mut script = daemon.0.lock().unwrap();
    script.asked.push((method.clone(), request["params"].take()));
    let next = script.answers.get_mut(&method).and_then(VecDeque::pop_front);
    next.unwrap_or_else(|| answer("eth_rpc", "nosuchmethod"))
}

async fn spec(State(daemon): State<Scripted>, headers: HeaderMap) -> (StatusCode, String) {
    if headers.get("authorization").is_none_or(|login| login != LOGIN) {
        return (StatusCode::OK, answer("eth_rpc", "spec-no-auth"));
    }
    match daemon.0.lock().unwrap().spec.clone() {
        Some(spec) => (StatusCode::OK, spec),
        None => (StatusCode::NOT_FOUND, answer("eth_rpc", "notfound")),
    }
}
