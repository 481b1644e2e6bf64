//! Each part of a dispatch beside the same work by hand: time, by criterion.
//!
//! ```sh
//! cargo bench -p bitcart-events-benches --bench micro            # all; with a name behind `--` some
//! cargo bench -p bitcart-events-benches --bench instructions     # the same cases, counted by callgrind
//! ```
//!
//! The way of a frame of a websocket to its handler is measured by `--bin websocket`, which needs a process of its own.

mod bodies;
mod by_hand;
mod cases;
mod handlers;
mod many;
mod ours;
#[path = "../peers/body.rs"]
mod peers_body;

use std::error::Error;
use std::hint::black_box;

use criterion::{Criterion, Throughput};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;
/// One call does all of it once, and says how many updates came to a handler.
type Case = Box<dyn FnMut() -> usize>;

fn main() -> Outcome {
    let mut criterion = Criterion::default().configure_from_args();
    for both in &cases::CASES {
        let mut group = criterion.benchmark_group(both.name);
        group.throughput(Throughput::Elements(both.updates));
        for (who, make) in [("ours", both.ours), ("by hand", both.by_hand)] {
            let mut case = make()?;
            group.bench_function(who, |bencher| bencher.iter(|| black_box(case())));
        }
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}
