//! IAM Identity Center: keys in exchange for the token that `aws sso login` left.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html>

use super::aws::Aws;
use super::document::{Document, object};
use super::profile_chain::Sso;
use super::query::encoded;
use super::request::{Pending, SourceRequest};
use super::sha1::sha1_hex;
use super::{Credentials, CredentialsError, Secret, Source};
use crate::calendar::date_time;
use crate::endpoint::Service;
use crate::shared_config::expand_home;
use http::header::CONTENT_TYPE;
use http::{HeaderName, Method};

const WHAT: &str = "SSO";

const BEARER_TOKEN: HeaderName = HeaderName::from_static("x-amz-sso_bearer_token");

/// A token is replaced this long before its end, milliseconds.
const RENEWED_BEFORE_END_MS: u64 = 5 * 60_000;

/// The keys of the profile's role.
pub fn credentials<'a>(aws: Aws<'a>, sso: &'a Sso) -> Pending<'a, Credentials> {
    Box::pin(async move {
        let Some((account, role)) = &sso.account_and_role else {
            let why = "the profile gives a token, and no credentials: set sso_account_id and sso_role_name";
            return Err(CredentialsError::of(WHAT, &why));
        };
        let token = Cached::read(aws, sso).await?.token(aws, sso).await?;
        let (role_name, account_id) = (encoded(role), encoded(account));
        let address = format!(
            "{}federation/credentials?role_name={role_name}&account_id={account_id}",
            aws.endpoint(Service::Sso, &sso.region)?.uri(),
        );
        let mut request = SourceRequest::to(WHAT, Method::GET, &address)?;
        request.header(BEARER_TOKEN, &token)?;
        let answer = request.send(aws.host).await?;
        if answer.status != 200 {
            let why = format_args!(
                "it refused the role {role} of the account {account} (status {})",
                answer.status
            );
            return Err(CredentialsError::of(WHAT, &why));
        }
        let credentials = Document::of(WHAT, &answer.body)?.credentials(WHAT, Source::Profile)?;
        Ok(Credentials { account_id: Some(account.clone()), ..credentials })
    })
}

/// What a login left in the cache, and where.
struct Cached {
    path: String,
    document: Document,
}

impl Cached {
    fn read<'a>(aws: Aws<'a>, sso: &Sso) -> Pending<'a, Self> {
        let name = sha1_hex(sso.session.as_ref().unwrap_or(&sso.start_url).as_bytes());
        let path = format!("~/.aws/sso/cache/{name}.json");
        let path = expand_home(&path, aws.host).unwrap_or(path);
        Box::pin(async move {
            let Some(bytes) = aws.host.read_file(&path).await else {
                return Err(CredentialsError::unreadable_file("run aws sso login", &path));
            };
            Ok(Cached { path, document: Document::of(WHAT, &bytes)? })
        })
    }

    /// The token, renewed if it is about to end.
    fn token<'a>(self, aws: Aws<'a>, sso: &'a Sso) -> Pending<'a, Secret> {
        Box::pin(async move {
            let token = Secret::from(self.document.needed(WHAT, "accessToken")?);
            let ends_at_ms = self.document.time_ms("expiresAt").unwrap_or_default();
            let now_ms = aws.host.now_ms();
            if now_ms + RENEWED_BEFORE_END_MS < ends_at_ms {
                return Ok(token);
            }
            match self.renew(aws, sso).await {
                Err(_) if now_ms < ends_at_ms => Ok(token),
                renewed => renewed,
            }
        })
    }

    /// <https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html>
    async fn renew(&self, aws: Aws<'_>, sso: &Sso) -> Result<Secret, CredentialsError> {
        let answer = self.renewal(aws, sso)?.send(aws.host).await?;
        if answer.status != 200 {
            return Err(ended());
        }
        let given = Document::of(WHAT, &answer.body)?;
        let token = given.needed(WHAT, "accessToken")?;
        // For all who share the cache. Where that fails, the next one renews the token again.
        aws.host.write_file(&self.path, self.with_new(&given, token, aws.host.now_ms())).await;
        Ok(token.into())
    }

    fn renewal(&self, aws: Aws<'_>, sso: &Sso) -> Result<SourceRequest, CredentialsError> {
        let client_ends_at_ms = self.document.time_ms("registrationExpiresAt");
        if sso.session.is_none() || client_ends_at_ms.is_some_and(|end_ms| end_ms <= aws.host.now_ms()) {
            return Err(ended());
        }
        let there = |name| self.document.get(name).ok_or_else(ended);
        let asked = [
            ("clientId", there("clientId")?),
            ("clientSecret", there("clientSecret")?),
            ("grantType", "refresh_token"),
            ("refreshToken", there("refreshToken")?),
        ];
        let address = format!("{}token", aws.endpoint(Service::SsoOidc, &sso.region)?.uri());
        let mut request = SourceRequest::to(WHAT, Method::POST, &address)?;
        request.header(CONTENT_TYPE, "application/json")?;
        *request.request.body_mut() = object(&asked).into_bytes();
        Ok(request)
    }

    /// What the cache holds from now on.
    fn with_new(&self, given: &Document, token: &str, now_ms: u64) -> Vec<u8> {
        let lasts_s: u64 =
            given.get("expiresIn").and_then(|seconds| seconds.parse().ok()).unwrap_or_default();
        let ends_at = date_time(now_ms + lasts_s * 1000);
        let refresh_token =
            given.get("refreshToken").or(self.document.get("refreshToken")).unwrap_or_default();
        let new = [("accessToken", token), ("expiresAt", ends_at.as_str()), ("refreshToken", refresh_token)];
        let kept =
            self.document.members().filter(|(name, _)| new.iter().all(|(replaced, _)| replaced != name));
        let all: Vec<_> = new.into_iter().chain(kept).collect();
        object(&all).into_bytes()
    }
}

fn ended() -> CredentialsError {
    CredentialsError::of(WHAT, &"the token has expired: run aws sso login")
}

#[cfg(test)]
mod tests;
