//! Answers to the core's questions, as the module that has the chain gives them: objects of JSON, in bytes that can be wiped
//! on their way.

use super::super::document::object;
use super::super::{Credentials, CredentialsError, chain};
use super::{Question, here};
use crate::host::{Deadline, SharedHost};
use crate::sharing::within;

/// Answers within `limit_ms`; `Err` is for a person.
pub async fn answer(
    host: &SharedHost,
    question: Question,
    region: Option<&str>,
    limit_ms: u64,
) -> Result<Vec<u8>, String> {
    let deadline = Deadline::after(host.as_ref(), limit_ms);
    match question {
        Question::Credentials => {
            let asked = within(host, deadline, Box::pin(chain::credentials(host.as_ref(), region))).await;
            let answered = asked.unwrap_or_else(|| Err(CredentialsError::timed_out()));
            answered.map(|credentials| document(&credentials)).map_err(|error| error.to_string())
        }
        Question::ProfileSettings => {
            let settings = here::profile_settings(host.as_ref()).await.map_err(|error| error.to_string())?;
            Ok(object(&settings.values().collect::<Vec<_>>()).into_bytes())
        }
        Question::InstanceRegion => {
            let asked =
                within(host, deadline, Box::pin(here::instance_region(host.as_ref(), limit_ms))).await;
            let answered = asked.unwrap_or_else(|| Err(CredentialsError::timed_out()));
            let region = answered.map_err(|error| error.to_string())?;
            Ok(object(&[("region", &region)]).into_bytes())
        }
    }
}

fn document(credentials: &Credentials) -> Vec<u8> {
    let expiration = credentials.expires_at_ms.map(|end_ms| end_ms.to_string());
    let members = [
        ("AccessKeyId", Some(credentials.access_key_id.as_str())),
        ("SecretAccessKey", Some(&*credentials.secret_access_key)),
        ("SessionToken", credentials.session_token.as_deref()),
        ("Expiration", expiration.as_deref()),
        ("AccountId", credentials.account_id.as_deref()),
        ("Source", Some(credentials.source.name())),
    ];
    let there: Vec<_> = members.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    object(&there).into_bytes()
}
