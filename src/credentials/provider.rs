//! Where credentials come from.

use super::Credentials;
use crate::host::{Host, LocalFuture};
use std::fmt;
use std::rc::Rc;

/// A function that gives credentials, or says why not.
pub type CredentialsFunction = Rc<dyn Fn() -> LocalFuture<Result<Credentials, String>>>;

/// A source of credentials, asked again at each renewal.
#[derive(Clone)]
pub struct Provider {
    source: Source,
}

#[derive(Clone)]
enum Source {
    Environment,
    Function(CredentialsFunction),
}

impl Provider {
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. A blank variable counts as not set.
    ///
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html>
    pub fn environment() -> Self {
        Provider { source: Source::Environment }
    }

    /// The user's function.
    pub fn function(function: CredentialsFunction) -> Self {
        Provider { source: Source::Function(function) }
    }

    /// Asks the source.
    pub async fn provide(&self, host: &dyn Host) -> Result<Credentials, CredentialsError> {
        match &self.source {
            Source::Environment => from_environment(host),
            Source::Function(function) => {
                let given = function().await.map_err(CredentialsError::Function)?;
                if given.access_key_id.is_empty() || given.secret_access_key.is_empty() {
                    return Err(CredentialsError::Function("it gave an empty key".to_owned()));
                }
                Ok(Credentials {
                    session_token: given.session_token.filter(|token| !token.is_empty()),
                    ..given
                })
            }
        }
    }
}

/// Why there are no credentials. It never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialsError {
    /// The environment holds none, or only this much: the variables that are missing.
    Environment(Vec<&'static str>),
    /// The user's function failed; what it said.
    Function(String),
    /// The source did not answer in time.
    TimedOut,
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CredentialsError::Environment(missing) => write!(
                f,
                "no AWS credentials: set {} in the environment, or give the option credentials",
                missing.join(" and ")
            ),
            CredentialsError::Function(why) => write!(f, "the credentials option failed: {why}"),
            CredentialsError::TimedOut => f.write_str("the source of the credentials did not answer in time"),
        }
    }
}

impl std::error::Error for CredentialsError {}

fn from_environment(host: &dyn Host) -> Result<Credentials, CredentialsError> {
    const ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
    const SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";
    let variable =
        |name| host.env(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    match (variable(ACCESS_KEY_ID), variable(SECRET_ACCESS_KEY)) {
        (Some(access_key_id), Some(secret_access_key)) => Ok(Credentials {
            access_key_id,
            secret_access_key,
            session_token: variable("AWS_SESSION_TOKEN"),
            expires_at_ms: None,
        }),
        (Some(_), None) => Err(CredentialsError::Environment(vec![SECRET_ACCESS_KEY])),
        (None, Some(_)) => Err(CredentialsError::Environment(vec![ACCESS_KEY_ID])),
        (None, None) => Err(CredentialsError::Environment(vec![ACCESS_KEY_ID, SECRET_ACCESS_KEY])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted_host::ScriptedHost;

    fn environment(host: &ScriptedHost) -> Result<Credentials, CredentialsError> {
        host.run(Provider::environment().provide(host))
    }

    #[test]
    fn the_environment_gives_static_and_temporary_keys() {
        let host = ScriptedHost::new();
        host.set_env("AWS_ACCESS_KEY_ID", "AKID");
        host.set_env("AWS_SECRET_ACCESS_KEY", " secret ");
        host.set_env("AWS_SESSION_TOKEN", "");
        let keys = Credentials {
            access_key_id: "AKID".to_owned(),
            secret_access_key: "secret".to_owned(),
            session_token: None,
            expires_at_ms: None,
        };
        assert_eq!(environment(&host), Ok(keys.clone()));
        host.set_env("AWS_SESSION_TOKEN", "token");
        assert_eq!(environment(&host), Ok(Credentials { session_token: Some("token".to_owned()), ..keys }));
    }

    #[test]
    fn missing_variables_are_named() {
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
        let provider = Provider::function(Rc::new(|| {
            Box::pin(async {
                Ok(Credentials {
                    access_key_id: String::new(),
                    secret_access_key: "s".to_owned(),
                    session_token: None,
                    expires_at_ms: None,
                })
            })
        }));
        assert!(host.run(provider.provide(host.as_ref())).is_err());
    }

    #[test]
    fn debug_shows_no_secret() {
        let credentials = Credentials {
            access_key_id: "AKID".to_owned(),
            secret_access_key: "hidden".to_owned(),
            session_token: Some("hidden".to_owned()),
            expires_at_ms: Some(5),
        };
        let shown = format!("{credentials:?}");
        assert!(shown.contains("AKID") && !shown.contains("hidden"), "{shown}");
    }
}
