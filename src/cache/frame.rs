//! A frame: a compressed value with what a reader checks before it trusts it.
//!
//! `version (1 byte), checksum (4), compression (1), kind (1), raw length, echo length (varints), echo, bytes`. The checksum
//! is the CRC-32 of everything after it.

use super::codec::{read_varint, write_varint};
use super::compression::{self, Compression, Deflate, MAX_RAW_BYTES};
use crate::crc32::crc32;
use std::fmt;

/// Raised when a reader of before would misread what is written now.
const VERSION: u8 = 1;

/// A value, ready to be stored.
#[derive(Debug)]
pub struct Sealed {
    /// The frame.
    pub bytes: Vec<u8>,
}

/// Compresses a value and frames it.
///
/// ```
/// use nextjs_dynamodb_cache::cache::frame::{FrameError, open, seal};
///
/// let sealed = seal(b"/blog", 2, b"a page").expect("small enough");
/// assert_eq!(open(&sealed.bytes, b"/blog", 2).as_deref(), Ok(b"a page".as_slice()));
/// assert_eq!(open(&sealed.bytes, b"/other", 2), Err(FrameError::OtherKey));
/// ```
///
/// `echo` is the entry's full key, `kind` its [`Kind::code`](super::Kind::code).
pub fn seal(echo: &[u8], kind: u8, raw: &[u8]) -> Result<Sealed, FrameError> {
    seal_with(&|_| None, echo, kind, raw)
}

/// [`seal`] with a host's own compression.
pub fn seal_with(native: Deflate<'_>, echo: &[u8], kind: u8, raw: &[u8]) -> Result<Sealed, FrameError> {
    if raw.len() > MAX_RAW_BYTES {
        return Err(FrameError::TooLarge);
    }
    let compressed = compression::compress(raw, native);
    let (compression, payload) = match &compressed {
        Some(bytes) => (Compression::Deflate, bytes.as_slice()),
        None => (Compression::None, raw),
    };
    let mut bytes = Vec::with_capacity(payload.len() + echo.len() + 24);
    bytes.extend_from_slice(&[VERSION, 0, 0, 0, 0, compression.code(), kind]);
    write_varint(&mut bytes, raw.len() as u64);
    write_varint(&mut bytes, echo.len() as u64);
    bytes.extend_from_slice(echo);
    bytes.extend_from_slice(payload);
    if let Some((head, checked)) = bytes.split_at_mut_checked(5)
        && let Some(checksum) = head.last_chunk_mut()
    {
        *checksum = crc32(checked).to_le_bytes();
    }
    Ok(Sealed { bytes })
}

/// The value in a frame, once everything about it agrees.
pub fn open(frame: &[u8], echo: &[u8], kind: u8) -> Result<Vec<u8>, FrameError> {
    let (version, rest) = frame.split_first().ok_or(FrameError::Damaged)?;
    if *version != VERSION {
        return Err(FrameError::OtherVersion(*version));
    }
    let (checksum, checked) = rest.split_first_chunk().ok_or(FrameError::Damaged)?;
    if crc32(checked) != u32::from_le_bytes(*checksum) {
        return Err(FrameError::Damaged);
    }
    let ([compression, stored_kind], mut rest) = checked.split_first_chunk().ok_or(FrameError::Damaged)?;
    let compression = Compression::from_code(*compression).ok_or(FrameError::Damaged)?;
    let mut length = || usize::try_from(read_varint(&mut rest)?).ok();
    let (raw_bytes, echo_bytes) =
        (length().ok_or(FrameError::Damaged)?, length().ok_or(FrameError::Damaged)?);
    let (stored_echo, payload) = rest.split_at_checked(echo_bytes).ok_or(FrameError::Damaged)?;
    if stored_echo != echo {
        return Err(FrameError::OtherKey);
    }
    if *stored_kind != kind {
        return Err(FrameError::OtherKind);
    }
    compression::decompress(payload, compression, raw_bytes).ok_or(FrameError::Damaged)
}

/// Why a value is not framed, or a frame not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// The value is over [`MAX_RAW_BYTES`].
    TooLarge,
    /// Another version of the package wrote it.
    OtherVersion(u8),
    /// It is the value of another key with the same hash.
    OtherKey,
    /// Its kind is not that of its row.
    OtherKind,
    /// Its checksum, lengths or bytes do not agree.
    Damaged,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::TooLarge => write!(f, "the value is over {MAX_RAW_BYTES} bytes"),
            FrameError::OtherVersion(version) => {
                write!(f, "it has version {version}, this package writes {VERSION}")
            }
            FrameError::OtherKey => f.write_str("it is the value of another key"),
            FrameError::OtherKind => f.write_str("its kind is not that of its row"),
            FrameError::Damaged => f.write_str("its bytes are damaged"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(raw: &[u8]) -> Vec<u8> {
        seal(b"/blog", 2, raw).expect("small enough").bytes
    }

    #[test]
    fn a_frame_opens_for_its_own_key_and_kind_alone() {
        let raw = b"a page ".repeat(100);
        let frame = sealed(&raw);
        assert_eq!(open(&frame, b"/blog", 2), Ok(raw));
        assert_eq!(open(&frame, b"/blag", 2), Err(FrameError::OtherKey));
        assert_eq!(open(&frame, b"/blog", 3), Err(FrameError::OtherKind));
    }

    #[test]
    fn any_flipped_bit_is_noticed() {
        let frame = sealed(&b"a page ".repeat(40));
        for index in 0..frame.len() {
            for bit in 0..8 {
                let mut damaged = frame.clone();
                damaged[index] ^= 1 << bit;
                assert!(open(&damaged, b"/blog", 2).is_err(), "byte {index}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_frame_cut_anywhere_is_damaged() {
        let frame = sealed(b"short");
        for length in 0..frame.len() {
            assert_eq!(open(&frame[..length], b"/blog", 2), Err(FrameError::Damaged));
        }
    }
}
