//! The values that an item's attributes have.

use super::{ByName, FromJson, JsonError, JsonReader, base64};
use serde::{Serialize, Serializer};

/// An item, or a key: attributes by name.
pub type Item = ByName<AttributeValue>;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum AttributeValue {
    /// A string.
    S(String),
    /// A number: text, since DynamoDB's numbers have 38 digits.
    N(String),
    /// Bytes; base64 on the wire.
    #[serde(serialize_with = "base64::serialize")]
    B(Vec<u8>),
    /// A boolean.
    #[serde(rename = "BOOL")]
    Bool(bool),
    /// Null.
    #[serde(rename = "NULL", serialize_with = "serialize_null")]
    Null,
    /// A map.
    M(Item),
    /// A list.
    L(Vec<AttributeValue>),
    /// A set of strings.
    #[serde(rename = "SS")]
    Ss(Vec<String>),
    /// A set of numbers.
    #[serde(rename = "NS")]
    Ns(Vec<String>),
    /// A set of bytes.
    #[serde(rename = "BS", serialize_with = "base64::set::serialize")]
    Bs(Vec<Vec<u8>>),
}

impl AttributeValue {
    /// A string.
    pub fn s(value: &str) -> Self {
        AttributeValue::S(value.to_owned())
    }

    /// A whole number.
    pub fn n(value: u64) -> Self {
        AttributeValue::N(value.to_string())
    }

    /// The string, if it is one.
    pub fn as_s(&self) -> Option<&str> {
        match self {
            AttributeValue::S(value) => Some(value),
            _ => None,
        }
    }

    /// The number, if it is a whole one that 64 bits hold.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            AttributeValue::N(value) => value.parse().ok(),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            AttributeValue::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The list, if it is one.
    pub fn as_l(&self) -> Option<&[AttributeValue]> {
        match self {
            AttributeValue::L(values) => Some(values),
            _ => None,
        }
    }

    /// The map, if it is one.
    pub fn as_m(&self) -> Option<&Item> {
        match self {
            AttributeValue::M(map) => Some(map),
            _ => None,
        }
    }

    /// The string, if it is one.
    pub fn into_s(self) -> Option<String> {
        match self {
            AttributeValue::S(value) => Some(value),
            _ => None,
        }
    }

    /// The list, if it is one.
    pub fn into_l(self) -> Option<Vec<AttributeValue>> {
        match self {
            AttributeValue::L(values) => Some(values),
            _ => None,
        }
    }

    /// The bytes, if it is bytes.
    pub fn into_b(self) -> Option<Vec<u8>> {
        match self {
            AttributeValue::B(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Bytes that it takes in a request, or a few more.
    pub(super) fn wire_bytes(&self) -> usize {
        const AROUND: usize = 16;
        AROUND
            + match self {
                AttributeValue::S(value) | AttributeValue::N(value) => json_bytes(value),
                AttributeValue::B(bytes) => base64::encoded_len(bytes.len()),
                AttributeValue::Bool(_) | AttributeValue::Null => 0,
                AttributeValue::M(map) => item_wire_bytes(map),
                AttributeValue::L(values) => values.iter().map(AttributeValue::wire_bytes).sum(),
                AttributeValue::Ss(values) | AttributeValue::Ns(values) => {
                    values.iter().map(|value| json_bytes(value) + 3).sum()
                }
                AttributeValue::Bs(values) => {
                    values.iter().map(|bytes| base64::encoded_len(bytes.len()) + 3).sum()
                }
            }
    }
}

/// Bytes that an item takes in a request, or a few more.
pub(super) fn item_wire_bytes(item: &Item) -> usize {
    item.iter().map(|(name, value)| json_bytes(name) + 4 + value.wire_bytes()).sum()
}

/// Some characters become `\n` in JSON, control characters `\u001f`.
fn json_bytes(text: &str) -> usize {
    let escaped = |byte: &u8| *byte < b' ' || matches!(byte, b'"' | b'\\');
    text.len() + 5 * text.bytes().filter(escaped).count()
}

fn serialize_null<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(true)
}

impl FromJson for AttributeValue {
    fn from_json(json: &mut JsonReader<'_>) -> Result<Self, JsonError> {
        json.variant(&mut |json, name| {
            Ok(match name {
                "S" => AttributeValue::S(FromJson::from_json(json)?),
                "N" => AttributeValue::N(FromJson::from_json(json)?),
                "B" => AttributeValue::B(json.bytes()?),
                "BOOL" => AttributeValue::Bool(json.bool()?),
                "NULL" => json.bool().map(|_| AttributeValue::Null)?,
                "M" => AttributeValue::M(FromJson::from_json(json)?),
                "L" => AttributeValue::L(FromJson::from_json(json)?),
                "SS" => AttributeValue::Ss(FromJson::from_json(json)?),
                "NS" => AttributeValue::Ns(FromJson::from_json(json)?),
                "BS" => {
                    let mut set = Vec::new();
                    json.array(&mut |json| json.bytes().map(|bytes| set.push(bytes)))?;
                    AttributeValue::Bs(set)
                }
                _ => return Err(json.other_shape()),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamodb::json::{self, Members};

    /// Reads a value as a member of an object.
    fn read(value: &str) -> Result<AttributeValue, JsonError> {
        #[derive(Default)]
        struct Only(Option<AttributeValue>);
        impl Members for Only {
            fn read_member(&mut self, _: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
                self.0 = Some(AttributeValue::from_json(json)?);
                Ok(())
            }
        }
        let mut only = Only::default();
        json::read_object(format!(r#"{{"value":{value}}}"#).as_bytes(), &mut only)?;
        Ok(only.0.expect("a member"))
    }

    fn every_kind() -> Vec<(AttributeValue, &'static str)> {
        let map = Item::from([("a", AttributeValue::n(1))]);
        vec![
            (AttributeValue::s("é\"\n"), r#"{"S":"é\"\n"}"#),
            (AttributeValue::N("-1.5E-3".into()), r#"{"N":"-1.5E-3"}"#),
            (AttributeValue::B(vec![0, 255, 16]), r#"{"B":"AP8Q"}"#),
            (AttributeValue::B(Vec::new()), r#"{"B":""}"#),
            (AttributeValue::Bool(false), r#"{"BOOL":false}"#),
            (AttributeValue::Null, r#"{"NULL":true}"#),
            (AttributeValue::M(map), r#"{"M":{"a":{"N":"1"}}}"#),
            (AttributeValue::L(vec![AttributeValue::Null]), r#"{"L":[{"NULL":true}]}"#),
            (AttributeValue::Ss(vec!["x".into()]), r#"{"SS":["x"]}"#),
            (AttributeValue::Ns(vec!["1".into(), "2".into()]), r#"{"NS":["1","2"]}"#),
            (AttributeValue::Bs(vec![vec![1], vec![]]), r#"{"BS":["AQ==",""]}"#),
        ]
    }

    #[test]
    fn every_kind_has_its_form_on_the_wire_and_comes_back() {
        for (value, json) in every_kind() {
            assert_eq!(serde_json::to_string(&value).expect("serialises"), json);
            assert_eq!(read(json).expect(json), value);
        }
    }

    #[test]
    fn what_is_no_attribute_value_is_refused() {
        let cases = [
            r#"{}"#,
            r#"{"X":"a"}"#,
            r#"{"S":1}"#,
            r#"{"N":1}"#,
            r#"{"S":"a","N":"1"}"#,
            r#"{"B":"A"}"#,
            r#"{"B":"****"}"#,
            r#""S""#,
            "null",
            "[]",
        ];
        for json in cases {
            assert!(read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn nesting_without_end_is_refused_and_not_followed() {
        let json = r#"{"L":["#.repeat(100_000);
        assert!(read(&json).is_err());
    }

    #[test]
    fn the_estimated_size_is_not_below_the_real_one() {
        for (value, json) in every_kind() {
            assert!(value.wire_bytes() >= json.len(), "{json}");
        }
        let item = Item::from([("\u{1}name".to_owned(), AttributeValue::s("\u{1f}\u{0}é"))]);
        assert!(item_wire_bytes(&item) + 2 >= serde_json::to_vec(&item).expect("serialises").len());
    }
}
