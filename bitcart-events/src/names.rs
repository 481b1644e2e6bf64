//! The name that was probably meant, for messages.

/// The candidate that `word` is most likely a misspelling of: at most a third of its letters are off.
// Not generic, and by no iterator: an error's message is not worth a copy of this, nor all that an iterator can do.
pub(crate) fn closest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let mut closest = None;
    let mut least = usize::MAX;
    for name in candidates {
        let distance = strsim::damerau_levenshtein(word, name);
        if distance <= name.len().max(3) / 3 && distance < least {
            (closest, least) = (Some(*name), distance);
        }
    }
    closest
}
