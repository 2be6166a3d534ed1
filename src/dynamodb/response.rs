//! Reading a response: from HTTP to an operation's output, or a typed error.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>

use super::{Error, Operation, error_code};
use crate::crc32::crc32;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Characters of a server's message that an error keeps.
const MAX_MESSAGE_CHARS: usize = 500;

/// Reads an operation's output out of a response.
pub fn read_response<O: Operation>(response: http::Response<Vec<u8>>) -> Result<O::Output, Error> {
    output::<O>(&body(O::NAME, response)?)
}

/// The body of a successful response that is as it was sent.
pub(super) fn body(operation: &'static str, response: http::Response<Vec<u8>>) -> Result<Vec<u8>, Error> {
    let (parts, body) = response.into_parts();
    let request_id = header(&parts.headers, "x-amzn-requestid");
    let status = parts.status.as_u16();
    let error = if !is_intact(&parts.headers, &body) {
        let message = "the answer is not what was sent: its x-amz-crc32 differs";
        Error { status: Some(status), retryable: true, ..Error::unreadable(operation, message) }
    } else if parts.status.is_success() {
        return Ok(body);
    } else {
        service_error(operation, status, &parts.headers, &body)
    };
    Err(Error { request_id, ..error })
}

/// The output that a body holds.
pub(super) fn output<O: Operation>(body: &[u8]) -> Result<O::Output, Error> {
    object(body).map_err(|why| Error {
        status: Some(200),
        ..Error::unreadable(O::NAME, format!("the answer is not DynamoDB's: {why}"))
    })
}

/// Reads a JSON object. serde would also take an array of a structure's members in their order.
fn object<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    match body.trim_ascii_start().first() {
        None => Err("it is empty".to_owned()),
        Some(b'{') => serde_json::from_slice(body).map_err(|error| without_content(&error)),
        Some(_) => Err("it is no JSON object".to_owned()),
    }
}

/// `x-amz-crc32` is of the bytes on the wire, which are not here any more where the host has decoded them.
fn is_intact(headers: &HeaderMap, body: &[u8]) -> bool {
    let is_decoded = headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding.as_bytes() != b"identity");
    let Some(checksum) = header(headers, "x-amz-crc32").filter(|_| !is_decoded) else { return true };
    checksum.parse() == Ok(crc32(body))
}

/// Members of an error's body. Clients must take the message under both spellings.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    code: Option<String>,
    #[serde(rename = "__type")]
    type_: Option<String>,
    message: Option<String>,
    #[serde(rename = "Message")]
    message_capitalised: Option<String>,
}

fn service_error(operation: &'static str, status: u16, headers: &HeaderMap, body: &[u8]) -> Error {
    let body: ErrorBody = object(body).unwrap_or_default();
    let named = [header(headers, "x-amzn-errortype"), body.code, body.type_];
    let code = named.iter().flatten().map(|code| error_code::bare(code)).find(|code| !code.is_empty());
    let code = code.map_or_else(|| format!("Http{status}"), str::to_owned);
    let message = body.message.or(body.message_capitalised).unwrap_or_default();
    let shown = if error_code::repeats_the_request(&code) { first_line(&message) } else { &message };
    let message = shown.chars().take(MAX_MESSAGE_CHARS).collect();
    Error::service(operation, status, code, message)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// serde's own message quotes content; the kind and the place are enough.
fn without_content(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "it ends early",
        serde_json::error::Category::Data => "it has another shape",
        _ => "it is not JSON",
    };
    format!("{what} (line {} column {})", error.line(), error.column())
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

#[cfg(test)]
mod tests;
