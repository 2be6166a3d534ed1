//! Requests to the sources of credentials: few, small, and tried again where that may help.

use super::CredentialsError;
use crate::host::Host;
#[cfg(feature = "chain")]
use crate::retry::ClockSkew;
use crate::retry::{Failure, backoff_ms};
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use std::pin::Pin;

/// One attempt, milliseconds; STS takes up to a few hundred.
const ATTEMPT_MS: u64 = 5_000;

/// A future that borrows. Boxed, so that the sources' state machines are not compiled into each other.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, CredentialsError>> + 'a>>;

/// A request to one of the sources.
pub struct SourceRequest {
    /// Who is asked, for errors.
    what: &'static str,
    pub request: Request<Vec<u8>>,
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
    /// How far this machine's clock is from the source's, where the answer tells.
    #[cfg(feature = "chain")]
    pub skew: Option<ClockSkew>,
}

#[cfg(any(feature = "admin", feature = "chain"))]
impl Answer {
    /// The body; empty where it is no UTF-8.
    pub fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap_or_default()
    }
}

impl SourceRequest {
    /// A request without headers and body, with three attempts.
    pub fn new(what: &'static str, method: Method, uri: Uri) -> Self {
        let mut request = Request::new(Vec::new());
        (*request.method_mut(), *request.uri_mut()) = (method, uri);
        SourceRequest { what, request, timeout_ms: ATTEMPT_MS, attempts: 3, retries_connections: true }
    }

    /// A request to an address that is known to be valid but for what somebody configured.
    #[cfg(feature = "chain")]
    pub fn to(what: &'static str, method: Method, address: &str) -> Result<Self, CredentialsError> {
        match address.parse() {
            Ok(uri) => Ok(SourceRequest::new(what, method, uri)),
            Err(_) => Err(CredentialsError::of(what, &"the address is no URL")),
        }
    }

    /// Adds a header; `Err` when no header can hold the value.
    pub fn header(&mut self, name: HeaderName, value: &str) -> Result<(), CredentialsError> {
        let Ok(mut value) = HeaderValue::from_str(value) else {
            return Err(CredentialsError::of(self.what, &"no header can hold what it is asked with"));
        };
        value.set_sensitive(true);
        self.request.headers_mut().insert(name, value);
        Ok(())
    }

    /// Sends it.
    ///
    /// # Errors
    ///
    /// No answer, or one of 500 and above, at the last attempt.
    pub fn send(self, host: &dyn Host) -> Pending<'_, Answer> {
        Box::pin(async move {
            let mut failed = 0;
            loop {
                #[cfg(feature = "chain")]
                let sent_at_ms = host.now_ms();
                let why = match host.fetch(&self.build(), self.timeout_ms).await {
                    Ok(answer) => match answer.status().as_u16() {
                        status @ (429 | 500..) => {
                            CredentialsError::of(self.what, &format_args!("it answered with status {status}"))
                        }
                        status => {
                            return Ok(Answer {
                                status,
                                #[cfg(feature = "chain")]
                                skew: ClockSkew::measure(answer.headers(), sent_at_ms, host.now_ms()),
                                body: answer.into_body(),
                            });
                        }
                    },
                    Err(error) if !self.retries_connections => {
                        return Err(CredentialsError::of(self.what, &error));
                    }
                    Err(error) => CredentialsError::of(self.what, &error),
                };
                failed += 1;
                if failed == self.attempts {
                    return Err(why);
                }
                host.sleep(backoff_ms(Failure::Transient, failed, host.random())).await;
            }
        })
    }

    /// For one attempt.
    fn build(&self) -> Request<Vec<u8>> {
        let mut request = Request::new(self.request.body().clone());
        *request.method_mut() = self.request.method().clone();
        *request.uri_mut() = self.request.uri().clone();
        for (name, value) in self.request.headers() {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        request
    }
}
