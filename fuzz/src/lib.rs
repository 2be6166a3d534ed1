//! What is fuzzed: each target takes any bytes, and panics when a promise about them does not hold.

use http::{HeaderName, HeaderValue};
use nextjs_dynamodb_cache::cache::codec::{Reader, Token, Writer};
use nextjs_dynamodb_cache::cache::compression::{Compression, compress, decompress};
use nextjs_dynamodb_cache::cache::frame;
use nextjs_dynamodb_cache::cache::key::{Component, EntryKey, Prefix, Rows};
use nextjs_dynamodb_cache::dynamodb::{
    BatchGetItem, BatchWriteItem, DescribeTable, DescribeTimeToLive, GetItem, Query, UpdateItem,
    read_response,
};
use nextjs_dynamodb_cache::retry::ClockSkew;
use nextjs_dynamodb_cache::shared_config::{FileKind, parse};

/// A target and its name, which is that of its corpus.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 7] = [
    ("response", response),
    ("codec", codec),
    ("key", key),
    ("frame", frame),
    ("decompression", decompression),
    ("headers", headers),
    ("shared_config", shared_config),
];

/// DynamoDB's answers: a digit for the status, then the body. Reading one comes to an end.
pub fn response(bytes: &[u8]) {
    let Some((status, body)) = bytes.split_first() else { return };
    let status = [200, 400, 413, 500, 503, 100][usize::from(*status) % 6];
    let answer = || http::Response::builder().status(status).body(body.to_vec()).expect("a response");
    drop(read_response::<GetItem>(answer()));
    drop(read_response::<BatchGetItem>(answer()));
    drop(read_response::<BatchWriteItem>(answer()));
    drop(read_response::<Query>(answer()));
    drop(read_response::<UpdateItem>(answer()));
    drop(read_response::<DescribeTable>(answer()));
    drop(read_response::<DescribeTimeToLive>(answer()));
}

/// An encoded value: its tokens come to an end, hold no more than the bytes do, and mean the same when written again.
pub fn codec(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    let mut writer = Writer::new();
    let mut tokens = Vec::new();
    while let Ok(token) = reader.next_token() {
        if let Token::Array(count) | Token::Object(count) | Token::Map(count) = token {
            assert!(count <= bytes.len(), "a container of {count} in {} bytes", bytes.len());
        }
        writer.write(token);
        tokens.push(token);
    }
    assert!(tokens.len() <= bytes.len());
    let written = writer.into_bytes();
    let mut again = Reader::new(&written);
    for token in tokens {
        let read = again.next_token();
        let is_same = read == Ok(token) || matches!((read, token), (Ok(a), b) if is_nan(a) && is_nan(b));
        // A container's members were cut off with what followed them.
        assert!(is_same || read.is_err(), "{read:?} was {token:?}");
        if read.is_err() {
            return;
        }
    }
}

fn is_nan(token: Token<'_>) -> bool {
    matches!(token, Token::Number(value) | Token::Date(value) if value.is_nan())
}

/// Names, `\n` between prefix, tag, key and build: row keys fit DynamoDB's, and a sentinel names its entry.
pub fn key(bytes: &[u8]) {
    let mut names = bytes.split(|byte| *byte == b'\n');
    let mut name = || names.next().unwrap_or_default();
    let (prefix, tag, key) = (String::from_utf8_lossy(name()).into_owned(), units(name()), units(name()));
    let build = String::from_utf8_lossy(name()).into_owned();
    let Ok(prefix) = Prefix::new(&prefix) else { return };
    let rows = Rows::new(prefix);
    let tag = Component::tag_utf16(&tag);
    let entry =
        EntryKey::new(Component::key_utf16(&key), (!build.is_empty()).then(|| Component::build(&build)));
    let sentinel = rows.tag_sentinel_of(tag.as_str(), &entry);
    assert_eq!(rows.entry_of_sentinel(&sentinel), Some(rows.entry(&entry)));
    let all =
        [rows.entry(&entry), rows.part(1, 2, &entry), rows.log(), rows.tag_state_of(tag.as_str()), sentinel];
    for row in &all {
        assert!((1..=2_048).contains(&row.len()), "{} bytes: {row:?}", row.len());
    }
    let mut distinct = all.to_vec();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), all.len(), "{all:?}");
}

fn units(bytes: &[u8]) -> Vec<u16> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.encode_utf16().collect(),
        // Lone surrogates and all.
        Err(_) => bytes
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte)))
            .collect(),
    }
}

/// A frame from anywhere is refused or opened; one of these bytes comes back as them.
pub fn frame(bytes: &[u8]) {
    drop(frame::open(bytes, b"/blog", 2));
    let (echo, raw) = bytes.split_at(bytes.len() / 4);
    let sealed = frame::seal(echo, 2, raw).expect("small").bytes;
    assert_eq!(frame::open(&sealed, echo, 2).as_deref(), Ok(raw));
    assert!(frame::open(&sealed, echo, 3).is_err());
}

/// Two bytes for the length that a frame records, then deflate: no more comes out, and what was compressed comes back.
pub fn decompression(bytes: &[u8]) {
    let Some((length, payload)) = bytes.split_first_chunk() else { return };
    let recorded = usize::from(u16::from_le_bytes(*length));
    for compression in [Compression::None, Compression::Deflate] {
        if let Some(raw) = decompress(payload, compression, recorded) {
            assert_eq!(raw.len(), recorded);
        }
    }
    if let Some(compressed) = compress(bytes, &|_| None) {
        assert!(compressed.len() < bytes.len());
        assert_eq!(decompress(&compressed, Compression::Deflate, bytes.len()).as_deref(), Some(bytes));
    }
}

/// An answer's headers, a line each: what is read of them (checksum, date, what to wait) is bounded.
pub fn headers(bytes: &[u8]) {
    let mut answer = http::Response::new(b"{}".to_vec());
    for line in bytes.split(|byte| *byte == b'\n').take(100) {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at(colon);
        let value = value.strip_prefix(b":").unwrap_or_default();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            answer.headers_mut().append(name, value);
        }
    }
    let now_ms = 1_800_000_000_000;
    if let Some(skew) = ClockSkew::measure(answer.headers(), now_ms, now_ms + 40) {
        skew.apply(now_ms);
        skew.apply(0);
        skew.apply(u64::MAX);
    }
    for status in [200, 400, 503] {
        let mut answer = answer.clone();
        *answer.status_mut() = http::StatusCode::from_u16(status).expect("a status");
        drop(read_response::<GetItem>(answer));
    }
}

/// A shared config or credentials file: read, or refused with the line at fault.
pub fn shared_config(bytes: &[u8]) {
    let lines = bytes.split(|byte| *byte == b'\n').count();
    for kind in [FileKind::Config, FileKind::Credentials] {
        match parse(bytes, kind) {
            Ok(sections) => assert!(sections.len() <= lines),
            Err(error) => assert!((1..=lines).contains(&error.line), "{error:?} of {lines} lines"),
        }
    }
}
