//! Names as they stand in messages: quoted, listed, and the one that was probably meant.

/// The candidate that was probably meant by `word`: a misspelling of it, or a part of the name.
pub(crate) fn closest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let candidates: Vec<&str> = candidates.collect();
    let distance = |name: &&str| strsim::damerau_levenshtein(&word, &name.to_lowercase());
    // Of the longer one, because `currencies` means `currency`.
    let is_near = |name: &&&str| distance(name) <= name.len().max(word.len()).max(3) / 3;
    let near = candidates.iter().filter(is_near).min_by_key(|name| distance(name));
    // The longest says the most: `address` rather than `to` for `to_address`.
    let related = || {
        candidates.iter().filter(|name| is_related(&word, &name.to_lowercase())).max_by_key(|name| name.len())
    };
    near.or_else(related).copied()
}

/// `txid` and `tx`, `amount` and `sent_amount`, `payment_address` and `address`.
fn is_related(word: &str, name: &str) -> bool {
    let words = |text: &str| text.split('_').map(str::to_owned).collect::<Vec<_>>();
    let holds = |long: &str, short: &str| words(short).iter().all(|part| words(long).contains(part));
    let continues = |long: &str, short: &str| long.starts_with(short) && long.len() <= 2 * short.len();
    holds(word, name) || holds(name, word) || continues(word, name) || continues(name, word)
}

/// `a`, `b`, `c`, each in backticks.
pub(crate) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// What to write for `"new_block, new_payment"`: a list, if each part of it is a name.
pub(crate) fn as_a_list(text: &str, is_name: impl Fn(&str) -> bool) -> Option<String> {
    let parts =
        text.split(|sign: char| !sign.is_alphanumeric() && sign != '_').filter(|part| !part.is_empty());
    let parts: Vec<&str> = parts.collect();
    (parts.len() > 1 && parts.iter().all(|part| is_name(part))).then(|| format!("write a list: `{parts:?}`"))
}

/// "did you mean `x`?", where something comes close.
pub(crate) fn did_you_mean<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    closest(word, candidates).map(|name| format!("did you mean `{name}`?"))
}

/// `new_block` as a type: `NewBlock`.
pub(crate) fn camel_case(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters)
        })
        .collect()
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
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closest_forgives_a_third_of_the_letters() {
        let names = || ["new_block", "new_payment", "tx"].into_iter();
        assert_eq!(closest("new_blok", names()), Some("new_block"));
        assert_eq!(closest("NEW_PAYMENT", names()), Some("new_payment"));
        assert_eq!(closest("new_blok", ["new_clock", "new_block"].into_iter()), Some("new_block"));
        assert_eq!(closest("xt", names()), Some("tx"));
        assert_eq!(closest("new_blo", names()), Some("new_block"));
        assert_eq!(closest("new_xyzck", names()), Some("new_block"));
        assert_eq!(closest("new_xyzwk", names()), None);
        assert_eq!(closest("order_shipped", names()), None);
        assert_eq!(closest("currencies", ["currency", "crate"].into_iter()), Some("currency"));
        assert_eq!(closest("eth", ["ETH"].into_iter()), Some("ETH"));
        assert_eq!(closest("ether", ["ETH"].into_iter()), Some("ETH"));
    }

    #[test]
    fn closest_knows_a_part_of_a_name() {
        let names = || ["address", "sent_amount", "to", "tx"].into_iter();
        assert_eq!(closest("txid", names()), Some("tx"));
        assert_eq!(closest("tx_hash", names()), Some("tx"));
        assert_eq!(closest("amount", names()), Some("sent_amount"));
        assert_eq!(closest("to_address", names()), Some("address"));
        assert_eq!(closest("sent_am", names()), Some("sent_amount"));
        assert_eq!(closest("token", names()), None);
        assert_eq!(closest("height", names()), None);
    }

    #[test]
    fn only_names_make_a_list() {
        let is_name = |part: &str| ["a_b", "c"].contains(&part);
        assert_eq!(as_a_list("a_b,  c", is_name).as_deref(), Some("write a list: `[\"a_b\", \"c\"]`"));
        for text in ["a_b", "a_b, d", ", ", ""] {
            assert_eq!(as_a_list(text, is_name), None, "{text}");
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
