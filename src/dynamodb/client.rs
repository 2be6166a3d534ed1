//! The client: sends an operation, again where that may help, until it is answered or the time is over.

use super::consumption::{ConsumedCapacity, Measured};
use super::request::Call;
use super::signer::Signer;
use super::{
    Consumption, Destination, Error, ErrorKind, Members, Operation, SharedMeter, Units, error_code, response,
};
use crate::credentials::{Credentials, CredentialsCache, Provider};
use crate::endpoint::Endpoint;
use crate::host::response_header::X_AMZ_RETRY_AFTER;
use crate::host::{Deadline, SharedHost};
use crate::retry::{Admitted, Attempts, Breaker, ClockSkew, Decision, Failure, MIN_ATTEMPT_MS, Quota};
use http::HeaderMap;
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;

/// Where a client sends, and as whom.
#[derive(Clone)]
pub struct ClientConfig {
    destination: Destination,
    credentials: Provider,
    asks_for_capacity: bool,
}

impl ClientConfig {
    /// A client's configuration.
    pub fn new(destination: Destination, credentials: Provider) -> Self {
        ClientConfig { destination, credentials, asks_for_capacity: false }
    }

    /// Whether answers are to say what they consumed, which makes each a little longer.
    pub fn asking_for_capacity(self, asks_for_capacity: bool) -> Self {
        ClientConfig { asks_for_capacity, ..self }
    }
}

/// A client of one region's DynamoDB. Clones share everything: credentials, signing key, retry quota, circuit
/// breaker, clock skew.
#[derive(Clone)]
pub struct Client {
    inner: Rc<Inner>,
}

struct Inner {
    host: SharedHost,
    destination: Destination,
    credentials: CredentialsCache,
    signer: RefCell<Signer>,
    quota: Quota,
    breaker: Rc<Breaker>,
    clock_skew: Cell<ClockSkew>,
    asks_for_capacity: bool,
    meter: RefCell<Option<SharedMeter>>,
}

impl Client {
    /// A client. Nothing is read or sent before the first call.
    pub fn new(host: SharedHost, config: ClientConfig) -> Self {
        let ClientConfig { destination, credentials, asks_for_capacity } = config;
        let inner = Inner {
            credentials: CredentialsCache::new(host.clone(), credentials),
            breaker: Breaker::new(host.clone()),
            host,
            destination,
            signer: RefCell::default(),
            quota: Quota::new(),
            clock_skew: Cell::default(),
            asks_for_capacity,
            meter: RefCell::default(),
        };
        Client { inner: Rc::new(inner) }
    }

    /// Sends an operation and reads its answer.
    ///
    /// # Errors
    ///
    /// What DynamoDB refused with, after the retries that may help; the last error when the deadline leaves no time for
    /// another; or that there was no answer. A write that ends with an error may have happened all the same.
    pub async fn send<O: Operation>(&self, operation: &O, deadline: Deadline) -> Result<O::Output, Error> {
        let body = serde_json::to_vec(operation).map_err(|error| Error::invalid_request(O::NAME, error))?;
        let mut output = O::Output::default();
        self.inner.call(O::NAME, O::UNITS, body, deadline, &mut output).await?;
        Ok(output)
    }

    /// As whom, and where, it sends.
    #[cfg(feature = "admin")]
    pub async fn whereabouts(&self, deadline: Deadline) -> Result<(Rc<Credentials>, Rc<Endpoint>), Error> {
        let call = Call::new("DescribeTable", Vec::new());
        self.inner.find_credentials_and_endpoint(&call, deadline).await
    }

    /// How far AWS's clock is ahead of this machine's, milliseconds, where a request was refused for it.
    #[cfg(feature = "admin")]
    pub fn clock_skew_ms(&self) -> i64 {
        let now_ms = self.inner.host.now_ms();
        self.inner.clock_skew.get().apply(now_ms) as i64 - now_ms as i64
    }

    /// What keeps calls from an endpoint that does not answer.
    pub fn breaker(&self) -> &Breaker {
        &self.inner.breaker
    }

    /// The meter of the task that runs now; those that it begins for itself should have it too.
    pub fn meter(&self) -> Option<SharedMeter> {
        self.inner.meter.borrow().clone()
    }

    /// Has another meter told of what no task's own is told of; gives the one before.
    pub fn replace_meter(&self, meter: Option<SharedMeter>) -> Option<SharedMeter> {
        self.inner.meter.replace(meter)
    }

    pub(super) fn host(&self) -> &SharedHost {
        &self.inner.host
    }
}

/// An attempt that failed, and what its answer said besides.
struct Failed {
    error: Error,
    measured: Option<ClockSkew>,
    retry_after_ms: Option<u64>,
}

/// What is corrected once in a call, and then sent again at once.
#[derive(Default)]
struct Corrections {
    clock: bool,
    credentials: bool,
}

impl Inner {
    /// Boxed and free of the operation's type, so that its code is there once.
    fn call<'a>(
        &'a self,
        operation: &'static str,
        units: Option<Units>,
        mut body: Vec<u8>,
        deadline: Deadline,
        output: &'a mut dyn Members,
    ) -> Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>> {
        Box::pin(async move {
            let units = units.filter(|_| self.asks_for_capacity);
            if units.is_some() && body.pop() == Some(b'}') {
                body.extend_from_slice(br#","ReturnConsumedCapacity":"TOTAL"}"#);
            }
            let (answer, admitted) = self.send(&Call::new(operation, body), deadline).await?;
            let Some(units) = units else {
                return settled(admitted, response::read_output(operation, &answer, output));
            };
            let mut measured = Measured { output, capacity: ConsumedCapacity::default() };
            let read = response::read_output(operation, &answer, &mut measured);
            let capacity_units = measured.capacity.units;
            self.consumed(match units {
                Units::Read => Consumption { read_units: capacity_units, ..Consumption::default() },
                Units::Write => Consumption { write_units: capacity_units, ..Consumption::default() },
            });
            settled(admitted, read)
        })
    }

    fn consumed(&self, consumption: Consumption) {
        if let Some(meter) = &*self.meter.borrow() {
            meter.consumed(consumption);
        }
    }

    /// The answer, and the breaker's admission, which is settled when the answer has been read.
    async fn send(&self, call: &Call, deadline: Deadline) -> Result<(Vec<u8>, Admitted), Error> {
        let mut attempts = Attempts::new(&self.quota);
        let mut corrections = Corrections::default();
        let mut last_error = None;
        loop {
            let remaining_ms = deadline.remaining_ms(self.host.as_ref());
            if remaining_ms == 0 {
                return Err(Error::deadline(call.operation));
            }
            let admitted = match self.breaker.admit() {
                Ok(admitted) => admitted,
                Err(refused) => {
                    return Err(last_error.unwrap_or_else(|| Error::circuit_open(call.operation, &refused)));
                }
            };
            let (credentials, endpoint) = match self.find_credentials_and_endpoint(call, deadline).await {
                Ok(found) => found,
                Err(error) => return settled(admitted, Err(error)),
            };
            let skew = self.clock_skew.get();
            let timeout_ms = attempts.timeout_ms(deadline.remaining_ms(self.host.as_ref()));
            let failed = match self.attempt(call, &credentials, &endpoint, skew, timeout_ms).await {
                Ok(body) => {
                    attempts.succeeded();
                    return Ok((body, admitted));
                }
                Err(failed) => failed,
            };
            settle(admitted, &failed.error);
            let remaining_ms = deadline.remaining_ms(self.host.as_ref());
            if remaining_ms < MIN_ATTEMPT_MS {
                return Err(failed.error);
            }
            if !corrections.clock && self.corrects_clock(&failed, skew) {
                corrections.clock = true;
                continue;
            }
            if !corrections.credentials && error_code::is_expired_token(&failed.error.code) {
                corrections.credentials = true;
                if self.replaces_expired(&credentials, deadline).await {
                    continue;
                }
            }
            let Some(failure) = failure(&failed.error) else { return Err(failed.error) };
            match attempts.failed(failure, failed.retry_after_ms, self.host.random(), remaining_ms) {
                Decision::Retry { after_ms } => self.host.sleep(after_ms).await,
                Decision::GiveUp => return Err(failed.error),
            }
            last_error = Some(failed.error);
        }
    }

    /// The endpoint may depend on the credentials: on where they come from, and on their account.
    async fn find_credentials_and_endpoint(
        &self,
        call: &Call,
        deadline: Deadline,
    ) -> Result<(Rc<Credentials>, Rc<Endpoint>), Error> {
        let credentials = self.credentials.get(deadline).await;
        let credentials = credentials.map_err(|error| Error::credentials(call.operation, &error))?;
        let endpoint = self.destination.find(&self.host, &credentials, deadline).await;
        Ok((credentials, endpoint.map_err(|error| Error::endpoint(call.operation, &error))?))
    }

    async fn attempt(
        &self,
        call: &Call,
        credentials: &Rc<Credentials>,
        endpoint: &Rc<Endpoint>,
        skew: ClockSkew,
        timeout_ms: u64,
    ) -> Result<Vec<u8>, Failed> {
        let plain = |error| Failed { error, measured: None, retry_after_ms: None };
        let sent_at_ms = self.host.now_ms();
        let now_ms = skew.apply(sent_at_ms);
        // Taken out meanwhile: what the host calls may call in turn.
        let mut signer = self.signer.take();
        let asked = signer.sign(call, credentials, endpoint, now_ms).map(|request| {
            let sent_bytes = request.body().len();
            self.consumed(Consumption { requests: 1, sent_bytes, ..Consumption::default() });
            self.host.fetch(request, timeout_ms)
        });
        signer.sent();
        self.signer.replace(signer);
        let answer = asked.map_err(plain)?.await;
        let answer = answer.map_err(|error| plain(Error::fetch(call.operation, error)))?;
        self.consumed(Consumption { received_bytes: answer.body().len(), ..Consumption::default() });
        match response::refusal(call.operation, &answer) {
            None => Ok(answer.into_body()),
            Some(error) => Err(self.failed(error, answer.headers(), sent_at_ms)),
        }
    }

    #[cold]
    fn failed(&self, error: Error, headers: &HeaderMap, sent_at_ms: u64) -> Failed {
        let measured = ClockSkew::measure(headers, sent_at_ms, self.host.now_ms());
        Failed { error, measured, retry_after_ms: retry_after_ms(headers) }
    }

    /// Takes over AWS's time if the refusal is due to this machine's.
    fn corrects_clock(&self, failed: &Failed, signed_with: ClockSkew) -> bool {
        let measured = failed.measured.filter(|measured| signed_with.explains(&failed.error.code, *measured));
        measured.inspect(|measured| self.clock_skew.set(*measured)).is_some()
    }

    /// Whether the provider has other credentials by now.
    async fn replaces_expired(&self, expired: &Rc<Credentials>, deadline: Deadline) -> bool {
        self.credentials.expired(expired);
        self.credentials.get(deadline).await.is_ok_and(|current| current != *expired)
    }
}

/// Tells the breaker how it went.
fn settled<T>(admitted: Admitted, result: Result<T, Error>) -> Result<T, Error> {
    match &result {
        Ok(_) => admitted.answered(),
        Err(error) => settle(admitted, error),
    }
    result
}

fn settle(admitted: Admitted, error: &Error) {
    if error.is_outage() {
        admitted.failed(format!("{}: {}", error.code, error.message));
    } else {
        admitted.answered();
    }
}

fn failure(error: &Error) -> Option<Failure> {
    match error.kind {
        ErrorKind::Throttling => Some(Failure::Throttling),
        _ => error.retryable.then_some(Failure::Transient),
    }
}

/// The server's wish, milliseconds.
fn retry_after_ms(headers: &HeaderMap) -> Option<u64> {
    headers.get(X_AMZ_RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests;
