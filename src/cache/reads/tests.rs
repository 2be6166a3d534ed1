use crate::cache::key::{Component, EntryKey, Prefix};
use crate::cache::{Cache, Config, GetRequest, Kind, Lifetime, LogSource, SetRequest};
use crate::credentials::{Credentials, Provider};
use crate::dynamodb::{Client, ClientConfig, Destination};
use crate::endpoint::Endpoint;
use crate::host::{FetchError, Host};
use crate::scripted_host::ScriptedHost;
use crate::sharing::{either, join};
use std::cell::RefCell;
use std::rc::Rc;

fn cache(host: &Rc<ScriptedHost>) -> Cache {
    let endpoint = Endpoint::resolve(None, "eu-central-1", host.as_ref()).expect("an endpoint");
    let provider = Provider::function(Rc::new(|| Box::pin(async { Ok(Credentials::new("AKID", "secret")) })));
    let client = Client::new(host.clone(), ClientConfig::new(Destination::known(endpoint), provider));
    Cache::new(host.clone(), client, Config::new("t", Prefix::default()))
}

#[test]
fn a_read_that_is_given_up_leaves_nothing_behind() {
    for log in [LogSource::Read, LogSource::Known] {
        let host = ScriptedHost::new();
        let cache = cache(&host);
        if log == LogSource::Known {
            host.answer(Ok(http::Response::new(b"{}".to_vec())));
            host.run(cache.refresh()).expect("the log");
        }
        host.answer_after(10_000, Err(FetchError::TimedOut));
        let key = EntryKey::new(Component::key("k"), None);
        let request = GetRequest { key, tags: Vec::new(), soft_tags: Vec::new(), log };
        assert!(host.run(either(cache.get(&request), host.sleep(5))).is_none());
        assert_eq!(cache.inner.row_turnstiles.borrow().len(), 0, "{log:?}");
    }
}

#[test]
fn who_waits_for_a_read_that_another_began_waits_no_longer_than_his_own_deadline() {
    let host = ScriptedHost::new();
    let cache = cache(&host);
    host.answer(Ok(http::Response::new(b"{}".to_vec())));
    host.run(cache.refresh()).expect("the log");
    (0..20).for_each(|_| host.answer_after(10_000, Err(FetchError::TimedOut)));
    let began_ms = host.elapsed_ms();
    let (first, second) = host.run(join(cache.refresh(), cache.refresh()));
    assert!(first.is_err() && second.is_err());
    assert_eq!(host.elapsed_ms() - began_ms, cache.inner.config.read_timeout_ms);
}

#[test]
fn what_a_set_that_is_given_up_was_storing_is_shown_to_no_later_get() {
    let host = ScriptedHost::new();
    let cache = cache(&host);
    (0..4).for_each(|_| host.answer_after(10_000, Err(FetchError::TimedOut)));
    let request = SetRequest {
        key: EntryKey::new(Component::key("k"), None),
        kind: Kind::Fetch,
        tags: vec![Component::tag("a")],
        body: b"value".to_vec(),
        lifetime: Lifetime::default(),
        last_modified_ms: 1,
        revision: Some(1),
        began_at: None,
        overwrites: false,
        only_if_absent: false,
    };
    let row = cache.inner.rows.entry(&request.key);
    let in_hand = RefCell::default();
    let given_up = async {
        host.sleep(5).await;
        // As a get has it that waits for the log.
        in_hand.replace(cache.inner.pending.borrow().get(&row));
    };
    assert!(host.run(either(cache.set(request), given_up)).is_none());
    assert!(in_hand.borrow().is_some());
    assert!(cache.inner.pending.borrow().get(&row).is_none());
}
