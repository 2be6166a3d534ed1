//! The two ways to look something up give the same: each case is asked here, and by a host that has the module with the chain.

use super::super::{Credentials, Source};
use super::{Question, answers, by_host, here};
use crate::host::{FetchError, Host, LocalFuture, LogLevel, SharedHost};
use crate::scripted_host::ScriptedHost;
use std::cell::RefCell;
use std::rc::Rc;

/// A host that hands questions over, as `js/host.mjs` does.
struct Asked {
    inner: Rc<ScriptedHost>,
    has_chain: bool,
    questions: RefCell<Vec<Question>>,
}

impl Host for Asked {
    fn fetch(
        &self,
        request: &http::Request<Vec<u8>>,
        timeout_ms: u64,
    ) -> LocalFuture<Result<http::Response<Vec<u8>>, FetchError>> {
        self.inner.fetch(request, timeout_ms)
    }

    fn now_ms(&self) -> u64 {
        self.inner.now_ms()
    }

    fn monotonic_ms(&self) -> u64 {
        self.inner.monotonic_ms()
    }

    fn sleep(&self, delay_ms: u64) -> LocalFuture<()> {
        self.inner.sleep(delay_ms)
    }

    fn random(&self) -> u64 {
        self.inner.random()
    }

    fn env(&self, name: &str) -> Option<String> {
        self.inner.env(name)
    }

    fn read_file(&self, path: &str) -> LocalFuture<Option<Vec<u8>>> {
        self.inner.read_file(path)
    }

    fn ask_chain(
        &self,
        question: Question,
        region: Option<&str>,
        limit_ms: u64,
    ) -> LocalFuture<Result<Option<Vec<u8>>, String>> {
        self.questions.borrow_mut().push(question);
        if !self.has_chain {
            return Box::pin(async { Ok(None) });
        }
        let (host, region): (SharedHost, _) = (self.inner.clone(), region.map(str::to_owned));
        Box::pin(async move { answers::answer(&host, question, region.as_deref(), limit_ms).await.map(Some) })
    }

    fn spawn(&self, task: LocalFuture<()>) {
        self.inner.spawn(task);
    }

    fn log(&self, level: LogLevel, message: &str) {
        self.inner.log(level, message);
    }
}

const KEYS: &str = r#"{"AccessKeyId":"A","SecretAccessKey":"S\"","Token":"T\\","Expiration":"2021-09-21T18:41:26Z","AccountId":"111122223333"}"#;
const CONFIG: &str = "[default]\naws_access_key_id = A\naws_secret_access_key = S\nregion = us-east-2\nuse_fips_endpoint = true\nservices = here\n[services here]\ndynamodb =\n endpoint_url = https://services.example\n";
const DISABLED: (&str, &str) = ("AWS_EC2_METADATA_DISABLED", "true");
const CONTAINER: (&str, &str) = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/keys");

fn hosted(config: Option<&str>, variables: &[(&str, &str)], answers: &[&str]) -> Asked {
    let inner = ScriptedHost::new();
    inner.set_env("HOME", "/home/me");
    config.inspect(|config| inner.set_file("/home/me/.aws/config", config.as_bytes()));
    variables.iter().for_each(|(name, value)| inner.set_env(name, value));
    for body in answers {
        inner.answer(Ok(http::Response::new(body.as_bytes().to_vec())));
    }
    Asked { inner, has_chain: true, questions: RefCell::default() }
}

/// What both give, and what was asked for it.
fn credentials(
    config: Option<&str>,
    variables: &[(&str, &str)],
    answers: &[&str],
) -> (Result<Credentials, String>, Vec<Question>) {
    let alone = hosted(config, variables, answers);
    let expected = alone.inner.run(here::credentials(alone.inner.as_ref(), None));
    let host = hosted(config, variables, answers);
    let found = host.inner.run(by_host::credentials(&host, None));
    assert_eq!(found, expected);
    assert_eq!(host.inner.take_requests().len(), alone.inner.take_requests().len());
    (found.map_err(|error| error.to_string()), host.questions.take())
}

#[test]
fn the_environments_keys_need_nothing_else() {
    let keys = [("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", "S")];
    let (found, asked) = credentials(Some("broken"), &keys, &[]);
    assert_eq!((found.expect("keys").source, asked), (Source::Environment, vec![]));
}

#[test]
fn a_container_is_asked_from_here_unless_the_files_or_a_token_go_before_it() {
    let (found, asked) = credentials(None, &[CONTAINER], &[KEYS]);
    let found = found.expect("keys");
    assert_eq!(
        (found.source, found.account_id.as_deref(), asked),
        (Source::Container, Some("111122223333"), vec![])
    );
    let (found, asked) = credentials(Some("[default]\nregion = x\n"), &[CONTAINER], &[KEYS]);
    assert_eq!((found.expect("keys").source, asked), (Source::Container, vec![Question::Credentials]));
    let (found, asked) = credentials(Some(CONFIG), &[CONTAINER], &[]);
    assert_eq!((found.expect("keys").source, asked), (Source::Profile, vec![Question::Credentials]));
    let token = ("AWS_WEB_IDENTITY_TOKEN_FILE", "/token");
    let (found, asked) = credentials(None, &[CONTAINER, token], &[]);
    assert_eq!(found, Err("AWS_WEB_IDENTITY_TOKEN_FILE: AWS_ROLE_ARN is missing".to_owned()));
    assert_eq!(asked, [Question::Credentials]);
}

#[test]
fn keys_cross_as_they_are() {
    let (found, asked) = credentials(None, &[], &["token", "role", KEYS]);
    let found = found.expect("keys");
    assert_eq!((found.source, asked), (Source::InstanceMetadata, vec![Question::Credentials]));
    assert_eq!((&*found.secret_access_key, found.session_token.as_deref()), ("S\"", Some("T\\")));
    assert_eq!(found.expires_at_ms, Some(1_632_249_686_000));
}

#[test]
fn a_failure_says_the_same() {
    let (found, asked) = credentials(None, &[DISABLED], &[]);
    let nowhere = "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or give the option credentials (asked last: the instance metadata service: AWS_EC2_METADATA_DISABLED is set)";
    assert_eq!((found, asked), (Err(nowhere.to_owned()), vec![]));
    let (found, _) = credentials(Some("[default]\nregion\n"), &[DISABLED], &[]);
    let line = "/home/me/.aws/config line 2: Expected an '=' sign defining a property";
    assert_eq!(found, Err(line.to_owned()));
}

#[test]
fn a_host_without_the_chain_says_what_it_has_not() {
    for variable in [("AWS_EC2_METADATA_DISABLED", "false"), ("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")] {
        let host = Asked { has_chain: false, ..hosted(None, &[variable], &[]) };
        let error = host.inner.run(by_host::credentials(&host, None)).expect_err("nothing").to_string();
        assert!(error.starts_with("no AWS credentials: set AWS_ACCESS_KEY_ID and"), "{error}");
        assert!(
            error.ends_with("(this runtime has neither files nor an instance metadata service)"),
            "{error}"
        );
    }
}

#[test]
fn the_profiles_settings_cross_as_they_are_and_without_its_keys() {
    let alone = hosted(Some(CONFIG), &[], &[]);
    let expected = alone.inner.run(here::profile_settings(alone.inner.as_ref())).expect("valid");
    let host = hosted(Some(CONFIG), &[], &[]);
    let found = host.inner.run(by_host::profile_settings(&host)).expect("valid");
    assert_eq!(found, expected);
    assert_eq!(found.endpoint_url("dynamodb"), Some("https://services.example"));
    let names: Vec<_> = found.values().map(|(name, _)| name).collect();
    assert_eq!(names, ["region", "use_fips_endpoint", "dynamodb"]);
    let broken = hosted(Some("[default]\nregion\n"), &[], &[]);
    let error = broken.inner.run(by_host::profile_settings(&broken)).expect_err("broken");
    assert_eq!(error, "/home/me/.aws/config line 2: Expected an '=' sign defining a property");
}

#[test]
fn without_files_nobody_is_asked_for_settings() {
    let host = hosted(None, &[("AWS_PROFILE", "elsewhere")], &[]);
    assert_eq!(host.inner.run(by_host::profile_settings(&host)), Ok(Default::default()));
    assert_eq!(host.questions.take(), []);
}

#[test]
fn an_instance_tells_its_region_within_the_limit() {
    let host = hosted(None, &[], &["token", "ap-south-1"]);
    let region = host.inner.run(by_host::instance_region(&host, 1_000));
    assert_eq!(region.map_err(|error| error.to_string()), Ok("ap-south-1".to_owned()));
    let silent = hosted(None, &[], &[]);
    silent.inner.answer_after(60_000, Ok(http::Response::new(Vec::new())));
    let error = silent.inner.run(by_host::instance_region(&silent, 300)).expect_err("silent").to_string();
    assert_eq!(error, "the source of the credentials did not answer in time");
    assert_eq!(silent.inner.elapsed_ms(), 300);
}
