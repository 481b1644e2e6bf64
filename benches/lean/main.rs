//! What the crate costs its users to build: the first program of the README beside the same server by hand.
//!
//! ```sh
//! cargo run --release -p bitcart-events-benches --bin lean [ROUNDS]
//! ```
//!
//! Clean builds of generated packages, in interleaved rounds: CPU seconds, which do not depend on what else the machine does
//! as wall time does. Every other round goes the other way round, for what is built later can be slower by its place alone. The server by hand has the same dependencies with the same features, and does not use most of them; the
//! one with just what it needs says what those cost. Goal: at most 1.15 of the CPU of the former.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "figures are for who reads them")]

#[path = "../macro_cost/cpu.rs"]
mod cpu;
mod packages;

use std::error::Error;

use packages::{Package, Packages};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// As release programs are built, and as they are while one writes them.
const PROFILES: [&str; 2] = ["dev", "release"];

fn main() -> Outcome {
    let rounds: usize = std::env::args().nth(1).map_or(Ok(1), |rounds| rounds.parse())?;
    let packages = Packages::create()?;
    println!("| | dependencies | program, KiB |{}", columns(rounds));
    println!("|{}", "---|".repeat(3 + rounds * PROFILES.len()));
    let mut seconds = vec![Vec::new(); Package::ALL.len()];
    for round in 1..=rounds {
        for profile in PROFILES {
            let mut order: Vec<_> = Package::ALL.iter().zip(&mut seconds).collect();
            if round % 2 == 0 {
                order.reverse();
            }
            for (package, seconds) in order {
                eprintln!("round {round}: {profile} build of {}", package.name());
                seconds.push(packages.build(*package, profile)?);
            }
        }
    }
    for (package, seconds) in Package::ALL.iter().zip(&seconds) {
        let seconds: String = seconds.iter().map(|seconds| format!(" {seconds:.1} |")).collect();
        let (count, size) = (packages.dependencies(*package)?, packages.size(*package)? / 1_024);
        println!("| {} | {count} | {size} |{seconds}", package.title());
    }
    let [ours, by_hand, ..] = seconds.as_slice() else { return Ok(()) };
    let ratios: Vec<String> =
        ours.iter().zip(by_hand).map(|(ours, by_hand)| format!("{:.2}", ours / by_hand)).collect();
    println!("\nratios to the same dependencies: {}", ratios.join(", "));
    Ok(())
}

fn columns(rounds: usize) -> String {
    let column =
        |round: usize| PROFILES.map(|profile| format!(" {profile}, round {round}, CPU s |")).concat();
    (1..=rounds).map(column).collect()
}
