//! JSON bytes to handlers, in process: reads a webhook body of N updates from standard input, passes it REPS times to no-op
//! async handlers, and prints the nanoseconds per update.
//!
//! ```sh
//! cargo build --profile peers -p bitcart-events-benches --bin dispatch
//! payload 100 | target/peers/dispatch 100 50 [--repeated] [--coin] [--logged]
//! ```
//!
//! Each repetition has other transactions, because a transaction is delivered once; with `--repeated` the body stays as it is,
//! and only its payments reach a handler each time. With `--coin` one wallet listens, instead of a manager as in `run_webhook`;
//! with `--logged` its logging to standard error is on. How many updates came to a handler is on standard error.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "figures are for who reads them")]

mod body;
mod calls;
mod handlers;

use std::error::Error;
use std::io::Read;
use std::sync::atomic::Ordering;
use std::time::Instant;

use bitcart_events::{ApiManager, Coin, Report};
use body::Body;

fn main() -> Result<(), Box<dyn Error>> {
    let (flags, numbers): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let [updates, repetitions] = numbers.as_slice() else { return Err("dispatch N REPS < BODY".into()) };
    let (updates, repetitions): (usize, usize) = (updates.parse()?, repetitions.parse()?);
    let is_set = |name: &str| flags.iter().any(|flag| flag == name);
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let mut body = if is_set("--repeated") { Body::as_it_is(text) } else { Body::new(text) };
    if is_set("--logged") {
        bitcart_events::log_to_stderr();
    }
    let listener = if is_set("--coin") {
        Coin::btc("xpub").listener().build()?
    } else {
        ApiManager::builder().wallet("BTC", "xpub").build()?.listener().build()?
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut total = Report::default();
    let took = runtime.block_on(async {
        let begun = Instant::now();
        for repetition in 0..repetitions {
            let report = listener.process_updates(body.at(repetition)).await?;
            total.handled += report.handled;
            total.repeated.extend(report.repeated);
        }
        Ok::<_, bitcart_events::Error>(begun.elapsed())
    })?;
    let (calls, all) = (calls::CALLS.load(Ordering::Relaxed), updates * repetitions);
    eprintln!("{calls} of {all} updates came to a handler; {} were delivered before", total.repeated.len());
    if calls != total.handled || calls + total.repeated.len() != all {
        return Err(format!("of {all} updates {calls} came to a handler: {total:?}").into());
    }
    println!("{}", took.as_nanos() as f64 / all as f64);
    Ok(())
}
