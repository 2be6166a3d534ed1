//! JSON as AWS answers it (RFC 8259), read from front to back.
//!
//! There is no tree: a large value goes from the body straight to where it stays. The code for it is a sixth of
//! derived deserialisers', and strict: `serde_json` is its oracle in the tests.

mod error;

pub use error::JsonError;

use crate::base64;
use error::Malformed;
use std::borrow::Cow;

/// Objects and arrays may be nested this deep.
const MAX_DEPTH: usize = 128;

/// What can be read out of JSON.
pub trait FromJson: Sized {
    /// Reads one value.
    fn from_json(json: &mut JsonReader<'_>) -> Result<Self, JsonError>;
}

/// What is read out of a JSON object, one member after the other.
pub trait Members {
    /// Takes in one member by [`JsonReader::member`], or skips it by [`JsonReader::skip`] as every client must that does
    /// not know it.
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError>;
}

/// Reads a body that is one JSON object.
pub fn read_object(body: &[u8], target: &mut dyn Members) -> Result<(), JsonError> {
    let mut json = JsonReader { text: body, at: 0, depth: 0 };
    json.members(target)?;
    match json.peek() {
        None => Ok(()),
        Some(_) => Err(json.error(Malformed::NotJson)),
    }
}

/// A place in a JSON text. That it is UTF-8 is seen where text is taken out of it: most of it is base64.
pub struct JsonReader<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> JsonReader<'a> {
    /// Reads an object: `read_member` is called with each name, and must read the value.
    pub fn object(
        &mut self,
        read_member: &mut dyn FnMut(&mut Self, &str) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        let mut goes_on = self.open(b'{', b'}')?;
        while goes_on {
            let name = self.string()?;
            if !self.take(b':') {
                return Err(self.error(Malformed::NotJson));
            }
            read_member(self, &name)?;
            goes_on = self.goes_on(b'}')?;
        }
        self.depth -= 1;
        Ok(())
    }

    /// Reads an array: `read_element` must read one value.
    pub fn array(
        &mut self,
        read_element: &mut dyn FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        let mut goes_on = self.open(b'[', b']')?;
        while goes_on {
            read_element(self)?;
            goes_on = self.goes_on(b']')?;
        }
        self.depth -= 1;
        Ok(())
    }

    /// Reads an object into what takes its members.
    pub fn members(&mut self, target: &mut dyn Members) -> Result<(), JsonError> {
        self.object(&mut |json, name| target.read_member(name, json))
    }

    /// Reads an object of one member, whose name says what it holds.
    pub fn variant<T>(
        &mut self,
        read: &mut dyn FnMut(&mut Self, &str) -> Result<T, JsonError>,
    ) -> Result<T, JsonError> {
        let mut found = None;
        self.object(&mut |json, name| {
            if found.is_some() {
                return Err(json.other_shape());
            }
            found = Some(read(json, name)?);
            Ok(())
        })?;
        found.ok_or_else(|| self.other_shape())
    }

    /// Reads a member's value. A member that is `null` counts as absent, as in AWS's own clients.
    pub fn member<T: FromJson>(&mut self, target: &mut T) -> Result<(), JsonError> {
        if self.peek() == Some(b'n') {
            return self.word("null");
        }
        *target = T::from_json(self)?;
        Ok(())
    }

    /// Reads a string.
    pub fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.begin(b'"')?;
        let mut text = Cow::Borrowed(self.plain()?);
        loop {
            match self.next_byte() {
                Some(b'"') => return Ok(text),
                Some(b'\\') => {
                    let escaped = self.escaped().ok_or_else(|| self.error(Malformed::NotJson))?;
                    let text = text.to_mut();
                    text.push(escaped);
                    text.push_str(self.plain()?);
                }
                _ => return Err(self.error(Malformed::NotJson)),
            }
        }
    }

    /// Reads a string or a number, and gives its text; `None`, and reads nothing, where something else comes.
    pub fn scalar(&mut self) -> Result<Option<Cow<'a, str>>, JsonError> {
        match self.peek() {
            Some(b'"') => self.string().map(Some),
            Some(b'-' | b'0'..=b'9') => Ok(Some(Cow::Borrowed(self.number()?))),
            _ => Ok(None),
        }
    }

    /// Whether an object comes.
    pub fn is_object(&mut self) -> bool {
        self.peek() == Some(b'{')
    }

    /// Reads a string that is base64.
    pub fn bytes(&mut self) -> Result<Vec<u8>, JsonError> {
        self.begin(b'"')?;
        // One that needs no escape, as AWS writes them, is decoded where it lies.
        let rest = self.rest();
        let in_place = rest.get(..until_quote(rest)).unwrap_or_default();
        if let Some(bytes) = base64::decode(in_place) {
            self.at += in_place.len();
            return if self.take(b'"') { Ok(bytes) } else { Err(self.error(Malformed::NotJson)) };
        }
        self.at -= 1;
        let text = self.string()?;
        base64::decode(text.as_bytes()).ok_or_else(|| self.error(Malformed::OtherShape))
    }

    /// Reads `true` or `false`.
    pub fn bool(&mut self) -> Result<bool, JsonError> {
        match self.peek() {
            Some(b't') => self.word("true").map(|()| true),
            Some(b'f') => self.word("false").map(|()| false),
            _ => Err(self.unexpected()),
        }
    }

    /// Reads a number, and gives its text.
    pub fn number(&mut self) -> Result<&'a str, JsonError> {
        self.peek();
        let start = self.at;
        self.take_byte(b"-");
        let is_whole = self.take_byte(b"0") || self.digits();
        let has_fraction = !self.take_byte(b".") || self.digits();
        let has_exponent = !self.take_byte(b"eE") || (self.take_byte(b"+-"), self.digits()).1;
        match self.text.get(start..self.at).map(std::str::from_utf8) {
            Some(Ok(number)) if is_whole && has_fraction && has_exponent => Ok(number),
            _ => Err(self.unexpected()),
        }
    }

    /// Reads whatever comes, and forgets it.
    pub fn skip(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'{') => self.object(&mut |json, _| json.skip()),
            Some(b'[') => self.array(&mut |json| json.skip()),
            Some(b't' | b'f') => self.bool().map(drop),
            Some(b'n') => self.word("null"),
            _ => self.number().map(drop),
        }
    }

    /// What comes is JSON, and not what it should be.
    pub fn other_shape(&self) -> JsonError {
        self.error(Malformed::OtherShape)
    }

    /// Enters an object or array; `false` when it is empty, and then left already but for the depth.
    fn open(&mut self, opening: u8, closing: u8) -> Result<bool, JsonError> {
        self.begin(opening)?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(Malformed::OtherShape));
        }
        Ok(!self.take(closing))
    }

    /// After a member or element: whether another one follows.
    fn goes_on(&mut self, closing: u8) -> Result<bool, JsonError> {
        if self.take(b',') {
            Ok(true)
        } else if self.take(closing) {
            Ok(false)
        } else {
            Err(self.error(Malformed::NotJson))
        }
    }

    /// The part of a string up to its end, an escape, or a control character, which no string may hold.
    fn plain(&mut self) -> Result<&'a str, JsonError> {
        let rest = self.rest();
        let len = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' ')).unwrap_or(rest.len());
        let text = rest.get(..len).map(std::str::from_utf8);
        let text = text.and_then(Result::ok).ok_or_else(|| self.error(Malformed::NotJson))?;
        self.at += len;
        Ok(text)
    }

    /// The character that an escape stands for, after its backslash.
    fn escaped(&mut self) -> Option<char> {
        Some(match self.next_byte()? {
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hexadecimal()?;
                let is_surrogate = (0xD800..0xDC00).contains(&unit);
                let low = if is_surrogate && self.take_byte(b"\\") && self.take_byte(b"u") {
                    self.hexadecimal()?
                } else {
                    0
                };
                let units = [unit, low];
                let units = if is_surrogate { units.as_slice() } else { units.get(..1)? };
                char::decode_utf16(units.iter().copied()).next()?.ok()?
            }
            _ => return None,
        })
    }

    fn hexadecimal(&mut self) -> Option<u16> {
        let digits = std::str::from_utf8(self.rest().get(..4)?).ok()?;
        self.at += 4;
        let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal)
    }

    /// Takes digits; whether there were any.
    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.take_byte(b"0123456789") {}
        self.at > start
    }

    fn word(&mut self, word: &str) -> Result<(), JsonError> {
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(self.error(Malformed::NotJson));
        }
        self.at += word.len();
        Ok(())
    }

    /// Takes the first byte of a value.
    fn begin(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.take(byte) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Takes a byte, if it is what comes after white space.
    fn take(&mut self, byte: u8) -> bool {
        let takes = self.peek() == Some(byte);
        self.at += usize::from(takes);
        takes
    }

    /// Takes the next byte if it is one of these.
    fn take_byte(&mut self, any_of: &[u8]) -> bool {
        let takes = self.byte().is_some_and(|byte| any_of.contains(&byte));
        self.at += usize::from(takes);
        takes
    }

    #[inline(always)]
    fn next_byte(&mut self) -> Option<u8> {
        let byte = self.byte()?;
        self.at += 1;
        Some(byte)
    }

    /// The byte that comes after white space, which is taken. AWS writes none.
    #[inline(always)]
    fn peek(&mut self) -> Option<u8> {
        match self.byte() {
            Some(..=b' ') => self.peek_behind_space(),
            byte => byte,
        }
    }

    #[cold]
    fn peek_behind_space(&mut self) -> Option<u8> {
        while matches!(self.byte(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        self.byte()
    }

    #[inline(always)]
    fn byte(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// What comes is not the value that should.
    fn unexpected(&mut self) -> JsonError {
        match self.peek() {
            Some(b'"' | b'{' | b'[' | b't' | b'f' | b'n' | b'-' | b'0'..=b'9') => {
                self.error(Malformed::OtherShape)
            }
            _ => self.error(Malformed::NotJson),
        }
    }

    fn error(&self, kind: Malformed) -> JsonError {
        JsonError { kind: if self.at < self.text.len() { kind } else { Malformed::EndsEarly }, at: self.at }
    }
}

/// Bytes before the first quotation mark. Most are of a large value: these are looked at in blocks, which compilers make vectors of.
fn until_quote(bytes: &[u8]) -> usize {
    let (blocks, _) = bytes.as_chunks::<64>();
    let has_quote = |block: &[u8; 64]| block.iter().fold(false, |found, byte| found | (*byte == b'"'));
    let before = blocks.iter().take_while(|block| !has_quote(block)).count() * 64;
    let rest = bytes.get(before..).unwrap_or_default();
    before + rest.iter().take_while(|byte| **byte != b'"').count()
}

impl<T: Members + Default> FromJson for T {
    fn from_json(json: &mut JsonReader<'_>) -> Result<Self, JsonError> {
        let mut target = T::default();
        json.members(&mut target)?;
        Ok(target)
    }
}

impl FromJson for String {
    fn from_json(json: &mut JsonReader<'_>) -> Result<Self, JsonError> {
        json.string().map(Cow::into_owned)
    }
}

impl FromJson for bool {
    fn from_json(json: &mut JsonReader<'_>) -> Result<Self, JsonError> {
        json.bool()
    }
}

impl FromJson for u64 {
    fn from_json(json: &mut JsonReader<'_>) -> Result<Self, JsonError> {
        let number = json.number()?;
        number.parse().map_err(|_| json.other_shape())
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: &mut JsonReader<'_>) -> Result<Self, JsonError> {
        T::from_json(json).map(Some)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: &mut JsonReader<'_>) -> Result<Self, JsonError> {
        let mut all = Vec::new();
        json.array(&mut |json| {
            all.push(T::from_json(json)?);
            Ok(())
        })?;
        Ok(all)
    }
}

#[cfg(test)]
mod tests;
