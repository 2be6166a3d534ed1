//! Building a request: a function of the operation, the credentials and the time.

use super::Error;
use crate::credentials::Credentials;
use crate::sigv4::{self, SigningKey};
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Uri};

/// The service's name in signatures.
pub(super) const SERVICE: &str = "dynamodb";

/// An operation on its way: its name, its parameters, and their hash, which is the same for all attempts.
pub struct Call {
    /// The operation, `GetItem`.
    pub operation: &'static str,
    body: Vec<u8>,
    body_hash: String,
}

impl Call {
    /// A call of `operation` with its parameters as JSON.
    pub fn new(operation: &'static str, body: Vec<u8>) -> Self {
        Call { operation, body_hash: sigv4::sha256_hex(&body), body }
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
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(endpoint.clone())
            .header(CONTENT_TYPE, "application/x-amz-json-1.0")
            .header("x-amz-target", format!("DynamoDB_20120810.{}", self.operation))
            .body(self.body.clone())
            .map_err(|error| invalid(&error))?;
        sigv4::sign(&mut request, key, credentials, &self.body_hash, now_ms)
            .map_err(|_| invalid(&"the credentials hold a character that no HTTP header can hold"))?;
        // Not signed, since proxies change it. Without it a host that decodes gzip leaves x-amz-crc32 without its bytes.
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        Ok(request)
    }
}
