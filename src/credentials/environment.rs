//! Keys in the environment.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html>

use super::{Credentials, Source};
use crate::host::{Host, set_variable};

const ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";

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
