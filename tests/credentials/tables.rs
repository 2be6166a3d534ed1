//! The tables beside AWS's cases: chains of profiles, addresses of containers, addresses of the metadata service.

use super::recorded_host::RecordedHost;
use super::{print_row, read};
use nextjs_dynamodb_cache::credentials::profile_chain::{
    Base, NamedSource, ProfileChain, ProfileError, Role,
};
use nextjs_dynamodb_cache::credentials::{container_endpoint, imds_endpoint};
use nextjs_dynamodb_cache::shared_config::SharedConfig;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

type Row = fn(&Value) -> Result<String, String>;

const TABLES: [(&str, Row); 3] = [
    ("assume-role-tests.json", profile_chain_row),
    ("ecs-tests.json", container_row),
    ("imds-endpoint-tests.json", imds_row),
];

/// Whether a file is one of the tables.
pub fn is_table(path: &Path) -> bool {
    TABLES.iter().any(|(name, _)| path.ends_with(name))
}

/// Runs a table; the rows that failed.
pub fn run(path: &Path) -> Vec<String> {
    let (table, row) = TABLES.iter().find(|(name, _)| path.ends_with(name)).expect("a table");
    let json: Value = serde_json::from_str(&read(path)).expect("JSON");
    let rows = json.get("tests").unwrap_or(&json).as_array().expect("rows");
    assert!(!rows.is_empty(), "{table} is empty");
    let mut failed = Vec::new();
    for test in rows {
        let name = format!("{table}: {}", test["docs"].as_str().unwrap_or("?"));
        let verdict = row(test);
        print_row(verdict.is_ok(), &name, verdict.as_ref().map_or_else(String::as_str, String::as_str));
        failed.extend(verdict.err().map(|why| format!("{name}: {why}")));
    }
    failed
}

fn profile_chain_row(test: &Value) -> Result<String, String> {
    let input = &test["input"];
    let mut text = String::new();
    for (kind, sections) in [("profile", "profiles"), ("sso-session", "sso_sessions")] {
        for (name, properties) in input[sections].as_object().into_iter().flatten() {
            text.push_str(&format!("[{kind} {name}]\n"));
            for (property, value) in properties.as_object().expect("properties") {
                text.push_str(&format!("{property} = {}\n", value.as_str().expect("a string")));
            }
        }
    }
    let selected = input["selected_profile"].as_str().expect("selected_profile").to_owned();
    let host = host(&[("AWS_CONFIG_FILE", "/config"), ("AWS_PROFILE", &selected)], [("/config", text)]);
    let config = host.run(SharedConfig::load(&host)).map_err(|error| error.to_string())?;
    let output = &test["output"];
    match (ProfileChain::resolve(&config), output.get("Error")) {
        (Err(ProfileError::None), Some(_)) => Ok("refused: it has no credentials".to_owned()),
        (Err(ProfileError::Invalid(why)), Some(_)) => Ok(format!("refused: {why}")),
        (Ok(chain), None) => equal(&steps(&chain), &output["ProfileChain"]),
        (result, _) => Err(format!("{result:?}")),
    }
}

/// The chain in the words of the table.
fn steps(chain: &ProfileChain) -> Value {
    let base = match &chain.base {
        Base::Keys(keys) => json!({"AccessKey": {
            "access_key_id": keys.access_key_id,
            "secret_access_key": *keys.secret_access_key,
            "session_token": keys.session_token.as_deref(),
            "account_id": keys.account_id,
        }}),
        Base::Named(source) => json!({"NamedSource": match source {
            NamedSource::Environment => "Environment",
            NamedSource::Ec2InstanceMetadata => "Ec2InstanceMetadata",
            NamedSource::EcsContainer => "EcsContainer",
        }}),
        Base::WebIdentity { role, token_file } => json!({"WebIdentityToken": {
            "role_arn": role.arn, "role_session_name": role.session_name, "web_identity_token_file": token_file,
        }}),
        Base::Sso(sso) => json!({"Sso": {
            "sso_session": sso.session,
            "sso_region": sso.region,
            "sso_start_url": sso.start_url,
            "sso_account_id": sso.account_and_role.as_ref().map(|(account, _)| account),
            "sso_role_name": sso.account_and_role.as_ref().map(|(_, role)| role),
        }}),
        Base::Process { command, .. } => json!({"CredentialProcess": command}),
    };
    let role = |Role { arn, session_name, external_id, .. }: &Role| json!({"AssumeRole": {"role_arn": arn, "role_session_name": session_name, "external_id": external_id}});
    [base].into_iter().chain(chain.roles.iter().map(role)).map(without_null).collect()
}

fn without_null(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, without_null(value))).collect::<Map<_, _>>())
        }
        other => other,
    }
}

fn container_row(test: &Value) -> Result<String, String> {
    let host = RecordedHost { environment: strings(&test["env"]), ..RecordedHost::default() };
    let expected = test["result"].get("Ok");
    match (container_endpoint(&host), expected) {
        (Ok(Some((_, uri))), Some(expected)) => equal(&json!(uri.to_string()), expected),
        (Ok(None), None) => Ok("refused: it is not set".to_owned()),
        (Err(error), None) => Ok(format!("refused: {error}")),
        (result, _) => Err(format!("{result:?}")),
    }
}

fn imds_row(test: &Value) -> Result<String, String> {
    let mut environment = strings(&test["env"]);
    // What the SDK's builder sets, we have as variables alone; the builder's mode gives way to a variable's endpoint.
    for (builder, variable) in [
        ("endpoint_override", "AWS_EC2_METADATA_SERVICE_ENDPOINT"),
        ("mode_override", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"),
    ] {
        if let Some(value) = test[builder].as_str() {
            environment.entry(variable.to_owned()).or_insert_with(|| value.to_owned());
        }
    }
    let host = RecordedHost { environment, files: strings(&test["fs"]), ..RecordedHost::default() };
    let config = host.run(SharedConfig::load(&host)).map_err(|error| error.to_string())?;
    match (imds_endpoint(&host, &config), test["result"].get("Ok")) {
        (Ok(url), Some(expected)) => equal(&json!(format!("{url}/latest/api/token")), expected),
        (Err(error), None) => Ok(format!("refused: {error}")),
        (result, _) => Err(format!("{result:?}")),
    }
}

fn equal(ours: &Value, expected: &Value) -> Result<String, String> {
    if ours == expected { Ok(ours.to_string()) } else { Err(format!("{ours} is not {expected}")) }
}

fn host<const N: usize>(environment: &[(&str, &str)], files: [(&str, String); N]) -> RecordedHost {
    RecordedHost {
        environment: environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        files: files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect(),
        ..RecordedHost::default()
    }
}

fn strings(object: &Value) -> BTreeMap<String, String> {
    let members = object.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.clone(), value.as_str().expect("a string").to_owned())).collect()
}
