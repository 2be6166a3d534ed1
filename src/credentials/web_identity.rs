//! A role for a token that somebody else issued: EKS's service accounts, a CI system's jobs.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html>

use super::aws::Aws;
use super::environment::WEB_IDENTITY_TOKEN_FILE as TOKEN_FILE;
use super::profile_chain::Role;
use super::request::Pending;
use super::{Credentials, CredentialsError, Source, sts};
use crate::host::set_variable;
use crate::shared_config::expand_home;

/// `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`; `None` where the first one is not set.
pub fn from_environment(aws: Aws<'_>) -> Pending<'_, Option<Credentials>> {
    Box::pin(async move {
        let Some(token_file) = set_variable(aws.host, TOKEN_FILE) else { return Ok(None) };
        let Some(arn) = set_variable(aws.host, "AWS_ROLE_ARN") else {
            return Err(CredentialsError::missing(TOKEN_FILE, "AWS_ROLE_ARN"));
        };
        let session_name = set_variable(aws.host, "AWS_ROLE_SESSION_NAME");
        let role = Role { arn, session_name, external_id: None, duration_seconds: None };
        let credentials = credentials(aws, &role, &token_file).await?;
        Ok(Some(Credentials { source: Source::WebIdentity, ..credentials }))
    })
}

/// The role's keys. The token is read again each time: whoever issued it replaces it.
pub fn credentials<'a>(aws: Aws<'a>, role: &'a Role, token_file: &'a str) -> Pending<'a, Credentials> {
    Box::pin(async move {
        let path = expand_home(token_file, aws.host).unwrap_or_else(|| token_file.to_owned());
        let token = aws.host.read_file(&path).await.and_then(|bytes| String::from_utf8(bytes).ok());
        let Some(token) = token else {
            return Err(CredentialsError::unreadable_file("the web identity token", &path));
        };
        sts::assume_role_with_web_identity(aws, role, token.trim().to_owned()).await
    })
}
