//! JavaScript values to and from the codec's tokens.

use crate::cache::codec::{CodecError, MAX_DEPTH, Reader, Token, Writer};
use js_sys::{Array, Date, Function, JsString, Map, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

/// Encodes a value; throws a `TypeError` that names what no codec can keep (a function, a symbol, a bigint).
pub fn encode_value(value: &JsValue) -> Result<Vec<u8>, JsValue> {
    let mut writer = Writer::new();
    encode(&mut writer, value, MAX_DEPTH)?;
    Ok(writer.into_bytes())
}

/// Decodes what [`encode_value`] made.
pub fn decode_value(bytes: &[u8]) -> Result<JsValue, CodecError> {
    let mut reader = Reader::new(bytes);
    let value = decode(&mut reader, MAX_DEPTH)?;
    if reader.is_done() { Ok(value) } else { Err(CodecError::Malformed) }
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

fn encode_string(writer: &mut Writer, text: &JsString) {
    let utf8 = String::from(text);
    // Its first byte first: to look for one byte is many times faster than for three.
    if utf8.as_bytes().contains(&0xEF) && utf8.contains(char::REPLACEMENT_CHARACTER) && !text.is_valid_utf16()
    {
        let units: Vec<u8> = text.iter().flat_map(u16::to_le_bytes).collect();
        writer.write(Token::Utf16(&units));
    } else {
        writer.write(Token::String(&utf8));
    }
}

fn decode(reader: &mut Reader<'_>, depth_left: usize) -> Result<JsValue, CodecError> {
    Ok(match reader.next_token()? {
        Token::Undefined => JsValue::UNDEFINED,
        Token::Null => JsValue::NULL,
        Token::Bool(value) => JsValue::from_bool(value),
        Token::Number(value) => JsValue::from_f64(value),
        Token::String(text) => JsValue::from_str(text),
        Token::Utf16(units) => utf16(units)?,
        Token::Buffer(bytes) => buffer(bytes),
        Token::Bytes(bytes) => Uint8Array::from(bytes).into(),
        Token::Date(ms) => Date::new(&JsValue::from_f64(ms)).into(),
        container => {
            let depth_left = depth_left.checked_sub(1).ok_or(CodecError::TooDeep)?;
            decode_container(reader, container, depth_left)?
        }
    })
}

fn decode_container(
    reader: &mut Reader<'_>,
    head: Token<'_>,
    depth_left: usize,
) -> Result<JsValue, CodecError> {
    match head {
        Token::Array(count) => {
            let array = Array::new();
            for _ in 0..count {
                array.push(&decode(reader, depth_left)?);
            }
            Ok(array.into())
        }
        Token::Map(count) => {
            let map = Map::new();
            for _ in 0..count {
                let key = decode(reader, depth_left)?;
                map.set(&key, &decode(reader, depth_left)?);
            }
            Ok(map.into())
        }
        Token::Object(count) => {
            let object = Object::new();
            for _ in 0..count {
                let name = decode(reader, 0)?;
                define(&object, &name, &decode(reader, depth_left)?);
            }
            Ok(object.into())
        }
        _ => Err(CodecError::Malformed),
    }
}

/// Gives an object a property. Assigning to `__proto__` would change its prototype instead.
fn define(object: &Object, name: &JsValue, value: &JsValue) {
    // Neither fails on an object that was just made.
    if name.as_string().is_some_and(|name| name == "__proto__") {
        let descriptor = Object::new();
        for (field, setting) in [
            ("value", value),
            ("writable", &JsValue::TRUE),
            ("enumerable", &JsValue::TRUE),
            ("configurable", &JsValue::TRUE),
        ] {
            drop(Reflect::set(&descriptor, &field.into(), setting));
        }
        drop(Reflect::define_property(object, name, &descriptor));
    } else {
        drop(Reflect::set(object, name, value));
    }
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
}

fn is_buffer(bytes: &Uint8Array) -> bool {
    BUFFER.with(|constructor| constructor.as_ref().is_some_and(|constructor| instance_of(bytes, constructor)))
}

fn instance_of(value: &JsValue, constructor: &Function) -> bool {
    let prototype = Reflect::get(constructor, &"prototype".into());
    prototype.is_ok_and(|prototype| prototype.unchecked_ref::<Object>().is_prototype_of(value))
}

/// A `Buffer` over a copy of the bytes; a `Uint8Array` where the runtime has no `Buffer`.
fn buffer(bytes: &[u8]) -> JsValue {
    let copied = Uint8Array::from(bytes);
    BUFFER.with(|constructor| {
        let made = constructor.as_ref().and_then(|constructor| {
            let from = Reflect::get(constructor, &"from".into()).ok()?.dyn_into::<Function>().ok()?;
            from.call1(constructor, &copied.buffer()).ok()
        });
        made.unwrap_or(copied.into())
    })
}

fn type_error(message: &str) -> JsValue {
    js_sys::TypeError::new(message).into()
}
