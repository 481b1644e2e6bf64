//! Every case of `data/cases.json`: what is received, and what the handlers get of it. A case that says `webhook` runs
//! through a socket against the real server.

mod support;

#[path = "support/case_handlers.rs"]
mod case_handlers;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use bitcart_events::{ApiManager, Coin, Currency, Daemon, ErrorKind, ListenerBuilder, WebhookSettings};
use case_handlers::{Recorder, handler_for};
use serde_json::{Value, json};
use support::connection::{Answer, Connection, closed_port};
use tokio::sync::oneshot;

// ---------------------------------------------------------------- running a case

/// The listener of a case: its wallets and its handlers.
fn listener(case: &Value, daemon: &Daemon) -> Result<ListenerBuilder> {
    let mut replaced = Vec::new();
    let described = case["handlers"].as_array().context("handlers")?;
    let builder = if case["target"] == "coin" {
        let coin = Coin::at(Currency::Btc, daemon.clone(), "xpubA");
        for handler in described {
            replaced.extend(coin.add_event_handlers(handler_for(handler)?)?);
        }
        coin.listener()
    } else {
        let mut builder = ApiManager::builder();
        for (currency, wallets) in case["wallets"].as_object().context("wallets")? {
            let wallets = wallets.as_array().into_iter().flatten().filter_map(Value::as_str);
            builder = builder.wallets(currency.as_str(), wallets).daemon(currency.as_str(), daemon.clone());
        }
        let manager = builder.build()?;
        for handler in described {
            let chosen = handler_for(handler)?;
            replaced.extend(match handler["on_wallet"].as_array().map(Vec::as_slice) {
                Some([Value::String(currency), Value::String(wallet)]) => {
                    manager.add_wallet(currency.as_str(), wallet)?.add_event_handlers(chosen)?
                }
                _ => manager.add_event_handlers(chosen)?,
            });
        }
        manager.listener()
    };
    let replaced: Vec<_> = replaced.iter().map(|info| info.name).collect();
    let expected: &[&str] = if case["id"] == 6 { &["conformance::case_handlers::first"] } else { &[] };
    ensure!(replaced == expected, "replaced: {replaced:?}");
    Ok(builder.without_registry())
}

async fn run(case: &Value, wanted: &[Value], daemon: &Daemon) -> Result<()> {
    let sleeps = case["handlers"].as_array().into_iter().flatten().find_map(|it| it["sleep_ms"].as_u64());
    let pause = Duration::from_millis(sleeps.unwrap_or_default());
    let recorder = Arc::new(Recorder { pause, ..Recorder::default() });
    let listener = listener(case, daemon)?.shared_state(Arc::clone(&recorder));
    if case["entry"] == "webhook" {
        let answers = by_webhook(case, listener, &recorder).await?;
        for answer in answers {
            check_answer(&case["want"], answer.as_ref())?;
        }
    } else {
        let listener = listener.build()?;
        let mut handled = 0;
        for _ in 0..case["repeat"].as_u64().unwrap_or(1) {
            match listener.process_updates(&case["updates"]).await {
                Err(error) if case["want"]["error"].is_string() => {
                    ensure!(error.kind() == ErrorKind::NotUpdates, "another error: {error}");
                }
                Err(error) => return Err(error.into()),
                Ok(report) => {
                    ensure!(case["want"]["error"].is_null(), "no error, but {report:?}");
                    handled += report.handled;
                }
            }
        }
        ensure!(handled == wanted.len(), "{handled} handled");
    }
    let calls = std::mem::take(&mut *recorder.calls.lock().unwrap());
    check_calls(wanted, calls, case["target"] == "coin")
}

async fn by_webhook(
    case: &Value,
    listener: ListenerBuilder,
    recorder: &Recorder,
) -> Result<Vec<Option<Answer>>> {
    let (stop, stopped) = oneshot::channel::<()>();
    let settings = WebhookSettings::default().addr(([127, 0, 0, 1], 0)).without_secret();
    let listener = listener.webhook_settings(settings).shutdown_on(async { drop(stopped.await) }).build()?;
    let server = listener.bind_webhook().await?;
    let addr = server.local_addr();
    let running = tokio::spawn(server.run());
    let send = |request: Vec<u8>| async move { Connection::open(addr).await?.send(&request).await };

    let requests = case["requests"].as_array().context("requests")?;
    let mut requests = requests.iter().map(request).collect::<Result<Vec<_>>>()?.into_iter();
    let mut answers = Vec::new();
    if case["concurrent"] == true {
        // The second is sent while the first one's handler is at work, which is what makes their order a question.
        let earlier = tokio::spawn(send(requests.next().context("no request")?));
        recorder.begun.notified().await;
        let later = send(requests.next().context("no second request")?).await?;
        answers.extend([earlier.await??, later]);
    }
    for request in requests {
        answers.push(send(request).await?);
    }
    drop(stop);
    running.await??;
    Ok(answers)
}

/// The bytes of a request.
fn request(described: &Value) -> Result<Vec<u8>> {
    let text = |name: &str| described[name].as_str().with_context(|| format!("{name} of {described}"));
    let body = if described["body_gen"].is_null() {
        text("body")?.as_bytes().to_vec()
    } else {
        generated_body(&described["body_gen"])?
    };
    let mut request = format!("{} {} HTTP/1.1\r\nHost: test\r\n", text("method")?, text("path")?);
    for (name, value) in described["headers"].as_object().context("headers")? {
        request += &format!("{name}: {}\r\n", value.as_str().context("a header")?);
    }
    if described["chunked"] == true {
        let mut request = (request + "Transfer-Encoding: chunked\r\n\r\n").into_bytes();
        for chunk in body.chunks(7).chain([[].as_slice()]) {
            request.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
            request.extend([chunk, b"\r\n"].concat());
        }
        return Ok(request);
    }
    if described["method"] == "POST" {
        request += &format!("Content-Length: {}\r\n", body.len());
    }
    Ok([(request + "\r\n").into_bytes(), body].concat())
}

/// The bodies that are too long, or too far from text, to be written out in the cases.
fn generated_body(described: &Value) -> Result<Vec<u8>> {
    let number = |name: &str| -> Result<usize> {
        Ok(usize::try_from(described[name].as_u64().with_context(|| format!("{name} of {described}"))?)?)
    };
    let body = match described["kind"].as_str().context("kind")? {
        "pad_tx" => {
            let around = r#"{"updates":[{"event":"new_transaction","tx":""}]}"#.len();
            let tx = "x".repeat(number("bytes")? - around);
            format!(r#"{{"updates":[{{"event":"new_transaction","tx":"{tx}"}}]}}"#)
        }
        "nest" => {
            let depth = number("depth")?;
            let tx = "[".repeat(depth) + &"]".repeat(depth);
            format!(r#"{{"updates": [{{"event": "new_transaction", "tx": {tx}}}]}}"#)
        }
        "many" => {
            let update = |tx| json!({ "event": "new_transaction", "tx": format!("{tx}") });
            json!({ "updates": (0..number("n")?).map(update).collect::<Vec<_>>() }).to_string()
        }
        "hex" => {
            let digits = described["hex"].as_str().context("hex")?.as_bytes();
            let byte = |pair: &[u8]| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?);
            return digits.chunks(2).map(byte).collect();
        }
        other => bail!("no body of kind `{other}`"),
    };
    Ok(body.into_bytes())
}

// ---------------------------------------------------------------- what is wanted

fn check_answer(want: &Value, answer: Option<&Answer>) -> Result<()> {
    let Some(answer) = answer else {
        ensure!(want["answer"] == "none: the connection is closed", "closed without an answer");
        return Ok(());
    };
    let allowed = want["status"].as_array().cloned().unwrap_or_else(|| vec![want["status"].clone()]);
    ensure!(allowed.contains(&answer.status.into()), "answered with {answer:?}");
    // Who sent a bad body is told why.
    ensure!(answer.status != 400 || answer.body.starts_with(r#"{"error":"#), "answered with {answer:?}");
    ensure!(answer.header("allow") == want["allow"].as_str(), "answered with {answer:?}");
    Ok(())
}

fn check_calls(wanted: &[Value], mut calls: Vec<Value>, in_order: bool) -> Result<()> {
    let mut wanted = wanted.to_vec();
    // "… 25000 calls in all" stands for those that are not written out.
    if let Some(text) = wanted.last().and_then(Value::as_str) {
        let count: usize = text.trim_matches(|letter: char| !letter.is_ascii_digit()).parse()?;
        ensure!(calls.len() == count, "{} calls", calls.len());
        wanted.pop();
        calls.truncate(wanted.len());
    }
    for value in
        calls.iter_mut().filter_map(|call| call["args"].as_object_mut()).flat_map(|it| it.values_mut())
    {
        if let Some(text) = value.as_str().filter(|text| text.len() > 200) {
            *value = format!("{}…({} chars)", &text[..20], text.len()).into();
        }
    }
    // A manager keeps a currency's blocks and a wallet's other events in order, but not the two among each other.
    if !in_order {
        calls.sort_by_key(Value::to_string);
        wanted.sort_by_key(Value::to_string);
    }
    ensure!(calls == wanted, "called: {}", json!(calls));
    Ok(())
}

#[tokio::test]
async fn every_case() -> Result<()> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/cases.json"))?;
    let cases: Vec<Value> = serde_json::from_str(&text)?;
    // No daemon is there: the server is up all the same, and tries it again and again.
    let (_port, addr) = closed_port()?;
    let daemon = Daemon::new(format!("http://{addr}"))?;

    let (mut ran, mut wrong) = (BTreeMap::<String, usize>::new(), Vec::new());
    for case in &cases {
        let wanted = match &case["want"]["calls"] {
            // Of case 142: what case 135 wants.
            Value::String(text) if text == "as for a missing currency" => {
                let other = cases.iter().find(|other| other["name"] == "manager: currency missing -> BTC");
                &other.context("no such case")?["want"]["calls"]
            }
            calls => calls,
        };
        let wanted = wanted.as_array().context("calls")?;
        if let Err(error) = run(case, wanted, &daemon).await {
            wrong.push(format!("{} {}: {error:#}; wanted {}", case["id"], case["name"], case["want"]));
        }
        *ran.entry(case["entry"].to_string()).or_default() += 1;
    }
    println!("ran {ran:?}");
    assert!(wrong.is_empty(), "{} cases are not as wanted:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(ran.values().sum::<usize>(), 106);
    Ok(())
}
