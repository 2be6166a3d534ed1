//! The sources of credentials that a client can have.

use super::{Credentials, Secret, Source, environment, lookup};
use crate::host::{Host, LocalFuture};
use std::fmt;
use std::rc::Rc;

/// A function that gives credentials, or says why not.
pub type CredentialsFunction = Rc<dyn Fn() -> LocalFuture<Result<Credentials, String>>>;

/// A source of credentials, asked again at each renewal.
#[derive(Clone)]
pub struct Provider {
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Environment,
    #[cfg(feature = "chain")]
    Profile,
    DefaultChain {
        region: Option<String>,
    },
    Function(CredentialsFunction),
}

impl Provider {
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. A blank variable counts as not set.
    pub fn environment() -> Self {
        Provider { kind: Kind::Environment }
    }

    /// The selected profile of the shared config and credentials files, alone.
    #[cfg(feature = "chain")]
    pub fn profile() -> Self {
        Provider { kind: Kind::Profile }
    }

    /// AWS's default chain. `region` is the option: the region whose STS is asked for roles.
    ///
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>
    pub fn default_chain(region: Option<String>) -> Self {
        Provider { kind: Kind::DefaultChain { region } }
    }

    /// The user's function.
    pub fn function(function: CredentialsFunction) -> Self {
        Provider { kind: Kind::Function(function) }
    }

    /// Asks the source.
    pub async fn provide(&self, host: &dyn Host) -> Result<Credentials, CredentialsError> {
        match &self.kind {
            Kind::Environment => {
                environment::credentials(host).map_err(|missing| CredentialsError::not_found(&missing, ""))
            }
            #[cfg(feature = "chain")]
            Kind::Profile => of_profile(host).await,
            Kind::DefaultChain { region } => lookup::credentials(host, region.as_deref()).await,
            Kind::Function(function) => {
                let given = function().await.map_err(|why| CredentialsError::of_function(&why))?;
                if given.access_key_id.is_empty() || given.secret_access_key.is_empty() {
                    return Err(CredentialsError::of_function("it gave an empty key"));
                }
                let session_token = given.session_token.filter(|token: &Secret| !token.is_empty());
                Ok(Credentials { session_token, source: Source::Option, ..given })
            }
        }
    }
}

#[cfg(feature = "chain")]
async fn of_profile(host: &dyn Host) -> Result<Credentials, CredentialsError> {
    let config = crate::shared_config::SharedConfig::load(host)
        .await
        .map_err(|error| CredentialsError::new(&error))?;
    let aws = super::aws::Aws { host, config: &config, region: None };
    let credentials = super::profile::credentials(aws).await?;
    credentials.ok_or_else(|| CredentialsError::of("no credentials in the profile", &config.selected()))
}

/// Why there are no credentials: names the source, and what is to be done. It never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialsError {
    message: Box<str>,
}

impl CredentialsError {
    /// What happened, for a person.
    #[cold]
    pub(super) fn new(message: &dyn fmt::Display) -> Self {
        CredentialsError { message: message.to_string().into_boxed_str() }
    }

    /// `what` is configured, and fails.
    #[cold]
    pub(super) fn of(what: &str, why: &dyn fmt::Display) -> Self {
        CredentialsError::new(&format_args!("{what}: {why}"))
    }

    #[cold]
    pub(super) fn missing(what: &str, name: &str) -> Self {
        CredentialsError::new(&format_args!("{what}: {name} is missing"))
    }

    #[cold]
    pub(super) fn unreadable_file(what: &str, path: &str) -> Self {
        CredentialsError::new(&format_args!("{what}: the file {path} cannot be read"))
    }

    /// No source has any. `last` is what the last one said that was asked.
    #[cold]
    pub(super) fn not_found(missing: &[&str], last: &str) -> Self {
        let missing = missing.join(" and ");
        CredentialsError::new(&format_args!(
            "no AWS credentials: set {missing} in the environment, or give the option credentials{last}"
        ))
    }

    pub(super) fn timed_out() -> Self {
        CredentialsError::new(&"the source of the credentials did not answer in time")
    }

    fn of_function(why: &str) -> Self {
        CredentialsError::of("the credentials option failed", &why)
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CredentialsError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted_host::ScriptedHost;

    fn environment(host: &ScriptedHost) -> Result<Credentials, CredentialsError> {
        host.run(Provider::environment().provide(host))
    }

    #[test]
    fn the_environment_gives_its_keys() {
        let host = ScriptedHost::new();
        host.set_env("AWS_ACCESS_KEY_ID", "AKID");
        host.set_env("AWS_SECRET_ACCESS_KEY", "secret");
        let credentials = environment(&host).expect("both are set");
        assert_eq!((credentials.access_key_id.as_str(), &*credentials.secret_access_key), ("AKID", "secret"));
        assert_eq!((credentials.session_token, credentials.source), (None, Source::Environment));
        host.set_env("AWS_SESSION_TOKEN", "token");
        let credentials = environment(&host).expect("all are set");
        assert_eq!(credentials.session_token.as_deref(), Some("token"));
    }

    #[test]
    fn what_is_missing_or_blank_is_named() {
        let host = ScriptedHost::new();
        let message = environment(&host).expect_err("nothing is set").to_string();
        assert!(message.contains("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"), "{message}");
        host.set_env("AWS_ACCESS_KEY_ID", "AKID");
        host.set_env("AWS_SECRET_ACCESS_KEY", " ");
        let message = environment(&host).expect_err("one is blank").to_string();
        assert!(message.contains("set AWS_SECRET_ACCESS_KEY in"), "{message}");
    }

    #[test]
    fn a_function_that_gives_an_empty_key_is_refused() {
        let host = ScriptedHost::new();
        let provider = Provider::function(Rc::new(|| Box::pin(async { Ok(Credentials::new("", "s")) })));
        assert!(host.run(provider.provide(host.as_ref())).is_err());
    }

    #[test]
    fn debug_shows_no_secret() {
        let credentials =
            Credentials { session_token: Some("hidden".into()), ..Credentials::new("AKID", "hidden") };
        let shown = format!("{credentials:?} {:?}", credentials.secret_access_key);
        assert!(shown.contains("AKID") && !shown.contains("hidden"), "{shown}");
    }
}
