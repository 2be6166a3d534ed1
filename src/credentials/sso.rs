//! IAM Identity Center: keys in exchange for the token that `aws sso login` left.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html>

use super::aws::{Aws, uri};
use super::document::Document;
use super::profile_chain::Sso;
use super::request::SourceRequest;
use super::sha1::sha1_hex;
use super::sts::encoded;
use super::{Credentials, CredentialsError, Secret, Source};
use crate::endpoint::Service;
use crate::shared_config::expand_home;
use http::header::CONTENT_TYPE;
use http::{HeaderName, Method};

const WHAT: &str = "SSO";
const BEARER_TOKEN: HeaderName = HeaderName::from_static("x-amz-sso_bearer_token");

/// A token is replaced this long before its end, milliseconds.
const RENEWED_BEFORE_END_MS: u64 = 5 * 60_000;

/// The keys of the profile's role.
pub async fn credentials(aws: Aws<'_>, sso: &Sso) -> Result<Credentials, CredentialsError> {
    let Some((account, role)) = &sso.account_and_role else {
        let why = "the profile gives a token, and no credentials: set sso_account_id and sso_role_name";
        return Err(CredentialsError::invalid(WHAT, why));
    };
    let token = Cached::read(aws, sso).await?.token(aws, sso).await?;
    let endpoint = aws.endpoint(Service::Sso, &sso.region)?;
    let (role_name, account_id) = (encoded(role), encoded(account));
    let text =
        format!("{}federation/credentials?role_name={role_name}&account_id={account_id}", endpoint.uri());
    let request = SourceRequest::new(WHAT, Method::GET, uri(WHAT, &text)?);
    let answer = request.header(BEARER_TOKEN, &token)?.send(aws.host).await?;
    if answer.status != 200 {
        let why =
            format_args!("it refused the role {role} of the account {account} (status {})", answer.status);
        return Err(CredentialsError::invalid(WHAT, why));
    }
    let credentials = document(&answer.body)?.credentials(Source::Profile);
    let credentials = credentials.map_err(|missing| CredentialsError::missing(WHAT, missing))?;
    Ok(Credentials { account_id: Some(account.clone()), ..credentials })
}

/// What a login left in the cache, and where.
struct Cached {
    path: String,
    document: Document,
}

impl Cached {
    async fn read(aws: Aws<'_>, sso: &Sso) -> Result<Self, CredentialsError> {
        let name = sha1_hex(sso.session.as_ref().unwrap_or(&sso.start_url).as_bytes());
        let path = format!("~/.aws/sso/cache/{name}.json");
        let path = expand_home(&path, aws.host).unwrap_or(path);
        let bytes = aws.host.read_file(&path).await;
        let bytes = bytes.ok_or_else(|| CredentialsError::unreadable_file("run aws sso login", &path))?;
        Ok(Cached { path, document: document(&bytes)? })
    }

    /// The token, renewed if it is about to end.
    async fn token(self, aws: Aws<'_>, sso: &Sso) -> Result<Secret, CredentialsError> {
        let needed = |name| self.document.get(name).ok_or_else(|| CredentialsError::missing(WHAT, name));
        let token = Secret::from(needed("accessToken")?);
        let ends_at_ms =
            self.document.time_ms("expiresAt").ok_or_else(|| CredentialsError::missing(WHAT, "expiresAt"))?;
        let now_ms = aws.host.now_ms();
        if now_ms + RENEWED_BEFORE_END_MS < ends_at_ms {
            return Ok(token);
        }
        match self.renew(aws, sso).await {
            Ok(token) => Ok(token),
            // It has not ended yet.
            Err(_) if now_ms < ends_at_ms => Ok(token),
            Err(error) => Err(error),
        }
    }

    /// <https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html>
    async fn renew(&self, aws: Aws<'_>, sso: &Sso) -> Result<Secret, CredentialsError> {
        let expired = || CredentialsError::invalid(WHAT, "the token has expired: run aws sso login");
        let there = |name| self.document.get(name).ok_or_else(expired);
        let client_ends_at_ms = self.document.time_ms("registrationExpiresAt");
        if sso.session.is_none() || client_ends_at_ms.is_some_and(|end_ms| end_ms <= aws.host.now_ms()) {
            return Err(expired());
        }
        let asked = [
            ("clientId", there("clientId")?),
            ("clientSecret", there("clientSecret")?),
            ("grantType", "refresh_token"),
            ("refreshToken", there("refreshToken")?),
        ];
        let endpoint = aws.endpoint(Service::SsoOidc, &sso.region)?;
        let request = SourceRequest::new(WHAT, Method::POST, uri(WHAT, &format!("{}token", endpoint.uri()))?);
        let mut request = request.header(CONTENT_TYPE, "application/json")?;
        request.body = object(&asked).into_bytes();
        let answer = request.send(aws.host).await?;
        if answer.status != 200 {
            return Err(expired());
        }
        let given = document(&answer.body)?;
        let token = given.get("accessToken").ok_or_else(|| CredentialsError::missing(WHAT, "accessToken"))?;
        self.keep(aws, &given, token).await;
        Ok(token.into())
    }

    /// Into the cache, for all who share it. Where that fails, the next one renews the token again.
    async fn keep(&self, aws: Aws<'_>, given: &Document, token: &str) {
        let lasts_s: u64 =
            given.get("expiresIn").and_then(|seconds| seconds.parse().ok()).unwrap_or_default();
        let ends_at = crate::calendar::date_time(aws.host.now_ms() + lasts_s * 1000);
        let refresh_token =
            given.get("refreshToken").or(self.document.get("refreshToken")).unwrap_or_default();
        let new = [("accessToken", token), ("expiresAt", ends_at.as_str()), ("refreshToken", refresh_token)];
        let kept =
            self.document.members().filter(|(name, _)| new.iter().all(|(replaced, _)| replaced != name));
        let all: Vec<_> = new.into_iter().chain(kept).collect();
        aws.host.write_file(&self.path, object(&all).into_bytes()).await;
    }
}

fn document(body: &[u8]) -> Result<Document, CredentialsError> {
    Document::parse(body)
        .map_err(|error| CredentialsError::invalid(WHAT, format_args!("the document was not read: {error}")))
}

/// A JSON object of strings.
fn object(members: &[(&str, &str)]) -> String {
    let member = |(name, value): &(&str, &str)| format!("{}:{}", quoted(name), quoted(value));
    format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
}

fn quoted(text: &str) -> String {
    // A string always serialises.
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests;
