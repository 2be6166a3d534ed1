//! Compression inside the core, so that every runtime reads what any other wrote.
//!
//! Raw DEFLATE: of what was measured on real Next pages (`docs/architecture.md`), the smallest code that comes near the
//! best ratio, and the one format that hosts can do natively as well.

use super::inflate::inflate;
use miniz_oxide::deflate::compress_to_vec;

/// No value is larger, before compression or after decompression, bytes.
pub const MAX_RAW_BYTES: usize = 64 << 20;

/// Below this the code tables cost more than they save, bytes.
const MIN_COMPRESSED_BYTES: usize = 128;

/// Effort: on a 120 KB page, 1 writes a quarter more bytes, 9 takes twice as long for one percent.
const LEVEL: u8 = 6;

/// What a host compresses with in place of this; see [`Host::deflate`](crate::host::Host::deflate).
pub type Deflate<'a> = &'a dyn Fn(&[u8]) -> Option<Vec<u8>>;

/// How the bytes of a frame are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// Raw DEFLATE (RFC 1951).
    Deflate,
}

impl Compression {
    /// The byte that stands for it in a frame.
    pub fn code(self) -> u8 {
        match self {
            Compression::None => 0,
            Compression::Deflate => 1,
        }
    }

    /// The compression that a frame's byte stands for.
    pub fn from_code(code: u8) -> Option<Self> {
        [Compression::None, Compression::Deflate].into_iter().find(|known| known.code() == code)
    }
}

/// The smaller of the bytes and their compressed form; `None` for the bytes as they are.
pub fn compress(raw: &[u8], native: Deflate<'_>) -> Option<Vec<u8>> {
    if raw.len() < MIN_COMPRESSED_BYTES {
        return None;
    }
    let compressed = native(raw).unwrap_or_else(|| compress_to_vec(raw, LEVEL));
    (compressed.len() < raw.len()).then_some(compressed)
}

/// Undoes [`compress`]; `None` when the bytes are damaged or do not give exactly `raw_bytes`.
pub fn decompress(compressed: &[u8], compression: Compression, raw_bytes: usize) -> Option<Vec<u8>> {
    if raw_bytes > MAX_RAW_BYTES {
        return None;
    }
    match compression {
        Compression::None => (compressed.len() == raw_bytes).then(|| compressed.to_vec()),
        Compression::Deflate => inflate(compressed, raw_bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compressed_comes_back() {
        let raw = b"<li class=\"entry\">a page repeats itself</li>".repeat(500);
        let compressed = compress(&raw, &|_| None).expect("worth it");
        assert!(compressed.len() * 20 < raw.len());
        assert_eq!(decompress(&compressed, Compression::Deflate, raw.len()), Some(raw));
    }

    #[test]
    fn what_does_not_shrink_is_left_alone() {
        let mut state = 1u64;
        let noise = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        });
        let noise: Vec<u8> = noise.take(4_000).collect();
        assert_eq!(compress(&noise, &|_| None), None);
        assert_eq!(compress(b"short", &|_| None), None);
    }

    #[test]
    fn a_bomb_is_stopped_at_the_recorded_length() {
        let bomb = compress(&vec![0; 10 << 20], &|_| None).expect("worth it");
        assert!(bomb.len() < 20_000);
        assert_eq!(decompress(&bomb, Compression::Deflate, 1_000), None);
        assert_eq!(decompress(&bomb, Compression::Deflate, MAX_RAW_BYTES + 1), None);
    }
}
