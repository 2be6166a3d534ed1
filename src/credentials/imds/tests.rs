use super::*;
use crate::host::FetchError;
use crate::scripted_host::ScriptedHost;

fn answer(status: u16, body: &str) -> http::Response<Vec<u8>> {
    http::Response::builder().status(status).body(body.as_bytes().to_vec()).expect("a response")
}

fn ask(host: &ScriptedHost) -> Result<Credentials, String> {
    let config = SharedConfig::default();
    let credentials = credentials(Aws { host, config: &config, region: None });
    host.run(credentials).map_err(|error| error.to_string())
}

const KEYS: &str = r#"{"Code":"Success","AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"2021-09-21T18:41:26Z"}"#;

#[test]
fn a_missing_service_costs_less_than_a_second() {
    let host = ScriptedHost::new();
    host.answer_after(60_000, Ok(answer(200, "too late")));
    let error = ask(&host).expect_err("nobody is there");
    assert_eq!(error, "the instance metadata service: no answer within the time limit");
    assert!(host.elapsed_ms() < 1_000);
    host.answer(Err(FetchError::Connection("EHOSTUNREACH".to_owned())));
    assert!(ask(&host).is_err());
    assert_eq!(host.take_requests().len(), 2);
}

#[test]
fn a_token_that_expired_meanwhile_is_replaced_once() {
    let host = ScriptedHost::new();
    for (status, body) in [(200, "old"), (401, ""), (200, "new"), (200, "role"), (200, KEYS)] {
        host.answer(Ok(answer(status, body)));
    }
    let credentials = ask(&host).expect("keys");
    assert_eq!((credentials.access_key_id.as_str(), credentials.source), ("A", Source::InstanceMetadata));
    let tokens: Vec<_> = host
        .take_requests()
        .iter()
        .map(|sent| sent.request.headers().get("x-aws-ec2-metadata-token").cloned())
        .collect();
    assert_eq!(tokens[3].as_ref().expect("a token"), "new");
}

#[test]
fn a_service_that_always_answers_401_is_not_asked_for_ever() {
    let host = ScriptedHost::new();
    for status in [200, 401, 200, 401] {
        host.answer(Ok(answer(status, "token")));
    }
    assert!(ask(&host).expect_err("never").contains("status 401"));
}

#[test]
fn where_it_is_switched_off_nothing_is_sent() {
    let host = ScriptedHost::new();
    host.set_env("AWS_EC2_METADATA_DISABLED", "True");
    assert!(ask(&host).expect_err("disabled").contains("AWS_EC2_METADATA_DISABLED"));
    assert!(host.take_requests().is_empty());
}

#[test]
fn an_instance_without_a_role_says_so() {
    let host = ScriptedHost::new();
    host.answer(Ok(answer(200, "token")));
    host.answer(Ok(answer(404, "")));
    assert_eq!(ask(&host).expect_err("no role"), "the instance metadata service: the instance has no role");
}
