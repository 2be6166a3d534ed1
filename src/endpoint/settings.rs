//! What the environment and the selected profile say about endpoints.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html>

use super::rules::{AccountIdEndpointMode, Parameters, Service};
use super::{EndpointError, ProfileSettings};
use crate::host::{Host, set_variable};

/// A service's settings.
pub struct Settings {
    pub url: Option<Url>,
    use_fips: bool,
    use_dual_stack: bool,
    use_global_endpoint: bool,
    account_id_endpoint_mode: AccountIdEndpointMode,
}

/// A URL, and where it was found.
pub struct Url {
    pub text: String,
    pub source: &'static str,
}

impl Settings {
    /// Reads them; the environment goes before the profile.
    pub fn read(
        service: Service,
        option: Option<&str>,
        profile: &ProfileSettings,
        host: &dyn Host,
    ) -> Result<Self, EndpointError> {
        let setting = |variable, property| {
            set_variable(host, variable).or_else(|| profile.property(property).map(str::to_owned))
        };
        let flag = |variable, property| {
            setting(variable, property).is_some_and(|value| value.eq_ignore_ascii_case("true"))
        };
        let url = match option {
            Some(text) => Some(Url { text: text.to_owned(), source: "the option endpoint" }),
            None if flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") => None,
            None => configured_url(service, profile, host),
        };
        let mode = setting("AWS_ACCOUNT_ID_ENDPOINT_MODE", "account_id_endpoint_mode");
        Ok(Settings {
            url,
            use_fips: flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
            use_dual_stack: flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
            use_global_endpoint: setting("AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints")
                .is_some_and(|value| value.eq_ignore_ascii_case("legacy")),
            account_id_endpoint_mode: match mode.as_deref() {
                None | Some("disabled") => AccountIdEndpointMode::Disabled,
                Some("preferred") => AccountIdEndpointMode::Preferred,
                Some("required") => AccountIdEndpointMode::Required,
                Some(other) => {
                    let accepted = "is neither disabled nor preferred nor required";
                    return Err(EndpointError::new(format_args!(
                        "AWS_ACCOUNT_ID_ENDPOINT_MODE {other:?} {accepted}"
                    )));
                }
            },
        })
    }

    /// For the rules, but for region and account.
    pub fn parameters(&self) -> Parameters<'_> {
        Parameters {
            use_fips: self.use_fips,
            use_dual_stack: self.use_dual_stack,
            use_global_endpoint: self.use_global_endpoint,
            endpoint: self.url.as_ref().map(|url| url.text.as_str()),
            account_id_endpoint_mode: self.account_id_endpoint_mode,
            ..Parameters::default()
        }
    }
}

fn configured_url(service: Service, profile: &ProfileSettings, host: &dyn Host) -> Option<Url> {
    let variables = [service.variable(), "AWS_ENDPOINT_URL"].into_iter();
    let from_environment =
        variables.into_iter().find_map(|source| Some(Url { text: set_variable(host, source)?, source }));
    from_environment.or_else(|| {
        let text = profile.endpoint_url(service.name())?.to_owned();
        Some(Url { text, source: "endpoint_url of the selected profile" })
    })
}
