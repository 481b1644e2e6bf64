//! The README's programs compile as they stand there.

// They are whole programs, which nobody runs here.
#[allow(dead_code)]
mod books;
#[allow(dead_code)]
mod handler;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bitcart_events::Decimal;

#[derive(Default)]
struct Orders(Mutex<BTreeMap<String, Option<Decimal>>>);

impl Orders {
    async fn settle(&self, address: &str, amount: Option<Decimal>) -> anyhow::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(address.to_owned(), amount);
        Ok(())
    }
}

#[test]
fn the_readme_has_what_is_compiled_here() {
    let readme = include_str!("../../README.md");
    for program in [include_str!("handler.rs"), include_str!("books.rs")] {
        // The README leaves the imports out.
        let (_, shown) = program.split_once("#[on(").unwrap();
        assert!(readme.contains(shown.trim_end()), "{program}");
    }
}
