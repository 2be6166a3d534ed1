//! The administrator's bindings: objects in, plain objects out.

use super::component::{component, components};
use super::host::{JsHost, WasmHost};
use super::options::Options;
use super::{promise, rejection, value};
use crate::admin::table::{self, TableSpec};
use crate::admin::{Admin as Administration, Says, shown_number, unescape};
use crate::cache::key::{Component, EntryKey, Rows};
use crate::cache::{Because, Cache, Inspection, Miss, Mode, Outcome};
use crate::dynamodb::{Client, Error};
use crate::host::SharedHost;
use js_sys::{Array, Function, JsString, Promise, Reflect};
use serde::Serialize;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// One table, as the command line sees it.
#[wasm_bindgen]
pub struct Admin {
    js: JsHost,
    host: SharedHost,
    client: Client,
    cache: Cache,
    spec: TableSpec,
    admin: Administration,
}

#[wasm_bindgen]
impl Admin {
    /// Over `host`, with the options of `js/options.mjs`; throws an `Error` that names the option at fault.
    #[wasm_bindgen(constructor)]
    pub fn new(host: JsHost, options: &Options) -> Result<Admin, JsValue> {
        let shared: SharedHost = Rc::new(WasmHost::new(host.clone()));
        let client = options.client(&shared, &host)?;
        let config = options.config()?;
        let spec = TableSpec { table_name: options.table_name(), tag_index_name: options.tag_index_name() };
        let (rows, region, endpoint) =
            (Rows::new(config.prefix.clone()), options.region(), options.endpoint());
        let admin = Administration::new(shared.clone(), client.clone(), rows, spec.clone(), region, endpoint);
        let cache = Cache::new(shared.clone(), client.clone(), config);
        Ok(Admin { js: host, host: shared, client, cache, spec, admin })
    }

    /// Creates the table, its index and its TTL, or completes them; see `createCacheTable` in `types/create-table.d.ts`.
    #[wasm_bindgen(js_name = createTable)]
    pub fn create_table(&self, on_progress: Function) -> Promise {
        let (client, spec, host) = (self.client.clone(), self.spec.clone(), self.host.clone());
        promise(async move {
            let progress = |progress: table::Progress| {
                let line = progress.to_string();
                drop(on_progress.call1(&JsValue::NULL, &JsValue::from_str(&line)));
            };
            let report = table::create_cache_table(&client, &spec, &host, &progress).await;
            to_js(&report.map_err(|error| rejection(&error.to_string(), Some(error.code())))?)
        })
    }

    /// `Whereabouts`: as whom, and where, the cache sends.
    pub fn whereabouts(&self) -> Promise {
        let admin = self.admin.clone();
        promise(async move { answer(admin.whereabouts().await) })
    }

    /// `{account, arn}`, by STS.
    pub fn identity(&self) -> Promise {
        let admin = self.admin.clone();
        promise(async move { to_js(&admin.identity().await.map_err(|why| rejection(&why, None))?) })
    }

    /// `TableFacts`; null where there is no table.
    #[wasm_bindgen(js_name = tableFacts)]
    pub fn table_facts(&self) -> Promise {
        let admin = self.admin.clone();
        promise(async move { answer(admin.table_facts().await) })
    }

    /// `Consumption` of the last days, by CloudWatch.
    pub fn consumption(&self, days: u32) -> Promise {
        let admin = self.admin.clone();
        promise(async move { to_js(&admin.consumption(days).await.map_err(|why| rejection(&why, None))?) })
    }

    /// `Probe` of one of the handler's actions; undefined for any other.
    pub fn probe(&self, action: String) -> Promise {
        let admin = self.admin.clone();
        promise(async move { to_js(&admin.probe(&action).await) })
    }

    /// How far AWS's clock is ahead, milliseconds, where that had to be corrected.
    #[wasm_bindgen(js_name = clockSkewMs)]
    pub fn clock_skew_ms(&self) -> f64 {
        self.admin.clock_skew_ms() as f64
    }

    /// `Page` of rows, `limit` at most; `after` is the page before's `next`.
    pub fn page(&self, after: Option<String>, limit: Option<u32>) -> Promise {
        let admin = self.admin.clone();
        promise(async move { answer(admin.page(after, limit).await) })
    }

    /// Deletes rows by their keys.
    #[wasm_bindgen(js_name = deleteRows)]
    pub fn delete_rows(&self, rows: Vec<String>) -> Promise {
        let admin = self.admin.clone();
        promise(async move { answer(admin.delete_rows(rows).await) })
    }

    /// An entry, its decoded value, and what a get with these soft tags makes of it and why.
    pub fn inspect(&self, key: &JsString, build: Option<String>, soft_tags: &Array) -> Promise {
        let (cache, host) = (self.cache.clone(), self.js.clone());
        let key = component(key, Component::key, Component::key_utf16);
        let key = EntryKey::new(key, build.map(|build| Component::build(&build)));
        let soft_tags = components(soft_tags);
        promise(async move { inspection(&host, cache.inspect(key, soft_tags).await.map_err(refused)?) })
    }

    /// The revalidation log, oldest first: `{version, tag, atMs, mode, expiresAtMs}`.
    #[wasm_bindgen(js_name = logEvents)]
    pub fn log_events(&self) -> Promise {
        let cache = self.cache.clone();
        promise(async move { to_js(&events(&cache.log_events().await.map_err(refused)?)) })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Inspected {
    row: String,
    /// Rows of its parts, and by which the index finds it.
    belonging: Vec<String>,
    exists: bool,
    says: Option<Says>,
    expires_at_s: Option<u64>,
    log_version: u64,
    /// `null` where its renderer had seen another log, which is lost.
    revision: Option<u64>,
    /// `fresh`, `stale` or `miss`.
    verdict: &'static str,
    /// Of a miss.
    reason: Option<String>,
    calls_for_render: bool,
    because: Vec<LogEvent>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogEvent {
    version: u64,
    tag: String,
    at_ms: u64,
    /// `expired`, `stale` or `overwritten`.
    mode: &'static str,
    expires_at_ms: Option<u64>,
}

const OF_ANOTHER_LOG: &str =
    "what was revalidated since it was rendered is not known: the log's row was deleted or restored";

fn inspection(host: &JsHost, found: Inspection) -> Result<JsValue, JsValue> {
    let (verdict, reason, entry) = match &found.lookup.outcome {
        Outcome::Fresh(entry) => ("fresh", None, Some(entry)),
        Outcome::Stale(entry, _) => ("stale", None, Some(entry)),
        Outcome::Miss(Miss::Revalidated) if found.revision.is_none() => {
            ("miss", Some(OF_ANOTHER_LOG.to_owned()), None)
        }
        Outcome::Miss(miss) => ("miss", Some(reason_of(miss)), None),
    };
    let decoded =
        entry.and_then(|entry| entry.decoded(|bytes| value::decode_value(host, bytes)).ok().flatten());
    let inspected = to_js(&Inspected {
        row: found.row_key,
        belonging: found.belonging,
        exists: found.exists,
        says: found.row.as_ref().map(|row| Says::of(row)),
        expires_at_s: found.row.as_ref().map(|row| shown_number(row.expires_at_s)),
        log_version: shown_number(found.log_version),
        revision: found.revision.map(shown_number),
        verdict,
        reason,
        calls_for_render: found.lookup.calls_for_render,
        because: events(&found.because),
    })?;
    if let Some(decoded) = decoded {
        Reflect::set(&inspected, &"value".into(), &decoded)?;
    }
    Ok(inspected)
}

fn reason_of(miss: &Miss) -> String {
    match miss {
        Miss::Absent => "it is not there, or its time is over".to_owned(),
        Miss::Revalidated => "one of its tags was revalidated since it was rendered".to_owned(),
        Miss::Unreadable(why) | Miss::Unavailable(why) => why.clone(),
    }
}

fn events(events: &[Because]) -> Vec<LogEvent> {
    let shown = |Because { version, event }: &Because| {
        let (mode, expires_at_ms) = match event.mode {
            Mode::Hard => ("expired", None),
            Mode::Soft { expires_at_ms } => ("stale", expires_at_ms),
            Mode::Overwritten => ("overwritten", None),
        };
        let (version, at_ms) = (shown_number(*version), shown_number(event.at_ms));
        let expires_at_ms = expires_at_ms.map(shown_number);
        LogEvent { version, tag: unescape(&event.tag), at_ms, mode, expires_at_ms }
    };
    events.iter().map(shown).collect()
}

fn answer<T: Serialize>(result: Result<T, Error>) -> Result<JsValue, JsValue> {
    to_js(&result.map_err(|error| refused(Rc::new(error)))?)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn refused(error: Rc<Error>) -> JsValue {
    rejection(&error.to_string(), Some(&error.code))
}

fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true);
    value.serialize(&serializer).map_err(JsValue::from)
}
