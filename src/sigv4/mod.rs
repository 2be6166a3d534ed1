//! AWS Signature Version 4, for the one shape of request that we send: POST to `/` without a query.
//!
//! The signing key and the signature are the `aws-sigv4` crate's `sign::v4`; the canonical request is ours, and the
//! crate's `http_request`, which is ten times as large, is its oracle in `tests/aws/`.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

mod canonical_request;
mod signing_key;
mod timestamp;

pub use signing_key::SigningKey;

use crate::credentials::Credentials;
use crate::hex::hex;
use aws_sigv4::sign::v4::calculate_signature;
use canonical_request::CanonicalRequest;
use http::header::{AUTHORIZATION, InvalidHeaderValue};
use http::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Signs a POST to `/`: adds `x-amz-date`, `x-amz-security-token` for temporary credentials, and `authorization`.
///
/// Every header that the request has by then is signed, and the host of its URI. `payload_hash` is [`sha256_hex`] of
/// its body, the same for all attempts. `Err` when the credentials hold what no header can hold.
pub fn sign(
    request: &mut http::Request<Vec<u8>>,
    key: &SigningKey,
    credentials: &Credentials,
    payload_hash: &str,
    now_ms: u64,
) -> Result<(), InvalidHeaderValue> {
    let date_time = timestamp::date_time(now_ms);
    request.headers_mut().insert(X_AMZ_DATE, HeaderValue::from_str(&date_time)?);
    if let Some(token) = &credentials.session_token {
        request.headers_mut().insert(X_AMZ_SECURITY_TOKEN, sensitive(token)?);
    }
    let CanonicalRequest { bytes, signed_headers } = CanonicalRequest::of(request, payload_hash);
    let scope = key.scope();
    let string_to_sign = [ALGORITHM, "\n", &date_time, "\n", scope, "\n", &sha256_hex(&bytes)].concat();
    let signature = calculate_signature(key, string_to_sign.as_bytes());
    let access_key_id = &credentials.access_key_id;
    let parts = [
        " Credential=",
        access_key_id,
        "/",
        scope,
        ", SignedHeaders=",
        &signed_headers,
        ", Signature=",
        &signature,
    ];
    let authorization = [ALGORITHM, &parts.concat()].concat();
    request.headers_mut().insert(AUTHORIZATION, sensitive(&authorization)?);
    Ok(())
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A header value that `Debug` does not show.
fn sensitive(value: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(value)?;
    value.set_sensitive(true);
    Ok(value)
}
