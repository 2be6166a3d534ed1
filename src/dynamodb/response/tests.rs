use crate::crc32::crc32;
use crate::dynamodb::{AttributeValue, DescribeTable, Error, ErrorKind, GetItem, Query, read_response};

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> http::Response<Vec<u8>> {
    let builder = http::Response::builder().status(status);
    let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    builder.body(body.as_bytes().to_vec()).expect("a valid response")
}

fn error(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
    read_response::<GetItem>(response(status, headers, body)).expect_err("an error")
}

/// The places and forms of a code that AWS's protocol tests for awsJson1_0 name.
#[test]
fn the_code_is_found_wherever_the_protocol_lets_it_stand() {
    let uri = "FooError:http://internal.amazon.com/coral/com.amazon.coral.validate/";
    let namespaced = "aws.protocoltests.json10#FooError";
    let both =
        "aws.protocoltests.json10#FooError:http://internal.amazon.com/coral/com.amazon.coral.validate/";
    for code in ["FooError", uri, namespaced, both] {
        assert_eq!(error(500, &[("x-amzn-errortype", code)], "").code, "FooError", "header {code}");
        assert_eq!(error(500, &[], &format!(r#"{{"code":"{code}"}}"#)).code, "FooError", "code {code}");
        assert_eq!(error(500, &[], &format!(r#"{{"__type":"{code}"}}"#)).code, "FooError", "__type {code}");
    }
}

#[test]
fn the_message_is_found_under_both_spellings() {
    let body = r#"{"__type":"aws.protocoltests.json10#InvalidGreeting","message":"Hi"}"#;
    let seen = error(400, &[], body);
    assert_eq!((seen.code.as_str(), seen.message.as_str()), ("InvalidGreeting", "Hi"));
    assert_eq!(error(400, &[], r#"{"__type":"InvalidGreeting","Message":"Hi"}"#).message, "Hi");
}

#[test]
fn an_error_with_members_of_its_own_is_read_and_one_without_any() {
    let complex =
        r#"{"__type":"aws.protocoltests.json10#ComplexError","TopLevel":"Top","Nested":{"Foo":"bar"}}"#;
    assert_eq!(error(400, &[], complex).code, "ComplexError");
    let empty = error(400, &[], r#"{"__type":"aws.protocoltests.json10#ComplexError"}"#);
    assert_eq!((empty.code.as_str(), empty.message.as_str()), ("ComplexError", ""));
}

#[test]
fn the_header_wins_over_the_body_and_nulls_count_as_absent() {
    let body = r#"{"__type":"a#Type","code":null,"message":null,"Message":"m"}"#;
    assert_eq!(error(400, &[("x-amzn-errortype", "Header")], body).code, "Header");
    let seen = error(400, &[], body);
    assert_eq!((seen.code.as_str(), seen.message.as_str()), ("Type", "m"));
}

#[test]
fn status_and_request_id_are_kept_and_shown() {
    let headers = [("x-amzn-requestid", "ID7")];
    let body =
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no table"}"#;
    let seen = error(400, &headers, body);
    assert_eq!(
        (seen.status, seen.request_id.as_deref(), seen.kind),
        (Some(400), Some("ID7"), ErrorKind::ResourceNotFound)
    );
    let shown = seen.to_string();
    assert!(
        shown
            .starts_with("GetItem failed: ResourceNotFoundException: no table (status 400, request id ID7)."),
        "{shown}"
    );
    // The package's own name: npx looks a name that is not installed up in the registry.
    assert!(shown.contains("(npx nextjs-dynamodb-cache create-table)"), "{shown}");
    assert!(shown.ends_with('.'), "other sentences follow: {shown}");
}

#[test]
fn codes_and_statuses_have_their_kinds() {
    let cases = [
        ("ProvisionedThroughputExceededException", 400, ErrorKind::Throttling, true),
        ("ThrottlingException", 400, ErrorKind::Throttling, true),
        ("RequestLimitExceeded", 400, ErrorKind::Throttling, true),
        ("ValidationException", 400, ErrorKind::Validation, false),
        ("ConditionalCheckFailedException", 400, ErrorKind::ConditionalCheckFailed, false),
        ("ResourceInUseException", 400, ErrorKind::ResourceInUse, false),
        ("AccessDeniedException", 400, ErrorKind::AccessDenied, false),
        ("UnrecognizedClientException", 400, ErrorKind::Credentials, false),
        ("ExpiredTokenException", 400, ErrorKind::Credentials, false),
        ("RequestTimeTooSkewed", 403, ErrorKind::ClockSkew, false),
        ("UnknownOperationException", 400, ErrorKind::UnknownOperation, false),
        ("InternalServerError", 500, ErrorKind::Transient, true),
        ("ServiceUnavailable", 503, ErrorKind::Transient, true),
        ("SomethingNew", 400, ErrorKind::Other, false),
        ("SomethingNew", 429, ErrorKind::Throttling, true),
    ];
    for (code, status, kind, retryable) in cases {
        let seen = error(status, &[], &format!(r#"{{"__type":"{code}"}}"#));
        assert_eq!((seen.kind, seen.retryable), (kind, retryable), "{code} {status}");
    }
}

#[test]
fn an_error_whose_body_is_no_json_goes_by_its_status() {
    let html = error(502, &[("content-type", "text/html")], "<html>Bad Gateway</html>");
    assert_eq!((html.code.as_str(), html.kind, html.retryable), ("Http502", ErrorKind::Transient, true));
    let redirect = error(301, &[("location", "https://elsewhere.example")], "");
    assert_eq!(
        (redirect.code.as_str(), redirect.kind, redirect.retryable),
        ("Http301", ErrorKind::Other, false)
    );
    assert_eq!(error(400, &[], r#"["x"]"#).code, "Http400");
    assert_eq!(error(400, &[], &"[".repeat(100_000)).code, "Http400");
}

#[test]
fn a_success_that_is_not_dynamodbs_is_unreadable_and_quotes_nothing() {
    let deep = r#"{"Item":{"a":"#.to_owned() + &r#"{"L":["#.repeat(50_000);
    let cases = [
        "",
        "<html>secret</html>",
        r#"{"Item":{"key":{"S":"secret"#,
        r#"{"Item":"secret"}"#,
        "[]",
        "null",
        &deep,
    ];
    for body in cases {
        let seen = error(200, &[], body);
        assert_eq!(
            (seen.kind, seen.status, seen.retryable),
            (ErrorKind::Unreadable, Some(200), false),
            "{body:.40}"
        );
        assert!(!seen.to_string().contains("secret"), "{seen}");
    }
}

#[test]
fn unknown_members_are_ignored_and_nulls_count_as_absent() {
    let body = r#"{"Items":null,"Count":0,"ScannedCount":0,"LastEvaluatedKey":null,"New":{"a":[1]}}"#;
    let page = read_response::<Query>(response(200, &[], body)).expect("readable");
    assert!(page.items.is_empty() && page.last_evaluated_key.is_none());
    let body = r#"{"Item":{"v":{"B":"AP8Q"}},"ConsumedCapacity":{"TableName":"t","CapacityUnits":1.0}}"#;
    let item = read_response::<GetItem>(response(200, &[], body)).expect("readable").item.expect("an item");
    assert_eq!(item.get("v"), Some(&AttributeValue::B(vec![0, 255, 16])));
    assert_eq!(read_response::<GetItem>(response(200, &[], "{}")).expect("readable").item, None);
}

#[test]
fn a_body_that_its_checksum_denies_is_refused_and_worth_a_retry() {
    let body = r#"{"Item":{"a":{"S":"b"}}}"#;
    let right = crc32(body.as_bytes()).to_string();
    assert!(read_response::<GetItem>(response(200, &[("x-amz-crc32", &right)], body)).is_ok());
    for wrong in ["1", "", "-1", "4294967296"] {
        let seen = error(200, &[("x-amz-crc32", wrong)], body);
        assert_eq!((seen.kind, seen.retryable), (ErrorKind::Unreadable, true), "{wrong}");
    }
    let decoded = [("x-amz-crc32", "1"), ("content-encoding", "gzip")];
    assert!(read_response::<GetItem>(response(200, &decoded, body)).is_ok());
    let identity = [("x-amz-crc32", "1"), ("content-encoding", "identity")];
    assert!(error(200, &identity, body).retryable);
}

#[test]
fn a_refused_signature_does_not_repeat_the_session_token() {
    let body = r#"{"__type":"InvalidSignatureException","message":"The signature does not match.\n\nThe Canonical String\nx-amz-security-token:hidden"}"#;
    let seen = error(400, &[], body);
    assert_eq!(seen.message, "The signature does not match.");
    assert!(!format!("{seen} {seen:?}").contains("hidden"));
    let long = format!(r#"{{"__type":"ValidationException","message":"{}"}}"#, "é".repeat(5_000));
    assert_eq!(error(400, &[], &long).message.chars().count(), 500);
}

#[test]
fn advice_names_the_iam_action_and_where_credentials_come_from() {
    let denied = error(400, &[], r#"{"__type":"AccessDeniedException","message":"no"}"#).to_string();
    assert!(denied.contains("dynamodb:GetItem"), "{denied}");
    let expired = error(400, &[], r#"{"__type":"ExpiredTokenException","message":"no"}"#).to_string();
    assert!(expired.contains("AWS_SESSION_TOKEN"), "{expired}");
}

#[test]
fn a_description_of_a_table_is_read() {
    let body = r#"{"Table":{"TableName":"t","TableStatus":"ACTIVE","CreationDateTime":1.5,"ItemCount":3,
        "KeySchema":[{"AttributeName":"key","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"key","AttributeType":"S"}],
        "ProvisionedThroughput":{"NumberOfDecreasesToday":0,"ReadCapacityUnits":0,"WriteCapacityUnits":0},
        "GlobalSecondaryIndexes":[{"IndexName":"tag-index","IndexStatus":"CREATING","Backfilling":true,
            "KeySchema":[{"AttributeName":"tag","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]}}"#;
    let table =
        read_response::<DescribeTable>(response(200, &[], body)).expect("readable").table.expect("a table");
    assert_eq!((table.table_name.as_str(), table.table_status.as_str()), ("t", "ACTIVE"));
    assert_eq!(table.key_schema[0].to_string(), r#""key" (HASH)"#);
    assert!(!table.provisioned_throughput.expect("given").is_provisioned());
    let index = &table.global_secondary_indexes[0];
    assert_eq!((index.index_name.as_str(), index.index_status.as_deref()), ("tag-index", Some("CREATING")));
}
