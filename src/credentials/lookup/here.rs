//! In this module.

use super::super::{CredentialsError, imds};
use crate::endpoint::ProfileSettings;
use crate::host::Host;
use crate::shared_config::{SharedConfig, SharedConfigError};

pub use super::super::chain::credentials;

/// What the selected profile says about region and endpoints.
pub async fn profile_settings(host: &dyn Host) -> Result<ProfileSettings, SharedConfigError> {
    Ok(ProfileSettings::of(&SharedConfig::load(host).await?))
}

/// The region of the instance, by its metadata. Whoever gives up drops the future.
pub async fn instance_region(host: &dyn Host, _limit_ms: u64) -> Result<String, CredentialsError> {
    let config = SharedConfig::load(host).await.map_err(|error| CredentialsError::new(&error))?;
    imds::region(host, &config).await
}
