// What the handlers work on. `macro_cost` writes it in front of the generated modules.
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use bitcart_events::Decimal;

#[derive(Default)]
pub struct Shop {
    notes: Mutex<Vec<String>>,
}

impl Shop {
    pub fn note(&self, number: u32, text: String) {
        if let Ok(mut notes) = self.notes.lock() {
            notes.push(format!("{number}: {text}"));
        }
    }

    pub async fn settle(&self, number: u32, order: &str, amount: Option<Decimal>) -> Result<(), Unsettled> {
        let amount = amount.ok_or(Unsettled)?;
        self.note(number, format!("{order} {amount}"));
        Ok(())
    }
}

#[derive(Default)]
pub struct Chain {
    height: AtomicU64,
}

impl Chain {
    pub fn grow(&self, number: u32, height: u64) {
        self.height.fetch_max(height + u64::from(number), Ordering::Relaxed);
    }
}

#[derive(Debug)]
pub struct Unsettled;

impl fmt::Display for Unsettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not settled")
    }
}

impl std::error::Error for Unsettled {}
