//! The JSON documents that sources answer with: objects of strings and numbers, which may lie in an object.

use super::{Credentials, Secret, Source};
use crate::calendar::parse_date_time;
use crate::json::{JsonError, JsonReader, Members, read_object};

/// The members of a document and of the objects in it, as text.
#[derive(Default)]
pub struct Document {
    members: Vec<(String, Secret)>,
}

impl Document {
    /// Reads a document.
    pub fn parse(body: &[u8]) -> Result<Self, JsonError> {
        let mut document = Document::default();
        read_object(body, &mut document).map(|()| document)
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

    /// The keys that it holds; `Err` names the member that is missing.
    ///
    /// Their names differ: `Token` of a container and of IMDS, `SessionToken` of a process, in lower case from SSO.
    pub fn credentials(&self, source: Source) -> Result<Credentials, &'static str> {
        let any = |names: [&'static str; 2]| names.iter().find_map(|name| self.get(name)).ok_or(names[0]);
        let token = any(["SessionToken", "sessionToken"]).or(any(["Token", "Token"]));
        Ok(Credentials {
            session_token: token.ok().map(Into::into),
            expires_at_ms: self.time_ms("Expiration").or_else(|| self.time_ms("expiration")),
            account_id: self.get("AccountId").map(str::to_owned),
            source,
            ..Credentials::new(
                any(["AccessKeyId", "accessKeyId"])?,
                any(["SecretAccessKey", "secretAccessKey"])?,
            )
        })
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
