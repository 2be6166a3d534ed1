//! Which AWS region.

use super::set_variable;
use crate::host::Host;
use std::fmt;

/// The region of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// `eu-central-1`.
    pub name: String,
    /// Whether nobody configured one.
    pub defaulted: bool,
}

const DEFAULT: &str = "eu-central-1";

const VARIABLES: [&str; 3] = ["NEXT_CACHE_AWS_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"];

/// The region: `option`, else `NEXT_CACHE_AWS_REGION`, `AWS_REGION`, `AWS_DEFAULT_REGION`, else `eu-central-1`.
pub fn resolve_region(option: Option<&str>, host: &dyn Host) -> Result<Region, RegionError> {
    let given = option.map(|name| (name.to_owned(), "the option region"));
    let configured = given.or_else(|| {
        VARIABLES.into_iter().find_map(|variable| Some((set_variable(host, variable)?, variable)))
    });
    let Some((name, source)) = configured else {
        return Ok(Region { name: DEFAULT.to_owned(), defaulted: true });
    };
    let name = name.trim().to_owned();
    if is_host_label(&name) {
        Ok(Region { name, defaulted: false })
    } else {
        Err(RegionError { name, source })
    }
}

/// A region that cannot be one: it becomes part of a host name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionError {
    name: String,
    source: &'static str,
}

impl fmt::Display for RegionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RegionError { name, source } = self;
        write!(f, "the region {name:?} (from {source}) is no region like eu-central-1")
    }
}

impl std::error::Error for RegionError {}

/// AWS's rule for regions in endpoints: `isValidHostLabel`, and regions are in lower case.
fn is_host_label(name: &str) -> bool {
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

    fn named(name: &str) -> Result<Region, RegionError> {
        Ok(Region { name: name.to_owned(), defaulted: false })
    }

    #[test]
    fn the_option_wins_and_then_the_variables_in_their_order() {
        let host = ScriptedHost::new();
        assert_eq!(
            resolve_region(None, host.as_ref()),
            Ok(Region { name: "eu-central-1".to_owned(), defaulted: true })
        );
        for (variable, region) in [
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_REGION", "us-west-2"),
            ("NEXT_CACHE_AWS_REGION", "eu-west-1"),
        ] {
            host.set_env(variable, region);
            assert_eq!(resolve_region(None, host.as_ref()), named(region));
        }
        assert_eq!(resolve_region(Some("ap-south-1"), host.as_ref()), named("ap-south-1"));
    }

    #[test]
    fn a_blank_variable_is_not_set() {
        let host = ScriptedHost::new();
        host.set_env("AWS_REGION", " ");
        host.set_env("AWS_DEFAULT_REGION", "us-east-1");
        assert_eq!(resolve_region(None, host.as_ref()), named("us-east-1"));
    }

    #[test]
    fn what_is_no_host_label_is_refused_with_its_source() {
        let host = ScriptedHost::new();
        for name in ["", "eu_central_1", "a.b", "x/y", "-x", "x-", "EU", "evil.com#", "é"] {
            let error = resolve_region(Some(name), host.as_ref()).expect_err(name);
            assert!(error.to_string().contains("the option region"), "{error}");
        }
        host.set_env("AWS_REGION", "a.b");
        let error = resolve_region(None, host.as_ref()).expect_err("a.b");
        assert_eq!(error.to_string(), r#"the region "a.b" (from AWS_REGION) is no region like eu-central-1"#);
    }
}
