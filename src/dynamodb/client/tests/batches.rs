//! Batches of any length.

use super::*;

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
    let keys = (0..130).chain(100..130).map(|n| key(&n.to_string())).collect();
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
    let requests = (0..30).chain(25..30).map(|n| WriteRequest::delete(key(&n.to_string()))).collect();
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
