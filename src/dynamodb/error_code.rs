//! AWS's error codes: where an answer holds one, and what kind of failure it is.

use super::ErrorKind;

/// Codes that mean throttling, the same list in all of AWS's SDKs.
const THROTTLING: [&str; 14] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
];

const CREDENTIALS: [&str; 11] = [
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "AuthFailure",
];

/// The code without what may stand around it: `namespace#Code:http://...`.
pub fn bare(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().trim()
}

/// The kind of failure that a bare code, or else the status, stands for.
pub fn kind(code: &str, status: u16) -> ErrorKind {
    match code {
        "ConditionalCheckFailedException" => ErrorKind::ConditionalCheckFailed,
        "ValidationException" | "ItemCollectionSizeLimitExceededException" | "SerializationException" => {
            ErrorKind::Validation
        }
        "ResourceNotFoundException" | "TableNotFoundException" => ErrorKind::ResourceNotFound,
        "ResourceInUseException" | "TableInUseException" => ErrorKind::ResourceInUse,
        "AccessDenied" | "AccessDeniedException" => ErrorKind::AccessDenied,
        "RequestTimeTooSkewed" => ErrorKind::ClockSkew,
        "UnknownOperationException" => ErrorKind::UnknownOperation,
        "RequestTimeout" | "RequestTimeoutException" | "ReplicatedWriteConflictException" => {
            ErrorKind::Transient
        }
        code if CREDENTIALS.contains(&code) => ErrorKind::Credentials,
        code if THROTTLING.contains(&code) => ErrorKind::Throttling,
        _ => match status {
            429 => ErrorKind::Throttling,
            500 | 502 | 503 | 504 => ErrorKind::Transient,
            _ => ErrorKind::Other,
        },
    }
}

/// Whether new credentials may help.
pub fn is_expired_token(code: &str) -> bool {
    matches!(code, "ExpiredToken" | "ExpiredTokenException")
}

/// Whether the message that comes with it repeats the request, with the session token in it.
pub fn repeats_the_request(code: &str) -> bool {
    matches!(code, "InvalidSignatureException" | "SignatureDoesNotMatch")
}
