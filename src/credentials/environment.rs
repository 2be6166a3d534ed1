//! Keys in the environment.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html>

use super::{Credentials, CredentialsError, Source};
use crate::host::{Host, set_variable};

const ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";

/// Where it is set, a role is had for a token.
pub const WEB_IDENTITY_TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";

/// EC2's, for errors.
pub const METADATA_SERVICE: &str = "the instance metadata service";

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. A blank variable counts as not set.
///
/// `Err` names the variables that are missing.
pub fn credentials(host: &dyn Host) -> Result<Credentials, Vec<&'static str>> {
    match (set_variable(host, ACCESS_KEY_ID), set_variable(host, SECRET_ACCESS_KEY)) {
        (Some(access_key_id), Some(secret_access_key)) => Ok(Credentials {
            session_token: set_variable(host, "AWS_SESSION_TOKEN").map(Into::into),
            account_id: set_variable(host, "AWS_ACCOUNT_ID"),
            source: Source::Environment,
            ..Credentials::new(access_key_id, secret_access_key)
        }),
        (None, Some(_)) => Err(vec![ACCESS_KEY_ID]),
        (Some(_), None) => Err(vec![SECRET_ACCESS_KEY]),
        (None, None) => Err(vec![ACCESS_KEY_ID, SECRET_ACCESS_KEY]),
    }
}

/// Whether EC2's metadata service may be asked; `Err` where somebody has switched that off.
pub fn check_metadata_service(host: &dyn Host) -> Result<(), CredentialsError> {
    match set_variable(host, "AWS_EC2_METADATA_DISABLED") {
        Some(value) if value.eq_ignore_ascii_case("true") => {
            Err(CredentialsError::of(METADATA_SERVICE, &"AWS_EC2_METADATA_DISABLED is set"))
        }
        _ => Ok(()),
    }
}
