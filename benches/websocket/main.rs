//! Our websocket listener beside a loop by hand: frames a second, CPU, instructions and memory.
//!
//! ```sh
//! cargo run --profile peers -p bitcart-events-benches --bin websocket [ROUNDS [FRAMES]]
//! ```
//!
//! The same server sends the same frames to both, in interleaved rounds, each time to a process of its own. The loop by hand
//! opens the same kind of socket and reads each frame with serde into a flat struct; it has no handlers by name, no merge, no
//! order and no second attempt. Each has one core to itself, and the server another one. Needs valgrind for the instructions.
#![allow(clippy::print_stdout, reason = "figures are for who reads them")]

mod calls;
mod clients;
#[path = "../peers/handlers.rs"]
mod handlers;
#[path = "../stand_in/mod.rs"]
mod stand_in;

use std::error::Error;
use std::process::{Command as Blocking, Stdio};
use std::time::Duration;

use stand_in::{StandIn, What};
use tokio::process::Command;
use tokio::runtime::Runtime;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// It takes half a second. With less of them more is decided by tables that grow for the first time.
const FRAMES: usize = 1_000_000;
/// Of the counted runs, which take long.
const COUNTED: usize = 2_000;
const SETTLE: Duration = Duration::from_millis(300);

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [stand_in::ARGUMENT] => on_core(0, stand_in::serve()),
        ["ours", port, frames] => on_core(1, clients::ours(port.parse()?, frames.parse()?)),
        ["by-hand", port, frames] => on_core(1, clients::by_hand(port.parse()?, frames.parse()?)),
        ["slow", port, frames] => on_core(1, clients::slow(port.parse()?, frames.parse()?)),
        [] => Runtime::new()?.block_on(print(5, FRAMES)),
        [rounds] => Runtime::new()?.block_on(print(rounds.parse()?, FRAMES)),
        [rounds, frames] => Runtime::new()?.block_on(print(rounds.parse()?, frames.parse()?)),
        _ => Err("websocket [ROUNDS [FRAMES]]".into()),
    }
}

/// The server has a core, and the client another one, where there are two; so that a client's figures are of one core.
fn on_core(number: usize, work: impl Future<Output = Outcome>) -> Outcome {
    #[cfg(target_os = "linux")]
    {
        use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
        use nix::unistd::Pid;

        let this = Pid::from_raw(0);
        let allowed = sched_getaffinity(this)?;
        let cores: Vec<usize> =
            (0..CpuSet::count()).filter(|core| allowed.is_set(*core).unwrap_or(false)).collect();
        if let Some(core) = cores.get(number).filter(|_| cores.len() > 1) {
            let mut only = CpuSet::new();
            only.set(*core)?;
            sched_setaffinity(this, &only)?;
        }
    }
    // Its threads are as many as there are cores now.
    Runtime::new()?.block_on(work)
}

async fn print(rounds: usize, frames: usize) -> Outcome {
    println!(
        "| round | ours, frames/s | by hand, frames/s | ratio | ours, CPU µs/frame | by hand, CPU µs/frame | ratio |"
    );
    println!("|---|---|---|---|---|---|---|");
    let (mut speeds, mut times) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        let [ours_speed, ours_cpu] = measure("ours", frames).await?;
        let [hand_speed, hand_cpu] = measure("by-hand", frames).await?;
        let (speed, cpu) = (ours_speed / hand_speed, ours_cpu / hand_cpu);
        println!(
            "| {round} | {ours_speed:.0} | {hand_speed:.0} | {speed:.2} | {ours_cpu:.2} | {hand_cpu:.2} | {cpu:.2} |"
        );
        speeds.push(speed);
        times.push(cpu);
    }
    println!("\nmedians: {:.2} of the frames a second, {:.2} of the CPU", median(speeds), median(times));
    for who in ["ours", "by-hand"] {
        let (once, twice) = (count(who, COUNTED).await?, count(who, 2 * COUNTED).await?);
        println!("instructions per frame, {who}: {}", twice.saturating_sub(once) / COUNTED as u64);
    }
    println!("\nmemory with a handler that takes 3 s, resident KiB:");
    for frames in [0, 20_000, 40_000, 80_000, 160_000] {
        let told = run(Command::new(std::env::current_exe()?).arg("slow"), frames, true).await?;
        println!("{frames:>7} frames: {}", told.trim());
    }
    Ok(())
}

/// Frames a second, and microseconds of CPU per frame.
async fn measure(who: &str, frames: usize) -> Outcome<[f64; 2]> {
    let told = run(Command::new(std::env::current_exe()?).arg(who), frames, who == "ours").await?;
    let (speed, cpu) = told.trim().split_once(' ').ok_or("a client said nothing")?;
    Ok([speed.parse()?, cpu.parse()?])
}

/// All instructions of a client that took so many frames.
async fn count(who: &str, frames: usize) -> Outcome<u64> {
    let file = std::env::temp_dir().join(format!("websocket-{who}-{}", std::process::id()));
    let mut command = Command::new("valgrind");
    command.args(["-q", "--tool=callgrind", &format!("--callgrind-out-file={}", file.display())]);
    run(command.arg(std::env::current_exe()?).arg(who), frames, who == "ours").await?;
    let written = std::fs::read_to_string(&file)?;
    std::fs::remove_file(&file)?;
    let line =
        written.lines().find_map(|line| line.strip_prefix("totals: ")).ok_or("callgrind told no count")?;
    Ok(line.trim().parse()?)
}

/// Starts a client, and has frames sent to it when it is ready; what it said.
async fn run(command: &mut Command, frames: usize, asks: bool) -> Outcome<String> {
    let mut server = StandIn::start().await?;
    let client = command.arg(server.port.to_string()).arg(frames.to_string());
    let client = client.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    server.ready(usize::from(asks)).await?;
    tokio::time::sleep(if is_slowed(command) { 10 * SETTLE } else { SETTLE }).await;
    server.send(What::Events, frames, 1).await?;
    let output = client.wait_with_output().await?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err(format!("the client ended with {}", output.status).into())
    }
}

fn is_slowed(command: &Command) -> bool {
    let command: &Blocking = command.as_std();
    command.get_program() == "valgrind"
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
