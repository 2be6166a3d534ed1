//! Keys that a command prints.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>

use super::document::Document;
use super::{Credentials, CredentialsError, Source};
use crate::host::Host;

/// A command may have to ask somewhere else, milliseconds.
const LIMIT_MS: u64 = 60_000;

const WHAT: &str = "credential_process";

/// Runs the command, and reads the keys that it prints.
pub async fn credentials(host: &dyn Host, command: &str) -> Result<Credentials, CredentialsError> {
    let printed = host.run_process(command, LIMIT_MS).await;
    let printed = printed.map_err(|error| CredentialsError::invalid(WHAT, error))?;
    let document = Document::parse(&printed).map_err(|error| {
        CredentialsError::invalid(WHAT, format_args!("what it printed was not read: {error}"))
    })?;
    if document.get("Version") != Some("1") {
        return Err(CredentialsError::invalid(WHAT, "it did not print \"Version\": 1"));
    }
    let credentials =
        document.credentials(Source::Profile).map_err(|missing| CredentialsError::missing(WHAT, missing))?;
    if credentials.expires_at_ms.is_some_and(|end_ms| end_ms <= host.now_ms()) {
        return Err(CredentialsError::invalid(WHAT, "the credentials that it printed have expired"));
    }
    Ok(credentials)
}
