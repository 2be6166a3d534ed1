//! The default chain: the sources in the order in which AWS's Rust SDK asks them. `docs/credentials.md` describes it.

use super::aws::Aws;
use super::{Credentials, CredentialsError, container, environment, imds, profile, web_identity};
use crate::host::Host;
use crate::shared_config::SharedConfig;

/// The credentials of the first source that is configured. One that is configured and fails ends the chain: whoever
/// comes after it may be somebody else.
pub async fn credentials(host: &dyn Host, region: Option<&str>) -> Result<Credentials, CredentialsError> {
    let missing = match environment::credentials(host) {
        Ok(credentials) => return Ok(credentials),
        Err(missing) => missing,
    };
    let config = SharedConfig::load(host).await.map_err(|error| CredentialsError::new(&error))?;
    let aws = Aws { host, config: &config, region };
    for source in
        [profile::credentials(aws), web_identity::from_environment(aws), container::credentials(host)]
    {
        if let Some(credentials) = source.await? {
            return Ok(credentials);
        }
    }
    let last = imds::credentials(aws).await;
    last.map_err(|error| CredentialsError::not_found(&missing, &format!(" (asked last: {error})")))
}
