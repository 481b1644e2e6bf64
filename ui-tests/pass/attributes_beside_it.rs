//! Other attributes, above and below; documentation; visibilities.
#![deny(warnings, missing_docs)]

use bitcart_events::{Event, on};

/// Above.
#[allow(clippy::needless_pass_by_value)]
#[on("new_block")]
#[inline]
#[allow(non_snake_case)]
/// Below.
pub fn Block(event: Event, height: u64) {
    println!("{event} {height}");
}

#[deprecated = "for a test"]
#[on("new_transaction")]
#[cold]
#[must_use]
pub(crate) fn seen(event: Event) -> Result<(), String> {
    println!("{event}");
    Ok(())
}

/// In a module.
pub mod inner {
    use bitcart_events::{Event, on};

    #[cfg_attr(all(), on("new_payment"))]
    #[track_caller]
    pub(super) fn paid(event: Event, #[allow(unused)] address: &str) {
        println!("{event}");
    }
}

fn main() {
    inner::paid(Event::find("new_payment").unwrap(), "");
}
