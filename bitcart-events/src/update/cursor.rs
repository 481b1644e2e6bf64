//! A walk through JSON as daemons write it: texts without escapes, whole numbers. Whatever else a value is, serde_json says
//! where it ends.

use std::ops::Range;

use serde::Deserialize;
use serde_json::value::RawValue;

/// A place in a body. `None` from any of its methods says that something else stands there than was asked for.
///
/// It takes half as many instructions as a reader that has to know all of JSON. This one is only to be right where it says
/// `Some`: the rest is read by such a reader afterwards.
pub(crate) struct Cursor<'a> {
    body: &'a str,
    /// What of it is still to come.
    rest: &'a [u8],
    /// How many bytes stand before the body.
    before: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(body: &'a str) -> Self {
        Self::behind(0, body)
    }

    /// In a body that will stand behind so many bytes of others.
    pub(crate) fn behind(before: usize, body: &'a str) -> Self {
        Self { body, rest: body.as_bytes(), before }
    }

    /// How many bytes it is past.
    pub(super) fn at(&self) -> usize {
        self.before + self.past()
    }

    /// How many of its own body.
    fn past(&self) -> usize {
        self.body.len() - self.rest.len()
    }

    /// Goes past white space, to the byte that comes next.
    pub(super) fn peek(&mut self) -> Option<u8> {
        match self.rest.first() {
            // Mostly there is none.
            Some(byte) if *byte > b' ' => Some(*byte),
            _ => self.after_space(),
        }
    }

    // By itself, so that what is mostly done stays small enough to stand where it is needed.
    #[inline(never)]
    fn after_space(&mut self) -> Option<u8> {
        while let [b' ' | b'\t' | b'\n' | b'\r', after @ ..] = self.rest {
            self.rest = after;
        }
        self.rest.first().copied()
    }

    /// Goes past exactly these bytes, which stand here.
    pub(crate) fn skip(&mut self, bytes: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(bytes)?;
        Some(())
    }

    /// Goes past this byte, which comes next.
    pub(crate) fn take(&mut self, byte: u8) -> Option<()> {
        self.peek()?;
        self.skip(&[byte])
    }

    /// Goes to the next member or element, of which the first has no comma before it, or past the end where there is none.
    pub(crate) fn another(&mut self, is_first: bool, end: u8) -> Option<bool> {
        let next = self.peek()?;
        let is_end = next == end;
        if is_end || !is_first {
            self.skip(&[next])?;
        }
        (is_end || is_first || next == b',').then_some(!is_end)
    }

    /// Goes past exactly this text, in which nothing is escaped, between these two pieces.
    pub(crate) fn skip_text(&mut self, before: &[u8], text: &str, after: &[u8]) -> Option<()> {
        let (inside, rest) = self.rest.strip_prefix(before)?.split_at_checked(text.len())?;
        let rest = rest.strip_prefix(after)?;
        (inside == text.as_bytes()).then(|| self.rest = rest)
    }

    /// A text without escapes, without its quotes.
    pub(crate) fn text(&mut self) -> Option<&'a str> {
        self.peek()?;
        let length = length_of_text(self.rest.strip_prefix(b"\"")?)?;
        let start = self.past() + 1;
        self.pass(length + 2)?;
        self.body.get(start..start + length)
    }

    /// Where the next value stands, whatever it is.
    #[inline]
    pub(crate) fn value(&mut self) -> Option<Range<usize>> {
        self.peek()?;
        let length = match self.rest {
            [b'"', inside @ ..] => length_of_text(inside)? + 2,
            rest => whole_number(rest).or_else(|| self.length_of_any())?,
        };
        self.pass(length)
    }

    // By itself, so that texts and whole numbers are read without what this one needs.
    #[inline(never)]
    fn length_of_any(&self) -> Option<usize> {
        let mut rest = serde_json::Deserializer::from_str(self.body.get(self.past()..)?);
        <&RawValue>::deserialize(&mut rest).ok().map(|value| value.get().len())
    }

    fn pass(&mut self, bytes: usize) -> Option<Range<usize>> {
        let start = self.at();
        self.rest = self.rest.get(bytes..)?;
        Some(start..start + bytes)
    }

    /// Goes past a `null`, which comes next.
    pub(crate) fn null(&mut self) -> Option<()> {
        self.peek()?;
        self.skip(b"null")
    }

    /// After it comes nothing but white space.
    pub(crate) fn end(mut self) -> Option<()> {
        self.peek().is_none().then_some(())
    }
}

/// How long the number is that stands here, if it has neither sign, fraction nor exponent.
fn whole_number(rest: &[u8]) -> Option<usize> {
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_zero_first = rest.first() == Some(&b'0');
    let goes_on = matches!(rest.get(length), Some(b'.' | b'e' | b'E'));
    (length == 1 || (length > 1 && !is_zero_first)).then_some(length).filter(|_| !goes_on)
}

/// How many bytes stand before the quote that ends a text. `None` if an escape comes before it, or a control character, which
/// no text may have in it.
fn length_of_text(inside: &[u8]) -> Option<usize> {
    // Written so that the compiler makes a few instructions of a block, not some for each byte.
    let (blocks, rest) = inside.as_chunks();
    let mut length = 0;
    for block in blocks {
        let ends = block.map(|byte| if may_end(byte) { 0xff } else { 0 });
        if ends.iter().fold(0, |any, end| any | end) != 0 {
            length += u128::from_le_bytes(ends).trailing_zeros() as usize / 8;
            return (inside.get(length) == Some(&b'"')).then_some(length);
        }
        length += block.len();
    }
    length += rest.iter().position(|byte| may_end(*byte))?;
    (inside.get(length) == Some(&b'"')).then_some(length)
}

fn may_end(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < 0x20)
}
