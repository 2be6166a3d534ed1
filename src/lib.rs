//! A Next.js cache in one DynamoDB table: the core that is compiled to WebAssembly.
//!
//! Layers, outermost first; an arrow never points back:
//! `wasm` (the only bindings) → `admin` (what people do with the table) → `cache` (entries, tags, layout) → `dynamodb` (operations) → `sigv4`, `credentials`,
//! `retry`, `endpoint`, `shared_config`. All of them reach the outside through [`host::Host`].

#[cfg(feature = "admin")]
pub mod admin;
mod base64;
pub mod cache;
mod calendar;
mod crc32;
pub mod credentials;
pub mod dynamodb;
pub mod endpoint;
mod hex;
pub mod host;
mod json;
pub mod retry;
#[cfg(test)]
mod scripted_host;
pub mod shared_config;
mod sharing;
pub mod sigv4;
#[cfg(any(test, all(target_arch = "wasm32", any(feature = "admin", feature = "cache"))))]
mod utf16;
#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, reason = "wasm-bindgen expands to unsafe glue")]
mod wasm;
