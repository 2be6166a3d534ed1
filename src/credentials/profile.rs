//! Credentials of the selected profile.

use super::aws::Aws;
use super::profile_chain::{Base, NamedSource, ProfileChain, ProfileError};
use super::request::Pending;
use super::{
    Credentials, CredentialsError, Source, container, environment, imds, process, sso, sts, web_identity,
};
use std::fmt::Display;

/// The selected profile's credentials; `None` where it says nothing about them.
pub fn credentials(aws: Aws<'_>) -> Pending<'_, Option<Credentials>> {
    Box::pin(of_selected(aws))
}

async fn of_selected(aws: Aws<'_>) -> Result<Option<Credentials>, CredentialsError> {
    let in_files =
        |why: &dyn Display| CredentialsError::new(&format_args!("{why} (in {})", aws.config.files()));
    let chain = match ProfileChain::resolve(aws.config) {
        Ok(chain) => chain,
        Err(ProfileError::None) => return Ok(None),
        Err(ProfileError::Invalid(why)) => return Err(in_files(&why)),
    };
    match follow(aws, chain).await {
        Ok(credentials) => Ok(Some(Credentials { source: Source::Profile, ..credentials })),
        Err(error) => Err(in_files(&format_args!("the profile {}: {error}", aws.config.selected()))),
    }
}

async fn follow(aws: Aws<'_>, chain: ProfileChain) -> Result<Credentials, CredentialsError> {
    let mut credentials = base(aws, chain.base).await?;
    for role in &chain.roles {
        credentials = sts::assume_role(aws, role, &credentials).await?;
    }
    Ok(credentials)
}

async fn base(aws: Aws<'_>, base: Base) -> Result<Credentials, CredentialsError> {
    match base {
        Base::Keys { access_key_id, secret_access_key, session_token, account_id } => Ok(Credentials {
            session_token,
            account_id,
            ..Credentials::new(access_key_id, secret_access_key)
        }),
        Base::Named { source, profile } => {
            let none = |why: &dyn Display| {
                CredentialsError::new(&format_args!("the credential_source of {profile} has none: {why}"))
            };
            match source {
                NamedSource::Environment => environment::credentials(aws.host).map_err(|missing| {
                    none(&format_args!("set {} in the environment", missing.join(" and ")))
                }),
                NamedSource::Ec2InstanceMetadata => imds::credentials(aws).await,
                NamedSource::EcsContainer => container::credentials(aws.host)
                    .await?
                    .ok_or_else(|| none(&"this is no container of ECS or EKS")),
            }
        }
        Base::WebIdentity { role, token_file } => web_identity::credentials(aws, &role, &token_file).await,
        Base::Sso(sso) => sso::credentials(aws, &sso).await,
        Base::Process { command, account_id } => {
            let credentials = process::credentials(aws.host, command).await?;
            Ok(Credentials { account_id: credentials.account_id.clone().or(account_id), ..credentials })
        }
    }
}
