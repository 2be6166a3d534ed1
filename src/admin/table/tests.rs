use super::*;
use crate::credentials::Provider;
use crate::dynamodb::{ClientConfig, Destination};
use crate::endpoint::Endpoint;
use crate::scripted_host::ScriptedHost;

const TTL: &str = r#"{"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"expiresAt"}}"#;
const GONE: &str = r#"{"__type":"ResourceNotFoundException"}"#;

fn described(status: &str, index_status: Option<&str>) -> String {
    let index = index_status.map_or(String::new(), |status| {
        format!(
            r#"{{"IndexName":"tag-index","IndexStatus":"{status}","KeySchema":[{{"AttributeName":"tag","KeyType":"HASH"}}]}}"#
        )
    });
    format!(
        r#"{{"TableName":"t","TableStatus":"{status}","KeySchema":[{{"AttributeName":"key","KeyType":"HASH"}}],"AttributeDefinitions":[{{"AttributeName":"key","AttributeType":"S"}}],"GlobalSecondaryIndexes":[{index}]}}"#
    )
}

fn table(status: &str, index_status: Option<&str>) -> String {
    format!(r#"{{"Table":{}}}"#, described(status, index_status))
}

/// What comes of these answers, and which actions were sent.
fn create(answers: &[&str]) -> (Result<TableReport, String>, Vec<String>) {
    let host = ScriptedHost::new();
    host.set_env("AWS_ACCESS_KEY_ID", "A");
    host.set_env("AWS_SECRET_ACCESS_KEY", "S");
    for body in answers {
        let status = if *body == GONE { 400 } else { 200 };
        let answer = http::Response::builder().status(status).body(body.as_bytes().to_vec());
        host.answer(Ok(answer.expect("a response")));
    }
    let endpoint = Endpoint::resolve(None, "eu-central-1", host.as_ref()).expect("AWS's own");
    let shared: SharedHost = host.clone();
    let client =
        Client::new(shared.clone(), ClientConfig::new(Destination::known(endpoint), Provider::environment()));
    let spec = TableSpec { table_name: "t".to_owned(), tag_index_name: "tag-index".to_owned() };
    let report = host.run(create_cache_table(&client, &spec, &shared, &|_| {}));
    let action = |request: &http::Request<Vec<u8>>| {
        let target = request.headers()["x-amz-target"].to_str().expect("ASCII");
        target.trim_start_matches("DynamoDB_20120810.").to_owned()
    };
    let actions = host.take_requests().iter().map(|sent| action(&sent.request)).collect();
    (report.map_err(|error| error.to_string()), actions)
}

#[test]
fn a_table_that_is_being_deleted_is_waited_for_and_made_anew() {
    let (going, active) = (table("DELETING", None), table("ACTIVE", Some("ACTIVE")));
    let (report, actions) = create(&[&going, &going, GONE, "{}", &active, TTL]);
    let report = report.expect("a table");
    assert_eq!((report.table, report.index), (Part::Created, Part::Created));
    assert_eq!(actions.get(3).map(String::as_str), Some("CreateTable"));
}

#[test]
fn an_index_that_is_being_deleted_is_waited_for_and_added_anew() {
    let (going, without) = (table("ACTIVE", Some("DELETING")), table("ACTIVE", None));
    let added = format!(r#"{{"TableDescription":{}}}"#, described("UPDATING", Some("CREATING")));
    let active = table("ACTIVE", Some("ACTIVE"));
    let (report, actions) = create(&[&going, TTL, &going, &without, &added, &active, TTL]);
    let report = report.expect("a table");
    assert_eq!((report.table, report.index), (Part::Found, Part::Created));
    assert_eq!(actions.get(4).map(String::as_str), Some("UpdateTable"));
}
