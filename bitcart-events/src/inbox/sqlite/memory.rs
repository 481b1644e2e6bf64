//! What is remembered, by keys that begin with what they are for.

use rusqlite::{Connection, params};

use crate::inbox::Remember;

pub(super) fn write(conn: &Connection, remember: &Remember) -> rusqlite::Result<()> {
    match remember {
        Remember::Put(key, value) => {
            let put = "INSERT INTO bitcart_memory VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2";
            conn.prepare_cached(put)?.execute(params![key, value])?;
        }
        Remember::Forget(prefix) => {
            let forget = "DELETE FROM bitcart_memory WHERE key >= ?1 AND (?2 IS NULL OR key < ?2)";
            conn.prepare_cached(forget)?.execute(params![prefix, after(prefix)])?;
        }
        Remember::Remove(key) => {
            conn.prepare_cached("DELETE FROM bitcart_memory WHERE key = ?1")?.execute([key])?;
        }
    }
    Ok(())
}

pub(super) fn recall(conn: &Connection, prefix: &str) -> rusqlite::Result<Vec<(String, Vec<u8>)>> {
    let recall =
        "SELECT key, value FROM bitcart_memory WHERE key >= ?1 AND (?2 IS NULL OR key < ?2) ORDER BY key";
    let mut recall = conn.prepare_cached(recall)?;
    let rows = recall.query_map(params![prefix, after(prefix)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// The first text after all that begin so. SQLite compares bytes, and UTF-8 has them in the order of the characters.
fn after(prefix: &str) -> Option<String> {
    let mut prefix = prefix.to_owned();
    while let Some(last) = prefix.pop() {
        // From one character to the next, over the gap of the surrogates.
        if let Some(next) = (last..=char::MAX).nth(1) {
            prefix.push(next);
            return Some(prefix);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::after;

    #[test]
    fn what_comes_after_a_prefix() {
        assert_eq!(after("a/").as_deref(), Some("a0"));
        assert_eq!(after("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(after("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(after("\u{10ffff}"), None);
        assert_eq!(after(""), None);
    }
}
