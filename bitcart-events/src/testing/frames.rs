//! Websocket frames, as far as the daemon sends and understands them (RFC 6455).
//!
//! Written out rather than taken from a library: so it closes with the codes that were measured, and a
//! client's library is not tested against itself.

use std::ops::ControlFlow;

/// What a client sends is read up to here (measured, Bitcart `065c8421`, capture `eth_wsproto`: reply to 5MiB
/// text).
const MOST: usize = 4 * 1024 * 1024;

const CONTINUATION: u8 = 0;
pub(super) const TEXT: u8 = 1;
pub(super) const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// A whole frame in one piece, as servers send them: not masked.
pub(super) fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x80 | opcode];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ 0..126), _) => bytes.push(length),
        (_, Ok(length)) => {
            bytes.push(126);
            bytes.extend(length.to_be_bytes());
        }
        _ => {
            bytes.push(127);
            bytes.extend(u64::try_from(payload.len()).unwrap_or(u64::MAX).to_be_bytes());
        }
    }
    bytes.extend(payload);
    bytes
}

pub(super) fn close(code: u16, reason: &str) -> Vec<u8> {
    frame(CLOSE, &[&code.to_be_bytes(), reason.as_bytes()].concat())
}

/// What is to be done about what a client sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    Text(String),
    /// To be answered with this frame.
    Answer(Vec<u8>),
    /// To be answered with this frame, the last.
    Goodbye(Vec<u8>),
}

/// Puts together what a client sends.
#[derive(Debug, Default)]
pub(super) struct Ear {
    /// What has come and is not understood yet.
    pub(super) bytes: Vec<u8>,
    /// The message under way in several frames, and whether it is text.
    message: Option<(bool, Vec<u8>)>,
}

impl Ear {
    /// The next thing that matters; `None` as long as it is not there in full.
    pub(super) fn next(&mut self) -> Option<Said> {
        loop {
            match self.step() {
                ControlFlow::Break(said) => return said,
                ControlFlow::Continue(()) => {}
            }
        }
    }

    /// Takes one frame. A client's mistake ends the connection with the code for it (measured, Bitcart
    /// `065c8421`, capture `eth_wsproto`: reply to invalid utf8 text, reply to unmasked-like bad opcode 3).
    fn step(&mut self) -> ControlFlow<Option<Said>> {
        let wrong = |code: u16| ControlFlow::Break(Some(Said::Goodbye(close(code, ""))));
        let Some((head, length)) = Head::read(&self.bytes) else { return ControlFlow::Break(None) };
        let known = matches!(head.opcode, CONTINUATION | TEXT | BINARY | CLOSE | PING | PONG);
        if !known || !head.masked {
            return wrong(1002);
        }
        if head.length > MOST {
            return wrong(1009);
        }
        let Some(payload) = self.bytes.get(length..length + head.length) else {
            return ControlFlow::Break(None);
        };
        let payload: Vec<u8> =
            payload.iter().zip(head.mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
        self.bytes.drain(..length + head.length);
        match head.opcode {
            PING => return ControlFlow::Break(Some(Said::Answer(frame(PONG, &payload)))),
            PONG => return ControlFlow::Continue(()),
            // The code comes back (measured, Bitcart `065c8421`, capture `eth_wsproto`: reply to close 1000).
            CLOSE => {
                let code = payload.first_chunk().map_or(1000, |code| u16::from_be_bytes(*code));
                return wrong(code);
            }
            CONTINUATION => match &mut self.message {
                Some((_, message)) => message.extend(payload),
                None => return wrong(1002),
            },
            opcode => self.message = Some((opcode == TEXT, payload)),
        }
        if self.message.as_ref().is_some_and(|(_, message)| message.len() > MOST) {
            return wrong(1009);
        }
        match self.message.take_if(|_| head.last) {
            // Binary messages are not listened to (measured, Bitcart `065c8421`, capture `eth_wsproto`: reply
            // to binary frame with json).
            None | Some((false, _)) => ControlFlow::Continue(()),
            Some((true, message)) => match String::from_utf8(message) {
                Ok(text) => ControlFlow::Break(Some(Said::Text(text))),
                Err(_) => wrong(1007),
            },
        }
    }
}

struct Head {
    last: bool,
    opcode: u8,
    masked: bool,
    mask: [u8; 4],
    length: usize,
}

impl Head {
    /// The head of the first frame, and how long it is itself.
    fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let [first, second, rest @ ..] = bytes else { return None };
        let masked = second & 0x80 != 0;
        let (length, rest) = match second & 0x7f {
            126 => rest
                .split_first_chunk()
                .map(|(length, rest)| (u64::from(u16::from_be_bytes(*length)), rest))?,
            127 => rest.split_first_chunk().map(|(length, rest)| (u64::from_be_bytes(*length), rest))?,
            length => (u64::from(length), rest),
        };
        let (mask, rest) =
            if masked { rest.split_first_chunk().map(|(mask, rest)| (*mask, rest))? } else { ([0; 4], rest) };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let head = Self { last: first & 0x80 != 0, opcode: first & 0x0f, masked, mask, length };
        Some((head, bytes.len() - rest.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(opcode: u8, last: bool, payload: &[u8]) -> Vec<u8> {
        let mask = [7, 1, 255, 0];
        let plain = frame(opcode, payload);
        let head = plain.len() - payload.len();
        let mut bytes = plain[..head].to_vec();
        bytes[0] = opcode | if last { 0x80 } else { 0 };
        bytes[1] |= 0x80;
        bytes.extend(mask);
        bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        bytes
    }

    #[test]
    fn messages_are_put_together_from_any_pieces() {
        let long = "x".repeat(70_000);
        let mut sent = masked(TEXT, true, b"one");
        sent.extend(masked(BINARY, true, b"not heard"));
        sent.extend(masked(TEXT, false, b"tw"));
        sent.extend(masked(PING, true, b"hi"));
        sent.extend(masked(CONTINUATION, true, b"o"));
        sent.extend(masked(TEXT, true, &[b'm'; 200]));
        sent.extend(masked(TEXT, true, long.as_bytes()));
        sent.extend(masked(CLOSE, true, &[3, 232]));
        let mut ear = Ear::default();
        let mut said = Vec::new();
        for byte in sent {
            ear.bytes.push(byte);
            said.extend(ear.next());
        }
        let text = |text: &str| Said::Text(text.to_owned());
        let pong = Said::Answer(vec![0x8a, 2, b'h', b'i']);
        let goodbye = Said::Goodbye(vec![0x88, 2, 3, 232]);
        assert_eq!(said, [text("one"), pong, text("two"), text(&"m".repeat(200)), text(&long), goodbye]);
    }

    #[test]
    fn mistakes_end_it_with_their_code() {
        for (sent, code) in [
            (masked(TEXT, true, b"\xff"), 1007),
            (masked(3, true, b""), 1002),
            (masked(CONTINUATION, true, b""), 1002),
            (frame(TEXT, b"not masked"), 1002),
            (masked(TEXT, true, &vec![0; MOST + 1]), 1009),
        ] {
            let mut ear = Ear { bytes: sent, ..Ear::default() };
            assert_eq!(ear.next(), Some(Said::Goodbye(close(code, ""))));
        }
    }
}
