//! Webhook bodies whose transactions are new each time.
//!
//! A transaction of a wallet is a fact, which is delivered once. A body that is posted again and again therefore reaches
//! the handlers with its payments alone, and a figure from it would flatter the crate.

/// A body with a place in each of its transactions for the number of the repetition.
pub(crate) struct Body {
    text: Vec<u8>,
    places: Vec<usize>,
}

/// Before the hash.
const FIELD: &str = r#""tx": ""#;
/// Of the number of a transaction, and behind it of a repetition.
const DIGITS: usize = 8;

impl Body {
    /// Takes a body, and makes each transaction in it another one.
    pub(crate) fn new(text: String) -> Self {
        let places: Vec<usize> = text.match_indices(FIELD).map(|(place, _)| place + FIELD.len()).collect();
        let mut text = text.into_bytes();
        for (number, place) in places.iter().enumerate() {
            put(&mut text, *place, number);
        }
        let places = places.into_iter().map(|place| place + DIGITS).collect();
        Self { text, places }
    }

    /// The body of a repetition. It costs some 5 instructions for each transaction.
    pub(crate) fn at(&mut self, repetition: usize) -> &[u8] {
        let digits = format!("{repetition:0DIGITS$x}");
        for place in &self.places {
            if let Some(hash) = self.text.get_mut(*place..*place + DIGITS) {
                hash.copy_from_slice(digits.as_bytes());
            }
        }
        &self.text
    }

    /// As it came, if none of its transactions was touched.
    pub(crate) fn as_it_is(text: String) -> Self {
        Self { text: text.into_bytes(), places: Vec::new() }
    }
}

fn put(text: &mut [u8], place: usize, number: usize) {
    if let Some(hash) = text.get_mut(place..place + DIGITS) {
        hash.copy_from_slice(format!("{number:0DIGITS$x}").as_bytes());
    }
}
