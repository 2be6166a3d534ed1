//! Text in UTF-16, as JavaScript's engines have it where a character is beyond Latin-1.

/// As many are looked at and widened at once.
const BLOCK_BYTES: usize = 16;

const NOT_ASCII: u128 = u128::from_ne_bytes([0x80; BLOCK_BYTES]);

/// The text of these bytes; `None` where they are not UTF-8. Most of it is expected to be ASCII: blocks of that are widened,
/// what lies between them is checked and decoded.
pub fn utf16_of(utf8: &[u8]) -> Option<Vec<u16>> {
    let mut units = Vec::with_capacity(utf8.len());
    let mut rest = utf8;
    loop {
        let (blocks, _) = rest.as_chunks::<BLOCK_BYTES>();
        let ascii = blocks.iter().take_while(|block| u128::from_ne_bytes(**block) & NOT_ASCII == 0).count();
        let (run, others) = rest.split_at_checked(ascii * BLOCK_BYTES)?;
        units.extend(run.iter().copied().map(u16::from));
        // Where none ends in time, these are not UTF-8, or the last.
        let end = others.iter().skip(BLOCK_BYTES).position(|byte| !is_continuation(*byte));
        let (mixed, after) = others.split_at_checked(end.map_or(others.len(), |end| end + BLOCK_BYTES))?;
        units.extend(std::str::from_utf8(mixed).ok()?.encode_utf16());
        if after.is_empty() {
            return Some(units);
        }
        rest = after;
    }
}

/// Whether a character has begun before this byte.
fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str) {
        assert_eq!(utf16_of(text.as_bytes()), Some(text.encode_utf16().collect()), "{text:?}");
    }

    #[test]
    fn a_character_of_any_length_at_any_place() {
        for len in 0..70 {
            for at in 0..=len {
                for character in ["", "ß", "東", "😀", "ß東😀"] {
                    let mut text = "a".repeat(len);
                    text.insert_str(at, character);
                    check(&text);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes(bytes in "(.{0,3}[a-z]{0,40}){0,4}", at in any::<usize>(), byte in any::<u8>()) {
            let mut bytes = bytes.into_bytes();
            let place = at % (bytes.len() + 1);
            bytes.insert(place, byte);
            let expected = std::str::from_utf8(&bytes).ok().map(|text| text.encode_utf16().collect::<Vec<_>>());
            prop_assert_eq!(utf16_of(&bytes), expected);
        }

        #[test]
        fn any_text(text in "(.{0,3}[a-z]{0,40}){0,8}") {
            check(&text);
        }
    }
}
