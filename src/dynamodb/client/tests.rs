mod breaker;

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

#[test]
fn a_batch_of_reads_is_split_and_read_to_the_last_key() {
    let host = ScriptedHost::new();
    let rows = |from: usize, to: usize| -> String {
        (from..to).map(|n| format!(r#"{{"key":{{"S":"{n}"}}}}"#)).collect::<Vec<_>>().join(",")
    };
    let unread = format!(r#""UnprocessedKeys":{{"t":{{"Keys":[{}],"ConsistentRead":true}}}}"#, rows(60, 100));
    host.answer(response(200, &[], &format!(r#"{{"Responses":{{"t":[{}]}},{unread}}}"#, rows(0, 60))));
    host.answer(response(
        200,
        &[],
        &format!(r#"{{"Responses":{{"t":[{}]}},"UnprocessedKeys":{{}}}}"#, rows(60, 130)),
    ));
    let keys = (0..130).chain(0..130).map(|n| key(&n.to_string())).collect();
    let deadline = Deadline::after(host.as_ref(), 1_000);
    let read = client(&host, &["T"]).batch_get_item_all_of(&host, keys, deadline);
    assert_eq!(read.expect("all").len(), 130);
    let requests = host.take_requests();
    let asked: Vec<_> = requests.iter().map(|sent| keys_in(&sent.request)).collect();
    assert_eq!(asked, [100, 70]);
    assert_eq!(requests[1].at_ms, 25);
}

#[test]
fn a_batch_that_the_time_does_not_suffice_for_is_an_error() {
    let host = ScriptedHost::new();
    let unread = r#"{"Responses":{},"UnprocessedKeys":{"t":{"Keys":[{"key":{"S":"k"}}]}}}"#;
    (0..3).for_each(|_| host.answer(response(200, &[], unread)));
    let deadline = Deadline::after(host.as_ref(), 150);
    let error =
        client(&host, &["T"]).batch_get_item_all_of(&host, vec![key("k")], deadline).expect_err("unread");
    assert_eq!(
        (error.code.as_str(), error.kind, host.elapsed_ms()),
        ("UnprocessedKeys", ErrorKind::Throttling, 75)
    );
}

#[test]
fn a_batch_of_writes_is_split_and_written_to_the_last_one() {
    let host = ScriptedHost::new();
    let unwritten = r#"{"UnprocessedItems":{"t":[{"DeleteRequest":{"Key":{"key":{"S":"3"}}}}]}}"#;
    for answer in [unwritten, r#"{"UnprocessedItems":{}}"#] {
        host.answer(response(200, &[], answer));
    }
    let requests = (0..30).chain(0..30).map(|n| WriteRequest::delete(key(&n.to_string()))).collect();
    let deadline = Deadline::after(host.as_ref(), 1_000);
    let client = client(&host, &["T"]);
    assert_eq!(host.run(client.batch_write_item_all("t", requests, deadline)), Ok(()));
    let asked: Vec<_> = host.take_requests().iter().map(|sent| keys_in(&sent.request)).collect();
    assert_eq!(asked, [25, 6]);
}

#[test]
fn a_batch_of_large_writes_stays_under_16_mb() {
    let host = ScriptedHost::new();
    (0..2).for_each(|_| host.answer(response(200, &[], "{}")));
    let part = |n: u8| {
        let mut item = key(&n.to_string());
        item.insert("value".to_owned(), AttributeValue::B(vec![n; 600_000]));
        WriteRequest::put(item)
    };
    let deadline = Deadline::after(host.as_ref(), 1_000);
    let client = client(&host, &["T"]);
    assert_eq!(host.run(client.batch_write_item_all("t", (0..25).map(part).collect(), deadline)), Ok(()));
    let sizes: Vec<_> = host.take_requests().iter().map(|sent| sent.request.body().len()).collect();
    assert!(sizes.iter().all(|size| *size <= 16_000_000), "{sizes:?}");
    assert!(sizes[0] > 15_000_000, "{sizes:?}");
}

#[test]
fn a_failing_batch_is_an_error() {
    let host = ScriptedHost::new();
    host.answer(refused("ValidationException"));
    let deadline = Deadline::after(host.as_ref(), 1_000);
    let client = client(&host, &["T"]);
    let written = host.run(client.batch_write_item_all("t", vec![WriteRequest::delete(key("k"))], deadline));
    assert_eq!(written.expect_err("refused").operation, BatchWriteItem::NAME);
}

#[test]
fn an_empty_batch_sends_nothing() {
    let host = ScriptedHost::new();
    let client = client(&host, &["T"]);
    let deadline = Deadline::after(host.as_ref(), 1_000);
    assert_eq!(host.run(client.batch_write_item_all("t", Vec::new(), deadline)), Ok(()));
    assert_eq!(client.batch_get_item_all_of(&host, Vec::new(), deadline), Ok(Vec::new()));
}

impl Client {
    fn batch_get_item_all_of(
        &self,
        host: &ScriptedHost,
        keys: Vec<Item>,
        deadline: Deadline,
    ) -> Result<Vec<Item>, Error> {
        let output = host.run(self.batch_get_item_all(BatchGetItem::consistent("t", keys), deadline));
        output.map(|mut output| output.responses.remove("t").unwrap_or_default())
    }
}

fn keys_in(request: &http::Request<Vec<u8>>) -> usize {
    std::str::from_utf8(request.body()).expect("JSON").matches(r#"{"key":"#).count()
}

/// What it was told, summed.
#[derive(Default)]
struct Sum(RefCell<Consumption>);

impl Meter for Sum {
    fn consumed(&self, more: Consumption) {
        let mut sum = self.0.borrow_mut();
        sum.requests += more.requests;
        sum.sent_bytes += more.sent_bytes;
        sum.received_bytes += more.received_bytes;
        sum.read_units += more.read_units;
        sum.write_units += more.write_units;
    }
}

fn metering_client(host: &Rc<ScriptedHost>) -> Client {
    let endpoint = Endpoint::resolve(None, "eu-central-1", host.as_ref()).expect("an endpoint");
    let provider = Provider::function(Rc::new(|| Box::pin(async { Ok(Credentials::new("AKID", "secret")) })));
    let config = ClientConfig::new(Destination::known(endpoint), provider).asking_for_capacity(true);
    Client::new(host.clone(), config)
}

/// One read of the key, metered.
fn metered_get(
    client: &Client,
    meter: &Rc<Sum>,
    deadline: Deadline,
) -> crate::host::LocalFuture<Result<(), Error>> {
    let sender = client.clone();
    let read = async move { sender.send(&GetItem::consistent("t", key("k")), deadline).await.map(drop) };
    client.metered(Some(meter.clone()), Box::pin(read))
}

#[test]
fn a_meter_is_told_of_every_attempt_and_of_the_units_that_the_answer_names() {
    let host = ScriptedHost::new();
    host.answer(broken());
    let answer = r#"{"Item":{"key":{"S":"k"}},"ConsumedCapacity":{"TableName":"t","CapacityUnits":2.0}}"#;
    host.answer(response(200, &[], answer));
    let (client, meter) = (metering_client(&host), Rc::new(Sum::default()));
    let deadline = Deadline::after(host.as_ref(), 5_000);
    assert_eq!(host.run(metered_get(&client, &meter, deadline)), Ok(()));
    let body =
        r#"{"TableName":"t","Key":{"key":{"S":"k"}},"ConsistentRead":true,"ReturnConsumedCapacity":"TOTAL"}"#;
    let sent = host.take_requests();
    assert_eq!(std::str::from_utf8(sent[0].request.body()), Ok(body));
    let expected = Consumption {
        requests: 2,
        sent_bytes: 2 * body.len(),
        received_bytes: answer.len() + r#"{"__type":"InternalServerError"}"#.len(),
        read_units: 2.0,
        write_units: 0.0,
    };
    assert_eq!(*meter.0.borrow(), expected);
}

#[test]
fn batches_sum_the_units_of_their_tables_and_writes_are_told_from_reads() {
    let host = ScriptedHost::new();
    let capacity = r#""ConsumedCapacity":[{"TableName":"t","CapacityUnits":1.5},{"CapacityUnits":2},{}]"#;
    host.answer(response(
        200,
        &[],
        &format!(r#"{{"Responses":{{"t":[]}},"UnprocessedKeys":{{}},{capacity}}}"#),
    ));
    host.answer(response(200, &[], &format!(r#"{{"UnprocessedItems":{{}},{capacity}}}"#)));
    let (client, meter) = (metering_client(&host), Rc::new(Sum::default()));
    let deadline = Deadline::after(host.as_ref(), 5_000);
    let sender = client.clone();
    let both = async move {
        let request = BatchGetItem::consistent("t", vec![key("a"), key("b")]);
        sender.batch_get_item_all(request, deadline).await?;
        sender.batch_write_item_all("t", vec![WriteRequest::put(key("a"))], deadline).await
    };
    assert_eq!(host.run(client.metered(Some(meter.clone()), Box::pin(both))), Ok(()));
    let Consumption { requests, read_units, write_units, .. } = *meter.0.borrow();
    assert_eq!((requests, read_units, write_units), (2, 3.5, 3.5));
}

#[test]
fn calls_that_overlap_are_told_apart_and_what_nobody_metered_goes_to_the_clients_own_meter() {
    let host = ScriptedHost::new();
    let sized =
        |units: u32| response(200, &[], &format!(r#"{{"ConsumedCapacity":{{"CapacityUnits":{units}}}}}"#));
    host.answer_after(20, sized(1));
    host.answer_after(10, sized(10));
    host.answer_after(15, sized(100));
    let client = metering_client(&host);
    let [own, first, second] = [(); 3].map(|()| Rc::new(Sum::default()));
    client.replace_meter(Some(own.clone()));
    let deadline = Deadline::after(host.as_ref(), 5_000);
    let (request, unmetered) = (GetItem::consistent("t", key("k")), client.clone());
    let all = join(
        join(metered_get(&client, &first, deadline), metered_get(&client, &second, deadline)),
        unmetered.send(&request, deadline),
    );
    let ((one, two), three) = host.run(all);
    assert_eq!((one, two, three.is_ok()), (Ok(()), Ok(()), true));
    let told = [&first, &second, &own].map(|sum| (sum.0.borrow().requests, sum.0.borrow().read_units));
    assert_eq!(told, [(1, 1.0), (1, 10.0), (1, 100.0)]);
}

#[test]
fn a_call_that_is_given_up_has_sent_its_request_all_the_same() {
    let host = ScriptedHost::new();
    host.answer_after(1_000, found());
    let (client, meter) = (metering_client(&host), Rc::new(Sum::default()));
    let shared: SharedHost = host.clone();
    let deadline = Deadline::after(host.as_ref(), 5_000);
    let limit = Deadline::after(host.as_ref(), 100);
    assert_eq!(host.run(within(&shared, limit, metered_get(&client, &meter, deadline))), None);
    let Consumption { requests, received_bytes, .. } = *meter.0.borrow();
    assert_eq!((requests, received_bytes), (1, 0));
}

#[test]
fn an_endpoint_that_does_not_say_what_it_consumed_is_answered_all_the_same() {
    for body in ["{}", r#"{"ConsumedCapacity":null}"#, r#"{"ConsumedCapacity":{"TableName":"t"}}"#] {
        let host = ScriptedHost::new();
        host.answer(response(200, &[], body));
        let (client, meter) = (metering_client(&host), Rc::new(Sum::default()));
        let deadline = Deadline::after(host.as_ref(), 5_000);
        assert_eq!(host.run(metered_get(&client, &meter, deadline)), Ok(()), "{body}");
        assert_eq!((meter.0.borrow().requests, meter.0.borrow().read_units), (1, 0.0), "{body}");
    }
}
