//! The value codec: a binary form that describes itself, and keeps every JavaScript type that Next hands over.
//!
//! It knows types, not kinds of entries: a field that a later Next adds round-trips. A value is one token; arrays,
//! objects and maps are followed by their members. The bindings walk a JavaScript value and write its tokens here.

use std::fmt;

/// Values may be nested this deep, in both directions.
pub const MAX_DEPTH: usize = 100;

/// One value, or the head of a container.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Token<'a> {
    /// `undefined`.
    Undefined,
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number, also -0, NaN and the infinities.
    Number(f64),
    /// A string in UTF-8. Of what was read, its taker checks that it is: to do both at once costs less.
    String(&'a [u8]),
    /// A string that holds lone surrogates: its UTF-16 code units, little-endian.
    Utf16(&'a [u8]),
    /// A `Buffer`; a `Uint8Array` where the runtime has none.
    Buffer(&'a [u8]),
    /// A `Uint8Array` that is no `Buffer`.
    Bytes(&'a [u8]),
    /// A `Date`, Unix milliseconds.
    Date(f64),
    /// An array; so many values follow.
    Array(usize),
    /// An object; so many pairs of a string and a value follow.
    Object(usize),
    /// A `Map`; so many pairs of values follow.
    Map(usize),
}

const UNDEFINED: u8 = 0;
const NULL: u8 = 1;
const FALSE: u8 = 2;
const TRUE: u8 = 3;
const UNSIGNED: u8 = 4;
const FLOAT: u8 = 5;
const STRING: u8 = 6;
const UTF16: u8 = 7;
const BUFFER: u8 = 8;
const BYTES: u8 = 9;
const DATE: u8 = 10;
const ARRAY: u8 = 11;
const OBJECT: u8 = 12;
const MAP: u8 = 13;

/// Up to here every integer is a `f64` of its own.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// Writes tokens.
///
/// ```
/// use nextjs_dynamodb_cache::cache::codec::{Reader, Token, Writer};
///
/// let mut writer = Writer::new();
/// writer.write(Token::Array(1));
/// writer.write(Token::Undefined);
/// let bytes = writer.into_bytes();
/// assert_eq!(Reader::new(&bytes).next_token(), Ok(Token::Array(1)));
/// ```
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// A writer that has written nothing.
    pub fn new() -> Self {
        Writer::default()
    }

    /// Appends one token. The members of a container are the caller's to write.
    pub fn write(&mut self, token: Token<'_>) {
        match token {
            Token::Undefined => self.bytes.push(UNDEFINED),
            Token::Null => self.bytes.push(NULL),
            Token::Bool(value) => self.bytes.push(if value { TRUE } else { FALSE }),
            Token::Number(value) => self.number(value),
            Token::String(text) => self.sized(STRING, text),
            Token::Utf16(units) => self.sized(UTF16, units),
            Token::Buffer(bytes) => self.sized(BUFFER, bytes),
            Token::Bytes(bytes) => self.sized(BYTES, bytes),
            Token::Date(ms) => self.float(DATE, ms),
            Token::Array(count) => self.head(ARRAY, count as u64),
            Token::Object(count) => self.head(OBJECT, count as u64),
            Token::Map(count) => self.head(MAP, count as u64),
        }
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn number(&mut self, value: f64) {
        // Small and whole is what most numbers are; -0 is whole, but not an unsigned integer.
        if value.is_sign_positive() && value.fract() == 0.0 && value <= MAX_SAFE_INTEGER {
            self.head(UNSIGNED, value as u64);
        } else {
            self.float(FLOAT, value);
        }
    }

    fn float(&mut self, kind: u8, value: f64) {
        self.bytes.push(kind);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    fn sized(&mut self, kind: u8, bytes: &[u8]) {
        self.head(kind, bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    fn head(&mut self, kind: u8, count: u64) {
        self.bytes.push(kind);
        write_varint(&mut self.bytes, count);
    }
}

/// Reads tokens, of bytes that nobody vouches for.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader of what a [`Writer`] wrote.
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes }
    }

    /// The next token. A container's count never exceeds the bytes that are left.
    pub fn next_token(&mut self) -> Result<Token<'a>, CodecError> {
        let [kind] = self.array()?;
        Ok(match kind {
            UNDEFINED => Token::Undefined,
            NULL => Token::Null,
            FALSE => Token::Bool(false),
            TRUE => Token::Bool(true),
            UNSIGNED => Token::Number(read_varint(&mut self.bytes).ok_or(CodecError::Truncated)? as f64),
            FLOAT => Token::Number(f64::from_le_bytes(self.array()?)),
            STRING => Token::String(self.sized()?),
            UTF16 => Token::Utf16(self.sized()?),
            BUFFER => Token::Buffer(self.sized()?),
            BYTES => Token::Bytes(self.sized()?),
            DATE => Token::Date(f64::from_le_bytes(self.array()?)),
            ARRAY => Token::Array(self.count()?),
            OBJECT => Token::Object(self.count()?),
            MAP => Token::Map(self.count()?),
            _ => return Err(CodecError::Malformed),
        })
    }

    /// Whether everything was read.
    pub fn is_done(&self) -> bool {
        self.bytes.is_empty()
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        let (head, rest) = self.bytes.split_first_chunk().ok_or(CodecError::Truncated)?;
        self.bytes = rest;
        Ok(*head)
    }

    fn sized(&mut self) -> Result<&'a [u8], CodecError> {
        let length = self.count()?;
        let (head, rest) = self.bytes.split_at_checked(length).ok_or(CodecError::Truncated)?;
        self.bytes = rest;
        Ok(head)
    }

    fn count(&mut self) -> Result<usize, CodecError> {
        let count = read_varint(&mut self.bytes).ok_or(CodecError::Truncated)?;
        usize::try_from(count).ok().filter(|count| *count <= self.bytes.len()).ok_or(CodecError::Truncated)
    }
}

/// Why bytes are no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodecError {
    /// They end before the value does.
    Truncated,
    /// They hold what this version does not write.
    Malformed,
    /// It is nested deeper than [`MAX_DEPTH`].
    TooDeep,
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CodecError::Truncated => "the value ends too early",
            CodecError::Malformed => "the value is malformed",
            CodecError::TooDeep => "the value is nested too deep",
        })
    }
}

/// Appends a length: seven bits a byte, least significant first (LEB128).
pub(super) fn write_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Takes a length off the front.
pub(super) fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7F).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(tokens: &[Token<'_>]) {
        let mut writer = Writer::new();
        tokens.iter().for_each(|token| writer.write(*token));
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(&bytes);
        for token in tokens {
            assert_eq!(reader.next_token().as_ref(), Ok(token));
        }
        assert!(reader.is_done());
    }

    #[test]
    fn every_token_round_trips() {
        round_trip(&[
            Token::Array(5),
            Token::Undefined,
            Token::Null,
            Token::Bool(true),
            Token::Bool(false),
            Token::String("grüße \u{1F980}".as_bytes()),
            Token::Utf16(&[0, 0xD8]),
            Token::Buffer(&[0, 255, 7]),
            Token::Bytes(&[]),
            Token::Date(1_795_452_072_580.0),
            Token::Object(2),
            Token::String(b"__proto__"),
            Token::Map(0),
        ]);
    }

    #[test]
    fn numbers_keep_their_bits() {
        let numbers =
            [0.0, -0.0, 1.0, -1.0, 0.5, 1e300, MAX_SAFE_INTEGER, -MAX_SAFE_INTEGER, f64::INFINITY, 1e16];
        for number in numbers {
            let mut writer = Writer::new();
            writer.write(Token::Number(number));
            let bytes = writer.into_bytes();
            let Ok(Token::Number(back)) = Reader::new(&bytes).next_token() else { panic!("not a number") };
            assert_eq!(back.to_bits(), number.to_bits());
        }
        let mut writer = Writer::new();
        writer.write(Token::Number(f64::NAN));
        let bytes = writer.into_bytes();
        assert!(matches!(Reader::new(&bytes).next_token(), Ok(Token::Number(nan)) if nan.is_nan()));
    }

    #[test]
    fn bytes_cut_anywhere_are_an_error() {
        let mut writer = Writer::new();
        writer.write(Token::String(b"0123456789"));
        let bytes = writer.into_bytes();
        for length in 0..bytes.len() {
            assert_eq!(Reader::new(&bytes[..length]).next_token(), Err(CodecError::Truncated));
        }
    }

    #[test]
    fn a_count_that_the_bytes_cannot_hold_is_an_error() {
        let bytes = [ARRAY, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F];
        assert_eq!(Reader::new(&bytes).next_token(), Err(CodecError::Truncated));
        assert_eq!(Reader::new(&[200]).next_token(), Err(CodecError::Malformed));
    }
}
