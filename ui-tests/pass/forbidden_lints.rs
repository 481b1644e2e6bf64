//! `forbid` cannot be relaxed again, not even by what a macro writes.

#![forbid(
    unsafe_code,
    missing_docs,
    unused_variables,
    non_snake_case,
    unused_qualifications,
    let_underscore,
    rust_2018_idioms
)]

use bitcart_events::{Event, on};

/// With its documentation.
#[on("new_payment")]
pub async fn paid(_event: Event, _address: &str) {}

#[on("new_block")]
fn block(_event: Event, _height: u64) {}

fn main() {}
