//! The core's hot paths, natively, each as often as is asked for: `hot-paths NAME COUNT`. Prints nanoseconds for each, which
//! are only of use for signing; `bench/instructions.mjs` counts instructions under callgrind.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a program that measures stops where it cannot"
)]

use nextjs_dynamodb_cache::cache::frame;
use nextjs_dynamodb_cache::cache::key::{Component, EntryKey, Prefix, Rows};
use nextjs_dynamodb_cache::credentials::Credentials;
use nextjs_dynamodb_cache::dynamodb::{AttributeValue, BatchGetItem, Item, PutItem, read_response};
use nextjs_dynamodb_cache::sigv4::{self, SigningKey};
use std::hint::black_box;
use std::time::Instant;

const NOW_MS: u64 = 1_800_000_000_000;
/// What the frames of the measured page hold, bytes.
const PAGE_BYTES: usize = 88_000;
const ECHO: &[u8] = b"/products";

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().expect("the name of a path");
    let count: u32 = arguments.next().and_then(|count| count.parse().ok()).expect("a count");
    let mut path = path(&name);
    let began = Instant::now();
    (0..count).for_each(|_| path());
    println!("{}", began.elapsed().as_nanos() / u128::from(count.max(1)));
}

fn path(name: &str) -> Box<dyn FnMut()> {
    match name {
        "get" => get(),
        "set" => set(),
        "sign" => sign(),
        "key" => key(),
        _ => panic!("the paths are get, set, sign and key"),
    }
}

/// From the answer's bytes to the encoded value.
fn get() -> Box<dyn FnMut()> {
    let item = serde_json::to_string(&item(&page())).expect("JSON");
    let answer = format!(r#"{{"Responses":{{"t":[{item}]}},"UnprocessedKeys":{{}}}}"#).into_bytes();
    Box::new(move || {
        let mut output =
            read_response::<BatchGetItem>(http::Response::new(answer.clone())).expect("an answer");
        let mut items = output.responses.remove("t").expect("the table");
        let value = items.first_mut().and_then(|item| item.remove("value")?.into_b()).expect("a value");
        assert_eq!(frame::open(&value, ECHO, 2).map(|raw| raw.len()), Ok(PAGE_BYTES));
    })
}

/// From the encoded value to the request's body and its hash.
fn set() -> Box<dyn FnMut()> {
    let page = page();
    Box::new(move || {
        let body = serde_json::to_vec(&PutItem::new("t", item(&page))).expect("JSON");
        black_box(sigv4::sha256_hex(&body));
    })
}

/// A request of 200 bytes, with a key that is known.
fn sign() -> Box<dyn FnMut()> {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let key = SigningKey::derive(&credentials, "eu-central-1", "dynamodb", NOW_MS);
    Box::new(move || {
        let mut request = http::Request::post("https://dynamodb.eu-central-1.amazonaws.com/")
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", "DynamoDB_20120810.BatchGetItem")
            .body(vec![b'x'; 200])
            .expect("a request");
        let hash = sigv4::sha256_hex(request.body());
        sigv4::sign(&mut request, &key, &credentials, &hash, NOW_MS).expect("headers can hold it");
        black_box(request);
    })
}

/// The rows of an entry and of one of its tags.
fn key() -> Box<dyn FnMut()> {
    let rows = Rows::new(Prefix::new("shop").expect("a short prefix"));
    Box::new(move || {
        let key = EntryKey::new(Component::key("/products/größe?color=blue"), Some(Component::build("b1")));
        black_box(rows.entry(&key));
        black_box(rows.tag_sentinel_of("_N_T_/products/page", &key));
    })
}

fn item(page: &[u8]) -> Item {
    let sealed = frame::seal(ECHO, 2, page).expect("small enough");
    Item::from([
        ("key", AttributeValue::s("/products")),
        ("kind", AttributeValue::s("APP_PAGE")),
        ("value", AttributeValue::B(sealed.bytes)),
    ])
}

/// Text that compresses about as well as a page: cards that differ in a few words.
fn page() -> Vec<u8> {
    let mut state = 7u32;
    let mut page = Vec::with_capacity(PAGE_BYTES + 200);
    while page.len() < PAGE_BYTES {
        page.extend_from_slice(b"<article class=\"flex rounded-lg\"><p>");
        for _ in 0..12 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            page.extend_from_slice(format!("word{} ", (state >> 16) % 400).as_bytes());
        }
        page.extend_from_slice(b"</p></article>");
    }
    page.truncate(PAGE_BYTES);
    page
}
