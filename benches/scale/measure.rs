//! What is measured of one number of wallets. Each line that is printed is a column.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::listening::{Listening, cpu, resident};
use crate::stand_in::What;

/// Memory is looked at so often.
const PARTS: usize = 10;
/// Events a second while latency is measured, and how many of these are sent together.
const PACE: usize = 1_000;
const STEP: usize = 10;
const PACED: usize = 3_000;
const BLOCKS: usize = 200;
const IDLE: Duration = Duration::from_secs(5);
const TAKES: Duration = Duration::from_millis(10);
/// How many handlers run at the same time, unless set.
const LANES: usize = 64;

pub(crate) async fn fast(wallets: usize, events: usize) -> Outcome {
    let (begun, before) = (Instant::now(), cpu()?);
    let mut listening = Listening::start(wallets, Duration::ZERO).await?;
    println!("start, s: {}", begun.elapsed().as_secs_f64());
    println!("CPU of the start, µs/wallet: {}", (cpu()? - before) / wallets as f64);
    // What is done for each wallet in turn after the start is not measured with the events.
    settle().await?;
    println!("RSS at first, MiB: {}", resident()?);

    let before = cpu()?;
    tokio::time::sleep(IDLE).await;
    println!("idle, CPU ms/s: {}", (cpu()? - before) / 1_000.0 / IDLE.as_secs_f64());

    let (begun, before) = (Instant::now(), cpu()?);
    let mut parts = Vec::new();
    for _ in 0..PARTS {
        listening.pass(What::Events, events / PARTS).await?;
        parts.push(resident()?);
    }
    println!("events/s: {}", events as f64 / begun.elapsed().as_secs_f64());
    println!("CPU µs/event: {}", (cpu()? - before) / events as f64);
    println!("RSS after a tenth: {}", parts.first().copied().unwrap_or_default());
    println!("half: {}", parts.get(PARTS / 2 - 1).copied().unwrap_or_default());
    println!("all: {}", parts.last().copied().unwrap_or_default());

    paced(&mut listening).await?;

    let before = cpu()?;
    listening.pass(What::Blocks, BLOCKS).await?;
    println!("CPU µs/block: {}", (cpu()? - before) / BLOCKS as f64);
    Ok(())
}

/// Until next to no CPU is taken.
async fn settle() -> Outcome {
    for _ in 0..60 {
        let before = cpu()?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        if cpu()? - before < 50_000.0 {
            break;
        }
    }
    Ok(())
}

/// Latency, where handlers could take far more than comes.
async fn paced(listening: &mut Listening) -> Outcome {
    listening.load.latency.lock().unwrap_or_else(PoisonError::into_inner).reset();
    let mut pace = tokio::time::interval(Duration::from_secs(1) * STEP as u32 / PACE as u32);
    for _ in 0..PACED / STEP {
        pace.tick().await;
        listening.pass(What::Events, STEP).await?;
    }
    let latency = listening.load.latency.lock().unwrap_or_else(PoisonError::into_inner);
    for (name, quantile) in [("p50", 0.5), ("p99", 0.99)] {
        println!("{name} at {PACE} events/s, ms: {}", latency.value_at_quantile(quantile) as f64 / 1_000.0);
    }
    Ok(())
}

/// What comes is what handlers can take.
pub(crate) async fn slow(wallets: usize) -> Outcome {
    let mut listening = Listening::start(wallets, TAKES).await?;
    settle().await?;
    let most = wallets.min(LANES) as f64 / TAKES.as_secs_f64();
    let (begun, before, events) = (Instant::now(), cpu()?, (most * 3.0) as usize);
    listening.pass(What::Events, events).await?;
    let speed = events as f64 / begun.elapsed().as_secs_f64();
    println!("events/s: {speed}");
    println!("of what is possible: {}", speed / most);
    println!("CPU µs/event: {}", (cpu()? - before) / events as f64);
    println!("RSS, MiB: {}", resident()?);
    Ok(())
}

/// What comes is more than handlers can take, and than there is room for: the socket is read all the same.
pub(crate) async fn flood(wallets: usize, frames: usize) -> Outcome {
    let mut listening = Listening::start(wallets, TAKES).await?;
    settle().await?;
    println!("RSS at first, MiB: {}", resident()?);
    let (begun, before) = (Instant::now(), listening.handled());
    listening.server.send(What::Events, frames, wallets).await?;
    let mut most = 0.0_f64;
    while begun.elapsed() < Duration::from_secs(8) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        most = most.max(resident()?);
    }
    println!("at most, MiB: {most}");
    println!("handled in 8 s: {}", listening.handled() - before);
    Ok(())
}
