//! JavaScript values to and from the codec's tokens.

use super::host::JsHost;
use crate::cache::codec::{CodecError, MAX_DEPTH, Reader, Token, Writer};
use crate::utf16::utf16_of;
use js_sys::{Array, Date, Function, JsString, Map, Object, Reflect, Uint8Array};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

/// Encodes a value; throws a `TypeError` that names what no codec can keep (a function, a symbol, a bigint).
pub fn encode_value(value: &JsValue) -> Result<Vec<u8>, JsValue> {
    let mut writer = Writer::new();
    encode(&mut writer, value, MAX_DEPTH)?;
    Ok(writer.into_bytes())
}

/// Decodes what [`encode_value`] made.
pub fn decode_value(host: &JsHost, bytes: &[u8]) -> Result<JsValue, CodecError> {
    let mut decoder = Decoder { host, reader: Reader::new(bytes) };
    let value = decoder.decode(MAX_DEPTH)?;
    if decoder.reader.is_done() { Ok(value) } else { Err(CodecError::Malformed) }
}

fn encode(writer: &mut Writer, value: &JsValue, depth_left: usize) -> Result<(), JsValue> {
    if let Some(text) = value.dyn_ref::<JsString>() {
        encode_string(writer, text);
    } else if value.is_undefined() {
        writer.write(Token::Undefined);
    } else if value.is_null() {
        writer.write(Token::Null);
    } else if let Some(value) = value.as_bool() {
        writer.write(Token::Bool(value));
    } else if let Some(value) = value.as_f64() {
        writer.write(Token::Number(value));
    } else if value.is_object() && !value.is_function() {
        let depth_left =
            depth_left.checked_sub(1).ok_or_else(|| type_error(&CodecError::TooDeep.to_string()))?;
        encode_object(writer, value, depth_left)?;
    } else {
        let kind = value.js_typeof().as_string().unwrap_or_default();
        return Err(type_error(&format!("a cached value holds a {kind}, which cannot be stored")));
    }
    Ok(())
}

fn encode_object(writer: &mut Writer, value: &JsValue, depth_left: usize) -> Result<(), JsValue> {
    if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        let copied = bytes.to_vec();
        writer.write(if is_buffer(bytes) { Token::Buffer(&copied) } else { Token::Bytes(&copied) });
    } else if let Some(array) = value.dyn_ref::<Array>() {
        writer.write(Token::Array(array.length() as usize));
        for item in array.iter() {
            encode(writer, &item, depth_left)?;
        }
    } else if let Some(map) = value.dyn_ref::<Map>() {
        writer.write(Token::Map(map.size() as usize));
        for pair in map.entries() {
            let pair = Array::from(&pair?);
            encode(writer, &pair.get(0), depth_left)?;
            encode(writer, &pair.get(1), depth_left)?;
        }
    } else if let Some(date) = value.dyn_ref::<Date>() {
        writer.write(Token::Date(date.get_time()));
    } else {
        let object = value.unchecked_ref::<Object>();
        let names = Object::keys(object);
        writer.write(Token::Object(names.length() as usize));
        for name in names.iter() {
            encode_string(writer, name.unchecked_ref());
            encode(writer, &Reflect::get(object, &name)?, depth_left)?;
        }
    }
    Ok(())
}

/// The replacement character, which stands for a lone surrogate where it does not stand for itself.
const REPLACEMENT: &[u8] = b"\xEF\xBF\xBD";

fn encode_string(writer: &mut Writer, text: &JsString) {
    let utf8 = String::from(text);
    let bytes = utf8.as_bytes();
    // Its first byte first: to look for one byte is many times faster than for three.
    let has_replacement = || bytes.windows(REPLACEMENT.len()).any(|window| window == REPLACEMENT);
    if bytes.contains(&0xEF) && has_replacement() && !text.is_valid_utf16() {
        let units: Vec<u8> = text.iter().flat_map(u16::to_le_bytes).collect();
        writer.write(Token::Utf16(&units));
    } else {
        writer.write(Token::String(bytes));
    }
}

/// Below this a string is there before another way to make it has begun, bytes.
const MIN_WIDENED_BYTES: usize = 2_048;

struct Decoder<'a> {
    host: &'a JsHost,
    reader: Reader<'a>,
}

impl Decoder<'_> {
    fn decode(&mut self, depth_left: usize) -> Result<JsValue, CodecError> {
        let token = self.reader.next_token()?;
        self.value(token, depth_left)
    }

    fn value(&mut self, token: Token<'_>, depth_left: usize) -> Result<JsValue, CodecError> {
        Ok(match token {
            Token::Undefined => JsValue::UNDEFINED,
            Token::Null => JsValue::NULL,
            Token::Bool(value) => JsValue::from_bool(value),
            Token::Number(value) => JsValue::from_f64(value),
            Token::String(text) => self.string(text)?,
            Token::Utf16(units) => utf16(units)?,
            Token::Buffer(bytes) => self.host.buffer(bytes),
            Token::Bytes(bytes) => Uint8Array::from(bytes).into(),
            Token::Date(ms) => Date::new(&JsValue::from_f64(ms)).into(),
            container => {
                let depth_left = depth_left.checked_sub(1).ok_or(CodecError::TooDeep)?;
                self.container(container, depth_left)?
            }
        })
    }

    fn container(&mut self, head: Token<'_>, depth_left: usize) -> Result<JsValue, CodecError> {
        match head {
            Token::Array(count) => {
                let array = Array::new();
                for _ in 0..count {
                    array.push(&self.decode(depth_left)?);
                }
                Ok(array.into())
            }
            Token::Map(count) => {
                let map = Map::new();
                for _ in 0..count {
                    let key = self.decode(depth_left)?;
                    map.set(&key, &self.decode(depth_left)?);
                }
                Ok(map.into())
            }
            Token::Object(count) => {
                let object = Object::new();
                for _ in 0..count {
                    let name = self.reader.next_token()?;
                    let property = match name {
                        Token::String(b"__proto__") | Token::Utf16(_) => None,
                        Token::String(name) => Some(checked(name)?),
                        _ => return Err(CodecError::Malformed),
                    };
                    match property {
                        Some(name) => {
                            let value = self.decode(depth_left)?;
                            object.unchecked_ref::<Plain>().set(&named(name), &value);
                        }
                        None => {
                            let name = self.value(name, 0)?;
                            define(&object, &name, &self.decode(depth_left)?);
                        }
                    }
                }
                Ok(object.into())
            }
            _ => Err(CodecError::Malformed),
        }
    }

    /// A long text with a character beyond ASCII takes Node.js up to 22 nanoseconds a byte from UTF-8, and a tenth of that
    /// from UTF-16.
    fn string(&self, text: &[u8]) -> Result<JsValue, CodecError> {
        if text.len() >= MIN_WIDENED_BYTES && has_buffer() && !text.is_ascii() {
            let units = utf16_of(text).ok_or(CodecError::Malformed)?;
            if let Some(string) = self.host.text_of_utf16(&units) {
                return Ok(string.into());
            }
        }
        checked(text).map(JsValue::from_str)
    }
}

fn checked(text: &[u8]) -> Result<&str, CodecError> {
    std::str::from_utf8(text).map_err(|_| CodecError::Malformed)
}

/// Gives an object a property of any name. Assigning to `__proto__` would change its prototype instead.
fn define(object: &Object, name: &JsValue, value: &JsValue) {
    let descriptor = Object::new();
    let settings = [
        ("value", value),
        ("writable", &JsValue::TRUE),
        ("enumerable", &JsValue::TRUE),
        ("configurable", &JsValue::TRUE),
    ];
    for (field, setting) in settings {
        descriptor.unchecked_ref::<Plain>().set(&field.into(), setting);
    }
    // It does not fail on an object that was just made.
    drop(Reflect::define_property(object, name, &descriptor));
}

fn utf16(units: &[u8]) -> Result<JsValue, CodecError> {
    let (pairs, []) = units.as_chunks::<2>() else { return Err(CodecError::Malformed) };
    let units: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
    // Spread over the call's arguments, of which there may be some thousands.
    let parts = units.chunks(8_192).map(JsString::from_char_code);
    let empty = JsString::from("");
    Ok(parts.fold(empty, |text, part| text.concat(&part)).into())
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_namespace = globalThis, js_name = Buffer)]
    static BUFFER: Option<Function>;

    /// An object that was just made.
    type Plain;
    #[wasm_bindgen(method, structural, indexing_setter)]
    fn set(this: &Plain, name: &JsString, value: &JsValue);
}

/// Names of properties that JavaScript has as strings already. Next's values have the same few, over and over.
const MAX_KEPT_NAMES: usize = 32;
/// Longer than any of Next's own, bytes.
const MAX_KEPT_NAME_BYTES: usize = 64;

thread_local! {
    static NAMES: RefCell<Vec<(String, JsString)>> = const { RefCell::new(Vec::new()) };
}

fn named(name: &str) -> JsString {
    NAMES.with_borrow_mut(|names| match names.iter().find(|(kept, _)| kept == name) {
        Some((_, string)) => string.clone(),
        None => {
            let string = JsString::from(name);
            if names.len() < MAX_KEPT_NAMES && name.len() <= MAX_KEPT_NAME_BYTES {
                names.push((name.to_owned(), string.clone()));
            }
            string
        }
    })
}

fn has_buffer() -> bool {
    BUFFER.with(Option::is_some)
}

fn is_buffer(bytes: &Uint8Array) -> bool {
    BUFFER.with(|constructor| constructor.as_ref().is_some_and(|constructor| instance_of(bytes, constructor)))
}

fn instance_of(value: &JsValue, constructor: &Function) -> bool {
    let prototype = Reflect::get(constructor, &"prototype".into());
    prototype.is_ok_and(|prototype| prototype.unchecked_ref::<Object>().is_prototype_of(value))
}

fn type_error(message: &str) -> JsValue {
    js_sys::TypeError::new(message).into()
}
