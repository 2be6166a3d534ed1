//! Our signatures against AWS's: the published vectors, and the `aws-sigv4` crate's own signer.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod oracle;
mod vectors;

use nextjs_dynamodb_cache::credentials::Credentials;
use nextjs_dynamodb_cache::sigv4::{self, SigningKey};

/// Signs with a fresh key, and gives the `authorization` header.
fn sign(
    request: &mut http::Request<Vec<u8>>,
    credentials: &Credentials,
    region: &str,
    service: &'static str,
    now_ms: u64,
) -> String {
    let key = SigningKey::derive(credentials, region, service, now_ms);
    let payload_hash = sigv4::sha256_hex(request.body());
    sigv4::sign(request, &key, credentials, &payload_hash, now_ms).expect("headers can hold it");
    request.headers()["authorization"].to_str().expect("ASCII").to_owned()
}
