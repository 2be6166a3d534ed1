use crate::cache::key::{Component, EntryKey, Prefix};
use crate::cache::{Cache, Config, GetRequest, LogSource};
use crate::credentials::{Credentials, Provider};
use crate::dynamodb::{Client, ClientConfig, Destination};
use crate::endpoint::Endpoint;
use crate::host::{FetchError, Host};
use crate::scripted_host::ScriptedHost;
use crate::sharing::either;
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
