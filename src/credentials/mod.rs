//! AWS credentials: where they come from, and a cache that renews them.

#[cfg(feature = "chain")]
mod aws;
mod cache;
#[cfg(feature = "chain")]
mod chain;
mod container;
mod document;
mod environment;
#[cfg(feature = "chain")]
mod imds;
mod lookup;
#[cfg(feature = "chain")]
mod process;
#[cfg(feature = "chain")]
mod profile;
#[cfg(feature = "chain")]
pub mod profile_chain;
mod provider;
#[cfg(any(feature = "admin", feature = "chain"))]
mod query;
mod request;
mod secret;
#[cfg(feature = "chain")]
mod sha1;
#[cfg(feature = "chain")]
mod sso;
#[cfg(feature = "chain")]
mod sts;
#[cfg(feature = "chain")]
mod web_identity;

pub use cache::CredentialsCache;
pub use container::endpoint as container_endpoint;
#[cfg(feature = "chain")]
pub use imds::endpoint as imds_endpoint;
#[cfg(feature = "chain")]
pub use lookup::answers;
pub use lookup::{Question, instance_region, profile_settings};
pub use provider::{CredentialsError, CredentialsFunction, Provider};
#[cfg(feature = "admin")]
pub use query::{CallerIdentity, caller_identity, form, query};
pub use secret::Secret;

use std::fmt;

/// Keys that sign requests. `Debug` shows no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The access key id, which every request shows.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: Secret,
    /// The session token of temporary credentials.
    pub session_token: Option<Secret>,
    /// When they end, Unix milliseconds; `None` is never, or unknown.
    pub expires_at_ms: Option<u64>,
    /// The account that they belong to, where their source tells.
    pub account_id: Option<String>,
    /// Where they come from.
    pub source: Source,
}

/// Where credentials come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The option `credentials`.
    Option,
    /// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
    Environment,
    /// A profile of the shared config and credentials files.
    Profile,
    /// `AWS_WEB_IDENTITY_TOKEN_FILE`.
    WebIdentity,
    /// The endpoint of a container's host.
    Container,
    /// EC2's instance metadata service.
    InstanceMetadata,
}

impl Credentials {
    /// Keys that do not end.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<Secret>) -> Self {
        Credentials {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
            expires_at_ms: None,
            account_id: None,
            source: Source::Option,
        }
    }
}

impl Source {
    /// For a person.
    pub fn name(self) -> &'static str {
        match self {
            Source::Option => "the option credentials",
            Source::Environment => "the environment",
            Source::Profile => "the shared config and credentials files",
            Source::WebIdentity => environment::WEB_IDENTITY_TOKEN_FILE,
            Source::Container => "the container's credentials endpoint",
            Source::InstanceMetadata => environment::METADATA_SERVICE,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("expires_at_ms", &self.expires_at_ms)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
