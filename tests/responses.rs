//! What DynamoDB never answers: random bytes, and answers that were changed on their way or in the table. Reading them
//! comes to an end, and a value is served only as it was stored.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation of a test is a failed test"
)]

use nextjs_dynamodb_cache::cache::key::{Component, EntryKey, Prefix};
use nextjs_dynamodb_cache::cache::{
    Cache, Config, GetRequest, Kind, Lifetime, LogSource, Outcome, Revalidate, SetRequest,
};
use nextjs_dynamodb_cache::credentials::Provider;
use nextjs_dynamodb_cache::dynamodb::{
    BatchGetItem, BatchWriteItem, Client, ClientConfig, Destination, GetItem, Query, UpdateItem,
    read_response,
};
use nextjs_dynamodb_cache::endpoint::Endpoint;
use nextjs_dynamodb_cache::host::{FetchError, Host, LocalFuture, LogLevel};
use proptest::prelude::*;
use std::cell::RefCell;
use std::future::{pending, ready};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

const NOW_MS: u64 = 1_800_000_000_000;
const BODY: &[u8] = b"a page, a page, a page, and a little more of the page";

/// A host whose store answers every request with the same bytes, at once.
#[derive(Default)]
struct OneAnswer {
    answer: RefCell<Vec<u8>>,
    sent: RefCell<Vec<Vec<u8>>>,
    tasks: RefCell<Vec<LocalFuture<()>>>,
}

impl Host for OneAnswer {
    fn fetch(
        &self,
        request: &http::Request<Vec<u8>>,
        _timeout_ms: u64,
    ) -> LocalFuture<Result<http::Response<Vec<u8>>, FetchError>> {
        self.sent.borrow_mut().push(request.body().clone());
        Box::pin(ready(Ok(http::Response::new(self.answer.borrow().clone()))))
    }

    fn now_ms(&self) -> u64 {
        NOW_MS
    }

    fn monotonic_ms(&self) -> u64 {
        0
    }

    fn sleep(&self, _delay_ms: u64) -> LocalFuture<()> {
        Box::pin(pending())
    }

    fn random(&self) -> u64 {
        4
    }

    fn env(&self, name: &str) -> Option<String> {
        matches!(name, "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY").then(|| "test".to_owned())
    }

    fn read_file(&self, _path: &str) -> LocalFuture<Option<Vec<u8>>> {
        Box::pin(ready(None))
    }

    fn spawn(&self, task: LocalFuture<()>) {
        self.tasks.borrow_mut().push(task);
    }

    fn log(&self, _level: LogLevel, _message: &str) {}
}

fn cache(host: &Rc<OneAnswer>) -> Cache {
    let endpoint = Endpoint::resolve(Some("http://localhost:8000"), "eu-central-1", host.as_ref()).unwrap();
    let config = ClientConfig::new(Destination::known(endpoint), Provider::environment());
    let prefix = Prefix::new("").expect("the empty prefix");
    Cache::new(host.clone(), Client::new(host.clone(), config), Config::new("t", prefix))
}

fn key() -> EntryKey {
    EntryKey::new(Component::key("/blog"), None)
}

/// What nothing but the store's answers can keep from being done; `None` when it waits for a timer.
fn done<T>(host: &OneAnswer, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    // Tasks and futures of one call wait for each other.
    (0..20).find_map(|_| {
        let mut tasks = host.tasks.take();
        tasks.retain_mut(|task| task.as_mut().poll(&mut context).is_pending());
        host.tasks.borrow_mut().append(&mut tasks);
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    })
}

/// The answer to a get of an entry, with the row as a set wrote it.
fn stored() -> Vec<u8> {
    let host = Rc::new(OneAnswer::default());
    host.answer.replace(b"{}".to_vec());
    let set = SetRequest {
        key: key(),
        kind: Kind::AppPage,
        tags: vec![Component::tag("posts")],
        body: BODY.to_vec(),
        lifetime: Lifetime { revalidate: Revalidate::After(60), expire_s: Some(3_600) },
        last_modified_ms: NOW_MS,
        revision: Some(0),
        began_at: None,
        overwrites: false,
        only_if_absent: false,
    };
    done(&host, cache(&host).set(set)).expect("at once").expect("stored");
    let sent = host.sent.borrow();
    let put = sent.iter().find_map(|body| {
        let request: serde_json::Value = serde_json::from_slice(body).unwrap();
        request.get("Item").map(ToString::to_string)
    });
    format!(r#"{{"Responses":{{"t":[{}]}},"UnprocessedKeys":{{}}}}"#, put.expect("a PutItem")).into_bytes()
}

/// The body that a get serves, if it serves one.
fn served(answer: &[u8]) -> Option<Vec<u8>> {
    let host = Rc::new(OneAnswer::default());
    host.answer.replace(answer.to_vec());
    let request = GetRequest { key: key(), tags: Vec::new(), soft_tags: Vec::new(), log: LogSource::Read };
    match done(&host, cache(&host).get(&request))?.outcome {
        Outcome::Fresh(entry) | Outcome::Stale(entry, _) => {
            Some(entry.encoded().expect("not decoded").to_vec())
        }
        Outcome::Miss(_) => None,
    }
}

/// What can happen to bytes.
#[derive(Clone, Debug)]
enum Change {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Drop(prop::sample::Index),
    Insert(prop::sample::Index, u8),
    Repeat(prop::sample::Index, prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<prop::sample::Index>;
    let meaningful = proptest::sample::select(b"{}[]\",:0129-.eE\\uSNBLMtfn \x00\xff".to_vec());
    prop_oneof![
        4 => (index(), 1..=255u8).prop_map(|(at, bits)| Change::Flip(at, bits)),
        1 => index().prop_map(Change::Cut),
        2 => index().prop_map(Change::Drop),
        3 => (index(), meaningful).prop_map(|(at, byte)| Change::Insert(at, byte)),
        1 => (index(), index()).prop_map(|(from, to)| Change::Repeat(from, to)),
    ]
}

fn changed(bytes: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for change in changes {
        if bytes.is_empty() {
            break;
        }
        match change {
            Change::Flip(at, bits) => {
                let at = at.index(bytes.len());
                bytes[at] ^= bits;
            }
            Change::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Change::Drop(at) => drop(bytes.remove(at.index(bytes.len()))),
            Change::Insert(at, byte) => bytes.insert(at.index(bytes.len()), *byte),
            Change::Repeat(from, to) => {
                let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
                let piece = bytes[from.min(to)..from.max(to)].to_vec();
                bytes.splice(from..from, piece);
            }
        }
    }
    bytes
}

fn read_all(status: u16, body: &[u8]) {
    let response = || http::Response::builder().status(status).body(body.to_vec()).unwrap();
    drop(read_response::<GetItem>(response()));
    drop(read_response::<BatchGetItem>(response()));
    drop(read_response::<BatchWriteItem>(response()));
    drop(read_response::<Query>(response()));
    drop(read_response::<UpdateItem>(response()));
}

#[test]
fn what_was_stored_is_served() {
    assert_eq!(served(&stored()).as_deref(), Some(BODY));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_read_to_an_end(
        status in proptest::sample::select(vec![200u16, 400, 500]),
        body in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        read_all(status, &body);
    }

    #[test]
    fn a_changed_answer_is_a_miss_or_what_was_stored(changes in proptest::collection::vec(change(), 1..6)) {
        let answer = changed(&stored(), &changes);
        read_all(200, &answer);
        read_all(400, &answer);
        if let Some(body) = served(&answer) {
            prop_assert_eq!(body, BODY);
        }
    }
}
