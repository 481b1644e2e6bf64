//! The name that was probably meant.

/// The candidate that `word` is most likely a misspelling of: at most a third of its letters are off.
// Not generic: an error's message is not worth two copies of this.
pub(crate) fn closest<'a>(word: &str, candidates: &mut dyn Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .filter(|(distance, name)| *distance <= name.len().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}
