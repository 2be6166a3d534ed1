//! The headers of a response that the core reads. A host may leave out all others.

use http::HeaderName;
pub use http::header::{AGE, CONTENT_ENCODING, DATE};

/// AWS's id of the request, for a support case.
pub const X_AMZN_REQUESTID: HeaderName = HeaderName::from_static("x-amzn-requestid");
/// The code of an error.
pub const X_AMZN_ERRORTYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
/// The CRC-32 of the body as it was sent.
pub const X_AMZ_CRC32: HeaderName = HeaderName::from_static("x-amz-crc32");
/// How long the server wants a client to wait, milliseconds.
pub const X_AMZ_RETRY_AFTER: HeaderName = HeaderName::from_static("x-amz-retry-after");

/// All of them.
pub const ALL: [HeaderName; 7] =
    [AGE, CONTENT_ENCODING, DATE, X_AMZN_REQUESTID, X_AMZN_ERRORTYPE, X_AMZ_CRC32, X_AMZ_RETRY_AFTER];
