//! AWS credentials: where they come from, and a cache that renews them.

mod cache;
mod provider;

pub use cache::CredentialsCache;
pub use provider::{CredentialsError, CredentialsFunction, Provider};

use std::fmt;

/// Keys that sign requests. `Debug` shows no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The access key id, which every request shows.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: String,
    /// The session token of temporary credentials.
    pub session_token: Option<String>,
    /// When they end, Unix milliseconds; `None` is never, or unknown.
    pub expires_at_ms: Option<u64>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("expires_at_ms", &self.expires_at_ms)
            .finish_non_exhaustive()
    }
}
