//! What rows and histories are as bytes: a number has seven bits in each, the lowest first, and all but its last byte are above
//! 127. That is what postcard writes; by hand it is a tenth of what serde copies for LLVM.

use crate::inbox::Mark;

#[derive(Default)]
pub(super) struct Written(Vec<u8>);

impl Written {
    pub(super) fn number(&mut self, mut number: u64) {
        while number > 0x7f {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.0.push(flag.into());
    }

    pub(super) fn mark(&mut self, Mark(mark): &Mark) {
        self.0.extend_from_slice(mark);
    }

    pub(super) fn all_of(&mut self, Self(other): &Self) {
        self.0.extend_from_slice(other);
    }

    pub(super) fn done(self) -> Vec<u8> {
        self.0
    }
}

/// What is still to be read. Nothing comes of bytes that nobody has written.
pub(super) struct Reading<'a>(pub(super) &'a [u8]);

impl Reading<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte <= 0x7f {
                return Some(number);
            }
            shift += 7;
        }
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    pub(super) fn mark(&mut self) -> Option<Mark> {
        let (mark, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(Mark(*mark))
    }
}
