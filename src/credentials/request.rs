//! Requests to the sources of credentials: few, small, and tried again where that may help.

use super::CredentialsError;
use crate::host::{FetchError, Host};
use crate::retry::{Failure, backoff_ms};
use http::{HeaderName, HeaderValue, Method, Request, Uri};

/// One attempt, milliseconds; STS takes up to a few hundred.
const ATTEMPT_MS: u64 = 5_000;

/// A request to one of the sources.
pub struct SourceRequest {
    /// Who is asked, for errors.
    pub what: &'static str,
    pub method: Method,
    pub uri: Uri,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Vec<u8>,
    /// Of one attempt.
    pub timeout_ms: u64,
    /// The first one included.
    pub attempts: u32,
    /// Whether a connection that fails is worth another attempt: not to find out whether anything is there.
    pub retries_connections: bool,
}

/// An answer of any status that needs no further attempt.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl SourceRequest {
    /// A request without headers and body, with three attempts.
    pub fn new(what: &'static str, method: Method, uri: Uri) -> Self {
        SourceRequest {
            what,
            method,
            uri,
            headers: Vec::new(),
            body: Vec::new(),
            timeout_ms: ATTEMPT_MS,
            attempts: 3,
            retries_connections: true,
        }
    }

    /// Adds a header; `Err` when no header can hold the value.
    pub fn header(mut self, name: HeaderName, value: &str) -> Result<Self, CredentialsError> {
        let mut value = HeaderValue::from_str(value).map_err(|_| {
            CredentialsError::invalid(self.what, format_args!("no header can hold the {name}"))
        })?;
        value.set_sensitive(true);
        self.headers.push((name, value));
        Ok(self)
    }

    /// Sends it.
    ///
    /// # Errors
    ///
    /// No answer, or one of 500 and above, at the last attempt.
    pub async fn send(&self, host: &dyn Host) -> Result<Answer, CredentialsError> {
        let mut failed = 0;
        loop {
            let why = match host.fetch(self.build(), self.timeout_ms).await {
                Ok(answer) if self.is_final(answer.status().as_u16()) => {
                    return Ok(Answer { status: answer.status().as_u16(), body: answer.into_body() });
                }
                Ok(answer) => format!("it answered with status {}", answer.status().as_u16()),
                Err(error) if !self.retries_connections => return Err(self.unanswered(&error)),
                Err(error) => error.to_string(),
            };
            failed += 1;
            if failed == self.attempts {
                return Err(CredentialsError::invalid(self.what, why));
            }
            host.sleep(backoff_ms(Failure::Transient, failed, host.random())).await;
        }
    }

    fn build(&self) -> Request<Vec<u8>> {
        let mut request = Request::new(self.body.clone());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        for (name, value) in &self.headers {
            request.headers_mut().append(name.clone(), value.clone());
        }
        request
    }

    fn is_final(&self, status: u16) -> bool {
        status < 500 && status != 429
    }

    fn unanswered(&self, error: &FetchError) -> CredentialsError {
        CredentialsError::invalid(self.what, error)
    }
}
