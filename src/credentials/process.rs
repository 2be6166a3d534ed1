//! Keys that a command prints.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>

use super::document::Document;
use super::request::Pending;
use super::{Credentials, CredentialsError, Source};
use crate::host::Host;

/// A command may have to ask somewhere else, milliseconds.
const LIMIT_MS: u64 = 60_000;

const WHAT: &str = "credential_process";

/// Runs the command, and reads the keys that it prints.
///
/// `account_id` is the profile's, unless the command tells.
pub fn credentials<'a>(
    host: &'a dyn Host,
    command: &str,
    account_id: Option<String>,
) -> Pending<'a, Credentials> {
    let printed = host.run_process(command, LIMIT_MS);
    Box::pin(async move {
        match printed.await {
            Ok(printed) => {
                let credentials = read(&printed, host.now_ms())?;
                Ok(Credentials { account_id: credentials.account_id.clone().or(account_id), ..credentials })
            }
            Err(error) => Err(CredentialsError::of(WHAT, &error)),
        }
    })
}

fn read(printed: &[u8], now_ms: u64) -> Result<Credentials, CredentialsError> {
    let document = Document::of(WHAT, printed)?;
    if document.get("Version") != Some("1") {
        return Err(CredentialsError::of(WHAT, &"it did not print \"Version\": 1"));
    }
    let credentials = document.credentials(WHAT, Source::Profile)?;
    if credentials.expires_at_ms.is_some_and(|end_ms| end_ms <= now_ms) {
        return Err(CredentialsError::of(WHAT, &"the credentials that it printed have expired"));
    }
    Ok(credentials)
}
