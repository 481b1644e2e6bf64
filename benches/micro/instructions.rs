//! Each part of a dispatch beside the same work by hand: instructions, by callgrind.
//!
//! ```sh
//! cargo install gungraun-runner --version 0.20.0                  # once; valgrind has to be there too
//! cargo bench -p bitcart-events-benches --bench instructions
//! ```
//!
//! The cases are those of `micro`. Each is run three times before one more run is counted, so that nothing is there for the
//! first time.
#![allow(missing_docs, reason = "what gungraun writes has none")]

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

use gungraun::{library_benchmark, library_benchmark_group, main};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;
/// One call does all of it once, and says how many updates came to a handler.
type Case = Box<dyn FnMut() -> usize>;

/// By its place among the cases.
#[allow(clippy::panic, reason = "there is nobody else to tell")]
fn case(place: usize, by_hand: bool) -> Case {
    let made = cases::CASES.get(place).map(|both| if by_hand { (both.by_hand)() } else { (both.ours)() });
    let Some(Ok(mut case)) = made else { panic!("case {place} cannot be made") };
    for _ in 0..3 {
        black_box(case());
    }
    case
}

macro_rules! cases {
    ($($place:literal $name:ident)*) => {
        #[library_benchmark]
        $( #[bench::$name(case($place, false))] )*
        fn this_crate(mut case: Case) -> usize {
            // What it held is dropped outside of the count.
            let handled = black_box(&mut case)();
            std::mem::forget(case);
            handled
        }

        #[library_benchmark]
        $( #[bench::$name(case($place, true))] )*
        fn with_serde(mut case: Case) -> usize {
            let handled = black_box(&mut case)();
            std::mem::forget(case);
            handled
        }
    };
}

cases! {
    0 envelope
    1 envelope_and_fields
    2 dispatch_of_1
    3 dispatch_of_100
    4 dispatch_of_10000
    5 event_alone
    6 borrowed_plain
    7 borrowed_async
    8 owned
    9 decimal
    10 several_events
    11 merge_new
    12 merge_known
    13 handlers_4
    14 handlers_5
    15 handlers_400
}

library_benchmark_group!(name = dispatch, benchmarks = [this_crate, with_serde]);
main!(library_benchmark_groups = dispatch);
