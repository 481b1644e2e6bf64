//! Answers of `get_updates` between their arrival and whoever takes them.

use std::sync::{Mutex, PoisonError};

use super::reply::{Odd, elements};
use crate::wallet::WalletKey;

/// The lists of updates that nobody has taken yet, each with its wallet: few. A caller who went away leaves one here.
#[derive(Default)]
pub(super) struct Mailbox(Mutex<Vec<(WalletKey, String)>>);

impl Mailbox {
    /// Keeps the text of a list of updates.
    pub(super) fn put(&self, wallet: WalletKey, list: String) -> Result<(), Odd> {
        elements(&list)?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((wallet, list));
        Ok(())
    }

    /// Everything that is here for a wallet, in the order of its arrival, as one list.
    pub(super) fn take(&self, wallet: &str) -> Option<String> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lists = Vec::new();
        while let Some(place) = all.iter().position(|(known, _)| known.expose() == wallet) {
            lists.push(all.remove(place).1);
        }
        drop(all);
        if lists.len() < 2 {
            return lists.pop();
        }
        let mut updates = Vec::new();
        for list in &lists {
            // Each is a list, so what is between its brackets are updates with commas.
            let inside = list.trim().strip_prefix('[').and_then(|list| list.strip_suffix(']'));
            if let Some(some) = inside.map(str::trim)
                && !some.is_empty()
            {
                updates.push(some);
            }
        }
        Some(format!("[{}]", updates.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_nobody_took_are_one_list_for_the_next() {
        let (mailbox, key) = (Mailbox::default(), || WalletKey::new("w"));
        assert!(mailbox.put(key(), r#"{"no": "list"}"#.to_owned()).is_err());
        assert!(mailbox.take("w").is_none());
        for list in [r#"[{"height": 1}]"#, " [] ", r#"[{"height": 2}, {"tx": ["["]}]"#] {
            mailbox.put(key(), list.to_owned()).unwrap();
        }
        mailbox.put(WalletKey::new("other"), "[[3]]".to_owned()).unwrap();
        assert_eq!(mailbox.take("w").unwrap(), r#"[{"height": 1}, {"height": 2}, {"tx": ["["]}]"#);
        assert!(mailbox.take("w").is_none());
    }
}
