//! Why an operation failed.

use super::error_code;
use crate::credentials::CredentialsError;
use crate::endpoint::EndpointError;
use crate::host::FetchError;
use crate::retry::Refused;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// A failed operation, with what DynamoDB said. It never holds a secret.
///
/// It is boxed: errors are rare, and results move through many hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    details: Box<ErrorDetails>,
}

/// What an [`Error`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorDetails {
    /// DynamoDB's own code, `ValidationException`, or one of ours: `NetworkError`, `DeadlineExceeded`,
    /// `CircuitOpen`, `CredentialsError`, `UnreadableResponse`, `UnprocessedKeys`, `UnprocessedItems`, `InvalidRequest`,
    /// `Http502`.
    pub code: String,
    /// What kind of failure the code is.
    pub kind: ErrorKind,
    /// The operation, `GetItem`.
    pub operation: &'static str,
    /// What happened, for a person.
    pub message: String,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// AWS's id of the request, for a support case.
    pub request_id: Option<String>,
    /// Whether the same request may succeed later.
    pub retryable: bool,
}

/// Kinds of failures, as far as callers tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The table's or the account's capacity is used up.
    Throttling,
    /// The request is not valid; for an update also: the item would become too large.
    Validation,
    /// The condition does not hold.
    ConditionalCheckFailed,
    /// There is no such table or index.
    ResourceNotFound,
    /// The table is there, or is changing.
    ResourceInUse,
    /// IAM does not allow it.
    AccessDenied,
    /// There are no credentials, or AWS does not accept them.
    Credentials,
    /// The clock of this machine is too far off.
    ClockSkew,
    /// The endpoint does not know the operation.
    UnknownOperation,
    /// The service broke; the same request may succeed.
    Transient,
    /// There was no answer: the connection failed.
    Network,
    /// The time was over.
    Deadline,
    /// It was not asked: it had not answered several times in a row.
    CircuitOpen,
    /// The answer is not what DynamoDB answers.
    Unreadable,
    /// Anything else.
    Other,
}

impl ErrorKind {
    /// Whether the same request may succeed later.
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            ErrorKind::Throttling
                | ErrorKind::Transient
                | ErrorKind::Network
                | ErrorKind::Deadline
                | ErrorKind::CircuitOpen
        )
    }
}

impl Error {
    /// An answer that does not hold what it should.
    pub fn unreadable(operation: &'static str, message: impl Into<String>) -> Self {
        Error::own(operation, "UnreadableResponse", ErrorKind::Unreadable, message)
    }

    /// The caller's time was over.
    pub fn deadline(operation: &'static str) -> Self {
        Error::own(operation, "DeadlineExceeded", ErrorKind::Deadline, "no answer within the time limit")
    }

    pub(super) fn circuit_open(operation: &'static str, refused: &Refused) -> Self {
        Error::own(operation, "CircuitOpen", ErrorKind::CircuitOpen, refused.to_string())
    }

    pub(super) fn credentials(operation: &'static str, error: &CredentialsError) -> Self {
        Error::own(operation, "CredentialsError", ErrorKind::Credentials, error.to_string())
    }

    pub(super) fn endpoint(operation: &'static str, error: &EndpointError) -> Self {
        Error::own(operation, "EndpointError", ErrorKind::Other, error.to_string())
    }

    pub(super) fn fetch(operation: &'static str, error: FetchError) -> Self {
        match error {
            FetchError::TimedOut => Error::deadline(operation),
            FetchError::Connection(why) => Error::own(operation, "NetworkError", ErrorKind::Network, why),
        }
    }

    /// What was left of a batch when the time was over.
    pub(super) fn unprocessed(operation: &'static str, code: &str, left: usize) -> Self {
        let message = format!("DynamoDB had left {left} of the batch unprocessed when the time was over");
        Error::own(operation, code, ErrorKind::Throttling, message)
    }

    /// A request that cannot be sent.
    pub(super) fn invalid_request(operation: &'static str, why: impl fmt::Display) -> Self {
        Error::own(operation, "InvalidRequest", ErrorKind::Validation, why.to_string())
    }

    /// An answer with an error status.
    pub(super) fn service(operation: &'static str, status: u16, code: String, message: String) -> Self {
        let kind = error_code::kind(&code, status);
        let mut error = Error::own(operation, &code, kind, message);
        error.status = Some(status);
        error
    }

    /// Whether there was no answer of DynamoDB's, who also answers when it refuses or throttles.
    pub(super) fn is_outage(&self) -> bool {
        match (self.kind, self.status) {
            (ErrorKind::Network | ErrorKind::Deadline | ErrorKind::Unreadable | ErrorKind::Transient, _) => {
                true
            }
            (ErrorKind::Credentials, None) => true,
            (ErrorKind::Other, Some(status)) => !(400..500).contains(&status),
            _ => false,
        }
    }

    fn own(operation: &'static str, code: &str, kind: ErrorKind, message: impl Into<String>) -> Self {
        let details = ErrorDetails {
            code: code.to_owned(),
            kind,
            operation,
            message: message.into(),
            status: None,
            request_id: None,
            retryable: kind.is_retryable(),
        };
        Error { details: Box::new(details) }
    }
}

impl Deref for Error {
    type Target = ErrorDetails;

    fn deref(&self) -> &ErrorDetails {
        &self.details
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut ErrorDetails {
        &mut self.details
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed: {}", self.operation, self.code)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message.trim_end_matches('.'))?;
        }
        match (self.status, &self.request_id) {
            (Some(status), Some(id)) => write!(f, " (status {status}, request id {id})")?,
            (Some(status), None) => write!(f, " (status {status})")?,
            _ => {}
        }
        f.write_str(".")?;
        self.write_advice(f)
    }
}

impl std::error::Error for Error {}

impl Error {
    /// What to do next, where one can tell.
    fn write_advice(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ErrorKind::ResourceNotFound => f.write_str(
                " Create the table (npx nextjs-dynamodb-cache create-table), or check the options tableName and region.",
            ),
            ErrorKind::AccessDenied => {
                let action = self.operation;
                write!(f, " Allow the IAM action dynamodb:{action} on the table (and its index) to the role or user.")
            }
            // The provider's own errors say what to set.
            ErrorKind::Credentials if self.status.is_some() => f.write_str(
                " Check the credentials: the option credentials, or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN in the environment.",
            ),
            ErrorKind::ClockSkew => f.write_str(" Set the clock of this machine."),
            ErrorKind::Network => {
                f.write_str(" Check the option endpoint (or AWS_ENDPOINT_URL_DYNAMODB), the region, and the network.")
            }
            _ => Ok(()),
        }
    }
}
