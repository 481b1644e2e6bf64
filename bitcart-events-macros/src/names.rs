//! Names as they stand in messages: quoted, listed, and the one that was probably meant.

/// The text of each: its name, or what else a message lists.
pub(crate) fn each<'a, T>(all: &'a [T], text: fn(&'a T) -> &'a str) -> Vec<&'a str> {
    let mut texts = Vec::new();
    for one in all {
        texts.push(text(one));
    }
    texts
}

/// The candidate that was probably meant by `word`: a misspelling of it, or a part of the name.
pub(crate) fn closest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    let mut near: Option<(usize, &str)> = None;
    let mut related: Option<&str> = None;
    for name in candidates {
        let lower = name.to_lowercase();
        let distance = strsim::damerau_levenshtein(&word, &lower);
        // Of the longer one, because `currencies` means `currency`.
        let is_near = distance <= name.len().max(word.len()).max(3) / 3;
        if is_near && near.is_none_or(|(least, _)| distance < least) {
            near = Some((distance, name));
        }
        // The longest says the most: `address` rather than `to` for `to_address`.
        if is_related(&word, &lower) && related.is_none_or(|longest| name.len() >= longest.len()) {
            related = Some(name);
        }
    }
    match near {
        Some((_, name)) => Some(name),
        None => related,
    }
}

/// `txid` and `tx`, `amount` and `sent_amount`, `payment_address` and `address`.
fn is_related(word: &str, name: &str) -> bool {
    let continues = |long: &str, short: &str| long.starts_with(short) && long.len() <= 2 * short.len();
    holds(word, name) || holds(name, word) || continues(word, name) || continues(name, word)
}

/// Whether each part of the short name is one of the long one.
fn holds(long: &str, short: &str) -> bool {
    for part in short.split('_') {
        let mut is_part = false;
        for known in long.split('_') {
            is_part |= known == part;
        }
        if !is_part {
            return false;
        }
    }
    true
}

/// `a`, `b`, `c`, each in backticks.
pub(crate) fn list(names: &[&str]) -> String {
    if names.is_empty() { String::new() } else { format!("`{}`", joined(names, "`, `")) }
}

/// What `join` of a slice would be, which takes the compiler ten times as long.
pub(crate) fn joined(texts: &[&str], separator: &str) -> String {
    let mut joined = String::new();
    for (index, text) in texts.iter().enumerate() {
        joined.push_str(if index > 0 { separator } else { "" });
        joined.push_str(text);
    }
    joined
}

/// What `replace` would make of a text, which takes the compiler four times as long.
pub(crate) fn replaced(text: &str, old: &str, new: &str) -> String {
    let (mut replaced, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once(old) {
        replaced.push_str(before);
        replaced.push_str(new);
        rest = behind;
    }
    replaced.push_str(rest);
    replaced
}

/// Whether it has this part. `contains` takes the compiler four times as long.
pub(crate) fn has(text: &str, part: &str) -> bool {
    text.split_once(part).is_some()
}

/// What to write for `"new_block, new_payment"`: a list, if each part of it is a name.
pub(crate) fn as_a_list(text: &str, is_name: &dyn Fn(&str) -> bool) -> Option<String> {
    let mut spaced = String::new();
    for sign in text.chars() {
        spaced.push(if sign.is_alphanumeric() || sign == '_' { sign } else { ' ' });
    }
    let mut parts = Vec::new();
    for part in spaced.split(' ') {
        if is_name(part) {
            parts.push(part);
        } else if !part.is_empty() {
            return None;
        }
    }
    (parts.len() > 1).then(|| format!("write a list: `{parts:?}`"))
}

/// "did you mean `x`?", where something comes close.
pub(crate) fn did_you_mean(word: &str, candidates: &[&str]) -> Vec<String> {
    match closest(word, candidates) {
        Some(name) => vec![format!("did you mean `{name}`?")],
        None => Vec::new(),
    }
}

/// `new_block` as a type: `NewBlock`.
pub(crate) fn camel_case(name: &str) -> String {
    let mut camel = String::new();
    for word in name.split('_') {
        let mut letters = word.chars();
        if let Some(first) = letters.next() {
            camel.push_str(&first.to_string().to_uppercase());
            camel.push_str(letters.as_str());
        }
    }
    camel
}

/// `NewBlock` as the name of an event: `new_block`.
pub(crate) fn snake_case(name: &str) -> String {
    if name.to_uppercase() == name {
        return name.to_lowercase();
    }
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push_str(&letter.to_string().to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closest_forgives_a_third_of_the_letters() {
        let names = ["new_block", "new_payment", "tx"];
        assert_eq!(closest("new_blok", &names), Some("new_block"));
        assert_eq!(closest("NEW_PAYMENT", &names), Some("new_payment"));
        assert_eq!(closest("new_blok", &["new_clock", "new_block"]), Some("new_block"));
        assert_eq!(closest("xt", &names), Some("tx"));
        assert_eq!(closest("new_blo", &names), Some("new_block"));
        assert_eq!(closest("new_xyzck", &names), Some("new_block"));
        assert_eq!(closest("new_xyzwk", &names), None);
        assert_eq!(closest("order_shipped", &names), None);
        assert_eq!(closest("currencies", &["currency", "crate"]), Some("currency"));
        assert_eq!(closest("eth", &["ETH"]), Some("ETH"));
        assert_eq!(closest("ether", &["ETH"]), Some("ETH"));
    }

    #[test]
    fn closest_knows_a_part_of_a_name() {
        let names = ["address", "sent_amount", "to", "tx"];
        assert_eq!(closest("txid", &names), Some("tx"));
        assert_eq!(closest("tx_hash", &names), Some("tx"));
        assert_eq!(closest("amount", &names), Some("sent_amount"));
        assert_eq!(closest("to_address", &names), Some("address"));
        assert_eq!(closest("sent_am", &names), Some("sent_amount"));
        assert_eq!(closest("token", &names), None);
        assert_eq!(closest("height", &names), None);
    }

    #[test]
    fn every_part_is_replaced_once() {
        assert_eq!(replaced("a :: b :: c", " :: ", "::"), "a::b::c");
        assert_eq!(replaced("aaa", "a", "aa"), "aaaaaa");
        assert_eq!(replaced("", "a", "b"), "");
        assert!(has("a :: b", "::") && !has("a : b", "::"));
    }

    #[test]
    fn only_names_make_a_list() {
        let is_name = |part: &str| ["a_b", "c"].contains(&part);
        assert_eq!(as_a_list("a_b,  c", &is_name).as_deref(), Some("write a list: `[\"a_b\", \"c\"]`"));
        for text in ["a_b", "a_b, d", ", ", ""] {
            assert_eq!(as_a_list(text, &is_name), None, "{text}");
        }
    }

    #[test]
    fn camel_case_joins_words() {
        assert_eq!(camel_case("verified_tx"), "VerifiedTx");
    }

    #[test]
    fn snake_case_parts_words() {
        assert_eq!(snake_case("VerifiedTx"), "verified_tx");
        assert_eq!(snake_case("new_block"), "new_block");
        assert_eq!(snake_case("NEW_BLOCK"), "new_block");
    }
}
