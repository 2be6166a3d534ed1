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
mod executor;
#[cfg_attr(
    not(feature = "cache"),
    allow(dead_code, reason = "the cache asks more of the host than the others")
)]
mod host;
#[cfg(feature = "cache")]
mod meter;
#[cfg(any(feature = "admin", feature = "cache"))]
mod options;
mod pending;
mod slots;
#[cfg(any(feature = "admin", feature = "cache"))]
#[cfg_attr(
    not(feature = "cache"),
    allow(dead_code, reason = "an administrator decodes values and stores none")
)]
mod value;

use crate::host::LocalFuture;
#[cfg(any(feature = "admin", feature = "chain"))]
use js_sys::Promise;
use js_sys::Reflect;
#[cfg(feature = "cache")]
use std::task::{Context, Poll, Waker};
use wasm_bindgen::prelude::*;

#[cfg(feature = "cache")]
#[wasm_bindgen]
extern "C" {
    /// Whom a call answers to that does not come to its end at once.
    pub type JsCall;
    #[wasm_bindgen(method)]
    fn resolve(this: &JsCall, answer: &JsValue);
    #[wasm_bindgen(method)]
    fn reject(this: &JsCall, error: &JsValue);
}

/// Runs a task as far as it goes. Where that is to its end, as with what is in memory, its answer is returned, without a turn of any
/// queue; else `undefined`, and `call` is told.
#[cfg(feature = "cache")]
fn run(call: JsCall, mut task: LocalFuture<Result<JsValue, JsValue>>) -> Result<JsValue, JsValue> {
    executor::call(|| {
        // Nobody is to be woken: it is polled again in any case, by who is.
        if let Poll::Ready(answer) = task.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return answer;
        }
        executor::spawn(Box::pin(async move {
            match task.await {
                Ok(answer) => call.resolve(&answer),
                Err(error) => call.reject(&error),
            }
        }));
        Ok(JsValue::UNDEFINED)
    })
}

/// A task as a promise.
#[cfg(any(feature = "admin", feature = "chain"))]
fn promise(task: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    // Boxed first, so that the code around a task is there once and not for each kind.
    let mut task: Option<LocalFuture<_>> = Some(Box::pin(task));
    Promise::new(&mut |resolve, reject| {
        let Some(task) = task.take() else { return };
        executor::spawn(Box::pin(async move {
            let (settle, with) = match task.await {
                Ok(answer) => (resolve, answer),
                Err(error) => (reject, error),
            };
            // A promise's own function does not fail.
            drop(settle.call1(&JsValue::UNDEFINED, &with));
        }));
    })
}

fn rejection(message: &str, code: Option<&str>) -> JsValue {
    let error = js_sys::Error::new(message);
    if let Some(code) = code {
        drop(Reflect::set(&error, &"code".into(), &code.into()));
    }
    error.into()
}
