use super::*;
use crate::scripted_host::ScriptedHost;
use proptest::prelude::*;
use std::net::{Ipv4Addr, Ipv6Addr};

fn full_uri(uri: &str) -> Result<String, String> {
    let host = ScriptedHost::new();
    host.set_env(FULL_URI, uri);
    let endpoint = endpoint(host.as_ref()).map_err(|error| error.to_string())?;
    Ok(endpoint.expect("it is set").1.to_string())
}

#[test]
fn thirteen_good_uris_are_accepted() {
    let good = [
        "https://credentials.example/path",
        "https://credentials.example:8443/path?a=1",
        "https://10.0.0.1/",
        "http://localhost/",
        "http://LOCALHOST:8080/credentials",
        "http://127.0.0.1/",
        "http://127.255.255.254:1234/x?y=z",
        "http://[::1]/",
        "http://[::1]:8080/x",
        "http://169.254.170.2/v2/credentials",
        "http://169.254.170.23/v1/credentials",
        "http://[fd00:ec2::23]/v1/credentials",
        "http://[FD00:EC2::23]:81/v1/credentials",
    ];
    for uri in good {
        assert!(full_uri(uri).is_ok(), "{uri}: {:?}", full_uri(uri));
    }
}

#[test]
fn eighteen_hostile_uris_are_refused_without_a_request() {
    let hostile = [
        "/credentials",
        "localhost:8080/credentials",
        "http://credentials.example/",
        "http://169.254.169.254/latest/meta-data/",
        "http://169.254.170.3/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://0.0.0.0/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fd00:ec2::254]/",
        "http://localhost@credentials.example/",
        "http://127.0.0.1:80@credentials.example/",
        "http://localhost.credentials.example/",
        "http://localhost\\@credentials.example/",
        "ftp://localhost/",
    ];
    for uri in hostile {
        let error = full_uri(uri).expect_err(uri);
        assert!(error.starts_with("AWS_CONTAINER_CREDENTIALS_FULL_URI: "), "{uri}: {error}");
    }
}

#[test]
fn a_name_that_dns_may_give_any_address_is_refused_over_http() {
    // Whatever mix of loopback and other addresses a server answers with, nobody asks it.
    for uri in ["http://localtest.me/", "http://127.0.0.1.nip.io/", "http://localhost./"] {
        assert!(full_uri(uri).is_err(), "{uri}");
    }
}

#[test]
fn a_relative_uri_cannot_leave_its_host() {
    let host = ScriptedHost::new();
    for path in ["@evil.example/", ".evil.example/", "//evil.example/", "/ok"] {
        host.set_env(RELATIVE_URI, path);
        let hosts = endpoint(host.as_ref()).map(|found| found.map(|(_, uri)| uri.host().map(str::to_owned)));
        assert!(hosts.is_err() || hosts == Ok(Some(Some("169.254.170.2".to_owned()))), "{path}: {hosts:?}");
    }
}

fn ask(host: &ScriptedHost) -> Result<Option<Credentials>, CredentialsError> {
    host.run(credentials(host))
}

fn answer(body: &str) -> http::Response<Vec<u8>> {
    http::Response::new(body.as_bytes().to_vec())
}

#[test]
fn the_token_file_goes_first_and_is_read_at_each_request() {
    let host = ScriptedHost::new();
    host.set_env(FULL_URI, "http://169.254.170.23/v1/credentials");
    host.set_env(TOKEN, "from the variable");
    host.set_env(TOKEN_FILE, "/token");
    for token in ["one", "two"] {
        host.set_file("/token", token.as_bytes());
        host.answer(Ok(answer(r#"{"AccessKeyId":"A","SecretAccessKey":"S","Token":"T"}"#)));
        ask(&host).expect("answered");
        let sent = host.take_requests();
        assert_eq!(sent[0].request.headers()["authorization"], token);
    }
}

#[test]
fn a_token_with_a_line_break_is_refused_and_not_shown() {
    let host = ScriptedHost::new();
    host.set_env(FULL_URI, "http://169.254.170.23/");
    host.set_env(TOKEN, "hidden\r\nx-injected: 1");
    let error = ask(&host).expect_err("a line break").to_string();
    assert!(error.contains(TOKEN) && !error.contains("hidden"), "{error}");
}

#[test]
fn an_answer_without_a_key_names_what_is_missing() {
    let host = ScriptedHost::new();
    host.set_env(RELATIVE_URI, "/x");
    host.answer(Ok(answer(r#"{"AccessKeyId":"A"}"#)));
    let error = ask(&host).expect_err("no secret").to_string();
    assert_eq!(error, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: SecretAccessKey is missing");
}

/// Whether an address of the literal kind stays on the machine, by the standard library's own parser.
fn stays_here(host: &str) -> bool {
    let is_agent =
        |address: Ipv4Addr| address.octets() == [169, 254, 170, 2] || address.octets() == [169, 254, 170, 23];
    let of_eks: Ipv6Addr = "fd00:ec2::23".parse().expect("an address");
    let v6 = host.trim_start_matches('[').trim_end_matches(']').parse::<Ipv6Addr>();
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback() || is_agent(address))
        || v6.is_ok_and(|address| address.is_loopback() || address == of_eks)
}

proptest! {
    #[test]
    fn over_http_no_host_is_accepted_that_another_parser_finds_elsewhere(
        host in prop_oneof![
            "(127|0127|169|0x7f)(\\.(254|0|1|0x1|170|2|23)){0,4}",
            "\\[(::1|::ffff:127\\.0\\.0\\.1|fd00:ec2::(23|254)|::)\\]",
            "(localhost|LocalHost)([.@:\\\\][a-z0-9.]{0,8})?",
            "[a-z0-9.-]{1,12}",
        ],
    ) {
        if let Ok(uri) = full_uri(&format!("http://{host}/path")) {
            let authority = uri.trim_start_matches("http://").split('/').next().unwrap_or_default();
            let host = uri.parse::<Uri>().expect("it was accepted").host().unwrap_or_default().to_owned();
            prop_assert!(stays_here(&host), "{} of {}", host, uri);
            prop_assert!(!authority.contains(['@', '\\']), "{}", uri);
        }
    }
}
