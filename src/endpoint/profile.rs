//! What the selected profile says about region and endpoints.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>

use crate::shared_config::SharedConfig;

/// Properties that are read here.
static PROPERTIES: [&str; 6] = [
    "region",
    "ignore_configured_endpoint_urls",
    "use_fips_endpoint",
    "use_dualstack_endpoint",
    "sts_regional_endpoints",
    "account_id_endpoint_mode",
];

/// Services that may have a URL of their own.
static SERVICES: [&str; 5] = ["dynamodb", "sts", "sso", "sso_oidc", "cloudwatch"];

/// Properties of the selected profile. None is a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileSettings {
    /// A service's name has its URL.
    values: Vec<(String, String)>,
}

impl ProfileSettings {
    /// Those of the files.
    pub fn of(config: &SharedConfig) -> Self {
        let properties = PROPERTIES.iter().map(|name| (*name, config.property(name)));
        let urls = SERVICES.iter().map(|service| (*service, config.endpoint_url(service)));
        let there = properties.chain(urls).filter_map(|(name, value)| Some((name, value?)));
        there.collect()
    }

    /// A property that is not empty.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(there, _)| there == name).map(|(_, value)| value.as_str())
    }

    /// The URL for a service: its own, else the profile's.
    pub fn endpoint_url(&self, service: &str) -> Option<&str> {
        self.property(service)
    }

    /// All of it, by names.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for ProfileSettings {
    fn from_iter<T: IntoIterator<Item = (&'a str, &'a str)>>(values: T) -> Self {
        let owned = values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        ProfileSettings { values: owned.collect() }
    }
}
