//! A crate that denies what rustc can deny.

#![forbid(unsafe_code)]
#![deny(
    warnings,
    future_incompatible,
    let_underscore,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    nonstandard_style,
    rust_2018_idioms,
    rust_2024_compatibility,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unreachable_pub,
    unused,
    unused_crate_dependencies,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]
// trybuild names more dependencies than one fixture uses.
#![allow(unused_crate_dependencies)]

use bitcart_events::{Decimal, Event, State, handlers, on};

/// With its documentation.
#[on("new_payment", daemon = "current")]
pub async fn paid(
    event: Event,
    address: &str,
    sent_amount: Decimal,
    orders: State<u64>,
) -> Result<(), String> {
    println!("{event} {address} {sent_amount} {}", *orders);
    Ok(())
}

#[on(["new_block", "verified_tx"], blocking)]
fn private(_event: Event, _height: Option<u64>) {}

/// Nobody else sees it.
pub mod inner {
    use super::{Event, on};

    #[on("new_block", register = false)]
    pub(crate) fn block(_event: Event, _height: u64) {}
}

fn main() {
    let _handlers = handlers![inner::block];
}
