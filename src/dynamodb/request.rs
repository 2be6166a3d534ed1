//! Building a request: a function of the operation, the credentials and the time.

use super::Error;
use crate::credentials::Credentials;
use crate::sigv4::{self, SigningKey};
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use std::cell::OnceCell;

/// The service's name in signatures.
pub(super) const SERVICE: &str = "dynamodb";

const X_AMZ_TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// An operation on its way: its name, its parameters, and their hash, which is the same for all attempts.
pub struct Call {
    /// The operation, `GetItem`.
    pub operation: &'static str,
    body: Vec<u8>,
    body_hash: OnceCell<String>,
}

impl Call {
    /// A call of `operation` with its parameters as JSON.
    pub fn new(operation: &'static str, body: Vec<u8>) -> Self {
        Call { operation, body, body_hash: OnceCell::new() }
    }

    /// The parameters, as JSON.
    pub fn body(&self) -> &Vec<u8> {
        &self.body
    }

    /// The signed HTTP request. `now_ms` is the time as AWS sees it, Unix milliseconds.
    pub fn build_request(
        &self,
        endpoint: &Uri,
        key: &SigningKey,
        credentials: &Credentials,
        now_ms: u64,
    ) -> Result<Request<Vec<u8>>, Error> {
        let invalid = |why: &dyn std::fmt::Display| Error::invalid_request(self.operation, why);
        let mut request = Request::new(self.body.clone());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = endpoint.clone();
        let target = HeaderValue::from_str(&["DynamoDB_20120810.", self.operation].concat());
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
        headers.insert(X_AMZ_TARGET, target.map_err(|error| invalid(&error))?);
        let body_hash = self.body_hash.get_or_init(|| sigv4::sha256_hex(&self.body));
        sigv4::sign(&mut request, key, credentials, body_hash, now_ms)
            .map_err(|_| invalid(&"the credentials hold a character that no HTTP header can hold"))?;
        // Not signed, since proxies change it. Without it a host that decodes gzip leaves x-amz-crc32 without its bytes.
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        Ok(request)
    }
}
