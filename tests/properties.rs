//! Properties of the row keys, the codec and the frame, over random input.

use nextjs_dynamodb_cache::cache::codec::{Reader, Token, Writer};
use nextjs_dynamodb_cache::cache::frame;
use nextjs_dynamodb_cache::cache::key::{Component, EntryKey, Prefix, Rows};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Strings of the characters that mean something in a row key, which collide most easily.
fn name() -> impl Strategy<Value = Vec<u16>> {
    let awkward = "_%|ab5FhuD8tag".encode_utf16().collect::<Vec<_>>();
    let unit = prop_oneof![
        8 => proptest::sample::select(awkward),
        1 => Just(0xD800u16),
        1 => Just(0xDC00u16),
        1 => any::<u16>(),
    ];
    proptest::collection::vec(unit, 0..9)
}

/// Every row that a cache can write for these names, with what it means.
fn rows_of(prefix: &[u16], tag: &[u16], key: &[u16], build: Option<&[u16]>) -> Vec<(String, String)> {
    let Ok(prefix_name) = Prefix::new(&String::from_utf16_lossy(prefix)) else { return Vec::new() };
    let prefix = String::from_utf16_lossy(prefix);
    let rows = Rows::new(prefix_name);
    let build = build.map(String::from_utf16_lossy);
    let entry = EntryKey::new(Component::key_utf16(key), build.as_deref().map(Component::build));
    let tag_name = Component::tag_utf16(tag);
    let tag_name = tag_name.as_str();
    vec![
        (rows.entry(&entry), format!("entry {prefix:?} {key:?} {build:?}")),
        (rows.part(1, 2, &entry), format!("part 1 2 {prefix:?} {key:?} {build:?}")),
        (rows.part(12, 0, &entry), format!("part 12 0 {prefix:?} {key:?} {build:?}")),
        (rows.tag_sentinel_of(tag_name, &entry), format!("sentinel {prefix:?} {tag:?} {key:?} {build:?}")),
        (rows.tag_state_of(tag_name), format!("state {prefix:?} {tag:?}")),
        (rows.log(), format!("log {prefix:?}")),
    ]
}

#[test]
fn no_two_rows_of_different_meaning_share_a_key() {
    // One map over all cases: 60,000 rows, so some 1.8 billion pairs are compared.
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(1));
    let names = (name(), name(), name(), proptest::option::of(name()));
    for _ in 0..10_000 {
        let tree = names.new_tree(&mut runner).expect("a case");
        let (prefix, tag, key, build) = proptest::strategy::ValueTree::current(&tree);
        for (row, meaning) in rows_of(&prefix, &tag, &key, build.as_deref()) {
            assert!(!row.is_empty() && row.len() <= 2_048);
            let known = seen.entry(row.clone()).or_insert_with(|| meaning.clone());
            assert_eq!(*known, meaning, "both are {row:?}");
        }
    }
}

/// A value as the bindings walk it.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    String(String),
    Utf16(Vec<u8>),
    Buffer(Vec<u8>),
    Bytes(Vec<u8>),
    Date(f64),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
    Map(Vec<(Value, Value)>),
}

fn value() -> impl Strategy<Value = Value> {
    let bytes = || proptest::collection::vec(any::<u8>(), 0..40);
    let number =
        || proptest::num::f64::ANY.prop_filter("NaN is not equal to itself", |number| !number.is_nan());
    let leaf = prop_oneof![
        Just(Value::Undefined),
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number().prop_map(Value::Number),
        any::<u32>().prop_map(|number| Value::Number(f64::from(number))),
        any::<String>().prop_map(Value::String),
        bytes().prop_map(Value::Utf16),
        bytes().prop_map(Value::Buffer),
        bytes().prop_map(Value::Bytes),
        number().prop_map(Value::Date),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            proptest::collection::vec((any::<String>(), inner.clone()), 0..6).prop_map(Value::Object),
            proptest::collection::vec((inner.clone(), inner), 0..6).prop_map(Value::Map),
        ]
    })
}

fn write(writer: &mut Writer, value: &Value) {
    match value {
        Value::Undefined => writer.write(Token::Undefined),
        Value::Null => writer.write(Token::Null),
        Value::Bool(value) => writer.write(Token::Bool(*value)),
        Value::Number(value) => writer.write(Token::Number(*value)),
        Value::String(text) => writer.write(Token::String(text.as_bytes())),
        Value::Utf16(units) => writer.write(Token::Utf16(units)),
        Value::Buffer(bytes) => writer.write(Token::Buffer(bytes)),
        Value::Bytes(bytes) => writer.write(Token::Bytes(bytes)),
        Value::Date(ms) => writer.write(Token::Date(*ms)),
        Value::Array(items) => {
            writer.write(Token::Array(items.len()));
            items.iter().for_each(|item| write(writer, item));
        }
        Value::Object(fields) => {
            writer.write(Token::Object(fields.len()));
            for (name, field) in fields {
                writer.write(Token::String(name.as_bytes()));
                write(writer, field);
            }
        }
        Value::Map(pairs) => {
            writer.write(Token::Map(pairs.len()));
            for (key, value) in pairs {
                write(writer, key);
                write(writer, value);
            }
        }
    }
}

fn read(reader: &mut Reader<'_>) -> Option<Value> {
    let pairs =
        |reader: &mut Reader<'_>, count| (0..count).map(|_| Some((read(reader)?, read(reader)?))).collect();
    Some(match reader.next_token().ok()? {
        Token::Undefined => Value::Undefined,
        Token::Null => Value::Null,
        Token::Bool(value) => Value::Bool(value),
        Token::Number(value) => Value::Number(value),
        Token::String(text) => Value::String(String::from_utf8(text.to_vec()).ok()?),
        Token::Utf16(units) => Value::Utf16(units.to_vec()),
        Token::Buffer(bytes) => Value::Buffer(bytes.to_vec()),
        Token::Bytes(bytes) => Value::Bytes(bytes.to_vec()),
        Token::Date(ms) => Value::Date(ms),
        Token::Array(count) => Value::Array((0..count).map(|_| read(reader)).collect::<Option<_>>()?),
        Token::Map(count) => Value::Map(pairs(reader, count)?),
        Token::Object(count) => {
            let field = |pair| match pair {
                (Value::String(name), value) => Some((name, value)),
                _ => None,
            };
            let fields: Option<Vec<_>> = pairs(reader, count);
            Value::Object(fields?.into_iter().map(field).collect::<Option<_>>()?)
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_value_round_trips(value in value()) {
        let mut writer = Writer::new();
        write(&mut writer, &value);
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(&bytes);
        prop_assert_eq!(read(&mut reader), Some(value));
        prop_assert!(reader.is_done());
    }

    #[test]
    fn bytes_that_nobody_wrote_are_read_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut reader = Reader::new(&bytes);
        let mut tokens = 0;
        while reader.next_token().is_ok() {
            tokens += 1;
        }
        prop_assert!(tokens <= bytes.len());
    }

    #[test]
    fn a_frame_gives_back_what_was_sealed(raw in proptest::collection::vec(any::<u8>(), 0..3_000), echo in any::<String>()) {
        let sealed = frame::seal(echo.as_bytes(), 7, &raw).expect("small enough");
        prop_assert_eq!(frame::open(&sealed.bytes, echo.as_bytes(), 7), Ok(raw));
    }

    #[test]
    fn bytes_that_nobody_sealed_do_not_open(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(frame::open(&bytes, b"/blog", 0).is_err());
    }
}
