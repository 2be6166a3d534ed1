//! What the sources of the default chain ask of: the host, the shared files, the region.

use super::{CredentialsError, query};
use crate::endpoint::{Endpoint, ProfileSettings, Service};
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
        query::region(self.region, &ProfileSettings::of(self.config), self.host)
    }

    /// Where a service of AWS is, with its region.
    pub fn endpoint(&self, service: Service, region: &str) -> Result<Endpoint, CredentialsError> {
        query::endpoint(service, region, &ProfileSettings::of(self.config), self.host)
    }
}
