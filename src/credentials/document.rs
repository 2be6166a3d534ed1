//! The JSON documents that sources answer with: objects of strings and numbers, which may lie in an object.

use super::{Credentials, CredentialsError, Secret, Source};
use crate::calendar::parse_date_time;
use crate::json::{JsonError, JsonReader, Members, read_object};

/// The members of a document and of the objects in it, as text.
#[derive(Default)]
pub struct Document {
    members: Vec<(String, Secret)>,
}

impl Document {
    /// Reads what `what` answered.
    pub fn of(what: &'static str, body: &[u8]) -> Result<Self, CredentialsError> {
        let mut document = Document::default();
        match read_object(body, &mut document) {
            Ok(()) => Ok(document),
            Err(error) => Err(CredentialsError::of(what, &format_args!("its answer was not read: {error}"))),
        }
    }

    /// A member by its name, if it is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.members.iter().find(|(there, _)| there == name);
        found.map(|(_, value)| &**value).filter(|value| !value.is_empty())
    }

    /// All members, by their names.
    pub fn members(&self) -> impl Iterator<Item = (&str, &str)> {
        self.members.iter().map(|(name, value)| (name.as_str(), &**value))
    }

    /// A point in time: ISO 8601, or Unix milliseconds.
    pub fn time_ms(&self, name: &str) -> Option<u64> {
        let value = self.get(name)?;
        parse_date_time(value).or_else(|| value.parse().ok())
    }

    /// A member that must be there.
    pub fn needed(&self, what: &'static str, name: &str) -> Result<&str, CredentialsError> {
        self.get(name).ok_or_else(|| CredentialsError::missing(what, name))
    }

    /// The keys that it holds.
    ///
    /// Their names differ: `Token` of a container and of IMDS, `SessionToken` of a process, in lower case from SSO.
    pub fn credentials(&self, what: &'static str, source: Source) -> Result<Credentials, CredentialsError> {
        let either = |name, or| self.get(name).or_else(|| self.get(or));
        let access_key_id = either("accessKeyId", "AccessKeyId");
        let secret_access_key = either("secretAccessKey", "SecretAccessKey");
        let (Some(access_key_id), Some(secret_access_key)) = (access_key_id, secret_access_key) else {
            let missing = if access_key_id.is_none() { "AccessKeyId" } else { "SecretAccessKey" };
            return Err(CredentialsError::missing(what, missing));
        };
        let mut credentials = Credentials::new(access_key_id, secret_access_key);
        let session_token = either("SessionToken", "sessionToken").or_else(|| self.get("Token"));
        credentials.session_token = session_token.map(Into::into);
        credentials.expires_at_ms = self.time_ms("Expiration").or_else(|| self.time_ms("expiration"));
        credentials.account_id = self.get("AccountId").map(str::to_owned);
        credentials.source = source;
        Ok(credentials)
    }
}

impl Members for Document {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match json.scalar()? {
            Some(value) => self.members.push((name.to_owned(), Secret::from(&*value))),
            None if json.is_object() => json.members(self)?,
            None => json.skip()?,
        }
        Ok(())
    }
}

/// A JSON object of strings.
#[cfg(feature = "chain")]
pub fn object(members: &[(&str, &str)]) -> String {
    let member = |(name, value): &(&str, &str)| format!("{}:{}", quoted(name), quoted(value));
    format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
}

#[cfg(feature = "chain")]
fn quoted(text: &str) -> String {
    // A string always serialises.
    serde_json::to_string(text).unwrap_or_default()
}
