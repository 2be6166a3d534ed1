//! The bindings of the module that has AWS's chain of credentials: one for each question, named as it is.

use super::host::{JsHost, WasmHost};
use super::{promise, rejection};
use crate::credentials::{Question, answers};
use crate::host::SharedHost;
use js_sys::{Promise, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Keys, by the default chain.
#[wasm_bindgen]
pub fn credentials(host: JsHost, region: Option<String>, limit_ms: f64) -> Promise {
    answer(host, Question::Credentials, region, limit_ms)
}

/// What the selected profile says about region and endpoints.
#[wasm_bindgen(js_name = profileSettings)]
pub fn profile_settings(host: JsHost, region: Option<String>, limit_ms: f64) -> Promise {
    answer(host, Question::ProfileSettings, region, limit_ms)
}

/// The region of the instance, by its metadata.
#[wasm_bindgen(js_name = instanceRegion)]
pub fn instance_region(host: JsHost, region: Option<String>, limit_ms: f64) -> Promise {
    answer(host, Question::InstanceRegion, region, limit_ms)
}

fn answer(host: JsHost, question: Question, region: Option<String>, limit_ms: f64) -> Promise {
    let host: SharedHost = Rc::new(WasmHost::new(host));
    promise(async move {
        let answer = answers::answer(&host, question, region.as_deref(), limit_ms as u64).await;
        match answer {
            Ok(bytes) => Ok(Uint8Array::from(bytes.as_slice()).into()),
            Err(why) => Err(rejection(&why, None)),
        }
    })
}
