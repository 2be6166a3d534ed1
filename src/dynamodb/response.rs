//! Reading a response: from HTTP to an operation's output, or a typed error.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>

use super::{Error, JsonError, JsonReader, Members, Operation, error_code, json};
use crate::crc32::crc32;
use crate::host::response_header::{CONTENT_ENCODING, X_AMZ_CRC32, X_AMZN_ERRORTYPE, X_AMZN_REQUESTID};
use http::{HeaderMap, HeaderName};

/// Characters of a server's message that an error keeps.
const MAX_MESSAGE_CHARS: usize = 500;

/// Reads an operation's output out of a response.
pub fn read_response<O: Operation>(response: http::Response<Vec<u8>>) -> Result<O::Output, Error> {
    if let Some(error) = refusal(O::NAME, &response) {
        return Err(error);
    }
    let mut output = O::Output::default();
    read_output(O::NAME, response.body(), &mut output)?;
    Ok(output)
}

/// Why a response's body is not to be read: `None` for a success that is as it was sent.
pub(super) fn refusal(operation: &'static str, response: &http::Response<Vec<u8>>) -> Option<Error> {
    let is_intact = is_intact(response.headers(), response.body());
    (!is_intact || !response.status().is_success()).then(|| refusal_of(operation, response, is_intact))
}

#[cold]
fn refusal_of(operation: &'static str, response: &http::Response<Vec<u8>>, is_intact: bool) -> Error {
    let status = response.status().as_u16();
    let mut error = if is_intact {
        service_error(operation, status, response.headers(), response.body())
    } else {
        let mut error =
            Error::unreadable(operation, "the answer is not what was sent: its x-amz-crc32 differs");
        (error.status, error.retryable) = (Some(status), true);
        error
    };
    error.request_id = header(response.headers(), &X_AMZN_REQUESTID);
    error
}

/// Reads the output that a body holds.
pub(super) fn read_output(
    operation: &'static str,
    body: &[u8],
    output: &mut dyn Members,
) -> Result<(), Error> {
    json::read_object(body, output).map_err(|why| {
        let mut error = Error::unreadable(operation, format!("the answer is not DynamoDB's: {why}"));
        error.status = Some(200);
        error
    })
}

/// `x-amz-crc32` is of the bytes on the wire, which are not here any more where the host has decoded them.
fn is_intact(headers: &HeaderMap, body: &[u8]) -> bool {
    let is_decoded = headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding.as_bytes() != b"identity");
    let Some(checksum) = headers.get(&X_AMZ_CRC32).filter(|_| !is_decoded) else { return true };
    let Ok(checksum) = checksum.to_str() else { return true };
    checksum.parse() == Ok(crc32(body))
}

/// Members of an error's body. Clients must take the message under both spellings.
#[derive(Default)]
struct ErrorBody {
    code: Option<String>,
    type_: Option<String>,
    message: Option<String>,
    message_capitalised: Option<String>,
}

impl Members for ErrorBody {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "code" => json.member(&mut self.code),
            "__type" => json.member(&mut self.type_),
            "message" => json.member(&mut self.message),
            "Message" => json.member(&mut self.message_capitalised),
            _ => json.skip(),
        }
    }
}

fn service_error(operation: &'static str, status: u16, headers: &HeaderMap, body: &[u8]) -> Error {
    let body = read_error(body);
    let named = [header(headers, &X_AMZN_ERRORTYPE), body.code, body.type_];
    let code = named.iter().flatten().map(|code| error_code::bare(code)).find(|code| !code.is_empty());
    let code = code.map_or_else(|| format!("Http{status}"), str::to_owned);
    let message = body.message.or(body.message_capitalised).unwrap_or_default();
    let shown = if error_code::repeats_the_request(&code) { first_line(&message) } else { &message };
    let message = shown.chars().take(MAX_MESSAGE_CHARS).collect();
    Error::service(operation, status, code, message)
}

/// A body that cannot be read says nothing: the status still does.
fn read_error(body: &[u8]) -> ErrorBody {
    let mut read = ErrorBody::default();
    match json::read_object(body, &mut read) {
        Ok(()) => read,
        Err(_) => ErrorBody::default(),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

#[cfg(test)]
mod tests;
