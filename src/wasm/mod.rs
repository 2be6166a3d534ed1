//! The bindings: the only place where JavaScript and the core meet. Which of them a module has is decided by the crate's features.

#[cfg(feature = "admin")]
mod admin;
mod allocator;
#[cfg(feature = "cache")]
mod cache;
#[cfg(feature = "chain")]
mod chain;
#[cfg(any(feature = "admin", feature = "cache"))]
mod component;
#[cfg_attr(
    not(feature = "cache"),
    allow(dead_code, reason = "the cache asks more of the host than the others")
)]
mod host;
#[cfg(feature = "cache")]
mod meter;
#[cfg(any(feature = "admin", feature = "cache"))]
mod options;
#[cfg(any(feature = "admin", feature = "cache"))]
#[cfg_attr(
    not(feature = "cache"),
    allow(dead_code, reason = "an administrator decodes values and stores none")
)]
mod value;

use crate::host::LocalFuture;
use js_sys::{Promise, Reflect};
use wasm_bindgen::prelude::*;

/// Boxed first, so that the code around a task is there once and not for each kind.
fn promise(task: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    let task: LocalFuture<_> = Box::pin(task);
    wasm_bindgen_futures::future_to_promise(task)
}

fn rejection(message: &str, code: Option<&str>) -> JsValue {
    let error = js_sys::Error::new(message);
    if let Some(code) = code {
        drop(Reflect::set(&error, &"code".into(), &code.into()));
    }
    error.into()
}
