//! Names in messages: all that there are, and the one that was probably meant.

/// All of them as one text.
pub(crate) fn joined(names: &mut dyn Iterator<Item = &str>, by: &str) -> String {
    let mut text = String::new();
    for name in names {
        if !text.is_empty() {
            text += by;
        }
        text += name;
    }
    text
}

/// The candidate that `word` is most likely a misspelling of: at most a third of its letters are off.
// Not generic: an error's message is not worth two copies of this.
pub(crate) fn closest<'a>(word: &str, candidates: &mut dyn Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut closest: Option<(usize, &str)> = None;
    for name in candidates {
        let distance = strsim::damerau_levenshtein(word, name);
        if distance <= name.len().max(3) / 3 && closest.is_none_or(|(least, _)| distance < least) {
            closest = Some((distance, name));
        }
    }
    Some(closest?.1)
}
