//! Credentials are kept, and renewed before they end. However many callers want them, one of them asks.

use super::{Credentials, CredentialsError, Provider, Source};
use crate::host::{Deadline, LogLevel, SharedHost};
use crate::sharing::{Shared, within};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// From this long before their end they are renewed, while callers go on with those that are there. Milliseconds.
const RENEWED_BEFORE_END_MS: u64 = 15 * 60_000;

/// Up to this much later, at random, so that a fleet does not renew all at once. Milliseconds.
const JITTER_MS: u64 = 5 * 60_000;

/// From this long before their end callers wait for the new ones: a request must not outlive its signature.
const UNUSED_BEFORE_END_MS: u64 = 60_000;

/// After a renewal failed, the next one waits this long as long as the old credentials last. Milliseconds.
const RENEWAL_PAUSE_MS: u64 = 30_000;

/// A source that has not answered by then never does, and is asked again. Milliseconds.
pub const RENEWAL_TIMEOUT_MS: u64 = 60_000;

/// AWS honours an instance's keys past their end while its metadata service has no others: they are used on, and asked
/// for again after this long and the jitter. Milliseconds.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-stability.html>
const EXTENDED_BY_MS: u64 = 5 * 60_000;

/// One provider's credentials. Clones share them.
#[derive(Clone)]
pub struct CredentialsCache {
    inner: Rc<Inner>,
}

struct Inner {
    host: SharedHost,
    provider: Provider,
    current: RefCell<Option<Rc<Credentials>>>,
    /// When those are renewed, Unix milliseconds.
    renewed_at_ms: Cell<u64>,
    renewal: RefCell<Renewal>,
}

#[derive(Clone)]
enum Renewal {
    NotBefore(u64),
    UnderWay(Rc<Shared<Renewed>>),
}

type Renewed = Result<Rc<Credentials>, CredentialsError>;

impl CredentialsCache {
    /// A cache with nothing in it; the provider is asked at the first [`CredentialsCache::get`].
    pub fn new(host: SharedHost, provider: Provider) -> Self {
        let (current, renewal) = (RefCell::new(None), RefCell::new(Renewal::NotBefore(0)));
        let renewed_at_ms = Cell::new(0);
        CredentialsCache { inner: Rc::new(Inner { host, provider, current, renewed_at_ms, renewal }) }
    }

    /// Credentials that are good for a request sent now.
    pub async fn get(&self, deadline: Deadline) -> Renewed {
        let inner = &self.inner;
        let now_ms = inner.host.now_ms();
        let current = inner.current.borrow().clone();
        let mut limit = deadline;
        match current {
            Some(current) if lasts(&current, now_ms, UNUSED_BEFORE_END_MS) => {
                if now_ms >= inner.renewed_at_ms.get() && inner.may_renew() {
                    inner.renew();
                }
                return Ok(current);
            }
            // A source that is silent must leave time for a request with these.
            Some(current) if lasts(&current, now_ms, 0) => {
                let host = inner.host.as_ref();
                limit = Deadline::after(host, deadline.remaining_ms(host) / 3);
            }
            _ => {}
        }
        let renewed = within(&inner.host, limit, inner.renew().wait()).await;
        renewed
            .unwrap_or_else(|| Err(CredentialsError::timed_out()))
            .or_else(|error| inner.last_minute(error))
    }

    /// Forgets credentials that AWS called expired, unless others have taken their place.
    pub fn expired(&self, used: &Rc<Credentials>) {
        let mut current = self.inner.current.borrow_mut();
        if current.as_ref().is_some_and(|current| Rc::ptr_eq(current, used)) {
            *current = None;
        }
    }
}

impl Inner {
    /// The renewal under way, or a new one. It goes on when the caller who began it is gone: others may wait for it.
    fn renew(self: &Rc<Self>) -> Rc<Shared<Renewed>> {
        if let Renewal::UnderWay(renewal) = &*self.renewal.borrow() {
            return renewal.clone();
        }
        let renewal = Shared::pending();
        *self.renewal.borrow_mut() = Renewal::UnderWay(renewal.clone());
        let (inner, result) = (self.clone(), renewal.clone());
        self.host.spawn(Box::pin(async move {
            let limit = Deadline::after(inner.host.as_ref(), RENEWAL_TIMEOUT_MS);
            let provided = within(&inner.host, limit, inner.provider.provide(inner.host.as_ref())).await;
            let provided = provided.unwrap_or_else(|| Err(CredentialsError::timed_out()));
            let provided = inner.extended(provided).map(Rc::new);
            let not_before_ms = match &provided {
                Ok(credentials) => {
                    inner.keep(credentials.clone());
                    0
                }
                Err(_) => inner.host.monotonic_ms().saturating_add(RENEWAL_PAUSE_MS),
            };
            *inner.renewal.borrow_mut() = Renewal::NotBefore(not_before_ms);
            result.resolve(provided);
        }));
        renewal
    }

    fn keep(&self, credentials: Rc<Credentials>) {
        let now_ms = self.host.now_ms();
        let at_ms = credentials.expires_at_ms.map_or(u64::MAX, |end_ms| {
            // Those that are short-lived are used for half their life.
            let before_ms = RENEWED_BEFORE_END_MS - JITTER_MS + self.random_ms();
            end_ms.saturating_sub(before_ms.min(end_ms.saturating_sub(now_ms) / 2))
        });
        self.renewed_at_ms.set(at_ms);
        *self.current.borrow_mut() = Some(credentials);
    }

    /// An instance's keys past their end: the old ones, or what the metadata service still gives.
    fn extended(
        &self,
        provided: Result<Credentials, CredentialsError>,
    ) -> Result<Credentials, CredentialsError> {
        let now_ms = self.host.now_ms();
        let is_over = |credentials: &Credentials| {
            credentials.source == Source::InstanceMetadata
                && !lasts(credentials, now_ms, UNUSED_BEFORE_END_MS)
        };
        let credentials = match (provided, &*self.current.borrow()) {
            (Ok(credentials), _) if is_over(&credentials) => credentials,
            (Err(_), Some(current)) if is_over(current) => (**current).clone(),
            (provided, _) => return provided,
        };
        let line =
            "the instance metadata service gives no new credentials: the old ones are used past their end";
        self.host.log(LogLevel::Warn, line);
        let expires_at_ms = Some(now_ms + UNUSED_BEFORE_END_MS + EXTENDED_BY_MS + self.random_ms());
        Ok(Credentials { expires_at_ms, ..credentials })
    }

    /// 0 to `JITTER_MS`.
    fn random_ms(&self) -> u64 {
        ((self.host.random() >> 32) * (JITTER_MS + 1)) >> 32
    }

    fn may_renew(&self) -> bool {
        match &*self.renewal.borrow() {
            Renewal::NotBefore(at_ms) => self.host.monotonic_ms() >= *at_ms,
            Renewal::UnderWay(_) => false,
        }
    }

    /// While a renewal fails, the old credentials are used to their very end.
    fn last_minute(&self, error: CredentialsError) -> Renewed {
        let current = self.current.borrow().clone();
        current.filter(|current| lasts(current, self.host.now_ms(), 0)).ok_or(error)
    }
}

fn lasts(credentials: &Credentials, now_ms: u64, margin_ms: u64) -> bool {
    credentials.expires_at_ms.is_none_or(|end_ms| now_ms.saturating_add(margin_ms) < end_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Host;
    use crate::scripted_host::{START_MS, ScriptedHost};
    use crate::sharing::join;
    use std::collections::VecDeque;

    /// A provider that takes 10 ms and gives one after the other: lifetimes in milliseconds, or a failure.
    fn cache(host: &Rc<ScriptedHost>, given: &[Result<u64, &str>]) -> (CredentialsCache, Rc<Cell<u32>>) {
        let given: VecDeque<_> = given.iter().map(|one| one.map_err(str::to_owned)).collect();
        let (given, calls) = (Rc::new(RefCell::new(given)), Rc::new(Cell::new(0)));
        let (counted, clock) = (calls.clone(), host.clone());
        let provider = Provider::function(Rc::new(move || {
            counted.set(counted.get() + 1);
            let (number, end) =
                (counted.get(), given.borrow_mut().pop_front().expect("one more call than given"));
            let (clock, sleep) = (clock.clone(), clock.sleep(10));
            Box::pin(async move {
                sleep.await;
                let expires_at_ms = Some(clock.now_ms() + end?);
                Ok(Credentials { expires_at_ms, ..Credentials::new(format!("key {number}"), "secret") })
            })
        }));
        (CredentialsCache::new(host.clone(), provider), calls)
    }

    fn key(host: &ScriptedHost, cache: &CredentialsCache) -> Result<String, String> {
        let deadline = Deadline::after(host, 1_000);
        let credentials = host.run(cache.get(deadline)).map_err(|error| error.to_string())?;
        Ok(credentials.access_key_id.clone())
    }

    fn pass(host: &ScriptedHost, ms: u64) {
        host.run(host.sleep(ms));
    }

    const HOUR_MS: u64 = 3_600_000;

    #[test]
    fn concurrent_callers_share_one_call() {
        let host = ScriptedHost::new();
        let (cache, calls) = cache(&host, &[Ok(HOUR_MS)]);
        let deadline = Deadline::after(host.as_ref(), 1_000);
        let (a, b) = host.run(join(cache.get(deadline), cache.get(deadline)));
        assert_eq!((a.expect("a"), calls.get()), (b.expect("b"), 1));
        assert_eq!(host.now_ms(), START_MS + 10);
    }

    #[test]
    fn a_caller_who_gives_up_does_not_end_the_call_for_the_others() {
        let host = ScriptedHost::new();
        let (cache, calls) = cache(&host, &[Ok(HOUR_MS)]);
        let short = Deadline::after(host.as_ref(), 3);
        assert_eq!(host.run(cache.get(short)).expect_err("too short"), CredentialsError::timed_out());
        assert_eq!(host.elapsed_ms(), 3);
        assert_eq!((key(&host, &cache), calls.get()), (Ok("key 1".to_owned()), 1));
    }

    #[test]
    fn before_their_end_credentials_are_renewed_behind_the_callers_back() {
        let host = ScriptedHost::new();
        let (cache, calls) = cache(&host, &[Ok(HOUR_MS), Ok(HOUR_MS)]);
        assert_eq!(key(&host, &cache), Ok("key 1".to_owned()));
        pass(&host, HOUR_MS - RENEWED_BEFORE_END_MS - 1);
        assert_eq!((key(&host, &cache), calls.get()), (Ok("key 1".to_owned()), 1));
        pass(&host, 1);
        assert_eq!(key(&host, &cache), Ok("key 1".to_owned()));
        pass(&host, 11);
        assert_eq!((key(&host, &cache), calls.get()), (Ok("key 2".to_owned()), 2));
    }

    #[test]
    fn credentials_about_to_end_are_waited_for() {
        let host = ScriptedHost::new();
        let (cache, _) = cache(&host, &[Ok(HOUR_MS), Ok(HOUR_MS)]);
        assert_eq!(key(&host, &cache), Ok("key 1".to_owned()));
        pass(&host, HOUR_MS - UNUSED_BEFORE_END_MS);
        assert_eq!(key(&host, &cache), Ok("key 2".to_owned()));
    }

    #[test]
    fn while_the_renewal_fails_the_old_credentials_are_used_to_their_end() {
        let host = ScriptedHost::new();
        let (cache, calls) = cache(&host, &[Ok(HOUR_MS), Err("down"), Err("down"), Err("down")]);
        assert_eq!(key(&host, &cache), Ok("key 1".to_owned()));
        pass(&host, HOUR_MS - RENEWED_BEFORE_END_MS);
        assert_eq!(key(&host, &cache), Ok("key 1".to_owned()));
        pass(&host, 11);
        assert_eq!(
            (key(&host, &cache), calls.get()),
            (Ok("key 1".to_owned()), 2),
            "the next renewal has a pause first"
        );
        pass(&host, RENEWED_BEFORE_END_MS - 100);
        assert_eq!((key(&host, &cache), calls.get()), (Ok("key 1".to_owned()), 3));
        pass(&host, 100);
        assert_eq!(key(&host, &cache), Err("the credentials option failed: down".to_owned()));
    }

    #[test]
    fn a_failure_is_not_remembered_while_there_are_no_credentials() {
        let host = ScriptedHost::new();
        let (cache, _) = cache(&host, &[Err("down"), Ok(HOUR_MS)]);
        assert_eq!(key(&host, &cache), Err("the credentials option failed: down".to_owned()));
        assert_eq!(key(&host, &cache), Ok("key 2".to_owned()));
    }

    #[test]
    fn expired_credentials_are_asked_for_again_but_not_those_that_took_their_place() {
        let host = ScriptedHost::new();
        let (cache, calls) = cache(&host, &[Ok(HOUR_MS), Ok(HOUR_MS)]);
        let deadline = Deadline::after(host.as_ref(), 1_000);
        let first = host.run(cache.get(deadline)).expect("first");
        cache.expired(&first);
        assert_eq!(key(&host, &cache), Ok("key 2".to_owned()));
        cache.expired(&first);
        assert_eq!((key(&host, &cache), calls.get()), (Ok("key 2".to_owned()), 2));
    }

    #[test]
    fn short_lived_credentials_are_used_for_half_their_life() {
        let host = ScriptedHost::new();
        let (cache, calls) = cache(&host, &[Ok(600_000), Ok(600_000)]);
        assert_eq!(key(&host, &cache), Ok("key 1".to_owned()));
        pass(&host, 299_999);
        assert_eq!((key(&host, &cache), calls.get()), (Ok("key 1".to_owned()), 1));
        pass(&host, 1);
        assert_eq!(key(&host, &cache), Ok("key 1".to_owned()));
        pass(&host, 11);
        assert_eq!((key(&host, &cache), calls.get()), (Ok("key 2".to_owned()), 2));
    }

    #[test]
    fn the_machines_of_a_fleet_renew_at_different_times() {
        let renewed_at_ms = |random| {
            let host = ScriptedHost::new();
            host.set_random(random);
            let (cache, _) = cache(&host, &[Ok(HOUR_MS)]);
            assert!(key(&host, &cache).is_ok());
            cache.inner.renewed_at_ms.get() - START_MS - 10
        };
        assert_eq!(renewed_at_ms(u64::MAX), HOUR_MS - RENEWED_BEFORE_END_MS);
        assert_eq!(renewed_at_ms(0), HOUR_MS - RENEWED_BEFORE_END_MS + JITTER_MS);
    }

    #[test]
    fn an_instance_whose_metadata_service_fails_goes_on_with_its_old_keys() {
        let host = ScriptedHost::new();
        host.set_env("HOME", "/home/me");
        let cache = CredentialsCache::new(host.clone(), Provider::default_chain(None));
        let keys = r#"{"AccessKeyId":"key 1","SecretAccessKey":"s","Expiration":"2015-08-30T13:36:00Z"}"#;
        for body in ["token", "role", keys] {
            host.answer(Ok(http::Response::new(body.as_bytes().to_vec())));
        }
        assert_eq!(key(&host, &cache), Ok("key 1".to_owned()));
        pass(&host, 2 * HOUR_MS);
        host.answer(Err(crate::host::FetchError::TimedOut));
        assert_eq!(key(&host, &cache), Ok("key 1".to_owned()));
        pass(&host, EXTENDED_BY_MS - 1);
        assert_eq!(key(&host, &cache), Ok("key 1".to_owned()));
        assert_eq!(host.unanswered(), 0);
    }

    #[test]
    fn a_source_that_does_not_answer_leaves_time_to_use_the_old_credentials_to_their_end() {
        let host = ScriptedHost::new();
        let asked = Rc::new(Cell::new(0));
        let (counted, end_ms) = (asked.clone(), START_MS + HOUR_MS);
        let provider = Provider::function(Rc::new(move || {
            counted.set(counted.get() + 1);
            let is_first = counted.get() == 1;
            Box::pin(async move {
                if !is_first {
                    std::future::pending::<()>().await;
                }
                Ok(Credentials { expires_at_ms: Some(end_ms), ..Credentials::new("old", "secret") })
            })
        }));
        let cache = CredentialsCache::new(host.clone(), provider);
        assert_eq!(key(&host, &cache), Ok("old".to_owned()));
        pass(&host, HOUR_MS - 30_000);
        let deadline = Deadline::after(host.as_ref(), 300);
        assert!(host.run(cache.get(deadline)).is_ok());
        assert_eq!((deadline.remaining_ms(host.as_ref()), asked.get()), (200, 2));
    }

    #[test]
    fn a_source_that_never_answers_is_asked_again() {
        let host = ScriptedHost::new();
        let asked = Rc::new(Cell::new(0));
        let counted = asked.clone();
        let cache = CredentialsCache::new(
            host.clone(),
            Provider::function(Rc::new(move || {
                counted.set(counted.get() + 1);
                Box::pin(std::future::pending())
            })),
        );
        assert_eq!(key(&host, &cache), Err(CredentialsError::timed_out().to_string()));
        pass(&host, RENEWAL_TIMEOUT_MS - 1_001);
        assert_eq!((key(&host, &cache), asked.get()), (Err(CredentialsError::timed_out().to_string()), 1));
        assert_eq!((key(&host, &cache), asked.get()), (Err(CredentialsError::timed_out().to_string()), 2));
    }
}
