//! Base64, as far as a login and a handshake need it.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4_usize {
            let value = usize::try_from(bits >> (18 - 6 * place) & 0x3f).unwrap_or_default();
            let digit = if place > group.len() { Some(&b'=') } else { DIGITS.get(value) };
            text.extend(digit.copied().map(char::from));
        }
    }
    text
}

pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    let mut bytes = Vec::new();
    // Bits not yet handed out, and how many they are.
    let (mut bits, mut count) = (0_u32, 0_u32);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.extend(u8::try_from(bits >> count & 0xff));
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded() {
        assert_eq!(decode("ZWxlY3RydW06ZWxlY3RydW16").unwrap(), b"electrum:electrumz");
        assert_eq!(decode("YTpi").unwrap(), b"a:b");
        assert_eq!(decode("YTo=").unwrap(), b"a:");
        assert_eq!(decode("YQ==").unwrap(), b"a");
        assert_eq!(decode("YTp"), None);
        assert_eq!(decode("not base64!!"), None);
        assert_eq!(decode("===="), None);
    }

    #[test]
    fn what_is_encoded_is_decoded_again() {
        for (bytes, text) in
            [(&b"a:b"[..], "YTpi"), (b"a:", "YTo="), (b"a", "YQ=="), (b"", ""), (b"\xff\xfe\xfd", "//79")]
        {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text).unwrap(), bytes);
        }
    }
}
