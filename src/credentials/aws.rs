//! What the sources of the default chain ask of: the host, the shared files, the region.

use super::CredentialsError;
use crate::endpoint::{DEFAULT_REGION, Endpoint, Service, configured_region, profile_region};
use crate::host::Host;
use crate::shared_config::SharedConfig;

/// What all sources of the chain have at hand.
#[derive(Clone, Copy)]
pub struct Aws<'a> {
    pub host: &'a dyn Host,
    pub config: &'a SharedConfig,
    /// The option `region`.
    pub region: Option<&'a str>,
}

impl Aws<'_> {
    /// The region whose STS is asked.
    pub fn region(&self) -> Result<String, CredentialsError> {
        let invalid = |error| CredentialsError::of("STS", &error);
        if let Some(region) = configured_region(self.region, self.host).map_err(invalid)? {
            return Ok(region);
        }
        Ok(profile_region(self.config).map_err(invalid)?.unwrap_or_else(|| DEFAULT_REGION.to_owned()))
    }

    /// Where a service of AWS is, with its region.
    pub fn endpoint(&self, service: Service, region: &str) -> Result<Endpoint, CredentialsError> {
        let endpoint = Endpoint::of_service(service, region, self.config, self.host);
        endpoint.map_err(|error| CredentialsError::of(service.name(), &error))
    }
}
