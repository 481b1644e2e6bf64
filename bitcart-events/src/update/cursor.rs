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
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(body: &'a str) -> Self {
        Self { body, at: 0 }
    }

    /// How many bytes it is past.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'a [u8] {
        self.body.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.body.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// Goes past this byte, which comes next.
    pub(crate) fn take(&mut self, byte: u8) -> Option<()> {
        self.peek().filter(|next| *next == byte)?;
        self.at += 1;
        Some(())
    }

    /// Goes past this text, which comes next and has nothing in it that would be escaped.
    pub(super) fn take_text(&mut self, text: &str) -> Option<()> {
        self.peek()?;
        self.rest().strip_prefix(b"\"")?.strip_prefix(text.as_bytes())?.strip_prefix(b"\"")?;
        self.at += text.len() + 2;
        Some(())
    }

    /// Goes to the next member or element, of which the first has no comma before it, or past the end where there is none.
    pub(crate) fn another(&mut self, is_first: bool, end: u8) -> Option<bool> {
        let next = self.peek()?;
        let is_end = next == end;
        if is_end || !is_first {
            self.at += 1;
        }
        (is_end || is_first || next == b',').then_some(!is_end)
    }

    /// A text without escapes, without its quotes.
    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let Range { start, end } = self.quoted()?;
        self.body.get(start + 1..end - 1)
    }

    /// The same, as the place where it stands.
    fn quoted(&mut self) -> Option<Range<usize>> {
        self.peek()?;
        let start = self.at;
        let length = length_of_text(self.rest().strip_prefix(b"\"")?)?;
        self.at += length + 2;
        Some(start..self.at)
    }

    /// Where the next value stands, whatever it is.
    pub(crate) fn value(&mut self) -> Option<Range<usize>> {
        if self.peek()? == b'"' {
            return self.quoted();
        }
        let start = self.at;
        self.at += match whole_number(self.rest()) {
            Some(length) => length,
            None => {
                let mut rest = serde_json::Deserializer::from_str(self.body.get(start..)?);
                <&RawValue>::deserialize(&mut rest).ok()?.get().len()
            }
        };
        Some(start..self.at)
    }

    /// Goes past a `null`, which comes next.
    pub(crate) fn null(&mut self) -> Option<()> {
        self.peek()?;
        self.rest().strip_prefix(b"null")?;
        self.at += 4;
        Some(())
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
