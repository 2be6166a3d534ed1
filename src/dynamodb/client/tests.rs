mod batches;
mod breaker;
mod metering;

use super::*;
use crate::dynamodb::{AttributeValue, BatchGetItem, BatchWriteItem, GetItem, Item, Meter, WriteRequest};
use crate::host::{FetchError, Host};
use crate::scripted_host::ScriptedHost;
use crate::sharing::{join, within};
use std::collections::VecDeque;

type Answered = Result<http::Response<Vec<u8>>, FetchError>;

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Answered {
    let builder = http::Response::builder().status(status);
    let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    Ok(builder.body(body.as_bytes().to_vec()).expect("a valid response"))
}

fn found() -> Answered {
    response(200, &[], r#"{"Item":{"key":{"S":"k"}}}"#)
}

fn refused(code: &str) -> Answered {
    response(400, &[], &format!(r#"{{"__type":"x#{code}","message":"m"}}"#))
}

fn broken() -> Answered {
    response(500, &[], r#"{"__type":"InternalServerError"}"#)
}

/// Tokens of temporary credentials, one after the other.
fn client(host: &Rc<ScriptedHost>, tokens: &[&'static str]) -> Client {
    let tokens = Rc::new(RefCell::new(tokens.iter().copied().collect::<VecDeque<_>>()));
    let provider = Provider::function(Rc::new(move || {
        let token = tokens.borrow_mut().pop_front();
        Box::pin(async move {
            let session_token = Some(token.ok_or("no more tokens")?.into());
            Ok(Credentials { session_token, ..Credentials::new("AKID", "secret") })
        })
    }));
    let endpoint = Endpoint::resolve(None, "eu-central-1", host.as_ref()).expect("an endpoint");
    Client::new(host.clone(), ClientConfig::new(Destination::known(endpoint), provider))
}

fn key(key: &str) -> Item {
    Item::from([("key".to_owned(), AttributeValue::s(key))])
}

fn get(host: &Rc<ScriptedHost>, client: &Client, budget_ms: u64) -> Result<Option<Item>, Error> {
    let deadline = Deadline::after(host.as_ref(), budget_ms);
    host.run(client.send(&GetItem::consistent("t", key("k")), deadline)).map(|output| output.item)
}

fn header<'a>(request: &'a http::Request<Vec<u8>>, name: &str) -> &'a str {
    request.headers().get(name).expect(name).to_str().expect(name)
}

#[test]
fn a_request_is_what_dynamodb_expects() {
    let host = ScriptedHost::new();
    host.answer(found());
    assert_eq!(get(&host, &client(&host, &["T"]), 300), Ok(Some(key("k"))));
    let sent = host.take_requests().remove(0);
    assert_eq!((sent.at_ms, sent.timeout_ms), (0, 200));
    let request = sent.request;
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "https://dynamodb.eu-central-1.amazonaws.com/");
    assert_eq!(header(&request, "content-type"), "application/x-amz-json-1.0");
    assert_eq!(header(&request, "x-amz-target"), "DynamoDB_20120810.GetItem");
    assert_eq!(header(&request, "accept-encoding"), "identity");
    assert_eq!(header(&request, "x-amz-date"), "20150830T123600Z");
    assert_eq!(header(&request, "x-amz-security-token"), "T");
    let authorization = header(&request, "authorization");
    assert!(
        authorization.starts_with(
            "AWS4-HMAC-SHA256 Credential=AKID/20150830/eu-central-1/dynamodb/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature="
        ),
        "{authorization}"
    );
    assert!(!request.headers().contains_key("host"), "the host's fetch sends it");
    let body = std::str::from_utf8(request.body()).expect("JSON");
    assert_eq!(body, r#"{"TableName":"t","Key":{"key":{"S":"k"}},"ConsistentRead":true}"#);
    assert!(!format!("{request:?}").contains("Signature"), "secrets are marked as such");
}

#[test]
fn a_broken_service_is_asked_four_times_with_growing_delays() {
    let host = ScriptedHost::new();
    (0..4).for_each(|_| host.answer(broken()));
    let error = get(&host, &client(&host, &["T"]), 5_000).expect_err("broken");
    assert_eq!((error.code.as_str(), error.kind), ("InternalServerError", ErrorKind::Transient));
    let times: Vec<_> = host.take_requests().iter().map(|sent| sent.at_ms).collect();
    assert_eq!(times, [0, 25, 75, 175]);
}

#[test]
fn a_broken_connection_and_a_corrupted_answer_are_asked_again() {
    let host = ScriptedHost::new();
    host.answer(Err(FetchError::Connection("reset".to_owned())));
    host.answer(response(200, &[("x-amz-crc32", "1")], "{}"));
    host.answer(found());
    assert_eq!(get(&host, &client(&host, &["T"]), 5_000), Ok(Some(key("k"))));
}

#[test]
fn a_refusal_is_not_asked_again() {
    for code in [
        "ValidationException",
        "ConditionalCheckFailedException",
        "ResourceNotFoundException",
        "SomethingNew",
    ] {
        let host = ScriptedHost::new();
        host.answer(refused(code));
        assert_eq!(get(&host, &client(&host, &["T"]), 5_000).expect_err(code).code, code);
    }
}

#[test]
fn a_throttled_read_ends_at_once_when_its_budget_has_no_room_for_the_delay() {
    let host = ScriptedHost::new();
    host.answer(refused("ThrottlingException"));
    let error = get(&host, &client(&host, &["T"]), 300).expect_err("throttled");
    assert_eq!((error.kind, host.elapsed_ms()), (ErrorKind::Throttling, 0));
}

#[test]
fn a_silent_endpoint_costs_the_budget_and_not_more() {
    let host = ScriptedHost::new();
    (0..2).for_each(|_| host.answer_after(u64::MAX, found()));
    let error = get(&host, &client(&host, &["T"]), 300).expect_err("silent");
    assert_eq!((error.kind, host.elapsed_ms()), (ErrorKind::Deadline, 300));
}

#[test]
fn a_connection_that_has_gone_silent_leaves_time_for_another() {
    let host = ScriptedHost::new();
    host.answer_after(u64::MAX, found());
    host.answer_after(50, found());
    assert_eq!(get(&host, &client(&host, &["T"]), 300), Ok(Some(key("k"))));
    assert_eq!(host.elapsed_ms(), 200 + 25 + 50);
}

#[test]
fn a_retry_gets_what_is_left_of_the_budget() {
    let host = ScriptedHost::new();
    host.answer_after(100, broken());
    host.answer(found());
    assert!(get(&host, &client(&host, &["T"]), 300).is_ok());
    let seen: Vec<_> = host.take_requests().iter().map(|sent| (sent.at_ms, sent.timeout_ms)).collect();
    assert_eq!(seen, [(0, 200), (125, 175)]);
}

#[test]
fn nothing_is_sent_once_the_budget_is_over() {
    let host = ScriptedHost::new();
    assert_eq!(get(&host, &client(&host, &["T"]), 0).expect_err("no time").kind, ErrorKind::Deadline);
    assert!(host.take_requests().is_empty());
}

#[test]
fn the_servers_wish_to_wait_is_followed_within_limits() {
    let host = ScriptedHost::new();
    host.answer(response(503, &[("x-amz-retry-after", "400")], ""));
    host.answer(found());
    assert!(get(&host, &client(&host, &["T"]), 5_000).is_ok());
    assert_eq!(host.elapsed_ms(), 400);
}

#[test]
fn a_clock_that_is_off_is_corrected_once_and_stays_corrected() {
    let host = ScriptedHost::new();
    host.set_wall_offset_ms(-600_000);
    let client = client(&host, &["T"]);
    let date = [("date", "Sun, 30 Aug 2015 12:36:00 GMT")];
    host.answer(response(
        400,
        &date,
        r#"{"__type":"x#InvalidSignatureException","message":"Signature expired"}"#,
    ));
    host.answer(found());
    host.answer(found());
    assert!(get(&host, &client, 300).is_ok());
    assert!(get(&host, &client, 300).is_ok());
    let requests = host.take_requests();
    let dates: Vec<_> = requests.iter().map(|sent| header(&sent.request, "x-amz-date")).collect();
    assert_eq!(dates, ["20150830T122600Z", "20150830T123600Z", "20150830T123600Z"]);
    assert_eq!(host.elapsed_ms(), 0, "it is sent again at once");
}

#[test]
fn a_refused_signature_under_a_right_clock_is_final() {
    let host = ScriptedHost::new();
    let date = [("date", "Sun, 30 Aug 2015 12:36:00 GMT")];
    host.answer(response(400, &date, r#"{"__type":"x#InvalidSignatureException","message":"m"}"#));
    assert_eq!(get(&host, &client(&host, &["T"]), 300).expect_err("refused").kind, ErrorKind::Credentials);
}

#[test]
fn a_clock_is_not_corrected_twice_in_a_call() {
    let host = ScriptedHost::new();
    for date in ["Sun, 30 Aug 2015 13:36:00 GMT", "Sun, 30 Aug 2015 14:36:00 GMT"] {
        host.answer(response(400, &[("date", date)], r#"{"__type":"x#RequestTimeTooSkewed"}"#));
    }
    assert_eq!(get(&host, &client(&host, &["T"]), 300).expect_err("skewed").kind, ErrorKind::ClockSkew);
    assert_eq!(host.unanswered(), 0);
}

#[test]
fn an_expired_token_is_renewed_once() {
    let host = ScriptedHost::new();
    host.answer(refused("ExpiredTokenException"));
    host.answer(found());
    assert_eq!(get(&host, &client(&host, &["old", "new"]), 300), Ok(Some(key("k"))));
    let requests = host.take_requests();
    let tokens: Vec<_> = requests.iter().map(|sent| header(&sent.request, "x-amz-security-token")).collect();
    assert_eq!(tokens, ["old", "new"]);

    let host = ScriptedHost::new();
    host.answer(refused("ExpiredTokenException"));
    host.answer(refused("ExpiredTokenException"));
    assert_eq!(
        get(&host, &client(&host, &["old", "new"]), 300).expect_err("expired").code,
        "ExpiredTokenException"
    );
}

#[test]
fn the_same_token_again_is_not_sent_again() {
    let host = ScriptedHost::new();
    host.answer(refused("ExpiredToken"));
    assert_eq!(get(&host, &client(&host, &["old", "old"]), 300).expect_err("expired").code, "ExpiredToken");
}

#[test]
fn without_credentials_nothing_is_sent_and_the_error_says_why() {
    let host = ScriptedHost::new();
    let error = get(&host, &client(&host, &[]), 300).expect_err("no credentials");
    assert_eq!(error.kind, ErrorKind::Credentials);
    assert_eq!(
        error.to_string(),
        "GetItem failed: CredentialsError: the credentials option failed: no more tokens."
    );
}

#[test]
fn a_token_that_no_header_can_hold_is_an_error_and_not_shown() {
    let host = ScriptedHost::new();
    let error = get(&host, &client(&host, &["hidden\n"]), 300).expect_err("a line break");
    assert_eq!(error.code, "InvalidRequest");
    assert!(!error.to_string().contains("hidden"));
}
