//! The cache's bindings.

use super::component::{component, components};
use super::host::{JsHost, WasmHost};
use super::meter::{self, JsMeter};
use super::options::Options;
use super::{JsCall, rejection, run, value};
use crate::cache::key::{Component, EntryKey};
use crate::cache::{
    Cache, Durations, Entry, GetRequest, Judged, Kind, Lifetime, LogSource, Lookup, Miss, Moment, Outcome,
    Revalidate, SetRequest, Standing,
};
use crate::dynamodb::Client;
use crate::host::{LocalFuture, SharedHost};
use crate::retry::BreakerRecord;
use js_sys::{Array, JsString, Object, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// One cache, as JavaScript holds it. A call gives its answer, or throws what it fails with; or gives `undefined`, and tells the
/// [`JsCall`] later.
#[wasm_bindgen]
pub struct Core {
    host: JsHost,
    cache: Cache,
    client: Client,
}

#[wasm_bindgen]
extern "C" {
    /// What `js/handler.mjs` asks for.
    pub type JsKey;
    #[wasm_bindgen(method, getter)]
    fn key(this: &JsKey) -> JsString;
    #[wasm_bindgen(method, getter)]
    fn build(this: &JsKey) -> Option<JsString>;

    /// What a get adds to the key.
    #[wasm_bindgen(extends = JsKey)]
    pub type JsGet;
    #[wasm_bindgen(method, getter)]
    fn tags(this: &JsGet) -> Array;
    #[wasm_bindgen(method, getter, js_name = softTags)]
    fn soft_tags(this: &JsGet) -> Array;
    #[wasm_bindgen(method, getter, js_name = byKnownLog)]
    fn by_known_log(this: &JsGet) -> bool;

    /// What a set adds to the key.
    #[wasm_bindgen(extends = JsKey)]
    pub type JsSet;
    #[wasm_bindgen(method, getter)]
    fn kind(this: &JsSet) -> String;
    #[wasm_bindgen(method, getter, js_name = tags)]
    fn set_tags(this: &JsSet) -> Array;
    #[wasm_bindgen(method, getter)]
    fn value(this: &JsSet) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn revalidate(this: &JsSet) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn expire(this: &JsSet) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = lastModified)]
    fn last_modified(this: &JsSet) -> f64;
    #[wasm_bindgen(method, getter)]
    fn revision(this: &JsSet) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = beganAt)]
    fn began_at(this: &JsSet) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn overwrites(this: &JsSet) -> bool;
    #[wasm_bindgen(method, getter, js_name = onlyIfAbsent)]
    fn only_if_absent(this: &JsSet) -> bool;
}

#[wasm_bindgen]
impl Core {
    /// A cache over `host`, with the options of `js/options.mjs`; throws an `Error` that names the option at fault.
    /// `meter` is told what goes on behind the calls, and of calls without a meter.
    #[wasm_bindgen(constructor)]
    pub fn new(host: JsHost, options: &Options, meter: Option<JsMeter>) -> Result<Core, JsValue> {
        let shared: SharedHost = Rc::new(WasmHost::new(host.clone()));
        let client = options.client(&shared, &host)?;
        client.replace_meter(meter.map(meter::shared));
        Ok(Core { host, cache: Cache::new(shared, client.clone(), options.config()?), client })
    }

    /// Where the circuit breaker stands, for another core's `resumeBreaker`.
    pub fn breaker(&self) -> Vec<f64> {
        let BreakerRecord { failures, until_ms, wait_ms } = self.client.breaker().record();
        vec![f64::from(failures), until_ms as f64, wait_ms as f64]
    }

    /// Goes on from where another core's breaker stood.
    #[wasm_bindgen(js_name = resumeBreaker)]
    pub fn resume_breaker(&self, failures: u32, until_ms: f64, wait_ms: f64) {
        let (until_ms, wait_ms) = (until_ms as u64, wait_ms as u64);
        self.client.breaker().resume(BreakerRecord { failures, until_ms, wait_ms });
    }

    /// Looks an entry up; it never fails.
    pub fn get(&self, call: JsCall, request: &JsGet, meter: Option<JsMeter>) -> Result<JsValue, JsValue> {
        let (cache, host) = (self.cache.clone(), self.host.clone());
        let request = GetRequest {
            key: entry_key(request),
            tags: components(&request.tags()),
            soft_tags: components(&request.soft_tags()),
            log: if request.by_known_log() { LogSource::Known } else { LogSource::Read },
        };
        self.metered(call, meter, async move {
            let Lookup { outcome, version, calls_for_render } = cache.get(&request).await;
            let about = (version as f64, calls_for_render);
            Ok(match outcome {
                Outcome::Fresh(entry) => entry_answer(&host, about, &entry, None),
                Outcome::Stale(entry, tags) => entry_answer(&host, about, &entry, Some(&tags)),
                Outcome::Miss(miss) => miss_answer(&host, about, &miss),
            })
        })
    }

    /// Judges what the build prerendered, after a get found nothing in the table; it never fails.
    #[wasm_bindgen(js_name = judgeBuilt)]
    pub fn judge_built(
        &self,
        call: JsCall,
        tags: &Array,
        built_at_ms: f64,
        version: f64,
        meter: Option<JsMeter>,
    ) -> Result<JsValue, JsValue> {
        let cache = self.cache.clone();
        let tags = components(tags);
        self.metered(call, meter, async move {
            let answer = Object::new();
            match cache.judge_built(&tags, built_at_ms as u64, version as u64).await {
                Ok(Judged { standing: Standing::Fresh, .. }) => put(&answer, "status", &"fresh".into()),
                Ok(Judged { standing: Standing::Stale, revalidated }) => {
                    put(&answer, "status", &"stale".into());
                    put(&answer, "revalidatedTags", &strings(&revalidated));
                }
                Ok(Judged { standing: Standing::Expired, .. }) => put_miss(&answer, &Miss::Revalidated),
                Err(miss) => put_miss(&answer, &miss),
            }
            Ok(answer.into())
        })
    }

    /// Stores an entry; throws when the value holds what no codec can keep, fails when it was not stored.
    pub fn set(&self, call: JsCall, request: &JsSet, meter: Option<JsMeter>) -> Result<JsValue, JsValue> {
        let cache = self.cache.clone();
        let request = SetRequest {
            key: entry_key(request),
            kind: Kind::from_name(&request.kind()),
            tags: components(&request.set_tags()),
            body: value::encode_value(&request.value())?,
            lifetime: Lifetime {
                revalidate: revalidate(&request.revalidate()),
                expire_s: seconds(request.expire()),
            },
            last_modified_ms: request.last_modified() as u64,
            revision: request.revision().map(|revision| revision as u64),
            began_at: request.began_at().map(|version| version as u64),
            overwrites: request.overwrites(),
            only_if_absent: request.only_if_absent(),
        };
        self.metered(call, meter, async move {
            let report =
                cache.set(request).await.map_err(|error| rejection(&error.to_string(), error.code()))?;
            let answer = Object::new();
            put(&answer, "revision", &JsValue::from_f64(report.revision as f64));
            put(&answer, "rawBytes", &JsValue::from_f64(report.raw_bytes as f64));
            put(&answer, "storedBytes", &JsValue::from_f64(report.stored_bytes as f64));
            Ok(answer.into())
        })
    }

    /// Revalidates tags; `soft` false is immediately. Fails when the store has not confirmed it.
    #[wasm_bindgen(js_name = revalidateTags)]
    pub fn revalidate_tags(
        &self,
        call: JsCall,
        tags: &Array,
        soft: bool,
        expire: Option<f64>,
        meter: Option<JsMeter>,
    ) -> Result<JsValue, JsValue> {
        let cache = self.cache.clone();
        let tags = components(tags);
        // A deadline below zero lies in the past: it is at once.
        let durations = soft.then(|| Durations { expire_s: expire.map(|seconds| seconds as u64) });
        self.metered(call, meter, async move {
            let revalidated = cache.revalidate_tags(&tags, durations).await;
            let revalidated =
                revalidated.map_err(|error| rejection(&error.to_string(), Some(&error.code)))?;
            Ok(JsValue::from_f64(revalidated.version as f64))
        })
    }

    /// Reads the log for the gets of one request (`byKnownLog`); fails when it could not be read in time.
    pub fn refresh(&self, call: JsCall, meter: Option<JsMeter>) -> Result<JsValue, JsValue> {
        let cache = self.cache.clone();
        self.metered(call, meter, async move {
            let version = cache.refresh().await.map_err(|miss| unavailable(&miss))?;
            Ok(JsValue::from_f64(version as f64))
        })
    }

    /// When any of the tags expired last, Unix milliseconds; fails when the store did not say in time.
    pub fn expiration(&self, call: JsCall, tags: &Array, meter: Option<JsMeter>) -> Result<JsValue, JsValue> {
        let cache = self.cache.clone();
        let tags = components(tags);
        self.metered(call, meter, async move {
            let expired_at_ms = cache.expiration(&tags).await.map_err(|miss| unavailable(&miss))?;
            Ok(JsValue::from_f64(expired_at_ms as f64))
        })
    }

    /// The log version that this process had seen at a moment, by the wall clock and by `performance.now()`.
    #[wasm_bindgen(js_name = versionAt)]
    pub fn version_at(&self, now_ms: f64, monotonic_ms: f64) -> f64 {
        let at = Moment { now_ms: now_ms as u64, monotonic_ms: monotonic_ms as u64 };
        self.cache.version_at(at) as f64
    }

    /// Whether one of the tags, or any with the prefix, was revalidated after the version `since` and not after `until`, as far as
    /// this process has seen.
    pub fn revalidated(&self, tags: &Array, prefix: &str, since: f64, until: f64) -> bool {
        self.cache.revalidated(&components(tags), prefix, since as u64, until as u64)
    }

    /// A tag as row keys and `revalidatedTags` hold it.
    #[wasm_bindgen(js_name = tagName)]
    pub fn tag_name(&self, tag: &JsString) -> String {
        component(tag, Component::tag, Component::tag_utf16).as_str().to_owned()
    }

    /// Bytes and entries that this process keeps in memory.
    #[wasm_bindgen(js_name = memorySize)]
    pub fn memory_size(&self) -> Vec<f64> {
        let (bytes, entries) = self.cache.memory_size();
        vec![bytes as f64, entries as f64]
    }
}

impl Core {
    /// Has the meter told of the requests that a call sends.
    fn metered(
        &self,
        call: JsCall,
        meter: Option<JsMeter>,
        task: impl Future<Output = Result<JsValue, JsValue>> + 'static,
    ) -> Result<JsValue, JsValue> {
        // Boxed first, so that the code around a task is there once and not for each kind.
        let task: LocalFuture<_> = Box::pin(task);
        let task = match meter {
            Some(meter) => self.client.metered(Some(meter::shared(meter)), task),
            None => task,
        };
        run(call, task)
    }
}

fn entry_key(request: &JsKey) -> EntryKey {
    let key = component(&request.key(), Component::key, Component::key_utf16);
    let build = request.build().map(|build| Component::build(&String::from(build)));
    EntryKey::new(key, build)
}

/// `revalidated` are the tags by which it is stale. The object is made by the host in one piece: each property that is set from
/// here costs a call and a string.
fn entry_answer(
    host: &JsHost,
    (version, calls_for_render): (f64, bool),
    entry: &Rc<Entry>,
    revalidated: Option<&[String]>,
) -> JsValue {
    let Ok(Some(value)) = entry.decoded(|bytes| value::decode_value(host, bytes)) else {
        let miss = Miss::Unreadable("the value does not decode".to_owned());
        return miss_answer(host, (version, calls_for_render), &miss);
    };
    let revalidate = match entry.lifetime.revalidate {
        Revalidate::Unknown => JsValue::UNDEFINED,
        Revalidate::Never => JsValue::FALSE,
        Revalidate::After(seconds) => JsValue::from_f64(seconds as f64),
    };
    host.entry(
        version,
        calls_for_render,
        revalidated.map_or(JsValue::UNDEFINED, strings),
        &value,
        entry.kind.name(),
        entry.last_modified_ms as f64,
        revalidate,
        entry.lifetime.expire_s.map(|seconds| seconds as f64),
        entry.raw_bytes as f64,
        entry.stored_bytes as f64,
    )
}

fn miss_answer(host: &JsHost, (version, calls_for_render): (f64, bool), miss: &Miss) -> JsValue {
    let (reason, detail) = words_of(miss);
    host.miss(version, calls_for_render, reason, detail)
}

fn words_of(miss: &Miss) -> (&'static str, &str) {
    match miss {
        Miss::Absent => ("absent", ""),
        Miss::Revalidated => ("revalidated", ""),
        Miss::Unreadable(why) => ("unreadable", why.as_str()),
        Miss::Unavailable(why) => ("unavailable", why.as_str()),
    }
}

fn put_miss(answer: &Object, miss: &Miss) {
    let (reason, detail) = words_of(miss);
    put(answer, "status", &"miss".into());
    put(answer, "reason", &reason.into());
    put(answer, "detail", &detail.into());
}

fn strings(strings: &[String]) -> JsValue {
    strings.iter().map(|string| JsValue::from_str(string)).collect::<Array>().into()
}

fn put(object: &Object, name: &str, value: &JsValue) {
    // Setting a plain property of an object that was just made cannot fail.
    drop(Reflect::set(object, &JsValue::from_str(name), value));
}

fn revalidate(value: &JsValue) -> Revalidate {
    match (value.as_bool(), value.as_f64()) {
        (Some(false), _) => Revalidate::Never,
        (_, Some(seconds)) if seconds >= 0.0 => Revalidate::After(seconds as u64),
        _ => Revalidate::Unknown,
    }
}

fn seconds(value: Option<f64>) -> Option<u64> {
    value.filter(|seconds| *seconds >= 0.0).map(|seconds| seconds as u64)
}

fn unavailable(miss: &Miss) -> JsValue {
    let why = match miss {
        Miss::Unavailable(why) | Miss::Unreadable(why) => why,
        Miss::Absent | Miss::Revalidated => "nothing is there",
    };
    rejection(why, None)
}
