//! What a profile says about where its credentials come from.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html>

use super::{Credentials, Source};
use crate::shared_config::{Section, SectionKind, SharedConfig};

/// Where the first keys come from, and the roles that are assumed with them, one with the keys of the one before.
#[derive(Debug, PartialEq, Eq)]
pub struct ProfileChain {
    /// Where the first keys come from.
    pub base: Base,
    /// In the order in which they are assumed.
    pub roles: Vec<Role>,
}

/// Where the first keys of a profile's chain come from.
#[derive(Debug, PartialEq, Eq)]
pub enum Base {
    /// The profile's own.
    Keys(Credentials),
    /// `credential_source`.
    Named(NamedSource),
    /// `web_identity_token_file`.
    WebIdentity {
        /// The role that the token is for.
        role: Role,
        /// The file.
        token_file: String,
    },
    /// `sso_session`, `sso_start_url` and the like.
    Sso(Sso),
    /// `credential_process`.
    Process {
        /// The command line.
        command: String,
        /// `aws_account_id`, unless the command tells.
        account_id: Option<String>,
    },
}

/// `credential_source`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedSource {
    /// The variables.
    Environment,
    /// The instance's role.
    Ec2InstanceMetadata,
    /// The container's role.
    EcsContainer,
}

/// A role to assume.
#[derive(Debug, PartialEq, Eq)]
pub struct Role {
    /// `role_arn`.
    pub arn: String,
    /// `role_session_name`.
    pub session_name: Option<String>,
    /// `external_id`.
    pub external_id: Option<String>,
    /// `duration_seconds`.
    pub duration_seconds: Option<String>,
}

/// Settings of IAM Identity Center, of a profile and its `sso-session`.
#[derive(Debug, PartialEq, Eq)]
pub struct Sso {
    /// `sso_session`.
    pub session: Option<String>,
    /// `sso_start_url`.
    pub start_url: String,
    /// `sso_region`.
    pub region: String,
    /// `sso_account_id` and `sso_role_name`; `None` where the profile gives a token instead of credentials.
    pub account_and_role: Option<(String, String)>,
}

/// Why a profile has no credentials.
#[derive(Debug, PartialEq, Eq)]
pub enum ProfileError {
    /// It says nothing about them: the next source is asked.
    None,
    /// What it says is not valid; names profile and property.
    Invalid(String),
}

impl ProfileChain {
    /// Follows `source_profile` from the selected profile on.
    pub fn resolve(config: &SharedConfig) -> Result<Self, ProfileError> {
        let mut name = config.selected();
        if config.has_no_profiles() {
            return Err(ProfileError::None);
        }
        let mut visited: Vec<&str> = Vec::new();
        let mut roles = Vec::new();
        let base = loop {
            let profile = match (config.section(SectionKind::Profile, name), visited.last()) {
                (Some(profile), _) => profile,
                (None, None) if name == "default" => return Err(ProfileError::None),
                (None, None) => {
                    return Err(invalid(name, "is not in the shared config and credentials files"));
                }
                (None, Some(from)) => {
                    return Err(invalid(
                        from,
                        format_args!("has the source_profile {name}, which is not there"),
                    ));
                }
            };
            if visited.contains(&name) {
                return Err(invalid(name, "is its own source_profile, by way of others"));
            }
            visited.push(name);
            if visited.len() > 1
                && let Ok(keys) = keys(profile)
            {
                break keys;
            }
            let role = role(profile).filter(|_| profile.get("web_identity_token_file").is_none());
            let Some(role) = role else {
                break base(config, profile).map_err(|error| match error {
                    ProfileError::None if visited.len() > 1 => {
                        invalid(name, "is a source_profile, and has no credentials")
                    }
                    error => error,
                })?;
            };
            if profile.get("mfa_serial").is_some() {
                return Err(invalid(name, "has mfa_serial, and nobody is here to enter a code"));
            }
            roles.push(role);
            name = match (profile.get("source_profile"), profile.get("credential_source")) {
                (Some(_), Some(_)) => {
                    return Err(invalid(name, "has both source_profile and credential_source"));
                }
                (None, None) => {
                    return Err(invalid(name, "has role_arn, and no source_profile or credential_source"));
                }
                (Some(next), None) if next != name => next,
                _ => {
                    break base(config, profile).map_err(|error| match error {
                        ProfileError::None => {
                            invalid(name, "is its own source_profile, and has no credentials")
                        }
                        error => error,
                    })?;
                }
            };
        };
        roles.reverse();
        Ok(ProfileChain { base, roles })
    }
}

fn base(config: &SharedConfig, profile: &Section) -> Result<Base, ProfileError> {
    if let Some(source) = profile.get("credential_source") {
        let source = match source {
            "Environment" => NamedSource::Environment,
            "Ec2InstanceMetadata" => NamedSource::Ec2InstanceMetadata,
            "EcsContainer" => NamedSource::EcsContainer,
            _ => {
                let accepted =
                    "has another credential_source than Environment, Ec2InstanceMetadata, EcsContainer";
                return Err(invalid(profile.name(), accepted));
            }
        };
        return Ok(Base::Named(source));
    }
    if let Some(token_file) = profile.get("web_identity_token_file") {
        let role = role(profile)
            .ok_or_else(|| invalid(profile.name(), "has web_identity_token_file, and no role_arn"))?;
        return Ok(Base::WebIdentity { role, token_file: token_file.to_owned() });
    }
    if let Some(sso) = sso(config, profile)? {
        return Ok(Base::Sso(sso));
    }
    if let Some(command) = profile.get("credential_process") {
        let account_id = owned(profile, "aws_account_id");
        return Ok(Base::Process { command: command.to_owned(), account_id });
    }
    if profile.get("login_session").is_some() {
        let instead =
            "has login_session, which is not read; set credential_process = aws configure export-credentials";
        return Err(invalid(profile.name(), instead));
    }
    keys(profile)
}

fn keys(profile: &Section) -> Result<Base, ProfileError> {
    match (profile.get("aws_access_key_id"), profile.get("aws_secret_access_key")) {
        (Some(access_key_id), Some(secret_access_key)) => Ok(Base::Keys(Credentials {
            session_token: profile.get("aws_session_token").map(Into::into),
            account_id: owned(profile, "aws_account_id"),
            source: Source::Profile,
            ..Credentials::new(access_key_id, secret_access_key)
        })),
        (Some(_), None) => {
            Err(invalid(profile.name(), "has aws_access_key_id, and no aws_secret_access_key"))
        }
        (None, Some(_)) => {
            Err(invalid(profile.name(), "has aws_secret_access_key, and no aws_access_key_id"))
        }
        (None, None) => Err(ProfileError::None),
    }
}

fn role(profile: &Section) -> Option<Role> {
    Some(Role {
        arn: owned(profile, "role_arn")?,
        session_name: owned(profile, "role_session_name"),
        external_id: owned(profile, "external_id"),
        duration_seconds: owned(profile, "duration_seconds"),
    })
}

/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html>
fn sso(config: &SharedConfig, profile: &Section) -> Result<Option<Sso>, ProfileError> {
    let names = ["sso_account_id", "sso_role_name", "sso_session", "sso_region", "sso_start_url"];
    if names.iter().all(|name| profile.get(name).is_none()) {
        return Ok(None);
    }
    let account_and_role = match (owned(profile, "sso_account_id"), owned(profile, "sso_role_name")) {
        (Some(account), Some(role)) => Some((account, role)),
        (None, None) => None,
        (Some(_), None) => return Err(invalid(profile.name(), "has sso_account_id, and no sso_role_name")),
        (None, Some(_)) => return Err(invalid(profile.name(), "has sso_role_name, and no sso_account_id")),
    };
    let settings = match profile.get("sso_session") {
        None => profile,
        Some(session) => {
            let section = config.section(SectionKind::SsoSession, session).ok_or_else(|| {
                invalid(profile.name(), format_args!("has the sso_session {session}, which is not there"))
            })?;
            for name in ["sso_region", "sso_start_url"] {
                if profile.get(name).is_some() && profile.get(name) != section.get(name) {
                    return Err(invalid(
                        profile.name(),
                        format_args!("has another {name} than its sso_session {session}"),
                    ));
                }
            }
            section
        }
    };
    let setting = |name| {
        owned(settings, name)
            .ok_or_else(|| invalid(profile.name(), format_args!("uses SSO, and has no {name}")))
    };
    Ok(Some(Sso {
        session: owned(profile, "sso_session"),
        start_url: setting("sso_start_url")?,
        region: setting("sso_region")?,
        account_and_role,
    }))
}

fn owned(section: &Section, name: &str) -> Option<String> {
    section.get(name).map(str::to_owned)
}

fn invalid(profile: &str, why: impl std::fmt::Display) -> ProfileError {
    ProfileError::Invalid(format!("the profile {profile} {why}"))
}
