//! `kill 2000`: so many kills, over all deliveries. `kill round DELIVERY KILLS SEED [strict]`: one round again.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use fastrand::Rng;
use futures_util::{StreamExt, stream};
use kill::check::{Findings, check};
use kill::figures::Figures;
use kill::history::Delivery;
use kill::round::{self, Plan};
use kill::victim::{self, Orders};
use kill::watched::Wrong;
use tokio::runtime::Builder;

/// How many kills a victim has in its story.
const KILLS: usize = 25;
/// How many stories go on at the same time.
const AT_ONCE: usize = 3;

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [victim::NAME, ..] => victim::run(Orders::read(&arguments)?).await.map(|()| ExitCode::SUCCESS),
            ["round", delivery, kills, seed, ref more @ ..] => one(delivery, kills, seed, more).await,
            [kills] => many(kills.parse()?, fastrand::u64(..)).await,
            [kills, seed] => many(kills.parse()?, seed.parse()?).await,
            _ => anyhow::bail!("kill KILLS [SEED], or kill round DELIVERY KILLS SEED [strict] [answers-first | settles-first]"),
        }
    })
}

async fn one(delivery: &str, kills: &str, seed: &str, more: &[&str]) -> Result<ExitCode> {
    let delivery = Delivery::from_name(delivery).context("webhook, websocket or polling?")?;
    let wrong = more.iter().find_map(|name| Wrong::from_name(name));
    let strict = more.contains(&"strict");
    let plan = Plan { strict, wrong, ..Plan::new(delivery, kills.parse()?, seed.parse()?) };
    let found = play(&plan, &std::env::current_exe()?).await?;
    tell(&found.figures.to_string())?;
    Ok(if found.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn many(kills: usize, seed: u64) -> Result<ExitCode> {
    let program = std::env::current_exe()?;
    tell(&format!("seed {seed}"))?;
    let mut chance = Rng::with_seed(seed);
    let plans = (0..kills.div_ceil(KILLS)).map(|number| {
        let delivery = Delivery::ALL[number % Delivery::ALL.len()];
        let kills = KILLS.min(kills - number * KILLS);
        // Every fourth, so that each delivery has its turn.
        Plan { strict: number % 4 == 3, ..Plan::new(delivery, kills, chance.u64(..)) }
    });
    let plans: Vec<Plan> = plans.collect();
    let program = &program;
    let played = stream::iter(&plans).map(|plan| async move { (plan, play(plan, program).await) });
    let mut played = played.buffer_unordered(AT_ONCE);
    let mut sums = vec![Figures::default(); Delivery::ALL.len()];
    let (mut failed, mut done) = (0, 0);
    while let Some((plan, found)) = played.next().await {
        match found {
            Ok(found) => {
                failed += usize::from(!found.faults.is_empty());
                done += found.figures.kills;
                write!(io::stderr(), "\r{done} kills")?;
                let of = Delivery::ALL.iter().position(|delivery| *delivery == plan.delivery);
                sums[of.unwrap_or_default()] += found.figures;
            }
            Err(error) => {
                failed += 1;
                tell(&format!("{error:?}"))?;
            }
        }
    }
    writeln!(io::stderr())?;
    let mut all = Figures::default();
    for (delivery, sum) in Delivery::ALL.iter().zip(sums) {
        tell(&format!("\n{}\n{sum}", delivery.name()))?;
        all += sum;
    }
    tell(&format!("\nall\n{all}\n{failed} rounds failed; seed {seed}"))?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A round, and what is wrong with it.
async fn play(plan: &Plan, program: &Path) -> Result<Findings> {
    let found = check(&round::run(plan, program).await?);
    if round::keeps() {
        for note in &found.notes {
            tell(note)?;
        }
    }
    if !found.faults.is_empty() {
        tell(&format!("\n{plan:?}\nrepeat with: {}", plan.command()))?;
        for fault in &found.faults {
            tell(&fault.to_string())?;
        }
    }
    Ok(found)
}

fn tell(text: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}
