use super::*;
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Any JSON value, as a tree.
struct Tree(Value);

impl FromJson for Tree {
    fn from_json(json: &mut JsonReader<'_>) -> Result<Self, JsonError> {
        Ok(Tree(match json.peek() {
            Some(b'"') => Value::String(json.string()?.into_owned()),
            Some(b't' | b'f') => Value::Bool(json.bool()?),
            Some(b'n') => json.word("null").map(|()| Value::Null)?,
            Some(b'[') => {
                Value::Array(Vec::<Tree>::from_json(json)?.into_iter().map(|Tree(value)| value).collect())
            }
            Some(b'{') => {
                let mut map = Map::new();
                json.object(&mut |json, name| {
                    map.insert(name.to_owned(), Tree::from_json(json)?.0);
                    Ok(())
                })?;
                Value::Object(map)
            }
            _ => Value::Number(json.number()?.parse().expect("a number of this grammar")),
        }))
    }
}

#[derive(Default)]
struct Document(Map<String, Value>);

impl Members for Document {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        self.0.insert(name.to_owned(), Tree::from_json(json)?.0);
        Ok(())
    }
}

fn read(body: &[u8]) -> Result<Value, JsonError> {
    let mut document = Document::default();
    read_object(body, &mut document).map(|()| Value::Object(document.0))
}

struct Nothing;

impl Members for Nothing {
    fn read_member(&mut self, _: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        json.skip()
    }
}

/// What `serde_json` makes of a body that is one object.
fn oracle(body: &[u8]) -> Option<Value> {
    serde_json::from_slice::<Value>(body).ok().filter(Value::is_object)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[\"\\\\/a\u{0}\u{1f}é🦀]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((any::<String>(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Texts that are nearly JSON: the characters that mean something in it.
fn nearly_json() -> impl Strategy<Value = String> {
    let pieces = [
        "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"a\":", "\\", "\\u", "00e9", "d83d", "\\ude80", "\\n",
        "/", "true", "false", "null", "nul", "-", "0", "1", "12", ".", "e", "E", "+", " ", "\n", "\t",
        "\u{b}", "é", "\u{1}",
    ];
    let piece = proptest::sample::select(pieces.to_vec());
    let inside = proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat());
    prop_oneof![
        inside.clone(),
        inside.clone().prop_map(|text| format!("{{\"a\":{text}}}")),
        inside.clone().prop_map(|text| format!("{{\"a\":\"{text}\"}}")),
        inside.prop_map(|text| format!("{{\"a\":[1,{text}]}}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_serde_json_writes_is_read(members in proptest::collection::vec((any::<String>(), value()), 0..5)) {
        let written = Value::Object(members.into_iter().collect());
        for body in [serde_json::to_vec(&written), serde_json::to_vec_pretty(&written)] {
            let body = body.expect("serialises");
            prop_assert_eq!(read(&body), Ok(oracle(&body).expect("it wrote this")));
            prop_assert_eq!(read_object(&body, &mut Nothing), Ok(()));
        }
    }

    #[test]
    fn what_serde_json_refuses_is_refused(text in nearly_json()) {
        let error = serde_json::from_str::<Value>(&text).err();
        prop_assume!(!error.is_some_and(|error| error.to_string().starts_with("number out of range")));
        prop_assert_eq!(read(text.as_bytes()).ok(), oracle(text.as_bytes()));
        prop_assert_eq!(read_object(text.as_bytes(), &mut Nothing).is_ok(), read(text.as_bytes()).is_ok());
    }

    #[test]
    fn a_body_with_any_bytes_changed_is_read_as_serde_json_does(
        members in proptest::collection::vec(("[a-c]", value()), 1..4),
        changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..4),
    ) {
        let mut body = serde_json::to_vec(&Value::Object(members.into_iter().collect())).expect("serialises");
        for (index, byte) in changes {
            let index = index % body.len();
            body[index] = byte;
        }
        let error = serde_json::from_slice::<Value>(&body).err();
        prop_assume!(!error.is_some_and(|error| error.to_string().starts_with("number out of range")));
        prop_assert_eq!(read(&body).ok(), oracle(&body));
    }

    #[test]
    fn bytes_are_read_whether_or_not_the_writer_escapes(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        #[derive(Default)]
        struct Bytes(Vec<u8>);
        impl Members for Bytes {
            fn read_member(&mut self, _: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
                self.0 = json.bytes()?;
                Ok(())
            }
        }
        let plain = format!(r#"{{"b": "{}" }}"#, base64::encode(&bytes));
        for body in [plain.clone(), plain.replace('/', "\\/"), plain.replace('A', "\\u0041")] {
            let mut read = Bytes::default();
            prop_assert_eq!(read_object(body.as_bytes(), &mut read), Ok(()));
            prop_assert_eq!(&read.0, &bytes);
        }
    }
}

#[test]
fn nesting_without_end_is_refused_and_not_followed() {
    for opening in ["[", r#"{"a":"#] {
        let deep = |depth: usize| format!(r#"{{"a":{}"#, opening.repeat(depth));
        assert!(read_object(deep(100_000).as_bytes(), &mut Nothing).is_err());
    }
    let nested = |depth: usize| format!(r#"{{"a":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert_eq!(read_object(nested(MAX_DEPTH - 1).as_bytes(), &mut Nothing), Ok(()));
    assert!(read_object(nested(MAX_DEPTH).as_bytes(), &mut Nothing).is_err());
}

#[test]
fn an_error_says_what_and_where_and_quotes_nothing() {
    let cases = [
        ("", "it ends early (at byte 0)"),
        (r#"{"a":"secret"#, "it ends early (at byte 12)"),
        ("<html>", "it is not JSON (at byte 0)"),
        ("[]", "it has another shape (at byte 0)"),
        ("{} x", "it is not JSON (at byte 3)"),
        (r#"{"a" 1}"#, "it is not JSON (at byte 5)"),
    ];
    for (body, message) in cases {
        assert_eq!(read(body.as_bytes()).expect_err(body).to_string(), message);
    }
}
