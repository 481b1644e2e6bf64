//! One listener with many wallets: throughput, CPU per event, memory and latency by the number of wallets.
//!
//! ```sh
//! cargo run --release -p bitcart-events-benches --bin scale [--quick] [FOLDER]
//! ```
//!
//! Frames come over a real websocket, from a process of its own; each number of wallets is measured in a new process. It prints
//! Markdown tables, and writes `scale.svg` into FOLDER (`target` unless named). It takes some two minutes.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "figures are for who reads them")]

mod handlers;
mod listening;
mod measure;
mod plot;
#[path = "../stand_in/mod.rs"]
mod stand_in;

use std::error::Error;
use std::path::PathBuf;
use std::process::{Command, Stdio};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const WALLETS: [usize; 4] = [10, 100, 1_000, 10_000];
/// With the most wallets, and with others.
const MOST: usize = 1_000_000;
const FRAMES: usize = 200_000;

/// What was measured of one number of wallets: by name, in the order of the columns.
type Row = (usize, Vec<(String, f64)>);

#[tokio::main]
async fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [stand_in::ARGUMENT] => stand_in::serve().await,
        ["fast", wallets, frames] => measure::fast(wallets.parse()?, frames.parse()?).await,
        ["slow", wallets, _] => measure::slow(wallets.parse()?).await,
        ["flood", wallets, frames] => measure::flood(wallets.parse()?, frames.parse()?).await,
        ["--quick"] => print(20, &PathBuf::from("target")),
        ["--quick", folder] => print(20, &PathBuf::from(folder)),
        [] => print(1, &PathBuf::from("target")),
        [folder] => print(1, &PathBuf::from(folder)),
        _ => Err("scale [--quick] [FOLDER]".into()),
    }
}

fn print(part: usize, folder: &std::path::Path) -> Outcome {
    // Before all else, which takes minutes.
    std::fs::create_dir_all(folder)?;
    let most = *WALLETS.last().unwrap_or(&0);
    let frames = |wallets| if wallets == most { MOST / part } else { FRAMES / part };
    let fast = table("handlers that do nothing", "fast", frames)?;
    table("handlers that take 10 ms, 64 lanes at the same time", "slow", |_| 0)?;
    table("more than the handlers can take (10 ms each), sent at once", "flood", |_| FRAMES / part)?;
    let file = folder.join("scale.svg");
    plot::write(&file, &fast)?;
    println!("\n{}", file.display());
    Ok(())
}

/// Measures for each number of wallets, in a process of its own.
fn table(title: &str, what: &str, frames: impl Fn(usize) -> usize) -> Outcome<Vec<Row>> {
    println!("\n### {title}\n");
    let mut rows: Vec<Row> = Vec::new();
    for wallets in WALLETS {
        eprintln!("{what}: {wallets} wallets");
        let mut command = Command::new(std::env::current_exe()?);
        command.args([what, &wallets.to_string(), &frames(wallets).to_string()]);
        let output = command.stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(format!("{command:?} ended with {}", output.status).into());
        }
        let figures = String::from_utf8(output.stdout)?;
        let figure = |line: &str| {
            let (name, value) = line.rsplit_once(": ").ok_or_else(|| line.to_owned())?;
            Ok::<_, Box<dyn Error>>((name.to_owned(), value.parse()?))
        };
        let row: Vec<(String, f64)> = figures.lines().map(figure).collect::<Outcome<_>>()?;
        if rows.is_empty() {
            let names: Vec<&str> = row.iter().map(|(name, _)| &**name).collect();
            println!("| wallets | {} |\n|{}", names.join(" | "), "---|".repeat(names.len() + 1));
        }
        let values: Vec<String> = row.iter().map(|(_, value)| shown(*value)).collect();
        println!("| {wallets} | {} |", values.join(" | "));
        rows.push((wallets, row));
    }
    Ok(rows)
}

fn shown(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}
