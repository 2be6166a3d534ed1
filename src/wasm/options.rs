//! The options that JavaScript hands over, already checked there for names and types.

use super::host::{JsHost, user_credentials};
use crate::cache::key::Prefix;
use crate::cache::{Config, TagIndex};
use crate::credentials::Provider;
use crate::dynamodb::{Client, ClientConfig};
use crate::endpoint;
use crate::host::{LogLevel, SharedHost};
use serde::Deserialize;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// Names and meanings are those of the package's options.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Options {
    pub table_name: String,
    pub tag_index_name: String,
    region: Option<String>,
    endpoint: Option<String>,
    has_credentials: bool,
    key_prefix: String,
    default_ttl_seconds: u32,
    read_timeout_ms: u32,
    write_timeout_ms: u32,
    cold_timeout_ms: u32,
    tag_index: String,
    memory_max_bytes: u32,
    tag_freshness_ms: u32,
}

impl Options {
    pub fn from_js(options: JsValue) -> Result<Self, JsValue> {
        serde_wasm_bindgen::from_value(options).map_err(|error| js_error(&error.to_string()))
    }

    /// The client: region, endpoint and credentials from the options or the environment.
    pub fn client(&self, host: &SharedHost, js: &JsHost) -> Result<Client, JsValue> {
        let region = endpoint::resolve_region(self.region.as_deref(), host.as_ref());
        let region = region.map_err(|error| js_error(&error.to_string()))?;
        if region.defaulted {
            let line = "no region is configured (option region, NEXT_CACHE_AWS_REGION, AWS_REGION or AWS_DEFAULT_REGION): eu-central-1 is used";
            host.log(LogLevel::Warn, line);
        }
        let endpoint = endpoint::Endpoint::resolve(self.endpoint.as_deref(), &region.name, host.as_ref());
        let endpoint = endpoint.map_err(|error| js_error(&error.to_string()))?;
        let credentials = if self.has_credentials {
            let js = js.clone();
            Provider::function(Rc::new(move || user_credentials(&js)))
        } else {
            Provider::environment()
        };
        let config = ClientConfig::new(region.name, endpoint, credentials);
        Ok(Client::new(host.clone(), config))
    }

    /// The cache's own options.
    pub fn config(&self) -> Result<Config, JsValue> {
        let prefix = Prefix::new(&self.key_prefix).map_err(|error| js_error(&error.to_string()))?;
        let tag_index = match self.tag_index.as_str() {
            "explicit" => TagIndex::Explicit,
            "off" => TagIndex::Off,
            _ => TagIndex::All,
        };
        Ok(Config {
            tag_index_name: self.tag_index_name.clone(),
            default_ttl_s: u64::from(self.default_ttl_seconds),
            read_timeout_ms: u64::from(self.read_timeout_ms),
            write_timeout_ms: u64::from(self.write_timeout_ms),
            cold_timeout_ms: u64::from(self.cold_timeout_ms),
            tag_index,
            memory_max_bytes: self.memory_max_bytes as usize,
            tag_freshness_ms: u64::from(self.tag_freshness_ms),
            ..Config::new(&self.table_name, prefix)
        })
    }
}

fn js_error(message: &str) -> JsValue {
    js_sys::Error::new(message).into()
}
