//! Folders in the format of AWS's Rust SDK (aws/rust-runtime/aws-config/test-data): `env.json`, `fs/`,
//! `http-traffic.json`, `test-case.json`. `CREDENTIALS_CASES` names further ones, `:` between them.

use super::recorded_host::RecordedHost;
use super::{print_row, read, tables, traffic};
use nextjs_dynamodb_cache::credentials::{Credentials, CredentialsError, Provider};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Cases in a folder of this name ask the profile alone; all others the default chain.
const PROFILE_CASES: &str = "profile-provider";

#[test]
fn every_case_ends_as_recorded() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/credentials/cases");
    let mut failed = Vec::new();
    for folder in [own].into_iter().chain(further_folders()) {
        let mut found = Vec::new();
        find(&folder, &mut found);
        assert!(!found.is_empty(), "no case and no table in {}", folder.display());
        for path in found {
            let name = path.strip_prefix(&folder).unwrap_or(&path).display().to_string();
            if path.is_dir() {
                let verdict = run(&path);
                print_row(
                    verdict.is_ok(),
                    &name,
                    verdict.as_ref().map_or_else(String::as_str, String::as_str),
                );
                failed.extend(verdict.err().map(|why| format!("{name}: {why}")));
            } else {
                failed.extend(tables::run(&path));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[allow(clippy::disallowed_methods, reason = "this is the variable of the test, not of what it tests")]
fn further_folders() -> Vec<PathBuf> {
    let variable = std::env::var("CREDENTIALS_CASES").unwrap_or_default();
    variable.split(':').filter(|folder| !folder.is_empty()).map(PathBuf::from).collect()
}

/// Folders that are cases, and files that are tables, in the order of their names.
fn find(folder: &Path, found: &mut Vec<PathBuf>) {
    if folder.join("test-case.json").exists() {
        found.push(folder.to_owned());
        return;
    }
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            find(&path, found);
        } else if tables::is_table(&path) {
            found.push(path);
        }
    }
}

#[derive(Deserialize)]
struct Case {
    result: Expected,
}

#[derive(Deserialize)]
enum Expected {
    Ok(Keys),
    /// The wording is the Rust SDK's: what counts is that it fails.
    ErrorContains(String),
}

#[derive(Deserialize)]
struct Keys {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    account_id: Option<String>,
    /// Unix seconds.
    expiry: Option<u64>,
}

fn run(folder: &Path) -> Result<String, String> {
    let case: Case = serde_json::from_str(&read(&folder.join("test-case.json"))).expect("test-case.json");
    let recording = read(&folder.join("http-traffic.json"));
    let host = RecordedHost {
        environment: serde_json::from_str(&read(&folder.join("env.json"))).expect("env.json"),
        root: Some(folder.join("fs")),
        connections: traffic::connections(&recording).into(),
        ..RecordedHost::default()
    };
    let asks_profile = folder.parent().is_some_and(|parent| parent.ends_with(PROFILE_CASES));
    let provider = if asks_profile { Provider::profile() } else { Provider::default_chain(None) };
    let result = host.run(provider.provide(&host));
    check_secrecy(&result, &case.result, &host)?;
    let verdict = compare(result, case.result);
    let differences = host.differences.borrow();
    if !differences.is_empty() {
        return Err(format!("{}; {verdict:?}", differences.join("; ")));
    }
    match host.connections.borrow().len() {
        0 => verdict,
        left => Err(format!("{left} recorded requests were not sent; {verdict:?}")),
    }
}

fn compare(result: Result<Credentials, CredentialsError>, expected: Expected) -> Result<String, String> {
    match (result, expected) {
        (Err(error), Expected::ErrorContains(_)) => Ok(format!("refused: {error}")),
        (Err(error), Expected::Ok(_)) => Err(format!("should have given keys: {error}")),
        (Ok(credentials), Expected::ErrorContains(why)) => {
            Err(format!("should have failed ({why}): {credentials:?}"))
        }
        (Ok(credentials), Expected::Ok(keys)) => {
            let same = credentials.access_key_id == keys.access_key_id
                && *credentials.secret_access_key == *keys.secret_access_key
                && credentials.session_token.as_deref() == keys.session_token.as_deref()
                && (keys.account_id.is_none() || credentials.account_id == keys.account_id)
                && keys.expiry.is_none_or(|expiry_s| credentials.expires_at_ms == Some(expiry_s * 1000));
            let told = format!("{credentials:?} of {:?}", credentials.account_id);
            if same { Ok(told) } else { Err(told) }
        }
    }
}

/// No log line, error or `Debug` holds what the case keeps secret.
fn check_secrecy(
    result: &Result<Credentials, CredentialsError>,
    expected: &Expected,
    host: &RecordedHost,
) -> Result<(), String> {
    let Expected::Ok(keys) = expected else { return Ok(()) };
    let error = result.as_ref().err().map(ToString::to_string).unwrap_or_default();
    let told = format!("{result:?} {error} {}", host.log.borrow().join("\n"));
    let secrets = [Some(&keys.secret_access_key), keys.session_token.as_ref()];
    match secrets.into_iter().flatten().find(|secret| told.contains(secret.as_str())) {
        Some(secret) => Err(format!("the secret of {} characters was told", secret.len())),
        None => Ok(()),
    }
}
