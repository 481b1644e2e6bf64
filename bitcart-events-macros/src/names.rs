//! Names as they stand in messages: quoted, listed, and the one that was probably meant.

/// The candidate that `word` is most likely a misspelling of.
pub(crate) fn closest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .map(|name| (strsim::damerau_levenshtein(&word.to_lowercase(), name), name))
        .filter(|(distance, name)| *distance <= name.len().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// `a`, `b`, `c`, each in backticks.
pub(crate) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closest_forgives_a_third_of_the_letters() {
        let names = || ["new_block", "new_payment", "tx"].into_iter();
        assert_eq!(closest("new_blok", names()), Some("new_block"));
        assert_eq!(closest("NEW_PAYMENT", names()), Some("new_payment"));
        assert_eq!(closest("xt", names()), Some("tx"));
        assert_eq!(closest("order_shipped", names()), None);
    }

    #[test]
    fn camel_case_joins_words() {
        assert_eq!(camel_case("verified_tx"), "VerifiedTx");
    }
}
