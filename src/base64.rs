//! Base64 with the standard alphabet and padding (RFC 4648, section 4), as JSON holds bytes.

#[cfg_attr(not(target_arch = "wasm32"), path = "base64/no_vectors.rs")]
mod vectors;

use serde::ser::Serializer;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What a byte outside the alphabet stands for: a bit that no digit has.
const NOT_A_DIGIT: u8 = 0x80;

const DIGITS: [u8; 256] = digits();

/// The encoded length of `len` bytes.
pub fn encoded_len(len: usize) -> usize {
    len.div_ceil(3) * 4
}

/// Bytes as text.
pub fn encode(bytes: &[u8]) -> String {
    // Written in place: to push each group costs twice the time.
    let mut text = vec![b'='; encoded_len(bytes.len())];
    let (groups, rest) = bytes.as_chunks::<3>();
    let letters = text.as_chunks_mut::<4>().0;
    let done = vectors::encode(groups, letters);
    for (&[a, b, c], into) in groups.iter().zip(&mut *letters).skip(done) {
        *into = [letter(a >> 2), letter(a << 4 | b >> 4), letter(b << 2 | c >> 6), letter(c)];
    }
    match (rest, letters.last_mut()) {
        (&[a], Some(into)) => *into = [letter(a >> 2), letter(a << 4), b'=', b'='],
        (&[a, b], Some(into)) => *into = [letter(a >> 2), letter(a << 4 | b >> 4), letter(b << 2), b'='],
        _ => {}
    }
    // All letters are ASCII.
    String::from_utf8(text).unwrap_or_default()
}

/// Text as bytes; `None` where it is not what [`encode`] gives for any bytes.
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let (groups, []) = text.as_chunks::<4>() else { return None };
    let Some((last, whole)) = groups.split_last() else { return Some(Vec::new()) };
    let mut bytes = Vec::with_capacity(groups.len() * 3);
    bytes.resize(whole.len() * 3, 0);
    let written = bytes.as_chunks_mut::<3>().0;
    let done = vectors::decode(whole, written)?;
    let mut seen = 0;
    for (group, into) in whole.iter().zip(written).skip(done) {
        let [a, b, c, d] = group.map(digit);
        seen |= a | b | c | d;
        *into = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
    }
    let padding = last.iter().rev().take_while(|byte| **byte == b'=').count();
    let [a, b, c, d] = last.map(|byte| if byte == b'=' { 0 } else { digit(byte) });
    let decoded = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
    bytes.extend_from_slice(decoded.get(..3_usize.checked_sub(padding).filter(|len| *len > 0)?)?);
    let is_padded_inside = last.iter().take(4 - padding).any(|byte| *byte == b'=');
    let has_stray_bits = match padding {
        2 => b & 0x0f != 0,
        1 => c & 0x03 != 0,
        _ => false,
    };
    let is_valid = (seen | a | b | c | d) & NOT_A_DIGIT == 0 && !is_padded_inside && !has_stray_bits;
    is_valid.then_some(bytes)
}

/// For `#[serde(serialize_with)]`.
pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&encode(bytes))
}

/// The same for a list of byte strings.
pub mod set {
    use super::encode;
    use serde::ser::Serializer;

    /// For `#[serde(serialize_with)]`.
    pub fn serialize<S: Serializer>(set: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(set.iter().map(|bytes| encode(bytes)))
    }
}

/// The letter for the lower six bits.
fn letter(bits: u8) -> u8 {
    // Six bits and 64 letters: `get` cannot miss.
    ALPHABET.get(usize::from(bits & 0x3f)).copied().unwrap_or_default()
}

fn digit(letter: u8) -> u8 {
    DIGITS.get(usize::from(letter)).copied().unwrap_or(NOT_A_DIGIT)
}

#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where an index out of bounds is a build error"
)]
const fn digits() -> [u8; 256] {
    let mut digits = [NOT_A_DIGIT; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        digits[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_vectors_of_rfc_4648() {
        let cases = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (bytes, text) in cases {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes.as_bytes()));
        }
    }

    #[test]
    fn text_that_no_bytes_encode_to_is_refused() {
        let cases = [
            "Z", "Zg", "Zg=", "Zh==", "Zm9=", "====", "Z===", "=g==", "Z=g=", "Zg==Zg==", "Zm9v\n", "Zm-_",
            "Zmé",
        ];
        for text in cases {
            assert_eq!(decode(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let text = encode(&bytes);
            prop_assert_eq!(text.len(), encoded_len(bytes.len()));
            prop_assert_eq!(decode(text.as_bytes()), Some(bytes));
        }

        #[test]
        fn what_is_decoded_encodes_to_the_same_text(text in "[A-D/+=]{0,12}") {
            if let Some(bytes) = decode(text.as_bytes()) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
