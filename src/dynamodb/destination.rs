//! Where a client sends: known when it is made, or found out at its first request.

use crate::credentials::{Credentials, Source, instance_region, profile_settings};
use crate::endpoint::{
    DEFAULT_REGION, Endpoint, EndpointError, PlainHttp, ProfileSettings, checked_region, configured_region,
    profile_region,
};
use crate::host::{Deadline, Host, LogLevel, SharedHost};
use crate::sharing::within;
use std::cell::RefCell;
use std::rc::Rc;

/// DynamoDB's address and region, as far as they are configured.
///
/// The shared files, which only a request has the time to read, are not asked when the environment says everything.
#[derive(Clone, Debug)]
pub struct Destination {
    url: Option<String>,
    plain_http: PlainHttp,
    region: Option<String>,
    found: RefCell<Option<Rc<Endpoint>>>,
}

impl Destination {
    /// An address that is known.
    pub fn known(endpoint: Endpoint) -> Self {
        Destination {
            url: None,
            plain_http: PlainHttp::OnLoopback,
            region: None,
            found: RefCell::new(Some(Rc::new(endpoint))),
        }
    }

    /// By the options `endpoint`, `allowInsecureEndpoint` and `region`, the environment, and what has to be looked up.
    ///
    /// # Errors
    ///
    /// An option or a variable that is not valid.
    pub fn configure(
        url: Option<String>,
        plain_http: PlainHttp,
        region: Option<String>,
        host: &dyn Host,
    ) -> Result<Self, EndpointError> {
        let region = configured_region(region.as_deref(), host)?;
        // Whatever the profile adds: what is configured here is valid, or is reported now.
        let of_region = region.as_deref().unwrap_or(DEFAULT_REGION);
        let endpoint = Endpoint::of_dynamodb(
            url.as_deref(),
            plain_http,
            of_region,
            None,
            &ProfileSettings::default(),
            host,
        )?;
        let is_known = region.is_some() && url.is_some();
        let found = RefCell::new(is_known.then(|| Rc::new(endpoint)));
        Ok(Destination { url, plain_http, region, found })
    }

    /// The endpoint; `deadline` limits looking it up.
    pub async fn find(
        &self,
        host: &SharedHost,
        credentials: &Credentials,
        deadline: Deadline,
    ) -> Result<Rc<Endpoint>, EndpointError> {
        if let Some(found) = &*self.found.borrow() {
            return Ok(found.clone());
        }
        let looked_up =
            within(host, deadline, Box::pin(self.look_up(host.as_ref(), credentials, deadline))).await;
        let endpoint = Rc::new(looked_up.unwrap_or_else(|| Err(EndpointError::timed_out()))?);
        *self.found.borrow_mut() = Some(endpoint.clone());
        Ok(endpoint)
    }

    async fn look_up(
        &self,
        host: &dyn Host,
        credentials: &Credentials,
        deadline: Deadline,
    ) -> Result<Endpoint, EndpointError> {
        let profile = profile_settings(host).await.map_err(|error| EndpointError::of_files(&error))?;
        let region = match &self.region {
            Some(region) => region.clone(),
            None => match profile_region(&profile)? {
                Some(region) => region,
                None => self.region_of_instance(host, credentials, deadline).await?,
            },
        };
        let account_id = credentials.account_id.as_deref();
        Endpoint::of_dynamodb(self.url.as_deref(), self.plain_http, &region, account_id, &profile, host)
    }

    /// Where the credentials come from an instance's metadata, so does the region.
    async fn region_of_instance(
        &self,
        host: &dyn Host,
        credentials: &Credentials,
        deadline: Deadline,
    ) -> Result<String, EndpointError> {
        if credentials.source == Source::InstanceMetadata
            && let Ok(region) = instance_region(host, deadline.remaining_ms(host)).await
        {
            return checked_region(&region);
        }
        if self.found.borrow().is_none() {
            let line = "no region is configured (option region, NEXT_CACHE_AWS_REGION, AWS_REGION, AWS_DEFAULT_REGION or the profile): eu-central-1 is used";
            host.log(LogLevel::Warn, line);
        }
        Ok(DEFAULT_REGION.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted_host::ScriptedHost;

    const CONFIG: &str = "/home/me/.aws/config";

    fn host(files: &str, variables: &[(&str, &str)]) -> Rc<ScriptedHost> {
        let host = ScriptedHost::new();
        host.set_env("HOME", "/home/me");
        host.set_file(CONFIG, files.as_bytes());
        variables.iter().for_each(|(name, value)| host.set_env(name, value));
        host
    }

    fn find(host: &Rc<ScriptedHost>, source: Source) -> Result<(String, String), String> {
        let destination = Destination::configure(None, PlainHttp::OnLoopback, None, host.as_ref())
            .map_err(|error| error.to_string())?;
        let mut credentials = Credentials::new("A", "S");
        (credentials.source, credentials.account_id) = (source, Some("111122223333".to_owned()));
        let shared: SharedHost = host.clone();
        let endpoint = host
            .run(destination.find(&shared, &credentials, Deadline::after(host.as_ref(), 1_000)))
            .map_err(|error| error.to_string())?;
        Ok((endpoint.uri().to_string(), endpoint.signing_region().to_owned()))
    }

    fn found(url: &str, region: &str) -> Result<(String, String), String> {
        Ok((url.to_owned(), region.to_owned()))
    }

    const PROFILE: &str = "[default]\nregion = us-east-2\nservices = here\n[services here]\ndynamodb =\n endpoint_url = https://services.example\n";

    #[test]
    fn options_alone_need_no_files() {
        let host = host("broken", &[]);
        let destination = Destination::configure(
            Some("https://x.example".to_owned()),
            PlainHttp::OnLoopback,
            Some("eu-west-1".to_owned()),
            host.as_ref(),
        );
        let shared: SharedHost = host.clone();
        let credentials = Credentials::new("A", "S");
        let endpoint = host
            .run(destination.expect("valid").find(
                &shared,
                &credentials,
                Deadline::after(host.as_ref(), 1_000),
            ))
            .expect("known");
        assert_eq!(
            (endpoint.uri().to_string().as_str(), endpoint.signing_region()),
            ("https://x.example/", "eu-west-1")
        );
    }

    #[test]
    fn plain_http_to_another_machine_is_for_those_who_allow_it() {
        let host = host("", &[("AWS_ENDPOINT_URL", "http://dynamodb:8000"), ("AWS_REGION", "local")]);
        let shared: SharedHost = host.clone();
        let configure = |plain_http| Destination::configure(None, plain_http, None, host.as_ref());
        let refused = configure(PlainHttp::OnLoopback).expect_err("not loopback").to_string();
        assert!(refused.contains("allowInsecureEndpoint"), "{refused}");
        let allowed = configure(PlainHttp::Anywhere).expect("allowed");
        let deadline = Deadline::after(host.as_ref(), 1_000);
        let endpoint = host.run(allowed.find(&shared, &Credentials::new("A", "S"), deadline));
        assert_eq!(endpoint.expect("allowed").uri().to_string(), "http://dynamodb:8000/");
    }

    #[test]
    fn the_profile_gives_region_and_endpoint() {
        assert_eq!(
            find(&host(PROFILE, &[]), Source::Profile),
            found("https://services.example/", "us-east-2")
        );
    }

    #[test]
    fn the_environment_goes_before_the_profile() {
        let variables = [("AWS_REGION", "eu-west-1"), ("AWS_ENDPOINT_URL", "http://localhost:1")];
        assert_eq!(
            find(&host(PROFILE, &variables), Source::Profile),
            found("http://localhost:1/", "eu-west-1")
        );
    }

    #[test]
    fn configured_urls_can_be_ignored() {
        let variables =
            [("AWS_ENDPOINT_URL", "http://localhost:1"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")];
        let result = find(&host(PROFILE, &variables), Source::Profile);
        assert_eq!(result, found("https://dynamodb.us-east-2.amazonaws.com/", "us-east-2"));
    }

    #[test]
    fn account_endpoints_are_off_unless_they_are_asked_for() {
        let region = ("AWS_REGION", "eu-west-1");
        let result = find(&host("", &[region]), Source::Option);
        assert_eq!(result, found("https://dynamodb.eu-west-1.amazonaws.com/", "eu-west-1"));
        let result =
            find(&host("", &[region, ("AWS_ACCOUNT_ID_ENDPOINT_MODE", "preferred")]), Source::Option);
        assert_eq!(result, found("https://111122223333.ddb.eu-west-1.amazonaws.com/", "eu-west-1"));
    }

    #[test]
    fn only_an_instance_is_asked_for_its_region() {
        let on_ec2 = host("", &[]);
        for body in ["token", "ap-south-1"] {
            on_ec2.answer(Ok(http::Response::new(body.as_bytes().to_vec())));
        }
        let result = find(&on_ec2, Source::InstanceMetadata);
        assert_eq!(result, found("https://dynamodb.ap-south-1.amazonaws.com/", "ap-south-1"));
        let elsewhere = host("", &[]);
        assert_eq!(
            find(&elsewhere, Source::Container),
            found("https://dynamodb.eu-central-1.amazonaws.com/", "eu-central-1")
        );
        assert!(elsewhere.take_requests().is_empty());
    }

    #[test]
    fn a_broken_file_is_named() {
        let error = find(&host("[default]\nregion\n", &[]), Source::Option).expect_err("broken");
        assert_eq!(error, "/home/me/.aws/config line 2: Expected an '=' sign defining a property");
    }

    #[test]
    fn what_is_not_valid_is_reported_at_once() {
        for (name, value) in [("AWS_REGION", "a.b"), ("AWS_ENDPOINT_URL_DYNAMODB", "http://x.example")] {
            let error = Destination::configure(
                None,
                PlainHttp::OnLoopback,
                None,
                host("", &[(name, value)]).as_ref(),
            )
            .expect_err(name);
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}
