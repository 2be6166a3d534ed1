//! The options that JavaScript hands over, already checked there for names and types.

use super::host::{JsHost, user_credentials};
use crate::cache::key::Prefix;
use crate::cache::{Config, TagIndex};
use crate::credentials::Provider;
use crate::dynamodb::{Client, ClientConfig, Destination};
use crate::endpoint::PlainHttp;
use crate::host::SharedHost;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Names and meanings are those of the package's options.
    pub type Options;
    #[wasm_bindgen(method, getter, js_name = tableName)]
    pub fn table_name(this: &Options) -> String;
    #[wasm_bindgen(method, getter, js_name = tagIndexName)]
    pub fn tag_index_name(this: &Options) -> String;
    #[wasm_bindgen(method, getter)]
    pub fn region(this: &Options) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub fn endpoint(this: &Options) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = allowInsecureEndpoint)]
    fn allow_insecure_endpoint(this: &Options) -> bool;
    #[wasm_bindgen(method, getter, js_name = hasCredentials)]
    fn has_credentials(this: &Options) -> bool;
    #[wasm_bindgen(method, getter, js_name = keyPrefix)]
    fn key_prefix(this: &Options) -> String;
    #[wasm_bindgen(method, getter, js_name = defaultTtlSeconds)]
    fn default_ttl_seconds(this: &Options) -> u32;
    #[wasm_bindgen(method, getter, js_name = readTimeoutMs)]
    fn read_timeout_ms(this: &Options) -> u32;
    #[wasm_bindgen(method, getter, js_name = writeTimeoutMs)]
    fn write_timeout_ms(this: &Options) -> u32;
    #[wasm_bindgen(method, getter, js_name = coldTimeoutMs)]
    fn cold_timeout_ms(this: &Options) -> u32;
    #[wasm_bindgen(method, getter, js_name = tagIndex)]
    fn tag_index(this: &Options) -> String;
    #[wasm_bindgen(method, getter, js_name = memoryMaxBytes)]
    fn memory_max_bytes(this: &Options) -> u32;
    #[wasm_bindgen(method, getter, js_name = asksForCapacity)]
    fn asks_for_capacity(this: &Options) -> bool;
    #[wasm_bindgen(method, getter, js_name = tagFreshnessMs)]
    fn tag_freshness_ms(this: &Options) -> u32;
    #[wasm_bindgen(method, getter, js_name = renderLeaseMs)]
    fn render_lease_ms(this: &Options) -> u32;
}

impl Options {
    /// The client: region, endpoint and credentials from the options, or where AWS's own SDKs look for them.
    pub fn client(&self, host: &SharedHost, js: &JsHost) -> Result<Client, JsValue> {
        let plain_http =
            if self.allow_insecure_endpoint() { PlainHttp::Anywhere } else { PlainHttp::OnLoopback };
        let destination = Destination::configure(self.endpoint(), plain_http, self.region(), host.as_ref());
        let destination = destination.map_err(|error| js_error(&error.to_string()))?;
        let credentials = if self.has_credentials() {
            let js = js.clone();
            Provider::function(Rc::new(move || user_credentials(&js)))
        } else {
            Provider::default_chain(self.region())
        };
        let config =
            ClientConfig::new(destination, credentials).asking_for_capacity(self.asks_for_capacity());
        Ok(Client::new(host.clone(), config))
    }

    /// The cache's own options.
    pub fn config(&self) -> Result<Config, JsValue> {
        let prefix = Prefix::new(&self.key_prefix()).map_err(|error| js_error(&error.to_string()))?;
        let tag_index = match self.tag_index().as_str() {
            "explicit" => TagIndex::Explicit,
            "off" => TagIndex::Off,
            _ => TagIndex::All,
        };
        Ok(Config {
            tag_index_name: self.tag_index_name(),
            default_ttl_s: u64::from(self.default_ttl_seconds()),
            read_timeout_ms: u64::from(self.read_timeout_ms()),
            write_timeout_ms: u64::from(self.write_timeout_ms()),
            cold_timeout_ms: u64::from(self.cold_timeout_ms()),
            tag_index,
            memory_max_bytes: self.memory_max_bytes() as usize,
            tag_freshness_ms: u64::from(self.tag_freshness_ms()),
            render_lease_ms: u64::from(self.render_lease_ms()),
            ..Config::new(self.table_name(), prefix)
        })
    }
}

fn js_error(message: &str) -> JsValue {
    js_sys::Error::new(message).into()
}
