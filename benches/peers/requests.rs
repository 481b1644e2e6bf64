//! Instructions per webhook request of any server, counted by callgrind.
//!
//! ```sh
//! cargo run --release -p bitcart-events-benches --bin requests -- [--repeated] [--path /] [--profile FILE] N COUNT PORT COMMAND…
//! ```
//!
//! COMMAND is started twice, with COUNT requests and with twice as many, of N updates each over one connection; the
//! difference leaves out start and end. Each request has other transactions unless `--repeated` is given. `--profile` keeps
//! what callgrind wrote of the longer run.
#![allow(clippy::print_stdout, reason = "figures are for who reads them")]

mod body;

use std::error::Error;
use std::process::Stdio;
use std::time::Duration;

use body::Body;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Load {
    updates: usize,
    url: String,
    command: Vec<String>,
    repeated: bool,
    profile: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    let (mut repeated, mut path, mut profile) = (false, "/".to_owned(), "/dev/null".to_owned());
    while let Some(flag) = arguments.next_if(|argument| argument.starts_with("--")) {
        match &*flag {
            "--repeated" => repeated = true,
            "--path" => path = arguments.next().ok_or("--path PATH")?,
            "--profile" => profile = arguments.next().ok_or("--profile FILE")?,
            _ => return Err(format!("there is no {flag}").into()),
        }
    }
    let mut number =
        || -> Outcome<usize> { Ok(arguments.next().ok_or("requests N COUNT PORT COMMAND…")?.parse()?) };
    let (updates, count, port) = (number()?, number()?, number()?);
    let url = format!("http://127.0.0.1:{port}{path}");
    let load = Load { updates, url, command: arguments.collect(), repeated, profile };
    let once = load.run(count).await?;
    let twice = load.run(2 * count).await?;
    println!("{}", twice.saturating_sub(once) / count as u64);
    Ok(())
}

impl Load {
    /// All instructions of a server that answered so many requests.
    async fn run(&self, count: usize) -> Outcome<u64> {
        let server = Command::new("valgrind")
            .args(["--tool=callgrind", &format!("--callgrind-out-file={}", self.profile)])
            .args(&self.command)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        self.post(count).await?;
        let told = end(server).await?;
        let line = told.lines().find(|line| line.contains("Collected")).ok_or_else(|| told.clone())?;
        Ok(line.split_whitespace().last().ok_or("callgrind told no count")?.parse()?)
    }

    async fn post(&self, count: usize) -> Outcome<()> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let text = bodies(self.updates);
        let mut body = if self.repeated { Body::as_it_is(text) } else { Body::new(text) };
        let mut waits = 600;
        for repetition in 0..count {
            loop {
                let body = body.at(repetition).to_vec();
                let post = client.post(&self.url).header("content-type", "application/json").body(body);
                match post.send().await {
                    Ok(answer) => {
                        answer.error_for_status()?.bytes().await?;
                        break;
                    }
                    // Under callgrind it takes a while until it listens.
                    Err(error) if error.is_connect() && waits > 0 => waits -= 1,
                    Err(error) => return Err(error.into()),
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(())
    }
}

/// Asks it to end, and returns what it told.
async fn end(server: Child) -> Outcome<String> {
    let id = server.id().ok_or("the server has ended")?;
    kill(Pid::from_raw(id.try_into()?), Signal::SIGTERM)?;
    Ok(String::from_utf8_lossy(&server.wait_with_output().await?.stderr).into_owned())
}

/// The events that the comparison with other programs is made with.
fn bodies(updates: usize) -> String {
    let transaction = format!(r#"{{"event": "new_transaction", "tx": "{}"}}"#, "ab".repeat(32));
    let payment = r#"{"event": "new_payment", "address": "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "status": 3, "status_str": "Paid"}"#;
    let updates: Vec<&str> =
        (0..updates).map(|number| if number % 2 == 0 { &*transaction } else { payment }).collect();
    format!(r#"{{"updates": [{}], "wallet": "xpub", "currency": "BTC"}}"#, updates.join(", "))
}
