//! The tables of shared files that the `aws-runtime` crate ships: their syntax, and where they lie.

use super::recorded_host::RecordedHost;
use super::{fetched, print_row, read};
use nextjs_dynamodb_cache::shared_config::{
    FileKind, SectionKind, SharedConfig, file_location, selected_profile,
};
use serde::Deserialize;
use std::collections::BTreeMap;

type Sections = BTreeMap<String, BTreeMap<String, String>>;

#[derive(Deserialize)]
struct Table<Test> {
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct SyntaxTest {
    name: String,
    input: Input,
    output: Output,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    config_file: Option<String>,
    credentials_file: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Output {
    Config {
        profiles: Sections,
        #[serde(default)]
        sso_sessions: Sections,
    },
    ErrorContaining(String),
}

#[test]
fn every_file_of_the_syntax_table_is_read_as_aws_reads_it() {
    let table = fetched::aws_runtime_test_data().join("profile-parser-tests.json");
    let Table { tests } = serde_json::from_str::<Table<SyntaxTest>>(&read(&table)).expect("the table");
    assert_eq!(tests.len(), 65);
    let mut failed = Vec::new();
    for SyntaxTest { name, input, output } in tests {
        let files = [("/config", input.config_file), ("/credentials", input.credentials_file)];
        let files = files.into_iter().filter_map(|(path, text)| Some((path.to_owned(), text?)));
        let host = RecordedHost {
            environment: environment([
                ("AWS_CONFIG_FILE", "/config"),
                ("AWS_SHARED_CREDENTIALS_FILE", "/credentials"),
            ]),
            files: files.collect(),
            ..RecordedHost::default()
        };
        let read = host.run(SharedConfig::load(&host)).map_err(|error| error.to_string());
        let passed = match (&read, &output) {
            (Ok(config), Output::Config { profiles, sso_sessions }) => {
                sections(config, SectionKind::Profile) == *profiles
                    && sections(config, SectionKind::SsoSession) == *sso_sessions
            }
            (Err(error), Output::ErrorContaining(part)) => error.contains(part),
            _ => false,
        };
        let result = read.map_or_else(|error| error, |config| format!("{config:?}"));
        print_row(passed, &format!("profile-parser-tests.json: {name}"), &result);
        failed.extend((!passed).then_some(name));
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

fn sections(config: &SharedConfig, kind: SectionKind) -> Sections {
    let sections = config.sections().filter(|section| section.kind() == kind);
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    sections.map(|section| (section.name().to_owned(), section.properties().map(owned).collect())).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LocationTest {
    name: String,
    environment: BTreeMap<String, String>,
    profile: Option<String>,
    config_location: String,
    credentials_location: String,
}

#[test]
fn every_row_of_the_location_table_finds_its_files() {
    let table = fetched::aws_runtime_test_data().join("file-location-tests.json");
    let Table { tests } = serde_json::from_str::<Table<LocationTest>>(&read(&table)).expect("the table");
    assert_eq!(tests.len(), 9);
    for LocationTest { name, environment, profile, config_location, credentials_location } in tests {
        let host = RecordedHost { environment, ..RecordedHost::default() };
        assert_eq!(file_location(FileKind::Config, &host), Some(config_location), "{name}");
        assert_eq!(file_location(FileKind::Credentials, &host), Some(credentials_location), "{name}");
        let selected = selected_profile(&host);
        assert_eq!(selected, profile.unwrap_or_else(|| "default".to_owned()), "{name}");
        print_row(true, &format!("file-location-tests.json: {name}"), &selected);
    }
}

fn environment<const N: usize>(variables: [(&str, &str); N]) -> BTreeMap<String, String> {
    variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
