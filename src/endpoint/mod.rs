//! Where requests go: the region, and the address of a service there.

mod partition;
mod profile;
mod region;
pub mod rules;
mod settings;

pub use profile::ProfileSettings;
#[cfg(feature = "admin")]
pub use region::region_source;
pub use region::{DEFAULT_REGION, checked_region, configured_region, profile_region};
pub use rules::Service;

use crate::host::Host;
use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use rules::{Parameters, Resolved};
use settings::{Settings, Url};
use std::fmt;

/// Where rows may travel without TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlainHttp {
    /// On this machine alone.
    #[default]
    OnLoopback,
    /// To any host: the user has said so, of a network of their own.
    Anywhere,
}

/// An address that requests can be sent to, and the region that they are signed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    uri: Uri,
    signing_region: String,
}

impl Endpoint {
    /// DynamoDB's: `option`, else what the environment has, else AWS's own for the region.
    ///
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
    pub fn resolve(option: Option<&str>, region: &str, host: &dyn Host) -> Result<Self, EndpointError> {
        Endpoint::of_dynamodb(option, PlainHttp::OnLoopback, region, None, &ProfileSettings::default(), host)
    }

    /// DynamoDB's: `option`, else what the environment has, else the selected profile, else AWS's own for the region.
    pub fn of_dynamodb(
        option: Option<&str>,
        plain_http: PlainHttp,
        region: &str,
        account_id: Option<&str>,
        profile: &ProfileSettings,
        host: &dyn Host,
    ) -> Result<Self, EndpointError> {
        let settings = Settings::read(Service::DynamoDb, option, profile, host)?;
        Endpoint::by_rules(Service::DynamoDb, plain_http, region, account_id, &settings)
    }

    /// Another service's, from the environment, the selected profile, or AWS's own for the region.
    pub fn of_service(
        service: Service,
        region: &str,
        profile: &ProfileSettings,
        host: &dyn Host,
    ) -> Result<Self, EndpointError> {
        // What goes to these is what AWS's own SDKs send there.
        let settings = Settings::read(service, None, profile, host)?;
        Endpoint::by_rules(service, PlainHttp::Anywhere, region, None, &settings)
    }

    /// The address, with path `/`. Its authority is what the host's `fetch` sends as `host`.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The region that requests are signed for.
    pub fn signing_region(&self) -> &str {
        &self.signing_region
    }

    /// The same address, for requests that are signed for another region.
    pub fn signed_for(self, region: impl Into<String>) -> Self {
        Endpoint { signing_region: region.into(), ..self }
    }

    fn by_rules(
        service: Service,
        plain_http: PlainHttp,
        region: &str,
        account_id: Option<&str>,
        settings: &Settings,
    ) -> Result<Self, EndpointError> {
        let parameters = Parameters { region: Some(region), account_id, ..settings.parameters() };
        let Resolved { url, signing_region } = rules::resolve(service, &parameters)
            .map_err(|why| EndpointError::new(format_args!("the endpoint of {}: {why}", service.name())))?;
        let source = settings.url.as_ref().map_or("the region", |Url { source, .. }| source);
        let uri = parse(&url, plain_http).map_err(|why| {
            EndpointError::new(format_args!("the endpoint {:?} (from {source}) {why}", redacted(&url)))
        })?;
        Ok(Endpoint { uri, signing_region })
    }
}

fn parse(url: &str, plain_http: PlainHttp) -> Result<Uri, Refusal> {
    let parts = url.trim().parse::<Uri>().map_err(|_| Refusal::NotAUrl)?.into_parts();
    let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
        return Err(Refusal::NotAUrl);
    };
    if authority.as_str().contains('@') {
        return Err(Refusal::HasUserInfo);
    }
    let path = parts.path_and_query.as_ref().map_or("/", PathAndQuery::as_str);
    if !matches!(path, "" | "/") || url.contains('#') {
        return Err(Refusal::HasPath);
    }
    let default_port = match scheme.as_str() {
        "https" => 443,
        "http" if plain_http == PlainHttp::Anywhere || is_loopback(authority.host()) => 80,
        "http" => return Err(Refusal::PlainHttp),
        _ => return Err(Refusal::NotAUrl),
    };
    uri(scheme, &authority, default_port).ok_or(Refusal::NotAUrl)
}

/// Why there is no endpoint. It names the setting at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointError {
    message: String,
}

impl EndpointError {
    fn new(message: impl fmt::Display) -> Self {
        EndpointError { message: message.to_string() }
    }

    /// The shared files, where a part of it may stand, are not valid.
    pub fn of_files(error: &dyn fmt::Display) -> Self {
        EndpointError::new(error)
    }

    /// Looking it up took too long.
    pub fn timed_out() -> Self {
        EndpointError::new("the region could not be looked up in time")
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EndpointError {}

/// Why a URL is no endpoint.
#[derive(Clone, Copy)]
enum Refusal {
    NotAUrl,
    HasUserInfo,
    HasPath,
    PlainHttp,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::NotAUrl => {
                "is no URL like https://dynamodb.eu-central-1.amazonaws.com or http://localhost:8000"
            }
            Refusal::HasUserInfo => "holds a user name or a password: credentials are configured elsewhere",
            Refusal::HasPath => "has a path, a query or a fragment: AWS is asked at the path / only",
            Refusal::PlainHttp => {
                "is http:// to another machine, where anyone on the way could read the rows: use https://, or http:// on localhost, or the option allowInsecureEndpoint in a network of your own"
            }
        })
    }
}

/// As `fetch` will send it: in lower case, without the scheme's own port.
fn uri(scheme: Scheme, authority: &Authority, default_port: u16) -> Option<Uri> {
    let host = authority.host().to_ascii_lowercase();
    let authority = match (authority.port(), authority.port_u16()) {
        (None, _) => host,
        (Some(_), Some(port)) if port == default_port => host,
        (Some(_), Some(port)) => format!("{host}:{port}"),
        (Some(_), None) => return None,
    };
    Uri::builder().scheme(scheme).authority(authority).path_and_query("/").build().ok()
}

fn is_loopback(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    // A name whose last label is a number is an IPv4 address, and all of 127.0.0.0/8 is this machine.
    let is_in_127 = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.strip_prefix("127.").is_some_and(is_in_127)
}

/// A URL for an error message: what stands before an `@` may be a password.
fn redacted(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, after)) => format!("…@{after}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted_host::ScriptedHost;

    fn option(url: &str) -> Result<String, String> {
        let host = ScriptedHost::new();
        let endpoint = Endpoint::resolve(Some(url), "eu-central-1", host.as_ref());
        endpoint.map(|endpoint| endpoint.uri().to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn every_partition_has_its_suffix() {
        let host = ScriptedHost::new();
        let cases = [
            ("eu-central-1", "https://dynamodb.eu-central-1.amazonaws.com/"),
            ("us-gov-west-1", "https://dynamodb.us-gov-west-1.amazonaws.com/"),
            ("cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn/"),
            ("us-iso-east-1", "https://dynamodb.us-iso-east-1.c2s.ic.gov/"),
            ("us-isob-east-1", "https://dynamodb.us-isob-east-1.sc2s.sgov.gov/"),
            ("eu-isoe-west-1", "https://dynamodb.eu-isoe-west-1.cloud.adc-e.uk/"),
            ("us-isof-south-1", "https://dynamodb.us-isof-south-1.csp.hci.ic.gov/"),
            ("eusc-de-east-1", "https://dynamodb.eusc-de-east-1.amazonaws.eu/"),
            ("xx-new-7", "https://dynamodb.xx-new-7.amazonaws.com/"),
            ("local", "http://localhost:8000/"),
        ];
        for (region, url) in cases {
            let endpoint = Endpoint::resolve(None, region, host.as_ref()).expect(region);
            assert_eq!(endpoint.uri().to_string(), url);
        }
    }

    #[test]
    fn the_option_wins_and_then_the_services_own_variable() {
        let host = ScriptedHost::new();
        let resolve = |option: Option<&str>| {
            Endpoint::resolve(option, "eu-central-1", host.as_ref()).expect("valid").uri().to_string()
        };
        host.set_env("AWS_ENDPOINT_URL", "https://all.example");
        assert_eq!(resolve(None), "https://all.example/");
        host.set_env("AWS_ENDPOINT_URL_DYNAMODB", "https://own.example/");
        assert_eq!(resolve(None), "https://own.example/");
        host.set_env("AWS_ENDPOINT_URL_DYNAMODB", "  ");
        assert_eq!(resolve(None), "https://all.example/");
        assert_eq!(resolve(Some("http://127.0.0.1:4566")), "http://127.0.0.1:4566/");
    }

    #[test]
    fn the_authority_is_what_a_fetch_sends_as_host() {
        let cases = [
            ("https://VPCE-1.dynamodb.example:443", "https://vpce-1.dynamodb.example/"),
            ("http://localhost:80/", "http://localhost/"),
            ("http://LOCALHOST:443", "http://localhost:443/"),
            ("https://localhost:8000", "https://localhost:8000/"),
            (" http://[::1]:8000 ", "http://[::1]:8000/"),
        ];
        for (url, uri) in cases {
            assert_eq!(option(url).as_deref(), Ok(uri));
        }
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for url in ["http://localhost", "http://a.localhost:1", "http://127.8.8.8", "http://[::1]"] {
            assert!(option(url).is_ok(), "{url}");
        }
        for url in [
            "http://example.com",
            "http://localhost.example.com",
            "http://127.0.0.example",
            "http://0127.0.0.1",
            "http://169.254.169.254",
            "http://0.0.0.0",
        ] {
            assert!(option(url).expect_err(url).contains("use https://"), "{url}");
        }
    }

    #[test]
    fn what_is_no_endpoint_is_refused_with_its_source_and_without_a_password() {
        let cases = [
            "",
            "localhost:8000",
            "/",
            "ftp://localhost",
            "https://",
            "https://x/path",
            "https://x?q",
            "https://x/#f",
        ];
        for url in cases {
            assert!(option(url).expect_err(url).contains("(from the option endpoint)"), "{url}");
        }
        let error = option("https://user:secret@example.com").expect_err("user info");
        assert!(!error.contains("secret") && !error.contains("user:"), "{error}");
    }
}
