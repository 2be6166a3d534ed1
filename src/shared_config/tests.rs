use super::*;
use crate::scripted_host::ScriptedHost;
use proptest::prelude::*;

fn load(files: &[(&str, &str)]) -> Result<SharedConfig, String> {
    let host = ScriptedHost::new();
    host.set_env("HOME", "/home/me");
    files.iter().for_each(|(path, text)| host.set_file(path, text.as_bytes()));
    host.run(SharedConfig::load(host.as_ref())).map_err(|error| error.to_string())
}

#[test]
fn without_files_there_are_no_profiles() {
    let config = load(&[]).expect("no files");
    assert!(config.has_no_profiles());
    assert_eq!((config.selected(), config.property("region")), ("default", None));
}

#[test]
fn the_services_section_goes_before_the_profiles_own_endpoint() {
    let text = "[default]\nservices = here\nendpoint_url = https://all.example\n\n[services here]\n\
                dynamodb = \n  Endpoint_URL = https://dynamodb.example\n  other = x\nsts =\n  region = y\n";
    let config = load(&[("/home/me/.aws/config", text)]).expect("valid");
    assert_eq!(config.endpoint_url("dynamodb"), Some("https://dynamodb.example"));
    assert_eq!(config.endpoint_url("sts"), Some("https://all.example"));
}

#[test]
fn an_error_names_file_and_line_and_quotes_nothing() {
    let text = "[default]\naws_access_key_id = AKID\naws_secret_access_key : hidden\n";
    let error = load(&[("/home/me/.aws/credentials", text)]).expect_err("a colon");
    assert_eq!(error, "/home/me/.aws/credentials line 3: Expected an '=' sign defining a property");
    let host = ScriptedHost::new();
    host.set_env("AWS_CONFIG_FILE", "/x");
    host.set_file("/x", b"[default]\nregion = \xff");
    let error = host.run(SharedConfig::load(host.as_ref())).expect_err("not UTF-8");
    assert_eq!(error.to_string(), "/x line 1: the file is not UTF-8");
}

#[test]
fn debug_shows_no_value() {
    let config = load(&[("/home/me/.aws/credentials", "[default]\naws_secret_access_key = hidden\n")]);
    let shown = format!("{:?}", config.expect("valid"));
    assert!(shown.contains("aws_secret_access_key") && !shown.contains("hidden"), "{shown}");
}

#[test]
fn a_tilde_is_the_home_directory() {
    let host = ScriptedHost::new();
    assert_eq!(expand_home("~/x", host.as_ref()), None);
    host.set_env("HOME", "/home/me/");
    assert_eq!(expand_home("~/x", host.as_ref()).as_deref(), Some("/home/me/x"));
    assert_eq!(expand_home("/x/~/y", host.as_ref()).as_deref(), Some("/x/~/y"));
    host.set_env("AWS_CONFIG_FILE", "~/elsewhere");
    assert_eq!(file_location(FileKind::Config, host.as_ref()).as_deref(), Some("/home/me/elsewhere"));
}

/// Lines of what files are made of, and of what they are not.
fn file() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[\\[\\] a-z;#=-]{0,12}",
        "\\[(profile |sso-session |services )?[a-z!]{0,3}\\]",
        " {0,2}[a-z_]{1,3} ?= ?[a-z#; ]{0,6}",
        "\\PC{0,8}",
    ];
    proptest::collection::vec(line, 0..12).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn any_file_is_read_or_refused_with_its_line(
        text in file(),
        kind in prop_oneof![Just(FileKind::Config), Just(FileKind::Credentials)],
    ) {
        match parse(text.as_bytes(), kind) {
            Ok(sections) => {
                let is_name = |section: &Section| !section.name().contains(['[', ']', ' ', '!']);
                prop_assert!(sections.iter().all(is_name));
            }
            Err(error) => prop_assert!((1..=text.lines().count()).contains(&error.line)),
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Err(error) = parse(&bytes, FileKind::Config) {
            prop_assert!(error.line >= 1);
        }
    }
}
