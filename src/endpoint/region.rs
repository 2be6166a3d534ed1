//! Which AWS region.

use super::{EndpointError, ProfileSettings};
use crate::host::{Host, set_variable};

/// The region where nobody configured one.
pub const DEFAULT_REGION: &str = "eu-central-1";

static VARIABLES: [&str; 3] = ["NEXT_CACHE_AWS_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"];

/// The region: `option`, else `NEXT_CACHE_AWS_REGION`, `AWS_REGION`, `AWS_DEFAULT_REGION`; `None` where none is set.
pub fn configured_region(option: Option<&str>, host: &dyn Host) -> Result<Option<String>, EndpointError> {
    let given = option.map(|name| (name.to_owned(), "the option region"));
    let configured = given.or_else(|| {
        VARIABLES.iter().copied().find_map(|variable| Some((set_variable(host, variable)?, variable)))
    });
    configured.map(|(name, source)| checked(name.trim(), source)).transpose()
}

/// Where the region is configured.
#[cfg(feature = "admin")]
pub fn region_source(
    option: Option<&str>,
    profile: &ProfileSettings,
    credentials: crate::credentials::Source,
    host: &dyn Host,
) -> &'static str {
    match VARIABLES.iter().copied().find(|variable| set_variable(host, variable).is_some()) {
        _ if option.is_some() => "the option region",
        Some(variable) => variable,
        None if profile.property("region").is_some() => "the profile",
        None if credentials == crate::credentials::Source::InstanceMetadata => {
            "the instance metadata service"
        }
        None => "nothing: it is the default",
    }
}

/// The region of the selected profile; `None` where it has none.
pub fn profile_region(profile: &ProfileSettings) -> Result<Option<String>, EndpointError> {
    profile.property("region").map(|name| checked(name, "region of the selected profile")).transpose()
}

/// A region that an instance's metadata gave.
pub fn checked_region(name: &str) -> Result<String, EndpointError> {
    checked(name, "the instance metadata service")
}

/// It becomes part of a host name.
fn checked(name: &str, source: &str) -> Result<String, EndpointError> {
    if is_host_label(name) {
        return Ok(name.to_owned());
    }
    Err(EndpointError::new(format_args!(
        "the region {name:?} (from {source}) is no region like eu-central-1"
    )))
}

/// AWS's rule for what becomes part of a host name: `isValidHostLabel`, and regions are in lower case.
pub(super) fn is_host_label(name: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&name.len())
        && name.bytes().all(inside)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted_host::ScriptedHost;

    fn named(name: &str) -> Result<Option<String>, EndpointError> {
        Ok(Some(name.to_owned()))
    }

    #[test]
    fn the_option_wins_and_then_the_variables_in_their_order() {
        let host = ScriptedHost::new();
        assert_eq!(configured_region(None, host.as_ref()), Ok(None));
        for (variable, region) in [
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_REGION", "us-west-2"),
            ("NEXT_CACHE_AWS_REGION", "eu-west-1"),
        ] {
            host.set_env(variable, region);
            assert_eq!(configured_region(None, host.as_ref()), named(region));
        }
        assert_eq!(configured_region(Some("ap-south-1"), host.as_ref()), named("ap-south-1"));
    }

    #[test]
    fn a_blank_variable_is_not_set() {
        let host = ScriptedHost::new();
        host.set_env("AWS_REGION", " ");
        host.set_env("AWS_DEFAULT_REGION", "us-east-1");
        assert_eq!(configured_region(None, host.as_ref()), named("us-east-1"));
    }

    #[test]
    fn what_is_no_host_label_is_refused_with_its_source() {
        let host = ScriptedHost::new();
        for name in ["", "eu_central_1", "a.b", "x/y", "-x", "x-", "EU", "evil.com#", "é"] {
            let error = configured_region(Some(name), host.as_ref()).expect_err(name);
            assert!(error.to_string().contains("the option region"), "{error}");
        }
        host.set_env("AWS_REGION", "a.b");
        let error = configured_region(None, host.as_ref()).expect_err("a.b");
        assert_eq!(error.to_string(), r#"the region "a.b" (from AWS_REGION) is no region like eu-central-1"#);
    }
}
