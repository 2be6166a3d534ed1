//! EC2's instance metadata service, version 2.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html>

use super::aws::Aws;
use super::document::Document;
use super::environment::{METADATA_SERVICE as WHAT, check_metadata_service};
use super::request::{Answer, Pending, SourceRequest};
use super::{Credentials, CredentialsError, Source};
use crate::host::{Host, set_variable};
use crate::shared_config::SharedConfig;
use http::{HeaderName, Method, Uri};

const ROLE: &str = "/latest/meta-data/iam/security-credentials/";
const REGION: &str = "/latest/meta-data/placement/region";

const TOKEN: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token");
const TOKEN_TTL: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds");

/// One attempt, milliseconds: it is next door, and where it is not there finding out costs no more than this.
const ATTEMPT_MS: u64 = 800;

/// The first one included; only of a service that has answered.
const ATTEMPTS: u32 = 4;

/// The keys of the instance's role.
pub fn credentials(aws: Aws<'_>) -> Pending<'_, Credentials> {
    Box::pin(async move {
        let mut session = Session::open(aws.host, aws.config).await?;
        let role = session.get(ROLE.to_owned()).await?;
        let role = role.lines().next().unwrap_or_default().trim();
        let document = session.get(format!("{ROLE}{role}")).await?;
        read(role, &document)
    })
}

fn read(role: &str, document: &str) -> Result<Credentials, CredentialsError> {
    let document = Document::of(WHAT, document.as_bytes())?;
    if let Some(code) = document.get("Code").filter(|code| *code != "Success") {
        return Err(CredentialsError::of(WHAT, &format_args!("it has no keys of the role {role}: {code}")));
    }
    document.credentials(WHAT, Source::InstanceMetadata)
}

/// The region of the instance.
pub async fn region(host: &dyn Host, config: &SharedConfig) -> Result<String, CredentialsError> {
    Session::open(host, config).await?.get(REGION.to_owned()).await
}

/// The service's address.
pub fn endpoint(host: &dyn Host, config: &SharedConfig) -> Result<String, CredentialsError> {
    let setting = |variable, property| {
        set_variable(host, variable)
            .map(|value| (value, variable))
            .or_else(|| Some((config.property(property)?.to_owned(), property)))
    };
    if let Some((url, source)) = setting("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint")
    {
        let url = url.trim_end_matches('/');
        let is_url = url.parse::<Uri>().is_ok_and(|uri| uri.scheme().is_some() && uri.authority().is_some());
        return if is_url { Ok(url.to_owned()) } else { Err(CredentialsError::of(source, &"it is no URL")) };
    }
    let mode = setting("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
    match mode {
        None => Ok("http://169.254.169.254".to_owned()),
        Some((mode, _)) if mode.eq_ignore_ascii_case("ipv4") => Ok("http://169.254.169.254".to_owned()),
        Some((mode, _)) if mode.eq_ignore_ascii_case("ipv6") => Ok("http://[fd00:ec2::254]".to_owned()),
        Some((mode, source)) => {
            Err(CredentialsError::of(source, &format_args!("{mode} is neither IPv4 nor IPv6")))
        }
    }
}

/// A service that gave a token.
struct Session<'a> {
    host: &'a dyn Host,
    endpoint: String,
    token: String,
}

impl<'a> Session<'a> {
    fn open(host: &'a dyn Host, config: &SharedConfig) -> Pending<'a, Self> {
        let endpoint = endpoint(host, config);
        Box::pin(async move {
            check_metadata_service(host)?;
            let mut session = Session { host, endpoint: endpoint?, token: String::new() };
            session.renew_token().await?;
            Ok(session)
        })
    }

    fn renew_token(&mut self) -> Pending<'_, ()> {
        Box::pin(async move {
            let mut request = self.request(Method::PUT, "/latest/api/token")?;
            request.header(TOKEN_TTL, "21600")?;
            request.retries_connections = false;
            let answer = request.send(self.host).await?;
            match answer.status {
                200 => self.token = text(answer),
                403 => {
                    return Err(CredentialsError::of(
                        WHAT,
                        &"it is switched off for this instance (status 403)",
                    ));
                }
                status => return Err(refused("a token", status)),
            }
            Ok(())
        })
    }

    fn get(&mut self, path: String) -> Pending<'_, String> {
        Box::pin(async move {
            let mut has_new_token = false;
            loop {
                let mut request = self.request(Method::GET, &path)?;
                request.header(TOKEN, &self.token)?;
                let answer = request.send(self.host).await?;
                match answer.status {
                    200 => return Ok(text(answer)),
                    // The token has expired.
                    401 if !has_new_token => self.renew_token().await?,
                    404 if path == ROLE => {
                        return Err(CredentialsError::of(WHAT, &"the instance has no role"));
                    }
                    status => return Err(refused(&path, status)),
                }
                has_new_token = true;
            }
        })
    }

    fn request(&self, method: Method, path: &str) -> Result<SourceRequest, CredentialsError> {
        let mut request = SourceRequest::to(WHAT, method, &format!("{}{path}", self.endpoint))?;
        (request.timeout_ms, request.attempts) = (ATTEMPT_MS, ATTEMPTS);
        Ok(request)
    }
}

fn text(answer: Answer) -> String {
    str::from_utf8(&answer.body).unwrap_or_default().trim().to_owned()
}

fn refused(what: &str, status: u16) -> CredentialsError {
    CredentialsError::of(WHAT, &format_args!("it answered the request for {what} with status {status}"))
}

#[cfg(test)]
mod tests;
