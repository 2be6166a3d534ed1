//! Items, as DynamoDB's JSON spells them, and their limits.
//!
//! AWS: "Service, account, and table quotas in Amazon DynamoDB", and "DynamoDB item sizes and formats".

use serde_json::{Map, Value};

/// Attribute names and values in DynamoDB's JSON.
pub type Item = Map<String, Value>;

/// Bytes of an item, names included.
pub const MAX_ITEM_BYTES: usize = 409_600;

/// Bytes of a partition key.
const MAX_KEY_BYTES: usize = 2_048;

/// The number in `{"N": "..."}`. The cache stores unsigned integers only.
pub fn number_of(value: &Value) -> Option<u64> {
    value["N"].as_str()?.parse().ok()
}

/// The partition key, if it is a string within the limits.
pub fn key_of(item: &Item, attribute: &str) -> Result<String, String> {
    let key = item.get(attribute).and_then(|key| key["S"].as_str());
    let key = key.ok_or_else(|| format!("the key {attribute} is missing or no string"))?;
    match key.len() {
        0 => Err("One or more parameter values are not valid: the key is an empty string".into()),
        length if length > MAX_KEY_BYTES => Err(format!("a key of {length} bytes")),
        _ => Ok(key.to_owned()),
    }
}

/// The key of a request's `Key`, which holds nothing else.
pub fn only_key_of(key: &Item) -> Result<String, String> {
    if key.len() != 1 {
        return Err("The provided key element does not match the schema".into());
    }
    key_of(key, "key")
}

/// Bytes of an item; `Err` says what DynamoDB would not take.
pub fn size_of(item: &Item) -> Result<usize, String> {
    let mut bytes = 0;
    for (name, value) in item {
        bytes += name.len() + value_size(value, 1)?;
    }
    Ok(bytes)
}

fn value_size(value: &Value, depth: usize) -> Result<usize, String> {
    let map = value.as_object().filter(|map| map.len() == 1 && depth <= 32);
    let (kind, inner) =
        map.and_then(|map| map.iter().next()).ok_or_else(|| format!("no attribute value: {value}"))?;
    let text = |limit: &str| inner.as_str().ok_or_else(|| format!("{limit} must be a JSON string: {value}"));
    match kind.as_str() {
        "S" => text("S").map(str::len),
        "N" => {
            let digits = text("N")?;
            let valid = digits.parse::<f64>().is_ok() && digits.len() <= 38;
            if valid { Ok(digits.len() / 2 + 2) } else { Err(format!("no number: {digits}")) }
        }
        "B" => base64_size(text("B")?),
        "BOOL" if inner.is_boolean() => Ok(1),
        "NULL" if inner == &Value::Bool(true) => Ok(1),
        "L" => {
            let elements = inner.as_array().ok_or("L must be an array")?;
            elements.iter().try_fold(3, |bytes, element| Ok(bytes + 1 + value_size(element, depth + 1)?))
        }
        "M" => {
            let members = inner.as_object().ok_or("M must be an object")?;
            members.iter().try_fold(3, |bytes, (name, member)| {
                Ok(bytes + 1 + name.len() + value_size(member, depth + 1)?)
            })
        }
        other => Err(format!("the type {other} is not used by the cache")),
    }
}

/// Bytes that padded base64 stands for.
fn base64_size(text: &str) -> Result<usize, String> {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    let valid = body.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/');
    if !valid || !text.len().is_multiple_of(4) || padding > 2 {
        return Err("B is no base64".into());
    }
    Ok(text.len() / 4 * 3 - padding)
}

#[test]
fn sizes_count_names_and_values() {
    let item = serde_json::json!({ "key": { "S": "abc" }, "value": { "B": "AAEC" }, "list": { "L": [{ "S": "x" }] } });
    assert_eq!(size_of(item.as_object().expect("an object")), Ok(6 + 8 + 4 + 3 + 1 + 1));
}

#[test]
fn what_dynamodb_does_not_take_is_refused() {
    for value in
        [r#"{"S": 1}"#, r#"{"N": "x"}"#, r#"{"B": "A"}"#, r#"{}"#, r#"{"S": "a", "N": "1"}"#, r#"{"X": "a"}"#]
    {
        let value: Value = serde_json::from_str(value).expect("JSON");
        assert!(value_size(&value, 1).is_err(), "{value}");
    }
}
