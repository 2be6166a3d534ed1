use super::*;
use crate::scripted_host::{START_MS, ScriptedHost};
use crate::shared_config::SharedConfig;
use std::rc::Rc;

const PATH: &str = "/home/me/.aws/sso/cache/34c6fceca75e456f25e7e99531e2425c6c1de443.json";
const KEYS: &str =
    r#"{"roleCredentials":{"accessKeyId":"A","secretAccessKey":"S","sessionToken":"T","expiration":1}}"#;

/// A host whose cached token ends so many milliseconds after the start.
fn host(ends_after_ms: u64) -> Rc<ScriptedHost> {
    let host = ScriptedHost::new();
    host.set_env("HOME", "/home/me");
    let ends_at = crate::calendar::date_time(START_MS + ends_after_ms);
    let token = object(&[
        ("accessToken", "old"),
        ("expiresAt", &ends_at),
        ("refreshToken", "refresh"),
        ("clientId", "client"),
        ("clientSecret", "a \"secret\""),
        ("startUrl", "https://x"),
    ]);
    host.set_file(PATH, token.as_bytes());
    host
}

fn ask(host: &ScriptedHost) -> Result<Credentials, String> {
    let config = SharedConfig::default();
    let sso = Sso {
        session: Some("dev".to_owned()),
        start_url: "https://x".to_owned(),
        region: "us-east-1".to_owned(),
        account_and_role: Some(("012".to_owned(), "Role".to_owned())),
    };
    let credentials = credentials(Aws { host, config: &config, region: None }, &sso);
    host.run(credentials).map_err(|error| error.to_string())
}

fn answer(status: u16, body: &str) -> Result<http::Response<Vec<u8>>, crate::host::FetchError> {
    Ok(http::Response::builder().status(status).body(body.as_bytes().to_vec()).expect("a response"))
}

fn bearers(host: &ScriptedHost) -> Vec<(String, String)> {
    let sent = host.take_requests();
    let header = |name: &str, request: &http::Request<Vec<u8>>| {
        request.headers().get(name).map(|value| value.to_str().expect("ASCII").to_owned()).unwrap_or_default()
    };
    sent.iter()
        .map(|sent| (sent.request.uri().to_string(), header("x-amz-sso_bearer_token", &sent.request)))
        .collect()
}

const FEDERATION: &str =
    "https://portal.sso.us-east-1.amazonaws.com/federation/credentials?role_name=Role&account_id=012";

#[test]
fn a_token_that_lasts_is_used() {
    let host = host(3_600_000);
    host.answer(answer(200, KEYS));
    let credentials = ask(&host).expect("keys");
    assert_eq!(credentials.account_id.as_deref(), Some("012"));
    assert_eq!(bearers(&host), [(FEDERATION.to_owned(), "old".to_owned())]);
}

#[test]
fn a_token_that_ends_is_renewed_and_kept_for_others() {
    let host = host(1_000);
    host.answer(answer(200, r#"{"accessToken":"new","expiresIn":28800,"refreshToken":"next"}"#));
    host.answer(answer(200, KEYS));
    ask(&host).expect("keys");
    let sent = bearers(&host);
    assert_eq!(sent[0].0, "https://oidc.us-east-1.amazonaws.com/token");
    assert_eq!(sent[1], (FEDERATION.to_owned(), "new".to_owned()));
    let kept = Document::of(WHAT, &host.file(PATH).expect("the cache")).expect("JSON");
    let value = |name| kept.get(name).expect(name);
    assert_eq!((value("accessToken"), value("refreshToken")), ("new", "next"));
    assert_eq!((value("clientSecret"), value("startUrl")), ("a \"secret\"", "https://x"));
    assert_eq!(kept.time_ms("expiresAt"), Some(START_MS + 28_800_000));
}

#[test]
fn while_the_renewal_fails_a_token_is_used_to_its_end() {
    let host = host(1_000);
    host.answer(answer(400, "{}"));
    host.answer(answer(200, KEYS));
    ask(&host).expect("keys");
    assert_eq!(bearers(&host)[1].1, "old");
}

#[test]
fn an_expired_token_asks_for_a_login() {
    let host = host(0);
    host.answer(answer(400, "{}"));
    assert_eq!(ask(&host).expect_err("expired"), "SSO: the token has expired: run aws sso login");
}
