//! Text in UTF-16, as JavaScript's engines have it where a character is beyond Latin-1.

/// As many are looked at and widened at once.
const BLOCK_BYTES: usize = 16;

const NOT_ASCII: u128 = u128::from_ne_bytes([0x80; BLOCK_BYTES]);

/// The same text. Most of it is expected to be ASCII: blocks of that are widened, what lies between them is decoded.
pub fn utf16_of(text: &str) -> Vec<u16> {
    let mut units = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        let (blocks, _) = rest.as_bytes().as_chunks::<BLOCK_BYTES>();
        let ascii = blocks.iter().take_while(|block| u128::from_ne_bytes(**block) & NOT_ASCII == 0).count();
        // Where the last of them ends, a character does.
        let (run, others) = rest.split_at(ascii * BLOCK_BYTES);
        units.extend(run.bytes().map(u16::from));
        let end = (BLOCK_BYTES..others.len()).find(|end| others.is_char_boundary(*end));
        let (mixed, after) = others.split_at(end.unwrap_or(others.len()));
        units.extend(mixed.encode_utf16());
        if after.is_empty() {
            return units;
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str) {
        assert_eq!(utf16_of(text), text.encode_utf16().collect::<Vec<_>>(), "{text:?}");
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
        fn any_text(text in "(.{0,3}[a-z]{0,40}){0,8}") {
            check(&text);
        }
    }
}
