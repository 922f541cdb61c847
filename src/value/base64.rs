//! Bytes as text in base64, with padding and without line breaks (RFC 4648, section 4).

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The text of some bytes. O(bytes).
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - group.len()));
        for at in 0..4 {
            let letter = if at <= group.len() { LETTERS[bits >> (18 - 6 * at) & 63] } else { b'=' };
            text.push(letter.into());
        }
    }
    text
}

/// The bytes of a text; `None` for one that [`encode`] gives for no bytes. O(text).
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let unpadded = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for group in unpadded.as_bytes().chunks(4) {
        let bits = group.iter().try_fold(0u32, |bits, letter| Some(bits << 6 | value(*letter)?))?;
        // Two letters carry a byte and four bits more, three carry two bytes and two bits.
        let spare = group.len() * 6 % 8;
        if bits & ((1 << spare) - 1) != 0 {
            return None;
        }
        let [_, rest @ ..] = (bits >> spare << (8 * (4 - group.len()))).to_be_bytes();
        bytes.extend(rest.into_iter().take(group.len() * 6 / 8));
    }
    Some(bytes)
}

/// What a letter stands for.
fn value(letter: u8) -> Option<u32> {
    let value = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_have_the_text_that_the_crate_base64_gives_them(bytes: Vec<u8>) {
            let text = encode(&bytes);
            prop_assert_eq!(&text, &STANDARD.encode(&bytes));
            prop_assert_eq!(decode(&text), Some(bytes));
        }

        #[test]
        fn a_text_is_taken_where_the_crate_base64_takes_it(text in "[AQgwB9+/é =\n]{0,9}|[AQgw]{4}[AQgwB9]{2}[AQgw=]{2}") {
            prop_assert_eq!(decode(&text), STANDARD.decode(&text).ok());
        }
    }
}
