//! [`Host`] on the runtime that the module runs in.

use super::executor;
use super::pending::{JsPending, Pending};
use crate::credentials::Credentials;
#[cfg(not(feature = "chain"))]
use crate::credentials::Question;
use crate::host::{FetchError, Host, LocalFuture, LogLevel, ProcessError, response_header};
use http::uri::{Authority, PathAndQuery};
use http::{HeaderValue, StatusCode, Uri};
use js_sys::{Date, Function, JsString, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// What `js/host.mjs` hands over.
    #[derive(Clone)]
    pub type JsHost;
    /// `body` lies in the core's memory, for as long as the call takes.
    #[wasm_bindgen(method)]
    fn fetch(
        this: &JsHost,
        settle: &Function,
        number: usize,
        url: &str,
        method: &str,
        headers: &str,
        body: &[u8],
        timeout_ms: f64,
    ) -> JsPending;
    #[wasm_bindgen(method)]
    fn now(this: &JsHost) -> f64;
    #[wasm_bindgen(method)]
    fn monotonic(this: &JsHost) -> f64;
    #[wasm_bindgen(method)]
    fn sleep(this: &JsHost, settle: &Function, number: usize, delay_ms: f64) -> JsPending;
    #[wasm_bindgen(method, js_name = random32)]
    fn random_32(this: &JsHost) -> u32;
    #[wasm_bindgen(method)]
    fn env(this: &JsHost, name: &str) -> Option<String>;
    #[wasm_bindgen(method, js_name = readFile)]
    fn read_file(this: &JsHost, path: &str) -> Promise;
    #[wasm_bindgen(method, js_name = writeFile)]
    fn write_file(this: &JsHost, path: &str, bytes: Uint8Array) -> Promise;
    #[wasm_bindgen(method, js_name = runProcess)]
    fn run_process(this: &JsHost, command: &str, timeout_ms: f64) -> Promise;
    #[cfg(not(feature = "chain"))]
    #[wasm_bindgen(method, js_name = askChain)]
    fn ask_chain(this: &JsHost, question: &str, region: Option<&str>, limit_ms: f64) -> Promise;
    #[wasm_bindgen(method)]
    fn deflate(this: &JsHost, raw: &[u8]) -> Option<Uint8Array>;
    #[wasm_bindgen(method)]
    fn log(this: &JsHost, level: &str, message: &str);
    #[wasm_bindgen(method)]
    fn credentials(this: &JsHost) -> Promise;

    /// What a get answers when it has found an entry; `revalidated_tags` are there where it is stale.
    #[wasm_bindgen(method)]
    pub fn entry(
        this: &JsHost,
        version: f64,
        calls_for_render: bool,
        revalidated_tags: JsValue,
        value: &JsValue,
        kind: &str,
        last_modified: f64,
        revalidate: JsValue,
        expire: Option<f64>,
        raw_bytes: f64,
        stored_bytes: f64,
    ) -> JsValue;
    /// What a get answers when it has found none.
    #[wasm_bindgen(method)]
    pub fn miss(this: &JsHost, version: f64, calls_for_render: bool, reason: &str, detail: &str) -> JsValue;

    /// A `Buffer` with memory of its own; a `Uint8Array` where the runtime has no `Buffer`.
    #[wasm_bindgen(method)]
    pub fn buffer(this: &JsHost, bytes: &[u8]) -> JsValue;
    /// The string of these units; `None` where the runtime has nothing that is faster than a `TextDecoder`.
    #[wasm_bindgen(method, js_name = textOfUtf16)]
    pub fn text_of_utf16(this: &JsHost, units: &[u16]) -> Option<JsString>;

    /// What `fetch` brings.
    pub type JsResponse;
    #[wasm_bindgen(method, getter)]
    fn status(this: &JsResponse) -> u16;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &JsResponse) -> String;
    #[wasm_bindgen(method, getter)]
    fn body(this: &JsResponse) -> Uint8Array;
}

/// The host of a wasm instance.
pub struct WasmHost {
    js: JsHost,
}

impl WasmHost {
    /// A host over what JavaScript hands over.
    pub fn new(js: JsHost) -> Self {
        WasmHost { js }
    }
}

impl Host for WasmHost {
    fn fetch(
        &self,
        request: &http::Request<Vec<u8>>,
        timeout_ms: u64,
    ) -> LocalFuture<Result<http::Response<Vec<u8>>, FetchError>> {
        // In one string, as HTTP has them: each that crosses by itself costs as much, and so does taking them apart.
        let sizes = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
        let mut headers = String::with_capacity(sizes.sum());
        for (name, value) in request.headers() {
            for part in [name.as_str(), ": ", value.to_str().unwrap_or_default(), "\r\n"] {
                headers.push_str(part);
            }
        }
        let url = url(request.uri());
        let method = request.method().as_str();
        let pending = Pending::ask(|settle, number| {
            self.js.fetch(settle, number, &url, method, &headers, request.body(), timeout_ms as f64)
        });
        Box::pin(async move { pending.await.map(Option::unwrap_or_default) })
    }

    fn now_ms(&self) -> u64 {
        executor::now_ms(|| self.js.now() as u64)
    }

    fn monotonic_ms(&self) -> u64 {
        executor::monotonic_ms(|| self.js.monotonic() as u64)
    }

    fn sleep(&self, delay_ms: u64) -> LocalFuture<()> {
        let pending = Pending::ask(|settle, number| self.js.sleep(settle, number, delay_ms as f64));
        Box::pin(async move { drop(pending.await) })
    }

    fn random(&self) -> u64 {
        u64::from(self.js.random_32()) << 32 | u64::from(self.js.random_32())
    }

    fn env(&self, name: &str) -> Option<String> {
        self.js.env(name)
    }

    fn read_file(&self, path: &str) -> LocalFuture<Option<Vec<u8>>> {
        let promise = self.js.read_file(path);
        Box::pin(async move {
            let bytes = JsFuture::from(promise).await.ok()?;
            bytes.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec())
        })
    }

    fn write_file(&self, path: &str, bytes: Vec<u8>) -> LocalFuture<bool> {
        let promise = self.js.write_file(path, Uint8Array::from(bytes.as_slice()));
        Box::pin(async move { JsFuture::from(promise).await.is_ok_and(|wrote| wrote.is_truthy()) })
    }

    fn run_process(&self, command: &str, timeout_ms: u64) -> LocalFuture<Result<Vec<u8>, ProcessError>> {
        let promise = self.js.run_process(command, timeout_ms as f64);
        Box::pin(async move {
            let printed = JsFuture::from(promise).await;
            let printed = printed.map_err(|error| ProcessError::Failed(message_of(&error)))?;
            let bytes = printed.dyn_into::<Uint8Array>().map_err(|_| ProcessError::NotHere)?;
            Ok(bytes.to_vec())
        })
    }

    #[cfg(not(feature = "chain"))]
    fn ask_chain(
        &self,
        question: Question,
        region: Option<&str>,
        limit_ms: u64,
    ) -> LocalFuture<Result<Option<Vec<u8>>, String>> {
        let promise = self.js.ask_chain(question.name(), region, limit_ms as f64);
        Box::pin(async move {
            let answer = JsFuture::from(promise).await.map_err(|error| message_of(&error))?;
            Ok(answer.dyn_into::<Uint8Array>().ok().map(|bytes| {
                let answer = bytes.to_vec();
                // It may hold keys.
                bytes.fill(0, 0, bytes.length());
                answer
            }))
        })
    }

    fn deflate(&self, raw: &[u8]) -> Option<Vec<u8>> {
        self.js.deflate(raw).map(|bytes| bytes.to_vec())
    }

    fn spawn(&self, task: LocalFuture<()>) {
        executor::spawn(task);
    }

    fn log(&self, level: LogLevel, message: &str) {
        let level = match level {
            LogLevel::Debug => "debug",
            LogLevel::Info => "info",
            LogLevel::Warn => "warn",
            LogLevel::Error => "error",
        };
        self.js.log(level, message);
    }
}

/// The keys that the user's `credentials` option gives.
pub fn user_credentials(js: &JsHost) -> LocalFuture<Result<Credentials, String>> {
    let promise = js.credentials();
    Box::pin(async move {
        let given = JsFuture::from(promise).await.map_err(|error| message_of(&error))?;
        let text = |name: &str| Reflect::get(&given, &name.into()).ok().and_then(|value| value.as_string());
        let missing = |name: &str| format!("the credentials option gave no {name}");
        let expiration = Reflect::get(&given, &"expiration".into()).ok();
        let expires_at_ms = expiration.and_then(|value| {
            let ms = value.dyn_ref::<Date>().map(Date::get_time).or(value.as_f64());
            ms.filter(|ms| *ms > 0.0).map(|ms| ms as u64)
        });
        let access_key_id = text("accessKeyId").ok_or_else(|| missing("accessKeyId"))?;
        let secret_access_key = text("secretAccessKey").ok_or_else(|| missing("secretAccessKey"))?;
        let session_token = text("sessionToken").map(Into::into);
        let account_id = text("accountId");
        Ok(Credentials {
            session_token,
            expires_at_ms,
            account_id,
            ..Credentials::new(access_key_id, secret_access_key)
        })
    })
}

/// Its parts joined; to write it by its `Display` takes five times as long.
fn url(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default();
    let authority = uri.authority().map_or("", Authority::as_str);
    let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    [scheme, "://", authority, path].concat()
}

/// Takes a response over.
pub fn response(js: &JsResponse) -> Result<http::Response<Vec<u8>>, FetchError> {
    let mut response = http::Response::new(js.body().to_vec());
    let refuse =
        |why: &dyn std::fmt::Display| FetchError::Connection(format!("the response is not HTTP: {why}"));
    *response.status_mut() = StatusCode::from_u16(js.status()).map_err(|error| refuse(&error))?;
    for line in js.headers().lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let read = response_header::ALL.into_iter().find(|known| name.eq_ignore_ascii_case(known.as_str()));
        if let Some(name) = read {
            let value = HeaderValue::from_str(value.trim_ascii()).map_err(|error| refuse(&error))?;
            response.headers_mut().append(name, value);
        }
    }
    Ok(response)
}

/// What went wrong, of what JavaScript says.
pub fn fetch_error(error: &JsValue) -> FetchError {
    let timed_out = Reflect::get(error, &"timedOut".into()).is_ok_and(|value| value.is_truthy());
    if timed_out { FetchError::TimedOut } else { FetchError::Connection(message_of(error)) }
}

fn message_of(error: &JsValue) -> String {
    let text = |name: &str| Reflect::get(error, &name.into()).ok().and_then(|value| value.as_string());
    match (text("message").or(error.as_string()), text("code")) {
        (Some(message), Some(code)) if !JsString::from(message.as_str()).includes(&code, 0) => {
            format!("{message} ({code})")
        }
        (Some(message), _) => message,
        (None, Some(code)) => code,
        (None, None) => "unknown error".to_owned(),
    }
}
