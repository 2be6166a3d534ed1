//! Credentials of the selected profile.

use super::aws::Aws;
use super::profile_chain::{Base, NamedSource, ProfileChain, ProfileError};
use super::request::Pending;
use super::{
    Credentials, CredentialsError, Source, container, environment, imds, process, sso, sts, web_identity,
};
use std::fmt::Display;
use std::future::ready;

/// The selected profile's credentials; `None` where it says nothing about them.
pub fn credentials(aws: Aws<'_>) -> Pending<'_, Option<Credentials>> {
    let chain = ProfileChain::resolve(aws.config);
    Box::pin(async move {
        let chain = match chain {
            Ok(chain) => chain,
            Err(ProfileError::None) => return Ok(None),
            Err(ProfileError::Invalid(why)) => return Err(in_files(aws, &why)),
        };
        let mut credentials = base(aws, &chain.base).await;
        for role in &chain.roles {
            let Ok(with) = credentials else { break };
            credentials = sts::assume_role(aws, role, with).await;
        }
        match credentials {
            Ok(credentials) => Ok(Some(Credentials { source: Source::Profile, ..credentials })),
            Err(error) => Err(in_files(aws, &format_args!("the profile {}: {error}", aws.config.selected()))),
        }
    })
}

fn in_files(aws: Aws<'_>, why: &dyn Display) -> CredentialsError {
    CredentialsError::new(&format_args!("{why} (in {})", aws.config.files()))
}

fn base<'a>(aws: Aws<'a>, base: &'a Base) -> Pending<'a, Credentials> {
    match base {
        Base::Keys(credentials) => Box::pin(ready(Ok(credentials.clone()))),
        Base::Named(NamedSource::Environment) => Box::pin(ready(of_environment(aws))),
        Base::Named(NamedSource::Ec2InstanceMetadata) => imds::credentials(aws),
        Base::Named(NamedSource::EcsContainer) => Box::pin(async move {
            let credentials = container::credentials(aws.host).await?;
            let none = &"this is no container of ECS or EKS";
            credentials.ok_or_else(|| CredentialsError::of("credential_source = EcsContainer", none))
        }),
        Base::WebIdentity { role, token_file } => web_identity::credentials(aws, role, token_file),
        Base::Sso(sso) => sso::credentials(aws, sso),
        Base::Process { command, account_id } => process::credentials(aws.host, command, account_id.clone()),
    }
}

fn of_environment(aws: Aws<'_>) -> Result<Credentials, CredentialsError> {
    environment::credentials(aws.host).map_err(|missing| {
        let why = format_args!("set {} in the environment", missing.join(" and "));
        CredentialsError::of("credential_source = Environment", &why)
    })
}
